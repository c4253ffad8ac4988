/* SPDX-License-Identifier: BSD-2-Clause */
/* junit.c: JUnit XML, as Jenkins and GitLab read it. */

/*
 * failure: an expectation did not hold.  error: everything else that is not a
 * pass, so that a dead guest is not mistaken for a failed check.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "core/text.h"
#include "report/report.h"

static bool
is_failure(const struct scenario_result *res)
{
	return (
	    res->verdict == HF_VERDICT_FAIL || res->verdict == HF_VERDICT_NONE);
}

/* A run that was interrupted has an error of its own: see print_stopped. */
static bool
is_skipped(const struct scenario_result *res)
{
	return (res->verdict == HF_VERDICT_SKIP ||
	    res->verdict == HF_VERDICT_NOT_RUN);
}

static void
print_attribute(FILE *f, const char *name, const char *value)
{
	fprintf(f, " %s=\"", name);
	text_print_xml_attribute(f, value);
	fputc('"', f);
}

static void
print_property(FILE *f, const char *name, const char *value)
{
	if (value == NULL)
		return;
	fputs("      <property", f);
	print_attribute(f, "name", name);
	print_attribute(f, "value", value);
	fputs("/>\n", f);
}

static void
print_failures(FILE *f, const struct scenario_result *res)
{
	for (size_t i = 0; i < res->nfailures; i++) {
		const struct result_failure *x = &res->failures[i];

		text_print_xml(f, x->file);
		fprintf(f, ":%" PRIu64 ": ", x->line);
		text_print_xml(f, x->text);
		if (x->got != NULL) {
			fputs(" got ", f);
			text_print_xml(f, x->got);
		}
		if (x->want != NULL) {
			fputs(" want ", f);
			text_print_xml(f, x->want);
		}
		fputc('\n', f);
	}
}

static void
print_bad(FILE *f, const struct report *r, const struct scenario_result *res)
{
	char *again = report_again(r, res);
	const char *element = is_failure(res) ? "failure" : "error";
	const char *message = res->reason;

	if (message == NULL)
		message = res->nfailures > 0 ? res->failures[0].text : "failed";
	fprintf(f, "      <%s", element);
	print_attribute(f, "type", verdict_name(res->verdict));
	print_attribute(f, "message", message);
	fputc('>', f);
	print_failures(f, res);
	if (again != NULL) {
		fputs("again: ", f);
		text_print_xml(f, again);
		fputc('\n', f);
	}
	free(again);
	fprintf(f, "</%s>\n", element);
}

static void
print_output(FILE *f, const struct scenario_result *res)
{
	if (res->nnotes > 0 || res->nvalues > 0) {
		fputs("      <system-out>", f);
		for (size_t i = 0; i < res->nnotes; i++) {
			text_print_xml(f, res->notes[i]);
			fputc('\n', f);
		}
		for (size_t i = 0; i < res->nvalues; i++) {
			text_print_xml(f, res->values[i].name);
			fprintf(f, ": %" PRIu64 " ", res->values[i].value);
			text_print_xml(f, res->values[i].unit);
			fputc('\n', f);
		}
		fputs("</system-out>\n", f);
	}
	if (res->dump != NULL) {
		fputs("      <system-err>", f);
		text_print_xml(f, res->dump);
		fputs("</system-err>\n", f);
	}
}

/* classname "holdfast.area", name "behaviour": what viewers group by. */
static void
print_case(FILE *f, const struct report *r, const struct scenario_result *res)
{
	const char *dot = strchr(res->id, '.');
	int area = dot != NULL ? (int)(dot - res->id) : (int)strlen(res->id);

	fprintf(f,
	    "    <testcase classname=\"holdfast.%.*s\" name=\"%s\" "
	    "time=\"%.6f\">\n",
	    area, res->id, dot != NULL ? dot + 1 : res->id,
	    (double)res->wall_ns / 1e9);
	if (is_skipped(res)) {
		fputs("      <skipped", f);
		print_attribute(
		    f, "message", res->reason != NULL ? res->reason : "");
		fputs("/>\n", f);
	} else if (res->verdict != HF_VERDICT_PASS)
		print_bad(f, r, res);
	print_output(f, res);
	fputs("    </testcase>\n", f);
}

static void
print_environment(
    FILE *f, const struct report_environment *e, const struct report_summary *s)
{
	char number[32], name[64], ring0[REPORT_RING0_BYTES];

	fputs("    <properties>\n", f);
	print_property(f, "version", e->version);
	print_property(f, "build_id", e->build_id);
	print_property(f, "accelerator", e->accelerator);
	print_property(f, "host_kernel", e->host_kernel);
	print_property(f, "cpu", e->cpu);
	print_property(f, "guest", e->guest);
	print_property(f, "guest_sha256", e->guest_sha256);
	print_property(f, "disk", e->disk);
	for (size_t i = 0; i < e->ndisks; i++) {
		snprintf(name, sizeof(name), "%s.image", e->disks[i].name);
		print_property(f, name, e->disks[i].image);
		snprintf(name, sizeof(name), "%s.how", e->disks[i].name);
		print_property(f, name, e->disks[i].how);
	}
	snprintf(number, sizeof(number), "%u", e->ncpus);
	print_property(f, "cpus", number);
	snprintf(number, sizeof(number), "%" PRIu64, e->memory_bytes);
	print_property(f, "memory_bytes", number);
	snprintf(number, sizeof(number), "%" PRIu64, e->seed);
	print_property(f, "seed", number);
	for (size_t i = 0; i < e->noptions; i++) {
		snprintf(name, sizeof(name), "option.%s", e->options[i].name);
		print_property(f, name, e->options[i].value);
	}
	print_property(f, "command", e->command);
	print_property(f, "ring0", report_ring0(s, ring0));
	fputs("    </properties>\n", f);
}

/*
 * A case for the run itself when it was not carried out: what did not run is
 * only skipped, and the whole must not look well.
 */
static void
print_stopped(FILE *f, const struct report_summary *s)
{
	fputs("    <testcase classname=\"holdfast\" name=\"run\" "
	      "time=\"0\">\n      <error",
	    f);
	print_attribute(f, "type", s->signal != 0 ? "interrupted" : "lost");
	print_attribute(f, "message", s->stopped);
	fputs("/>\n    </testcase>\n", f);
}

static void
junit_finish(struct report *r, struct scenario_result *const *results,
    size_t nresults, const struct report_summary *s)
{
	size_t nfailures = 0, nerrors;
	char counts[160];

	for (size_t i = 0; i < nresults; i++)
		nfailures += is_failure(results[i]);
	nerrors = s->totals.failed - nfailures + (s->stopped != NULL);
	snprintf(counts, sizeof(counts),
	    "name=\"holdfast\" tests=\"%zu\" failures=\"%zu\" errors=\"%zu\" "
	    "skipped=\"%zu\" time=\"%.6f\"",
	    nresults + (s->stopped != NULL), nfailures, nerrors,
	    s->totals.skipped + s->totals.not_run, (double)s->wall_ns / 1e9);
	fprintf(r->out,
	    "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
	    "<testsuites %s>\n  <testsuite %s>\n",
	    counts, counts);
	print_environment(r->out, &r->env, s);
	for (size_t i = 0; i < nresults; i++)
		print_case(r->out, r, results[i]);
	if (s->stopped != NULL)
		print_stopped(r->out, s);
	fputs("  </testsuite>\n</testsuites>\n", r->out);
}

const struct report_ops report_junit_ops = {
	.finish = junit_finish,
};
