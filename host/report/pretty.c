/* SPDX-License-Identifier: BSD-2-Clause */
/* pretty.c: the report for people: one line a scenario, details of the bad. */
#include <inttypes.h>
#include <stdlib.h>

#include "core/units.h"
#include "core/text.h"
#include "report/report.h"

#define INDENT "      "

static const char *
word_of(enum hf_verdict v)
{
	switch (v) {
	case HF_VERDICT_PASS:
		return ("pass");
	case HF_VERDICT_SKIP:
		return ("skip");
	case HF_VERDICT_BROKEN:
		return ("BROKEN");
	case HF_VERDICT_DIED:
		return ("DIED");
	case HF_VERDICT_TIMEOUT:
		return ("TIMEOUT");
	case HF_VERDICT_LOST:
		return ("LOST");
	case HF_VERDICT_DISBELIEVED:
		return ("DISBELIEVED");
	case HF_VERDICT_INTERRUPTED:
		return ("INTERRUPTED");
	case HF_VERDICT_NOT_RUN:
		return ("not run");
	case HF_VERDICT_NONE:
	case HF_VERDICT_FAIL:
		break;
	}
	return ("FAIL");
}

/* ECMA-48 SGR codes. */
static const char *
colour_of(const struct report *r, enum hf_verdict v)
{
	if (!r->terminal || getenv("NO_COLOR") != NULL)
		return ("");
	if (v == HF_VERDICT_PASS)
		return ("\033[32m");
	return (v == HF_VERDICT_SKIP ? "\033[33m" : "\033[1;31m");
}

static const char *
colour_off(const char *colour)
{
	return (*colour != '\0' ? "\033[0m" : "");
}

/* The live line is overwritten by whatever comes next. */
static void
erase_live_line(struct report *r)
{
	if (r->terminal)
		fputs("\r\033[K", r->out);
}

static void
pretty_begin(struct report *r)
{
	const struct report_environment *e = &r->env;
	char memory[32];

	fprintf(r->out, "holdfast %s on ", e->version);
	text_print_line(r->out, e->accelerator);
	fputs("\nhost   ", r->out);
	text_print_line(r->out, e->host_kernel);
	fputs(", ", r->out);
	text_print_line(r->out, e->cpu);
	fputs("\nguest  ", r->out);
	text_print_line(r->out, e->guest);
	fprintf(r->out, ", %u CPU%s, %s, seed %" PRIu64 "\n", e->ncpus,
	    e->ncpus == 1 ? "" : "s",
	    units_format_bytes(e->memory_bytes, memory, sizeof(memory)),
	    e->seed);
	fputs("disk   ", r->out);
	text_print_line(r->out, e->disk);
	for (size_t i = 1; i < e->ndisks; i++) {
		fprintf(r->out, "\n%s  ", e->disks[i].name);
		report_print_disk(r->out, &e->disks[i]);
	}
	fprintf(r->out, "\nbuild  %s, guest %.16s...\n", e->build_id,
	    e->guest_sha256);
	if (e->command != NULL) {
		fputs("again  ", r->out);
		text_print_line(r->out, e->command);
		fputc('\n', r->out);
	}
	fputc('\n', r->out);
}

static void
pretty_scenario_begin(struct report *r, const char *id)
{
	if (!r->terminal)
		return;
	erase_live_line(r);
	fprintf(r->out, "[%zu/%zu] %s", r->ended + 1, r->planned, id);
}

static void
print_failure(FILE *f, const struct result_failure *x)
{
	fputs(INDENT, f);
	text_print_line(f, x->file);
	fprintf(f, ":%" PRIu64 ": ", x->line);
	text_print_line(f, x->text);
	fputc('\n', f);
	if (x->got != NULL)
		text_print_lines(f, INDENT "    got  ", x->got);
	if (x->want != NULL)
		text_print_lines(f, INDENT "    want ", x->want);
}

static void
print_details(
    FILE *f, const struct report *r, const struct scenario_result *res)
{
	char *again = report_again(r, res);

	for (size_t i = 0; i < res->nfailures; i++)
		print_failure(f, &res->failures[i]);
	if (res->failed > res->nfailures)
		fprintf(f, INDENT "and %" PRIu64 " more\n",
		    res->failed - res->nfailures);
	if (again != NULL) {
		fputs(INDENT "again: ", f);
		text_print_line(f, again);
		fputc('\n', f);
	}
	free(again);
}

/* Also of what passed: what was not looked at must be said. */
static void
print_notes(FILE *f, const struct scenario_result *res)
{
	for (size_t i = 0; i < res->nnotes; i++)
		text_print_lines(f, INDENT "note: ", res->notes[i]);
}

static void
print_values(FILE *f, const struct scenario_result *res)
{
	for (size_t i = 0; i < res->nvalues; i++) {
		fputs(INDENT, f);
		text_print_line(f, res->values[i].name);
		fprintf(f, ": %" PRIu64 " ", res->values[i].value);
		text_print_line(f, res->values[i].unit);
		fputc('\n', f);
	}
}

static void
pretty_scenario_end(struct report *r, const struct scenario_result *res)
{
	const char *colour = colour_of(r, res->verdict);
	char seconds[32];

	/* Hundreds perhaps, behind the one that is worth reading: see the end. */
	if (res->verdict == HF_VERDICT_NOT_RUN)
		return;
	erase_live_line(r);
	fprintf(r->out, "%s%-7s%s ", colour, word_of(res->verdict),
	    colour_off(colour));
	if (res->began)
		fprintf(r->out, "%-44s %8s s", res->id,
		    units_format_seconds(
			res->wall_ns, seconds, sizeof(seconds)));
	else
		fputs(res->id, r->out);
	fputc('\n', r->out);
	if (res->reason != NULL)
		text_print_lines(r->out, INDENT, res->reason);
	if (res->verdict != HF_VERDICT_PASS && res->verdict != HF_VERDICT_SKIP)
		print_details(r->out, r, res);
	print_notes(r->out, res);
	if (res->dump != NULL)
		text_print_lines(r->out, INDENT, res->dump);
	print_values(r->out, res);
}

/* The first of them is where to go on. */
static void
print_not_run(FILE *f, struct scenario_result *const *results, size_t nresults,
    const struct report_summary *s)
{
	for (size_t i = 0; i < nresults && s->totals.not_run > 0; i++) {
		if (results[i]->verdict != HF_VERDICT_NOT_RUN)
			continue;
		fprintf(f, "\nnot run: %zu scenario%s from %s on\n",
		    s->totals.not_run, s->totals.not_run == 1 ? "" : "s",
		    results[i]->id);
		break;
	}
	if (s->stopped != NULL) {
		fputs("\nstopped: ", f);
		text_print_line(f, s->stopped);
		fputc('\n', f);
	}
}

static void
pretty_finish(struct report *r, struct scenario_result *const *results,
    size_t nresults, const struct report_summary *s)
{
	const struct result_totals *t = &s->totals;
	char seconds[32], not_run[40] = "", ring0[REPORT_RING0_BYTES];
	char *fails = fail_totals_text(&t->fails);

	erase_live_line(r);
	print_not_run(r->out, results, nresults, s);
	if (t->not_run > 0)
		snprintf(not_run, sizeof(not_run), "%zu not run, ", t->not_run);
	fprintf(r->out,
	    "\n%zu scenario%s: %zu passed, %zu failed, %zu skipped, %sin %s "
	    "s\n",
	    t->scenarios, t->scenarios == 1 ? "" : "s", t->passed, t->failed,
	    t->skipped, not_run,
	    units_format_seconds(s->wall_ns, seconds, sizeof(seconds)));
	if (fails != NULL) {
		fputs("made to fail: ", r->out);
		text_print_line(r->out, fails);
		fputc('\n', r->out);
	}
	free(fails);
	if (report_ring0(s, ring0) != NULL)
		fprintf(r->out, "ring 0 of the guest: %s\n", ring0);
	if (t->began == 0 && s->stopped == NULL && t->skipped != t->scenarios)
		fputs("no scenario reported anything\n", r->out);
}

const struct report_ops report_pretty_ops = {
	.begin = pretty_begin,
	.scenario_begin = pretty_scenario_begin,
	.scenario_end = pretty_scenario_end,
	.finish = pretty_finish,
};
