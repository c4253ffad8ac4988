/* SPDX-License-Identifier: BSD-2-Clause */
/* bench.h: how a bench scenario is written. */

/*
 * HF_BENCH(anon_write, "bench.anon_write", "first write to anonymous memory")
 * {
 *	struct hf_bench *b = hf_bench_open("anon_write_first_touch", 1,
 *	    HF_LAYER_TRAP);
 *
 *	while (hf_bench_next(b)) {
 *		... prepare ...
 *		hf_bench_start(b);
 *		... the operation, "ops" times ...
 *		hf_bench_stop(b);
 *		... put back ...
 *	}
 *	hf_bench_close(b);
 * }
 *
 * A bench scenario measures one class after another; only what stands between
 * start and stop is measured.  The plan's parameters: samples (default 200),
 * warmup (20), budget_ms (2000: a class that has five samples ends after that
 * time; some machines run ring 0 slowly), trace (1: layers are stamped; 0 for
 * counting instructions), raw (1: every sample as a record), touch_exits (0; 1:
 * the first touch of each frame is an exit, which is checked).
 */
#ifndef HF_TEST_BENCH_H
#define HF_TEST_BENCH_H

#include <kern/plan.h>
#include <kern/trace.h>
#include <test/scenario.h>
#include "hist.h"
#include "mark.h"

#define HF_BENCH(fn, sid, text, ...)                        \
	HF_SCENARIO(fn, sid, "", text,                      \
	    .flags = HF_IS_BENCH __VA_OPT__(|) __VA_ARGS__, \
	    .timeout_ms = 120000)

/* A sample, and what came to pass in it; HF_COUNT_NONE: the host does not say. */
struct hf_bench_sample {
	uint64_t ticks;
	uint32_t exits;	    /* of this CPU */
	uint32_t host_irqs; /* exits of any CPU for the host's own interrupts */
	uint32_t delay_ns;  /* that the CPUs waited for host CPUs, in sum */
	uint32_t interrupts; /* that the guest's CPUs took */
	uint32_t doorbells;  /* that the class's device got */
};

struct hf_bench {
	const char *bn_class;
	uint32_t bn_ops;
	enum hf_layer bn_base; /* the layer at the start of a sample */
	uint32_t bn_warmup, bn_samples;
	uint64_t bn_deadline_tsc;
	uint32_t bn_done; /* samples so far, warm-up included */
	bool bn_traced, bn_raw;
	uint64_t bn_start_tsc, bn_stop_tsc;
	struct hf_trace bn_trace;
	struct hf_bench_sample bn_begin;       /* the counts at its start */
	const volatile uint64_t *bn_doorbells; /* NULL: no device */
	bool bn_crowd;			       /* hf_bench_crowd */
	/* Learnt from the warm-up; HF_COUNT_NONE: not yet. */
	uint32_t bn_exits_usual, bn_wakeup_ns;
	struct hf_hist bn_total, bn_apart, bn_exits, bn_layer[HF_LAYERS];
};

/*
 * Starts a class of "ops" operations a sample; base: the layer in which the
 * operation begins (TRAP for an access, VM for a call).  One at a time.
 */
struct hf_bench *hf_bench_open(
    const char *name, uint32_t ops, enum hf_layer base);
/* The same with the number of samples divided, for costly ones (>= 5). */
struct hf_bench *hf_bench_open_few(
    const char *name, uint32_t ops, enum hf_layer base, uint32_t divisor);
/* A parameter of the plan; "standard" if it does not name it. */
#define hf_bench_param(name, standard) \
	hf_bench_param_named(HF_PARAM(name, "number"), (standard))
uint32_t hf_bench_param_named(const char *name, uint32_t standard);
bool hf_bench_next(struct hf_bench *b);
/*
 * Before the first sample: the operation asks a device, whose driver counts its
 * notifications there; or it is one of several CPUs that work at once.
 */
void hf_bench_device(struct hf_bench *b, const volatile uint64_t *doorbells);
void hf_bench_crowd(struct hf_bench *b);
/* No more samples can be had; there are at least five, or the class fails. */
void hf_bench_cut(struct hf_bench *b);
/* Sends the histograms; an expectation fails if there was no sample. */
void hf_bench_close(struct hf_bench *b);

/*
 * Whether something is in the sample that does not belong to its class
 * (docs/measuring.md).  During the warm-up: learns what the class does, false.
 */
bool hf_bench_is_foreign(struct hf_bench *b, const struct hf_bench_sample *s);

void hf_bench_before(struct hf_bench *b);
void hf_bench_after(struct hf_bench *b);

/* LFENCE before: what came before has ended; after: nothing starts early. */
static inline uint64_t
hf_bench_tsc(void)
{
	uint32_t lo, hi;

	__asm__ volatile("lfence; rdtsc; lfence"
			 : "=a"(lo), "=d"(hi)
			 :
			 : "memory");
	return ((uint64_t)hi << 32 | lo);
}

static inline void
hf_bench_start(struct hf_bench *b)
{
	hf_bench_before(b);
	HF_MARK(HF_MARK_START);
	b->bn_start_tsc = hf_bench_tsc();
	b->bn_trace.tr_since = b->bn_start_tsc;
}

static inline void
hf_bench_stop(struct hf_bench *b)
{
	b->bn_stop_tsc = hf_bench_tsc();
	HF_MARK(HF_MARK_STOP);
	hf_bench_after(b);
}

#endif
