/* SPDX-License-Identifier: BSD-2-Clause */
/* json.c: the whole run as one JSON document, made when it is over. */
#include <inttypes.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "report/report.h"
#include "report/text.h"

#define JSON_REPORT_VERSION 1

/* Takes over value, as all of jansson's _new functions do. */
static void
put(json_t *object, const char *key, json_t *value)
{
	int rc = json_object_set_new(object, key, value);

	hf_check(rc == 0);
}

static json_t *
text_or_null(const char *s)
{
	char *clean;
	json_t *j;

	if (s == NULL)
		return (json_null());
	clean = text_clean(s, strlen(s));
	j = json_string(clean);
	free(clean);
	return (j);
}

/* JSON numbers are signed 64 bits in jansson: larger ones go as text. */
static json_t *
number(uint64_t v)
{
	char digits[24];

	if (v <= INT64_MAX)
		return (json_integer((json_int_t)v));
	snprintf(digits, sizeof(digits), "%" PRIu64, v);
	return (json_string(digits));
}

static json_t *
failures_of(const struct scenario_result *res)
{
	json_t *list = json_array(), *j;

	for (size_t i = 0; i < res->nfailures; i++) {
		j = json_object();
		put(j, "file", text_or_null(res->failures[i].file));
		put(j, "line", number(res->failures[i].line));
		put(j, "text", text_or_null(res->failures[i].text));
		put(j, "got", text_or_null(res->failures[i].got));
		put(j, "want", text_or_null(res->failures[i].want));
		json_array_append_new(list, j);
	}
	return (list);
}

static json_t *
values_of(const struct scenario_result *res)
{
	json_t *list = json_array(), *j;

	for (size_t i = 0; i < res->nvalues; i++) {
		j = json_object();
		put(j, "name", text_or_null(res->values[i].name));
		put(j, "value", number(res->values[i].value));
		put(j, "unit", text_or_null(res->values[i].unit));
		json_array_append_new(list, j);
	}
	return (list);
}

static json_t *
scenario_of(const struct scenario_result *res)
{
	json_t *j = json_object(), *notes = json_array();

	for (size_t i = 0; i < res->nnotes; i++)
		json_array_append_new(notes, text_or_null(res->notes[i]));
	put(j, "id", text_or_null(res->id));
	put(j, "title", text_or_null(res->title));
	put(j, "requirements", text_or_null(res->requirements));
	put(j, "verdict", text_or_null(verdict_name(res->verdict)));
	put(j, "reason", text_or_null(res->reason));
	put(j, "passed", number(res->passed));
	put(j, "failed", number(res->failed));
	put(j, "wall_ns", number(res->wall_ns));
	put(j, "tsc", number(res->tsc));
	put(j, "failures", failures_of(res));
	put(j, "values", values_of(res));
	put(j, "notes", notes);
	put(j, "dump", text_or_null(res->dump));
	return (j);
}

static json_t *
environment_of(const struct report_environment *e)
{
	json_t *j = json_object();

	put(j, "version", text_or_null(e->version));
	put(j, "accelerator", text_or_null(e->accelerator));
	put(j, "host_kernel", text_or_null(e->host_kernel));
	put(j, "cpu", text_or_null(e->cpu));
	put(j, "guest", text_or_null(e->guest));
	put(j, "disk", text_or_null(e->disk));
	put(j, "cpus", number(e->ncpus));
	put(j, "memory_bytes", number(e->memory_bytes));
	put(j, "seed", number(e->seed));
	return (j);
}

static void
json_finish(struct report *r, struct scenario_result *const *results,
    size_t nresults, const struct report_summary *s)
{
	json_t *top = json_object(), *list = json_array(), *t = json_object();

	for (size_t i = 0; i < nresults; i++)
		json_array_append_new(list, scenario_of(results[i]));
	put(t, "scenarios", number(s->totals.scenarios));
	put(t, "passed", number(s->totals.passed));
	put(t, "failed", number(s->totals.failed));
	put(t, "skipped", number(s->totals.skipped));
	put(top, "format", number(JSON_REPORT_VERSION));
	put(top, "environment", environment_of(&r->env));
	put(top, "scenarios", list);
	put(top, "totals", t);
	put(top, "status", number((uint64_t)s->status));
	put(top, "wall_ns", number(s->wall_ns));
	/* A failed write leaves its mark in the stream, see report_finish. */
	json_dumpf(top, r->out, JSON_INDENT(2));
	fputc('\n', r->out);
	json_decref(top);
}

const struct report_ops report_json_ops = {
	.finish = json_finish,
};
