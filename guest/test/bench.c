/* SPDX-License-Identifier: BSD-2-Clause */
/* bench.c: samples, histograms and their records. */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/proc.h>
#include <sys/libkern.h>
#include <kern/intr.h>
#include <kern/plan.h>
#include <kern/record.h>
#include <machine/cpufunc.h>
#include <test/bench.h>
#include "abi.h"

/* Below this a class has no median worth the name. */
#define SAMPLES_MIN 5

static struct hf_bench the_bench;

uint32_t
hf_bench_param_named(const char *name, uint32_t standard)
{
	const char *text = hf_plan_param_named(name), *end;
	bool overflow;
	uint64_t value;

	if (text == NULL)
		return (standard);
	value = hf_strtou64(text, &end, 10, &overflow);
	if (end == text || *end != '\0' || overflow || value > UINT32_MAX)
		panic("parameter %s=%s is not a number", name, text);
	return ((uint32_t)value);
}

struct hf_bench *
hf_bench_open_few(
    const char *name, uint32_t ops, enum hf_layer base, uint32_t divisor)
{
	struct hf_bench *b = &the_bench;

	KASSERT(ops > 0 && divisor > 0, ("hf_bench_open: %u %u", ops, divisor));
	b->bn_class = name;
	b->bn_ops = ops;
	b->bn_base = base;
	b->bn_samples =
	    MAX(hf_bench_param("samples", 200) / divisor, SAMPLES_MIN);
	b->bn_warmup = MAX(hf_bench_param("warmup", 20) / divisor, 1);
	b->bn_deadline_tsc = hf_tsc() +
	    hf_tsc_from_ns(hf_bench_param("budget_ms", 2000) * 1000000ul);
	b->bn_traced = hf_bench_param("trace", 1) != 0;
	b->bn_raw = hf_bench_param("raw", 0) != 0;
	b->bn_done = 0;
	b->bn_exits_usual = b->bn_wakeup_ns = HF_COUNT_NONE;
	b->bn_doorbells = NULL;
	b->bn_crowd = false;
	hf_hist_reset(&b->bn_total);
	hf_hist_reset(&b->bn_apart);
	hf_hist_reset(&b->bn_exits);
	for (int i = 0; i < HF_LAYERS; i++)
		hf_hist_reset(&b->bn_layer[i]);
	return (b);
}

struct hf_bench *
hf_bench_open(const char *name, uint32_t ops, enum hf_layer base)
{
	return (hf_bench_open_few(name, ops, base, 1));
}

void
hf_bench_device(struct hf_bench *b, const volatile uint64_t *doorbells)
{
	b->bn_doorbells = doorbells;
}

void
hf_bench_crowd(struct hf_bench *b)
{
	b->bn_crowd = true;
}

bool
hf_bench_next(struct hf_bench *b)
{
	if (b->bn_done > 0 && b->bn_done < b->bn_warmup &&
	    hf_tsc() > b->bn_deadline_tsc)
		b->bn_warmup = b->bn_done;
	if (b->bn_done == b->bn_warmup)
		HF_MARK(HF_MARK_CLASS);
	if (b->bn_done >= b->bn_warmup + SAMPLES_MIN &&
	    hf_tsc() > b->bn_deadline_tsc)
		b->bn_samples = b->bn_done - b->bn_warmup;
	return (b->bn_done < b->bn_warmup + b->bn_samples);
}

void
hf_bench_cut(struct hf_bench *b)
{
	if (hf_expect_le(b->bn_warmup + SAMPLES_MIN, b->bn_done))
		b->bn_samples = b->bn_done - b->bn_warmup;
}

static void
guest_counts(const struct hf_bench *b, struct hf_bench_sample *c)
{
	c->interrupts = (uint32_t)hf_interrupts_taken();
	c->doorbells = b->bn_doorbells != NULL ? (uint32_t)*b->bn_doorbells : 0;
}

/* Reading a count is an exit: those come next to the sample. */
void
hf_bench_before(struct hf_bench *b)
{
	bzero(&b->bn_trace, sizeof(b->bn_trace));
	b->bn_trace.tr_layer = b->bn_base;
	guest_counts(b, &b->bn_begin);
	b->bn_begin.delay_ns = hf_host_count(HF_PORT_RUN_DELAY);
	b->bn_begin.host_irqs = hf_host_count(HF_PORT_HOST_IRQS);
	b->bn_begin.exits = hf_host_count(HF_PORT_EXITS);
	if (b->bn_traced)
		curthread->td_trace = &b->bn_trace;
}

static uint32_t
grown(uint32_t from, uint32_t to)
{
	return (from == HF_COUNT_NONE || to == HF_COUNT_NONE ? HF_COUNT_NONE
							     : to - from);
}

static void
sample_read(const struct hf_bench *b, struct hf_bench_sample *s)
{
	const struct hf_bench_sample *from = &b->bn_begin;

	s->exits = grown(from->exits, hf_host_count(HF_PORT_EXITS));
	if (s->exits != HF_COUNT_NONE)
		s->exits--; /* for the second question */
	s->host_irqs = grown(from->host_irqs, hf_host_count(HF_PORT_HOST_IRQS));
	s->delay_ns = grown(from->delay_ns, hf_host_count(HF_PORT_RUN_DELAY));
	guest_counts(b, s);
	s->interrupts -= from->interrupts;
	s->doorbells -= from->doorbells;
	s->ticks = b->bn_stop_tsc - b->bn_start_tsc;
}

static void
sample_raw(const struct hf_bench *b, uint64_t total, bool foreign)
{
	struct record *r = hf_record_begin("raw");

	hf_record_text(r, "class", b->bn_class);
	hf_record_u64(r, "n", b->bn_done - b->bn_warmup);
	hf_record_u64(r, "ticks", total);
	hf_record_u64(r, "apart", foreign);
	hf_record_end(r);
}

void
hf_bench_after(struct hf_bench *b)
{
	struct hf_bench_sample s;
	bool foreign;

	curthread->td_trace = NULL;
	sample_read(b, &s);
	foreign = hf_bench_is_foreign(b, &s);
	if (b->bn_done++ < b->bn_warmup)
		return;
	if (b->bn_raw)
		sample_raw(b, s.ticks, foreign);
	hf_hist_add(foreign ? &b->bn_apart : &b->bn_total, s.ticks);
	if (foreign)
		return;
	if (s.exits != HF_COUNT_NONE)
		hf_hist_add(&b->bn_exits, s.exits);
	if (!b->bn_traced)
		return;
	b->bn_trace.tr_ticks[b->bn_trace.tr_layer] +=
	    b->bn_stop_tsc - b->bn_trace.tr_since;
	for (int i = 0; i < HF_LAYERS; i++)
		hf_hist_add(&b->bn_layer[i], b->bn_trace.tr_ticks[i]);
}

static void
part_send(const struct hf_bench *b, const char *layer, const struct hf_hist *h,
    u_int part, const char *buckets)
{
	struct record *r = hf_record_begin("hist");

	hf_record_text(r, "class", b->bn_class);
	hf_record_text(r, "layer", layer);
	hf_record_u64(r, "ops", b->bn_ops);
	hf_record_u64(r, "count", h->count);
	hf_record_u64(r, "sum", h->sum);
	hf_record_u64(r, "min", h->min);
	hf_record_u64(r, "max", h->max);
	hf_record_u64(r, "part", part);
	hf_record_text(r, "b", buckets);
	hf_record_end(r);
}

/* Room for a bucket and its count in decimal, with ',' and ':'. */
#define PAIR_MAX 24

static void
hist_send(const struct hf_bench *b, const char *layer, const struct hf_hist *h)
{
	char text[HF_RECORD_TEXT_MAX];
	size_t at = 0;
	u_int part = 0;

	if (h->count == 0)
		return;
	for (u_int i = 0; i < HF_HIST_BUCKETS; i++) {
		if (h->bucket[i] == 0)
			continue;
		at += snprintf(text + at, sizeof(text) - at, "%s%u:%u",
		    at ? "," : "", i, h->bucket[i]);
		if (at < sizeof(text) - PAIR_MAX)
			continue;
		part_send(b, layer, h, part++, text);
		at = 0;
	}
	if (at > 0)
		part_send(b, layer, h, part, text);
}

void
hf_bench_close(struct hf_bench *b)
{
	static const char *const layers[HF_LAYERS] = HF_LAYER_NAMES;

	hf_expect_eq(b->bn_total.count + b->bn_apart.count, b->bn_samples);
	hist_send(b, "total", &b->bn_total);
	hist_send(b, "apart", &b->bn_apart);
	hist_send(b, "exits", &b->bn_exits);
	for (int i = 0; i < HF_LAYERS; i++)
		if (b->bn_layer[i].sum != 0)
			hist_send(b, layers[i], &b->bn_layer[i]);
}
