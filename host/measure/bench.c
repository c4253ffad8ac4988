/* SPDX-License-Identifier: BSD-2-Clause */
/* bench.c: the classes of a bench report. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/err.h"
#include "measure/bench.h"

static const char *const layer_names[HF_LAYERS] = HF_LAYER_NAMES;

const char *
bench_layer_name(enum hf_layer layer)
{
	return (layer < HF_LAYERS ? layer_names[layer] : "?");
}

enum hf_layer
bench_layer_by_name(const char *name)
{
	enum hf_layer i;

	for (i = 0; i < HF_LAYERS; i++)
		if (strcmp(layer_names[i], name) == 0)
			break;
	return (i);
}

struct bench_report *
bench_report_new(void)
{
	struct bench_report *r = calloc(1, sizeof(*r));

	hf_check_memory(r != NULL);
	return (r);
}

void
bench_report_free(struct bench_report *r)
{
	struct bench_class *c, *next;

	if (r == NULL)
		return;
	for (c = r->first; c != NULL; c = next) {
		next = c->next;
		free(c);
	}
	free(r);
}

const struct bench_class *
bench_class_find(const struct bench_report *r, const char *name)
{
	const struct bench_class *c;

	for (c = r->first; c != NULL; c = c->next)
		if (strcmp(c->name, name) == 0)
			break;
	return (c);
}

struct bench_class *
bench_class_get(struct bench_report *r, const char *name)
{
	struct bench_class *c;

	for (c = r->first; c != NULL; c = c->next)
		if (strcmp(c->name, name) == 0)
			return (c);
	c = calloc(1, sizeof(*c));
	hf_check_memory(c != NULL);
	hf_check(strlen(name) < sizeof(c->name));
	strcpy(c->name, name);
	c->ops = 1;
	hf_hist_reset(&c->total);
	hf_hist_reset(&c->apart);
	hf_hist_reset(&c->exits);
	for (int i = 0; i < HF_LAYERS; i++)
		hf_hist_reset(&c->layer[i]);
	if (r->last != NULL)
		r->last->next = c;
	else
		r->first = c;
	r->last = c;
	r->classes++;
	return (c);
}

double
bench_rounds_span(const struct bench_class *c)
{
	double lo, hi;

	if (c->rounds < 2)
		return (1);
	lo = hi = c->round[0];
	for (size_t i = 1; i < c->rounds; i++) {
		lo = c->round[i] < lo ? c->round[i] : lo;
		hi = c->round[i] > hi ? c->round[i] : hi;
	}
	/* the median of an empty sample may be no tick */
	return (lo > 0 ? hi / lo : hi > 0 ? HUGE_VAL : 1);
}

bool
bench_is_noisy(const struct bench_class *c)
{
	return (c->total.count == 0 || bench_rounds_span(c) > BENCH_SPAN_MAX);
}

double
bench_exits(const struct bench_class *c)
{
	return (c->exits.count == 0
		? -1
		: (double)c->exits.sum / (double)c->exits.count / c->ops);
}

bool
bench_has_quantile(const struct bench_class *c, uint32_t per_100k)
{
	return (c->total.count * (100000 - per_100k) >= 100000);
}
