/* SPDX-License-Identifier: BSD-2-Clause */
/* bench_judge.c: which samples a bench keeps apart. */
#include <sys/param.h>
#include <sys/systm.h>
#include <kern/clock.h>
#include <test/bench.h>
#include "abi.h"

#define WARMUP 3
#define NONE   HF_COUNT_NONE

static struct hf_bench the_bench;
static const volatile uint64_t doorbells;

static struct hf_bench *
bench(void)
{
	struct hf_bench *b = &the_bench;

	bzero(b, sizeof(*b));
	b->bn_warmup = WARMUP;
	b->bn_exits_usual = b->bn_wakeup_ns = HF_COUNT_NONE;
	return (b);
}

/* A sample of 64 us, of which a CPU may have to wait 1 us. */
static bool
foreign(struct hf_bench *b, struct hf_bench_sample s)
{
	bool verdict;

	s.ticks = hf_tsc_from_ns(64000);
	verdict = hf_bench_is_foreign(b, &s);
	b->bn_done++;
	return (verdict);
}

#define FOREIGN(b, ...) foreign(b, (struct hf_bench_sample){ __VA_ARGS__ })

HF_SCENARIO(kern_bench_plain, "kern.bench_apart", "",
    "a sample with more exits than the least, a host interrupt or a wait")
{
	struct hf_bench *b = bench();

	/* noise in the warm-up does not raise the limit */
	hf_expect(!FOREIGN(b, .exits = 9, .host_irqs = 5, .delay_ns = 90000));
	hf_expect(!FOREIGN(b, .exits = 2));
	hf_expect(!FOREIGN(b, .exits = 4, .host_irqs = 1));
	hf_expect(!FOREIGN(b, .exits = 2, .delay_ns = 900));
	hf_expect(FOREIGN(b, .exits = 3));
	hf_expect(FOREIGN(b, .exits = 2, .host_irqs = 1));
	hf_expect(FOREIGN(b, .exits = 2, .delay_ns = 1100));
	hf_expect(!FOREIGN(b, .exits = 1));
	hf_expect(
	    !FOREIGN(b, .exits = NONE, .host_irqs = NONE, .delay_ns = NONE));
}

HF_SCENARIO(kern_bench_device, "kern.bench_apart_device", "",
    "notifications and interrupts of a sample's device belong to it")
{
	struct hf_bench *b = bench();

	b->bn_doorbells = &doorbells;
	hf_expect(!FOREIGN(b, .exits = 4, .doorbells = 4));
	hf_expect(!FOREIGN(b, .exits = 30, .doorbells = 1, .interrupts = 2,
	    .delay_ns = 80000));
	hf_expect(!FOREIGN(
	    b, .exits = 8, .doorbells = 1, .interrupts = 1, .delay_ns = 3000));
	hf_expect(!FOREIGN(b, .exits = 7, .doorbells = 7));
	hf_expect(FOREIGN(b, .exits = 8, .doorbells = 7));
	hf_expect(FOREIGN(b, .exits = 1, .doorbells = 1, .delay_ns = 3000));
	/* the least that a wake-up took was 3 us: up to 6, and the 64th */
	hf_expect(!FOREIGN(
	    b, .exits = 12, .doorbells = 1, .interrupts = 1, .delay_ns = 6900));
	hf_expect(FOREIGN(
	    b, .exits = 12, .doorbells = 1, .interrupts = 1, .delay_ns = 7100));
	hf_expect(!FOREIGN(b, .exits = 12, .interrupts = 1, .host_irqs = 1));
	hf_expect(FOREIGN(b, .exits = 12, .interrupts = 1, .host_irqs = 2));
}

HF_SCENARIO(kern_bench_crowd, "kern.bench_apart_crowd", "",
    "CPUs that work at once: exits vary, a host interrupt on any is foreign")
{
	struct hf_bench *b = bench();

	b->bn_crowd = true;
	hf_expect(!FOREIGN(b, .exits = 1, .delay_ns = 90000));
	hf_expect(!FOREIGN(b, .exits = 3, .host_irqs = 2));
	hf_expect(!FOREIGN(b, .exits = 1));
	hf_expect(!FOREIGN(b, .exits = 500, .interrupts = 3, .host_irqs = 3));
	hf_expect(FOREIGN(b, .exits = 1, .host_irqs = 1));
	hf_expect(FOREIGN(b, .exits = 1, .delay_ns = 1100));
}
