/* SPDX-License-Identifier: BSD-2-Clause */
/* bench_compare.c: two bench reports beside each other. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "core/json.h"
#include "core/replace.h"
#include "measure/bench.h"
#include "measure/clock.h"

/* Nanoseconds: two machines' ticks need not be of the same length. */
static void
rounds_ns(const struct bench_class *c, uint64_t hz, double *ns)
{
	for (size_t i = 0; i < c->rounds; i++)
		ns[i] = ns_from_tsc_f(c->round[i], hz);
}

/* Why it is too noisy to say, behind the verdict. */
static void
reason_print(
    const struct bench_class *a, const struct bench_class *b, FILE *out)
{
	double sa = bench_rounds_span(a), sb = bench_rounds_span(b);

	if (a->rounds < STATS_ROUNDS_MIN || b->rounds < STATS_ROUNDS_MIN)
		fprintf(out, ": rounds A %zu, B %zu; it takes %d", a->rounds,
		    b->rounds, STATS_ROUNDS_MIN);
	else
		fprintf(out, ": rounds span x%.2f in A, x%.2f in B", sa, sb);
}

static void
class_compare(const struct bench_report *ra, const struct bench_class *a,
    const struct bench_report *rb, const struct bench_class *b,
    const struct stats_options *opt, struct stats_comparison *c)
{
	double na[BENCH_ROUNDS_MAX], nb[BENCH_ROUNDS_MAX];

	rounds_ns(a, ra->env.tsc_hz, na);
	rounds_ns(b, rb->env.tsc_hz, nb);
	stats_compare(na, a->rounds, nb, b->rounds, opt, c);
	/* Rounds far apart may have a middle that looks the same. */
	if (c->verdict == STATS_SAME &&
	    (bench_is_noisy(a) || bench_is_noisy(b)))
		c->verdict = STATS_TOO_NOISY;
}

/* Whether b is worse. */
static bool
class_print(const struct bench_report *ra, const struct bench_class *a,
    const struct bench_report *rb, const struct bench_class *b,
    const struct stats_options *opt, FILE *out)
{
	struct stats_comparison c;

	class_compare(ra, a, rb, b, opt, &c);
	fprintf(out, "%-34s ", a->name);
	if (a->rounds == 0 || b->rounds == 0)
		fprintf(out, "%11s %11s %8s %8s", "-", "-", "-", "-");
	else
		fprintf(out, "%11.0f %11.0f %+7.1f%% %8.2g", c.median_a,
		    c.median_b, 100 * c.shift, c.p_value);
	fprintf(out, "  %s", stats_verdict_name(c.verdict));
	if (c.verdict == STATS_TOO_NOISY)
		reason_print(a, b, out);
	fprintf(out, "\n");
	return (c.verdict == STATS_WORSE);
}

static void
note_text(const char *what, const char *a, const char *b, FILE *out)
{
	if (strcmp(a, b) == 0)
		return;
	fprintf(out, "note: %s: A \"", what);
	text_print_line(out, a);
	fputs("\", B \"", out);
	text_print_line(out, b);
	fputs("\"\n", out);
}

static void
note_number(const char *what, uint64_t a, uint64_t b, FILE *out)
{
	if (a != b)
		fprintf(out, "note: %s: A %" PRIu64 ", B %" PRIu64 "\n", what,
		    a, b);
}

/* What differs but for the build, which is what one compares mostly. */
static void
notes_print(const struct bench_environment *a,
    const struct bench_environment *b, FILE *out)
{
	note_text("accelerator", a->accelerator, b->accelerator, out);
	note_text("CPU", a->cpu, b->cpu, out);
	note_text("host kernel", a->host_kernel, b->host_kernel, out);
	note_text("guest RAM", a->backing, b->backing, out);
	note_number(
	    "MiB of RAM", a->memory_bytes >> 20, b->memory_bytes >> 20, out);
	note_number("CPUs", a->cpus, b->cpus, out);
	note_text("disk", a->disk, b->disk, out);
	note_text("options", a->options, b->options, out);
	note_text("build", a->build, b->build, out);
	if (a->tsc_varies || b->tsc_varies)
		fprintf(out,
		    "note: the TSC of %s is not invariant: times may be "
		    "wrong\n",
		    !b->tsc_varies	 ? "A"
			: !a->tsc_varies ? "B"
					 : "both");
}

static void
incomplete_print(const char *which, const struct bench_report *r, FILE *out)
{
	if (r->stopped[0] == '\0')
		return;
	fprintf(out, "note: %s is not complete: ", which);
	text_print_line(out, r->stopped);
	fputc('\n', out);
}

static json_t *
side_json(const struct bench_report *r)
{
	json_t *j = json_object();

	json_put(j, "version", json_text(r->env.version));
	json_put(j, "accelerator", json_text(r->env.accelerator));
	json_put(j, "cpu", json_text(r->env.cpu));
	json_put(j, "host_kernel", json_text(r->env.host_kernel));
	json_put(j, "seed", json_digits(r->env.seed));
	json_put(
	    j, "stopped", json_text(r->stopped[0] != '\0' ? r->stopped : NULL));
	return (j);
}

static json_t *
class_json(const struct bench_report *ra, const struct bench_class *a,
    const struct bench_report *rb, const struct bench_class *b,
    const struct stats_options *opt)
{
	bool none = a->rounds == 0 || b->rounds == 0;
	json_t *j = json_object();
	struct stats_comparison c;

	class_compare(ra, a, rb, b, opt, &c);
	json_put(j, "name", json_text(a->name));
	json_put(j, "verdict", json_text(stats_verdict_name(c.verdict)));
	json_put(j, "median_a_ns",
	    none ? json_null() : json_number_or_null(c.median_a));
	json_put(j, "median_b_ns",
	    none ? json_null() : json_number_or_null(c.median_b));
	json_put(j, "shift", none ? json_null() : json_number_or_null(c.shift));
	json_put(
	    j, "p_value", none ? json_null() : json_number_or_null(c.p_value));
	return (j);
}

/* The names of what only r has. */
static json_t *
alone_json(const struct bench_report *r, const struct bench_report *other)
{
	json_t *list = json_array();

	for (const struct bench_class *c = r->first; c != NULL; c = c->next)
		if (bench_class_find(other, c->name) == NULL)
			json_add(list, json_text(c->name));
	return (list);
}

int
bench_compare_write(const struct bench_report *a, const struct bench_report *b,
    const struct stats_options *opt, const char *path, struct hf_err *err)
{
	json_t *top = json_object(), *classes = json_array();
	char *text;
	int rc;

	for (const struct bench_class *ca = a->first; ca != NULL;
	     ca = ca->next) {
		const struct bench_class *cb = bench_class_find(b, ca->name);

		if (cb != NULL)
			json_add(classes, class_json(a, ca, b, cb, opt));
	}
	json_put(top, "holdfast_compare", json_count(1));
	json_put(top, "threshold", json_real(opt->threshold));
	json_put(top, "alpha", json_real(opt->alpha));
	json_put(top, "a", side_json(a));
	json_put(top, "b", side_json(b));
	json_put(top, "classes", classes);
	json_put(top, "only_in_a", alone_json(a, b));
	json_put(top, "only_in_b", alone_json(b, a));
	text = json_document(top, JSON_INDENT(1));
	json_decref(top);
	rc = replace_file(path, text, strlen(text), err);
	free(text);
	if (rc != 0)
		err_prefix(err, "--json");
	return (rc);
}

size_t
bench_compare_print(const struct bench_report *a, const struct bench_report *b,
    const struct stats_options *opt, FILE *out)
{
	size_t worse = 0, compared = 0;

	fprintf(out, "%-34s %11s %11s %8s %8s  %s\n", "class (ns an operation)",
	    "A", "B", "B/A - 1", "p", "verdict on B");
	for (const struct bench_class *ca = a->first; ca != NULL;
	     ca = ca->next) {
		const struct bench_class *cb = bench_class_find(b, ca->name);

		if (cb == NULL) {
			fprintf(out, "%-34s only in A\n", ca->name);
			continue;
		}
		compared++;
		worse += class_print(a, ca, b, cb, opt, out);
	}
	for (const struct bench_class *cb = b->first; cb != NULL; cb = cb->next)
		if (bench_class_find(a, cb->name) == NULL)
			fprintf(out, "%-34s only in B\n", cb->name);
	notes_print(&a->env, &b->env, out);
	incomplete_print("A", a, out);
	incomplete_print("B", b, out);
	fprintf(out,
	    "%zu classes compared, %zu worse (p < %g and more than %.0f %%)\n",
	    compared, worse, opt->alpha, 100 * opt->threshold);
	return (worse);
}
