/* SPDX-License-Identifier: BSD-2-Clause */
/* bench_judge.c: which samples are kept apart. */
#include <sys/param.h>
#include <sys/systm.h>
#include <test/bench.h>
#include "abi.h"

/* Waiting for a host CPU is noise from this part of the sample on. */
#define DELAY_PART 64

/*
 * The exits that say something: all but the notifications, which belong.  Not
 * where other CPUs are waited for (IPIs, pauses), nor where a device
 * interrupted (its registers, the halt): how many those are is up to chance.
 */
static bool
exits_tell(const struct hf_bench *b, const struct hf_bench_sample *s)
{
	return (s->exits != HF_COUNT_NONE && !b->bn_crowd &&
	    (b->bn_doorbells == NULL || s->interrupts == 0));
}

static uint32_t
exits_other(const struct hf_bench_sample *s)
{
	return (s->exits > s->doorbells ? s->exits - s->doorbells : 0);
}

/* The least: what is more came from outside. */
static void
learn(struct hf_bench *b, const struct hf_bench_sample *s)
{
	if (exits_tell(b, s))
		b->bn_exits_usual = MIN(b->bn_exits_usual, exits_other(s));
	if (s->interrupts != 0 && s->delay_ns != HF_COUNT_NONE)
		b->bn_wakeup_ns =
		    MIN(b->bn_wakeup_ns, s->delay_ns / s->interrupts);
}

/* An interrupt may wake a CPU that slept, which takes the host a moment. */
static bool
waited(const struct hf_bench *b, const struct hf_bench_sample *s)
{
	uint64_t allowed_ns = hf_ns_from_tsc(s->ticks) / DELAY_PART;

	if (s->delay_ns == HF_COUNT_NONE)
		return (false);
	if (b->bn_wakeup_ns != HF_COUNT_NONE)
		allowed_ns += 2ul * b->bn_wakeup_ns * s->interrupts;
	return (s->delay_ns > allowed_ns);
}

bool
hf_bench_is_foreign(struct hf_bench *b, const struct hf_bench_sample *s)
{
	if (b->bn_done < b->bn_warmup) {
		learn(b, s);
		return (false);
	}
	/* To deliver one of the guest's, the host may interrupt its own CPU. */
	if (s->host_irqs != HF_COUNT_NONE && s->host_irqs > s->interrupts)
		return (true);
	if (exits_tell(b, s) && exits_other(s) > b->bn_exits_usual)
		return (true);
	return (waited(b, s));
}
