/* SPDX-License-Identifier: BSD-2-Clause */
/* bench_collect.c: from a guest's hist records to a bench report. */
#include "run/bench_collect.h"

#include <stdlib.h>
#include <string.h>

#include "measure/clock.h"
#include "run/bench_kvm.h"

struct bench_collect {
	struct bench_report *report;
	FILE *raw, *progress;
	unsigned int round, rounds;
	/* The histogram that is arriving. */
	char class_name[BENCH_NAME_MAX], layer[16];
	struct hf_hist part;
	uint64_t want, got, next_part;
	struct bench_kvm *kvm;
	const struct bench_class *counted; /* the last that kvm was added to */
	char bad[160];
};

struct bench_collect *
bench_collect_new(struct bench_report *report, FILE *raw, FILE *progress)
{
	struct bench_collect *c = calloc(1, sizeof(*c));

	hf_check_memory(c != NULL);
	c->report = report;
	c->raw = raw;
	c->progress = progress;
	return (c);
}

void
bench_collect_free(struct bench_collect *c)
{
	if (c == NULL)
		return;
	bench_kvm_free(c->kvm);
	free(c);
}

void
bench_collect_round(
    struct bench_collect *c, unsigned int round, unsigned int of)
{
	hf_check(round >= 1 && round <= BENCH_ROUNDS_MAX);
	c->round = round;
	c->rounds = of;
	bench_kvm_free(c->kvm);
	c->kvm = NULL;
}

static void
complain(struct bench_collect *c, const char *what)
{
	if (c->bad[0] == '\0')
		snprintf(c->bad, sizeof(c->bad), "%s (class %.60s)", what,
		    c->class_name);
}

/* Digits alone, at least one; *text moves behind them.  False: something else. */
static bool
number(const char **text, unsigned long *n)
{
	char *end;

	if (**text < '0' || **text > '9')
		return (false);
	*n = strtoul(*text, &end, 10);
	*text = end;
	return (true);
}

/* "bucket:count,bucket:count": adds to the part; -1 if it is anything else. */
static int
buckets_add(struct bench_collect *c, const char *text)
{
	unsigned long least = 0, bucket, n;

	for (;; text++) {
		if (!number(&text, &bucket) || bucket < least ||
		    bucket >= HF_HIST_BUCKETS || *text++ != ':')
			return (-1);
		if (!number(&text, &n) || n == 0 || n > c->want - c->got)
			return (-1);
		c->part.bucket[bucket] += (uint32_t)n;
		c->got += n;
		least = bucket + 1;
		if (*text != ',')
			return (*text == '\0' ? 0 : -1);
	}
}

static bool
begin_hist(struct bench_collect *c, const struct record *rec)
{
	const char *name = rec->text[KEY_CLASS], *layer = rec->text[KEY_LAYER];

	if (c->got != c->want) {
		complain(c, "a histogram ended early");
		return (false);
	}
	if (name[0] == '\0' || strlen(name) >= sizeof(c->class_name) ||
	    strlen(layer) >= sizeof(c->layer)) {
		complain(c, "a class or layer name is too long");
		return (false);
	}
	strcpy(c->class_name, name);
	strcpy(c->layer, layer);
	hf_hist_reset(&c->part);
	c->want = rec->number[KEY_COUNT];
	c->got = 0;
	c->part.count = c->want;
	c->part.sum = rec->number[KEY_SUM];
	c->part.min = rec->number[KEY_MIN];
	c->part.max = rec->number[KEY_MAX];
	return (true);
}

static void
total_done(struct bench_collect *c, struct bench_class *class)
{
	double median = (double)hf_hist_quantile(&c->part, 50000) / class->ops;

	hf_hist_merge(&class->total, &c->part);
	if (class->rounds < BENCH_ROUNDS_MAX)
		class->round[class->rounds++] = median;
	if (strcmp(c->class_name, "recorder") == 0)
		c->report->env.recorder_ticks = (uint64_t)median;
	if (c->progress != NULL)
		fprintf(c->progress, "round %u/%u  %-40s %10.0f ns\n", c->round,
		    c->rounds, class->name,
		    ns_from_tsc_f(median, c->report->env.tsc_hz));
}

static void
hist_done(struct bench_collect *c, uint64_t ops)
{
	struct bench_class *class;
	enum hf_layer layer;

	if (c->report->classes >= BENCH_CLASSES_MAX &&
	    bench_class_find(c->report, c->class_name) == NULL) {
		complain(c, "too many classes");
		return;
	}
	class = bench_class_get(c->report, c->class_name);
	class->ops = (uint32_t)ops;
	/* Whatever comes first: there may be no sample but those apart. */
	if (class != c->counted)
		bench_kvm_add(c->kvm, class);
	c->counted = class;
	if (strcmp(c->layer, "total") == 0) {
		total_done(c, class);
		return;
	}
	if (strcmp(c->layer, "apart") == 0) {
		hf_hist_merge(&class->apart, &c->part);
		return;
	}
	if (strcmp(c->layer, "exits") == 0) {
		hf_hist_merge(&class->exits, &c->part);
		return;
	}
	layer = bench_layer_by_name(c->layer);
	if (layer == HF_LAYERS)
		complain(c, "a layer of an unknown name");
	else
		hf_hist_merge(&class->layer[layer], &c->part);
}

void
bench_collect_starts(void *collect, struct vm *vm)
{
	struct bench_collect *c = collect;

	bench_kvm_free(c->kvm);
	c->kvm = bench_kvm_new(vm);
}

void
bench_collect_record(void *collect, const struct record *rec)
{
	struct bench_collect *c = collect;
	uint64_t ops = rec->number[KEY_OPS];

	if (rec->kind == RECORD_BEGIN) {
		bench_kvm_begin(c->kvm);
		c->counted = NULL;
		return;
	}
	if (rec->kind == RECORD_RAW) {
		if (c->raw != NULL)
			fprintf(c->raw, "%s\t%u\t%llu\t%llu\t%llu\n",
			    rec->text[KEY_CLASS], c->round,
			    (unsigned long long)rec->number[KEY_N],
			    (unsigned long long)rec->number[KEY_TICKS],
			    (unsigned long long)rec->number[KEY_APART]);
		return;
	}
	if (ops == 0 || ops > UINT32_MAX || rec->number[KEY_COUNT] == 0 ||
	    rec->number[KEY_COUNT] > UINT32_MAX) {
		complain(c, "a count that makes no sense");
		return;
	}
	if (rec->number[KEY_PART] == 0) {
		if (!begin_hist(c, rec))
			return;
		c->next_part = 0;
	}
	if (rec->number[KEY_PART] != c->next_part++ ||
	    strcmp(rec->text[KEY_CLASS], c->class_name) != 0 ||
	    strcmp(rec->text[KEY_LAYER], c->layer) != 0 ||
	    buckets_add(c, rec->text[KEY_BUCKETS]) != 0) {
		complain(c, "a part of a histogram that makes no sense");
		return;
	}
	if (c->got == c->want)
		hist_done(c, ops);
}

int
bench_collect_check(const struct bench_collect *c, struct hf_err *err)
{
	if (c->bad[0] != '\0')
		return (err_host(err,
		    "the guest's measurements cannot be used: %s", c->bad));
	if (c->got != c->want)
		return (err_host(err,
		    "the guest's measurements end in the middle of class %s",
		    c->class_name));
	return (0);
}
