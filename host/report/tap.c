/* SPDX-License-Identifier: BSD-2-Clause */
/* tap.c: Test Anything Protocol. */

/*
 * Version 13 is announced, which every consumer of version 14 accepts, and
 * nothing is used that 14 reads differently.  The plan comes first, diagnostics
 * are one YAML block indented by two, and '#' and '\' in a directive are
 * escaped.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "core/text.h"
#include "report/report.h"

static void
print_comment(FILE *f, const char *name, const char *value)
{
	if (value == NULL)
		return;
	fprintf(f, "# %s: ", name);
	text_print_line(f, value);
	fputc('\n', f);
}

static void
tap_begin(struct report *r)
{
	const struct report_environment *e = &r->env;
	FILE *f = r->out;

	fprintf(f, "TAP version 13\n1..%zu\n", r->planned);
	fprintf(f, "# holdfast %s, build %s\n", e->version, e->build_id);
	print_comment(f, "accelerator", e->accelerator);
	print_comment(f, "host kernel", e->host_kernel);
	print_comment(f, "CPU", e->cpu);
	print_comment(f, "guest", e->guest);
	print_comment(f, "guest SHA-256", e->guest_sha256);
	print_comment(f, "disk", e->disk);
	for (size_t i = 1; i < e->ndisks; i++) {
		fprintf(f, "# %s: ", e->disks[i].name);
		report_print_disk(f, &e->disks[i]);
		fputc('\n', f);
	}
	fprintf(f, "# cpus: %u\n# memory: %" PRIu64 "\n# seed: %" PRIu64 "\n",
	    e->ncpus, e->memory_bytes, e->seed);
	for (size_t i = 0; i < e->noptions; i++) {
		if (e->options[i].value == NULL)
			continue;
		fprintf(f, "# option %s: ", e->options[i].name);
		text_print_line(f, e->options[i].value);
		fputc('\n', f);
	}
	print_comment(f, "command", e->command);
}

/* The rest of the line behind a directive. */
static void
print_directive(FILE *f, const char *s)
{
	char *clean = text_clean_line(s, strlen(s));

	for (const char *p = clean; *p != '\0'; p++) {
		if (*p == '#' || *p == '\\')
			fputc('\\', f);
		fputc(*p, f);
	}
	free(clean);
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
print_diagnostics(
    FILE *f, const struct report *r, const struct scenario_result *res)
{
	char *again = report_again(r, res);

	fputs("  ---\n", f);
	print_pair(f, "  ", "title", res->title);
	print_pair(f, "  ", "requirements", res->requirements);
	print_pair(f, "  ", "verdict", verdict_name(res->verdict));
	print_pair(f, "  ", "reason", res->reason);
	print_pair(f, "  ", "again", again);
	free(again);
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
	/* The bail-out at the end says that this is not as it should be. */
	bool skip = res->verdict == HF_VERDICT_SKIP ||
	    res->verdict == HF_VERDICT_NOT_RUN;
	bool good = res->verdict == HF_VERDICT_PASS || skip;

	fprintf(
	    r->out, "%s %zu - %s", good ? "ok" : "not ok", r->ended, res->id);
	if (skip) {
		fputs(" # SKIP ", r->out);
		print_directive(r->out, res->reason != NULL ? res->reason : "");
	}
	fputc('\n', r->out);
	if (!good || res->nvalues > 0)
		print_diagnostics(r->out, r, res);
}

static void
tap_finish(struct report *r, struct scenario_result *const *results,
    size_t nresults, const struct report_summary *s)
{
	char ring0[REPORT_RING0_BYTES];
	char *fails = fail_totals_text(&s->totals.fails);

	print_comment(r->out, "ring 0", report_ring0(s, ring0));
	print_comment(r->out, "made to fail", fails);
	free(fails);
	fprintf(r->out,
	    "# passed %zu, failed %zu, skipped %zu, not run %zu, %.3f s\n",
	    s->totals.passed, s->totals.failed, s->totals.skipped,
	    s->totals.not_run, (double)s->wall_ns / 1e9);
	if (s->stopped != NULL) {
		fputs("Bail out! ", r->out);
		text_print_line(r->out, s->stopped);
		fputc('\n', r->out);
	}
}

const struct report_ops report_tap_ops = {
	.begin = tap_begin,
	.scenario_end = tap_scenario_end,
	.finish = tap_finish,
};
