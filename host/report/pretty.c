/* SPDX-License-Identifier: BSD-2-Clause */
/* pretty.c: the report for people: one line a scenario, details of the bad. */
#include <inttypes.h>
#include <stdlib.h>

#include "core/units.h"
#include "report/report.h"
#include "report/text.h"

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

	fprintf(r->out, "holdfast %s on %s\n", e->version, e->accelerator);
	fprintf(r->out, "host   %s, %s\n", e->host_kernel, e->cpu);
	fprintf(r->out, "guest  %s, %u CPU%s, %s, seed %" PRIu64 "\n", e->guest,
	    e->ncpus, e->ncpus == 1 ? "" : "s",
	    units_format_bytes(e->memory_bytes, memory, sizeof(memory)),
	    e->seed);
	fprintf(r->out, "disk   %s\n\n", e->disk);
}

static void
pretty_scenario_begin(struct report *r, const char *id)
{
	if (!r->terminal)
		return;
	erase_live_line(r);
	fprintf(r->out, "[%zu/%zu] %s", r->ended + 1, r->planned, id);
	fflush(r->out);
}

static void
print_failure(FILE *f, const struct result_failure *x)
{
	fputs(INDENT, f);
	text_print(f, x->file);
	fprintf(f, ":%" PRIu64 ": ", x->line);
	text_print(f, x->text);
	fputc('\n', f);
	if (x->got != NULL)
		text_print_lines(f, INDENT "    got  ", x->got);
	if (x->want != NULL)
		text_print_lines(f, INDENT "    want ", x->want);
}

static void
print_details(FILE *f, const struct scenario_result *res)
{
	for (size_t i = 0; i < res->nfailures; i++)
		print_failure(f, &res->failures[i]);
	if (res->failed > res->nfailures)
		fprintf(f, INDENT "and %" PRIu64 " more\n",
		    res->failed - res->nfailures);
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
		text_print(f, res->values[i].name);
		fprintf(f, ": %" PRIu64 " ", res->values[i].value);
		text_print(f, res->values[i].unit);
		fputc('\n', f);
	}
}

static void
pretty_scenario_end(struct report *r, const struct scenario_result *res)
{
	const char *colour = colour_of(r, res->verdict);
	char seconds[32];

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
		print_details(r->out, res);
	print_notes(r->out, res);
	if (res->dump != NULL)
		text_print_lines(r->out, INDENT, res->dump);
	print_values(r->out, res);
	fflush(r->out);
}

static void
pretty_finish(struct report *r, struct scenario_result *const *results,
    size_t nresults, const struct report_summary *s)
{
	const struct result_totals *t = &s->totals;
	char seconds[32];

	erase_live_line(r);
	fprintf(r->out,
	    "\n%zu scenario%s: %zu passed, %zu failed, %zu skipped, in %s "
	    "s\n",
	    t->scenarios, t->scenarios == 1 ? "" : "s", t->passed, t->failed,
	    t->skipped,
	    units_format_seconds(s->wall_ns, seconds, sizeof(seconds)));
	if (t->began == 0 && t->skipped != t->scenarios)
		fputs("no scenario reported anything\n", r->out);
}

const struct report_ops report_pretty_ops = {
	.begin = pretty_begin,
	.scenario_begin = pretty_scenario_begin,
	.scenario_end = pretty_scenario_end,
	.finish = pretty_finish,
};
