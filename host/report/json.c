/* SPDX-License-Identifier: BSD-2-Clause */
/* json.c: the whole run as one JSON document (docs/schema/run.json). */
#include "core/json.h"

#include <stdlib.h>

#include "core/interrupt.h"
#include "report/report.h"

#define JSON_REPORT_VERSION 2

static json_t *
failures_of(const struct scenario_result *res)
{
	json_t *list = json_array(), *j;

	for (size_t i = 0; i < res->nfailures; i++) {
		j = json_object();
		json_put(j, "file", json_text(res->failures[i].file));
		json_put(j, "line", json_count(res->failures[i].line));
		json_put(j, "text", json_text(res->failures[i].text));
		json_put(j, "got", json_text(res->failures[i].got));
		json_put(j, "want", json_text(res->failures[i].want));
		json_add(list, j);
	}
	return (list);
}

static json_t *
values_of(const struct scenario_result *res)
{
	json_t *list = json_array(), *j;

	for (size_t i = 0; i < res->nvalues; i++) {
		j = json_object();
		json_put(j, "name", json_text(res->values[i].name));
		json_put(j, "value", json_digits(res->values[i].value));
		json_put(j, "unit", json_text(res->values[i].unit));
		json_add(list, j);
	}
	return (list);
}

static json_t *
scenario_of(const struct report *r, const struct scenario_result *res)
{
	json_t *j = json_object(), *notes = json_array();
	char *again = report_again(r, res);

	for (size_t i = 0; i < res->nnotes; i++)
		json_add(notes, json_text(res->notes[i]));
	json_put(j, "id", json_text(res->id));
	json_put(j, "title", json_text(res->title));
	json_put(j, "requirements", json_words(res->requirements));
	json_put(j, "verdict", json_text(verdict_name(res->verdict)));
	json_put(j, "reason", json_text(res->reason));
	json_put(j, "again", json_text(again));
	json_put(j, "passed", json_count(res->passed));
	json_put(j, "failed", json_count(res->failed));
	json_put(j, "wall_ns", json_count(res->wall_ns));
	json_put(j, "tsc", json_count(res->tsc));
	json_put(j, "failures", failures_of(res));
	json_put(j, "values", values_of(res));
	json_put(j, "notes", notes);
	json_put(j, "dump", json_text(res->dump));
	free(again);
	return (j);
}

static json_t *
disks_of(const struct report_environment *e)
{
	json_t *all = json_array(), *j;

	for (size_t i = 0; i < e->ndisks; i++) {
		j = json_object();
		json_put(j, "name", json_text(e->disks[i].name));
		json_put(j, "image", json_text(e->disks[i].image));
		json_put(j, "how", json_text(e->disks[i].how));
		json_add(all, j);
	}
	return (all);
}

static json_t *
environment_of(const struct report_environment *e)
{
	json_t *j = json_object(), *options = json_object();

	for (size_t i = 0; i < e->noptions; i++)
		json_put(options, e->options[i].name,
		    json_text(e->options[i].value));
	json_put(j, "version", json_text(e->version));
	json_put(j, "build_id", json_text(e->build_id));
	json_put(j, "accelerator", json_text(e->accelerator));
	json_put(j, "host_kernel", json_text(e->host_kernel));
	json_put(j, "cpu", json_text(e->cpu));
	json_put(j, "guest", json_text(e->guest));
	json_put(j, "guest_sha256", json_text(e->guest_sha256));
	json_put(j, "disk", json_text(e->disk));
	json_put(j, "disks", disks_of(e));
	json_put(j, "cpus", json_count(e->ncpus));
	json_put(j, "memory_bytes", json_count(e->memory_bytes));
	json_put(j, "seed", json_digits(e->seed));
	json_put(j, "options", options);
	json_put(j, "command", json_text(e->command));
	return (j);
}

static json_t *
totals_of(const struct result_totals *totals)
{
	json_t *t = json_object();

	json_put(t, "scenarios", json_count(totals->scenarios));
	json_put(t, "passed", json_count(totals->passed));
	json_put(t, "failed", json_count(totals->failed));
	json_put(t, "skipped", json_count(totals->skipped));
	json_put(t, "not_run", json_count(totals->not_run));
	return (t);
}

static json_t *
fails_of(const struct fail_totals *fails)
{
	json_t *j = json_object(), *kinds = json_array(), *kind;

	for (size_t i = 0; i < fails->nkinds; i++) {
		kind = json_object();
		json_put(kind, "kind", json_text(fails->kinds[i].name));
		json_put(kind, "runs", json_count(fails->kinds[i].runs));
		json_put(kind, "bad", json_count(fails->kinds[i].bad));
		json_add(kinds, kind);
	}
	json_put(j, "runs", json_count(fails->runs));
	json_put(j, "bad", json_count(fails->bad));
	json_put(j, "kinds", kinds);
	return (j);
}

static void
json_finish(struct report *r, struct scenario_result *const *results,
    size_t nresults, const struct report_summary *s)
{
	json_t *top = json_object(), *list = json_array();
	char *text, ring0[REPORT_RING0_BYTES];

	for (size_t i = 0; i < nresults; i++)
		json_add(list, scenario_of(r, results[i]));
	json_put(top, "format", json_count(JSON_REPORT_VERSION));
	json_put(top, "environment", environment_of(&r->env));
	json_put(top, "scenarios", list);
	json_put(top, "totals", totals_of(&s->totals));
	if (s->totals.fails.runs > 0)
		json_put(top, "made_to_fail", fails_of(&s->totals.fails));
	json_put(top, "status", json_count(report_status(s)));
	json_put(top, "signal",
	    json_text(s->signal != 0 ? interrupt_name(s->signal) : NULL));
	json_put(top, "stopped", json_text(s->stopped));
	json_put(top, "wall_ns", json_count(s->wall_ns));
	json_put(top, "ring0", json_text(report_ring0(s, ring0)));
	text = json_document(top, JSON_INDENT(2));
	fputs(text, r->out);
	free(text);
	json_decref(top);
}

const struct report_ops report_json_ops = {
	.finish = json_finish,
};
