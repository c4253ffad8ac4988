/* SPDX-License-Identifier: BSD-2-Clause */
/* tap.c: Test Anything Protocol. */

/*
 * Version 13 is announced, which every consumer of version 14 accepts; nothing
 * is used that 14 reads differently: the plan comes first, diagnostics are one
 * YAML block indented by two, '#' and '\' in a directive are escaped.
 */
#include <inttypes.h>

#include "report/report.h"
#include "report/text.h"

static void
tap_begin(struct report *r)
{
	const struct report_environment *e = &r->env;

	fprintf(r->out, "TAP version 13\n1..%zu\n", r->planned);
	fprintf(r->out, "# holdfast %s on %s\n", e->version, e->accelerator);
	fprintf(r->out, "# host %s, %s\n", e->host_kernel, e->cpu);
	fprintf(r->out,
	    "# guest %s, cpus %u, memory %" PRIu64 ", seed %" PRIu64 "\n",
	    e->guest, e->ncpus, e->memory_bytes, e->seed);
	fprintf(r->out, "# disk %s\n", e->disk);
}

/* The rest of the line behind a directive. */
static void
print_directive(FILE *f, const char *s)
{
	for (; *s != '\0'; s++) {
		if (*s == '#' || *s == '\\')
			fputc('\\', f);
		fputc((unsigned char)*s < ' ' ? ' ' : *s, f);
	}
}

static void
print_pair(FILE *f, const char *lead, const char *key, const char *value)
{
	if (value == NULL)
		return;
	fprintf(f, "%s%s: ", lead, key);
	text_print_quoted(f, value);
	fputc('\n', f);
}

static void
print_diagnostics(FILE *f, const struct scenario_result *res)
{
	fputs("  ---\n", f);
	print_pair(f, "  ", "title", res->title);
	print_pair(f, "  ", "requirements", res->requirements);
	print_pair(f, "  ", "verdict", verdict_name(res->verdict));
	print_pair(f, "  ", "reason", res->reason);
	fprintf(f, "  passed: %" PRIu64 "\n  failed: %" PRIu64 "\n",
	    res->passed, res->failed);
	fprintf(f, "  duration_ms: %.3f\n", (double)res->wall_ns / 1e6);
	if (res->nfailures > 0)
		fputs("  failures:\n", f);
	for (size_t i = 0; i < res->nfailures; i++) {
		print_pair(f, "    - ", "file", res->failures[i].file);
		fprintf(f, "      line: %" PRIu64 "\n", res->failures[i].line);
		print_pair(f, "      ", "text", res->failures[i].text);
		print_pair(f, "      ", "got", res->failures[i].got);
		print_pair(f, "      ", "want", res->failures[i].want);
	}
	if (res->nnotes > 0)
		fputs("  notes:\n", f);
	for (size_t i = 0; i < res->nnotes; i++) {
		fputs("    - ", f);
		text_print_quoted(f, res->notes[i]);
		fputc('\n', f);
	}
	if (res->nvalues > 0)
		fputs("  values:\n", f);
	for (size_t i = 0; i < res->nvalues; i++) {
		print_pair(f, "    - ", "name", res->values[i].name);
		fprintf(f, "      value: %" PRIu64 "\n", res->values[i].value);
		print_pair(f, "      ", "unit", res->values[i].unit);
	}
	if (res->dump != NULL) {
		fputs("  dump: |\n", f);
		text_print_lines(f, "    ", res->dump);
	}
	fputs("  ...\n", f);
}

static void
tap_scenario_end(struct report *r, const struct scenario_result *res)
{
	bool good =
	    res->verdict == HF_VERDICT_PASS || res->verdict == HF_VERDICT_SKIP;

	fprintf(
	    r->out, "%s %zu - %s", good ? "ok" : "not ok", r->ended, res->id);
	if (res->verdict == HF_VERDICT_SKIP) {
		fputs(" # SKIP ", r->out);
		print_directive(r->out, res->reason != NULL ? res->reason : "");
	}
	fputc('\n', r->out);
	if (!good || res->nvalues > 0)
		print_diagnostics(r->out, res);
	fflush(r->out);
}

static void
tap_finish(struct report *r, struct scenario_result *const *results,
    size_t nresults, const struct report_summary *s)
{
	fprintf(r->out, "# passed %zu, failed %zu, skipped %zu, %.3f s\n",
	    s->totals.passed, s->totals.failed, s->totals.skipped,
	    (double)s->wall_ns / 1e9);
}

const struct report_ops report_tap_ops = {
	.begin = tap_begin,
	.scenario_end = tap_scenario_end,
	.finish = tap_finish,
};
