/* SPDX-License-Identifier: BSD-2-Clause */
/* result.c: keep the outcome of a scenario and count outcomes. */
#include "report/result.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/err.h"

const char *
verdict_name(enum hf_verdict v)
{
	switch (v) {
	case HF_VERDICT_PASS:
		return ("pass");
	case HF_VERDICT_NONE:
	case HF_VERDICT_FAIL:
		return ("fail");
	case HF_VERDICT_SKIP:
		return ("skip");
	case HF_VERDICT_BROKEN:
		return ("broken");
	case HF_VERDICT_DIED:
		return ("died");
	case HF_VERDICT_TIMEOUT:
		return ("timeout");
	case HF_VERDICT_LOST:
		return ("lost");
	case HF_VERDICT_DISBELIEVED:
		return ("disbelieved");
	case HF_VERDICT_INTERRUPTED:
		return ("interrupted");
	case HF_VERDICT_NOT_RUN:
		return ("not_run");
	}
	return ("fail");
}

static char *
copy_text(const char *s)
{
	char *p;

	if (s == NULL)
		return (NULL);
	p = strdup(s);
	hf_check_memory(p != NULL);
	return (p);
}

/* Room for one more element in an array that doubles at powers of two. */
static void *
grow(void *array, size_t n, size_t element_bytes)
{
	if (n != 0 && (n & (n - 1)) != 0)
		return (array);
	array = realloc(array, (n == 0 ? 1 : 2 * n) * element_bytes);
	hf_check_memory(array != NULL);
	return (array);
}

static void
free_point(struct result_point *p)
{
	if (p == NULL)
		return;
	free(p->kind);
	free(p->function);
	free(p->file);
	free(p);
}

void
result_set_reason(struct scenario_result *r, const char *fmt, ...)
{
	char *reason;
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vasprintf(&reason, fmt, ap);
	va_end(ap);
	hf_check_memory(n >= 0);
	free(r->reason);
	r->reason = reason;
}

void
result_add_failure(struct scenario_result *r, const char *file, uint64_t line,
    const char *text, const char *got, const char *want)
{
	struct result_failure *f;

	if (r->nfailures >= RESULT_KEEP_MAX)
		return;
	r->failures = grow(r->failures, r->nfailures, sizeof(*f));
	f = &r->failures[r->nfailures++];
	f->file = copy_text(file);
	f->line = line;
	f->text = copy_text(text);
	f->got = copy_text(got);
	f->want = copy_text(want);
}

void
result_add_note(struct scenario_result *r, const char *text)
{
	if (r->nnotes >= RESULT_KEEP_MAX)
		return;
	r->notes = grow(r->notes, r->nnotes, sizeof(char *));
	r->notes[r->nnotes++] = copy_text(text);
}

void
result_add_value(struct scenario_result *r, const char *name, uint64_t value,
    const char *unit)
{
	struct result_value *v;

	if (r->nvalues >= RESULT_KEEP_MAX)
		return;
	r->values = grow(r->values, r->nvalues, sizeof(*v));
	v = &r->values[r->nvalues++];
	v->name = copy_text(name);
	v->value = value;
	v->unit = copy_text(unit);
}

uint64_t
result_value(const struct scenario_result *r, const char *name)
{
	for (size_t i = 0; i < r->nvalues; i++)
		if (strcmp(r->values[i].name, name) == 0)
			return (r->values[i].value);
	return (0);
}

static int
by_number(const void *a, const void *b)
{
	const uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x < y ? -1 : x > y);
}

bool
result_add_paths(struct scenario_result *r, const char *text)
{
	char *end;

	for (;; text = end + 1) {
		if (*text < '1' || *text > '9' || r->npaths == RESULT_PATHS_MAX)
			return (false);
		r->paths = grow(r->paths, r->npaths, sizeof(*r->paths));
		r->paths[r->npaths++] = strtoull(text, &end, 10);
		if (*end != ',')
			break;
	}
	qsort(r->paths, r->npaths, sizeof(*r->paths), by_number);
	return (*end == '\0');
}

void
result_set_point(struct scenario_result *r, const struct result_point *p,
    const char *kind, const char *function, const char *file)
{
	free_point(r->point);
	r->point = malloc(sizeof(*r->point));
	hf_check_memory(r->point != NULL);
	*r->point = *p;
	r->point->kind = copy_text(kind);
	r->point->function = copy_text(function);
	r->point->file = copy_text(file);
}

void
result_set_left(struct scenario_result *r, const char *file, uint64_t line)
{
	int n;

	free(r->left);
	n = asprintf(&r->left, "%s:%" PRIu64, file, line);
	hf_check_memory(n >= 0);
}

void
result_reset(struct scenario_result *r)
{
	struct scenario_result empty = {
		.id = r->id, .title = r->title, .requirements = r->requirements
	};

	for (size_t i = 0; i < r->nfailures; i++) {
		free(r->failures[i].file);
		free(r->failures[i].text);
		free(r->failures[i].got);
		free(r->failures[i].want);
	}
	for (size_t i = 0; i < r->nvalues; i++) {
		free(r->values[i].name);
		free(r->values[i].unit);
	}
	for (size_t i = 0; i < r->nnotes; i++)
		free(r->notes[i]);
	free(r->failures);
	free(r->values);
	free(r->notes);
	free(r->reason);
	free(r->dump);
	free(r->paths);
	free_point(r->point);
	free(r->left);
	free(r->again);
	*r = empty;
}

enum exitcode
verdict_status(enum hf_verdict v)
{
	switch (v) {
	case HF_VERDICT_PASS:
	case HF_VERDICT_SKIP:
	case HF_VERDICT_NOT_RUN:
		return (EXITCODE_OK);
	case HF_VERDICT_DIED:
		return (EXITCODE_DIED);
	case HF_VERDICT_TIMEOUT:
		return (EXITCODE_TIMEOUT);
	case HF_VERDICT_DISBELIEVED:
		return (EXITCODE_HARNESS);
	case HF_VERDICT_NONE:
	case HF_VERDICT_FAIL:
	case HF_VERDICT_BROKEN:
	case HF_VERDICT_LOST:
	case HF_VERDICT_INTERRUPTED:
		break;
	}
	return (EXITCODE_FAILED);
}

void
totals_add(struct result_totals *t, const struct scenario_result *r)
{
	t->scenarios++;
	if (r->began)
		t->began++;
	if (r->verdict == HF_VERDICT_PASS)
		t->passed++;
	else if (r->verdict == HF_VERDICT_SKIP)
		t->skipped++;
	else if (r->verdict == HF_VERDICT_NOT_RUN)
		t->not_run++;
	else
		t->failed++;
	fail_totals_add(&t->fails, &r->fails);
	t->status = exitcode_worst(t->status, verdict_status(r->verdict));
}

enum exitcode
totals_status(const struct result_totals *t)
{
	if (t->scenarios == 0)
		return (EXITCODE_HARNESS);
	if (t->skipped == t->scenarios && t->status == EXITCODE_OK)
		return (EXITCODE_SKIPPED);
	if (t->began == 0)
		return (EXITCODE_HARNESS);
	return (t->status);
}
