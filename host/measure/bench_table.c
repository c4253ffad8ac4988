/* SPDX-License-Identifier: BSD-2-Clause */
/* bench_table.c: bench reports and comparisons for a terminal. */
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "measure/bench.h"
#include "measure/clock.h"

/* Three significant digits with a unit, in at most eight columns. */
static const char *
duration_text(char *buf, size_t size, double ns)
{
	if (ns < 999.5)
		snprintf(buf, size, "%.0f ns", ns);
	else if (ns < 999500)
		snprintf(buf, size, "%.*f us",
		    ns < 99950 ? (ns < 9995 ? 2 : 1) : 0, ns / 1e3);
	else
		snprintf(buf, size, "%.*f ms",
		    ns < 99950000 ? (ns < 9995000 ? 2 : 1) : 0, ns / 1e6);
	return (buf);
}

static double
quantile_ns(const struct bench_class *c, uint32_t per_100k, uint64_t hz)
{
	return (ns_from_tsc_f(
	    (double)hf_hist_quantile(&c->total, per_100k) / c->ops, hz));
}

/* "trap 40 vm 55 pager 0 device 5": per cent of the mean. */
static void
layers_text(char *buf, size_t size, const struct bench_class *c)
{
	uint64_t sum = 0;
	size_t at = 0;

	buf[0] = '\0';
	for (int i = 0; i < BENCH_LAYERS; i++)
		sum += c->layer[i].sum;
	if (sum == 0)
		return;
	for (int i = 0; i < BENCH_LAYERS && at < size; i++) {
		double part = 100 * (double)c->layer[i].sum / (double)sum;

		if (part >= 0.5)
			at += (size_t)snprintf(buf + at, size - at, "%s%s %.0f",
			    at ? " " : "", bench_layer_name(i), part);
	}
}

static void
environment_print(const struct bench_environment *e, FILE *out)
{
	fprintf(out, "%s\n%s, host kernel %s\n", e->accelerator, e->cpu,
	    e->host_kernel);
	fprintf(out,
	    "%" PRIu64 " MiB guest RAM (%s), %" PRIu32
	    " CPUs, disk: %s, seed %" PRIu64 "\n",
	    e->memory_bytes >> 20, e->backing, e->cpus, e->disk, e->seed);
	fprintf(out,
	    "TSC %.6f GHz +- %.1f ppm; an empty sample reads %" PRIu64
	    " ticks (%.0f ns), not subtracted\n",
	    (double)e->tsc_hz / 1e9, e->tsc_error_ppm, e->recorder_ticks,
	    ns_from_tsc_f((double)e->recorder_ticks, e->tsc_hz));
	fprintf(out, "holdfast %s, %s; options: %s\n\n", e->version, e->build,
	    e->options);
}

void
bench_table_print(const struct bench_report *r, FILE *out)
{
	environment_print(&r->env, out);
	fprintf(out, "%-34s %9s %9s %9s %9s %9s %9s %7s %5s  %s\n",
	    "class (one operation)", "min", "median", "p90", "p99", "p99.9",
	    "max", "count", "apart", "% of the mean by layer");
	for (const struct bench_class *c = r->first; c != NULL; c = c->next) {
		uint64_t hz = r->env.tsc_hz;
		char b[6][24], layers[64];

		if (c->total.count == 0) {
			fprintf(out, "%-34s %*s %5" PRIu64 "  %s\n", c->name,
			    6 * 10 + 7, "none", c->apart.count,
			    "too noisy to say");
			continue;
		}
		layers_text(layers, sizeof(layers), c);
		fprintf(out,
		    "%-34s %9s %9s %9s %9s %9s %9s %7" PRIu64 " %5" PRIu64
		    "  %s\n",
		    c->name,
		    duration_text(b[0], sizeof(b[0]),
			ns_from_tsc_f((double)c->total.min / c->ops, hz)),
		    duration_text(
			b[1], sizeof(b[1]), quantile_ns(c, 50000, hz)),
		    duration_text(
			b[2], sizeof(b[2]), quantile_ns(c, 90000, hz)),
		    duration_text(
			b[3], sizeof(b[3]), quantile_ns(c, 99000, hz)),
		    duration_text(
			b[4], sizeof(b[4]), quantile_ns(c, 99900, hz)),
		    duration_text(b[5], sizeof(b[5]),
			ns_from_tsc_f((double)c->total.max / c->ops, hz)),
		    c->total.count, c->apart.count, layers);
	}
}

size_t
bench_compare_print(const struct bench_report *a, const struct bench_report *b,
    const struct stats_options *opt, FILE *out)
{
	size_t worse = 0, compared = 0;

	fprintf(out, "%-34s %11s %11s %8s %8s  %s\n",
	    "class (ticks an operation)", "A", "B", "B/A - 1", "p",
	    "verdict (more ticks is worse)");
	for (const struct bench_class *ca = a->first; ca != NULL;
	     ca = ca->next) {
		const struct bench_class *cb = bench_class_find(b, ca->name);
		struct stats_comparison c;

		if (cb == NULL) {
			fprintf(out, "%-34s only in A\n", ca->name);
			continue;
		}
		stats_compare(
		    ca->round, ca->rounds, cb->round, cb->rounds, opt, &c);
		compared++;
		worse += c.verdict == STATS_WORSE;
		fprintf(out, "%-34s %11.0f %11.0f %+7.1f%% %8.2g  %s\n",
		    ca->name, c.median_a, c.median_b, 100 * c.shift, c.p_value,
		    stats_verdict_name(c.verdict));
	}
	for (const struct bench_class *cb = b->first; cb != NULL; cb = cb->next)
		if (bench_class_find(a, cb->name) == NULL)
			fprintf(out, "%-34s only in B\n", cb->name);
	if (strcmp(a->env.accelerator, b->env.accelerator) != 0 ||
	    strcmp(a->env.cpu, b->env.cpu) != 0)
		fprintf(out, "note: A ran on \"%s, %s\", B on \"%s, %s\"\n",
		    a->env.accelerator, a->env.cpu, b->env.accelerator,
		    b->env.cpu);
	fprintf(out,
	    "%zu classes compared, %zu worse (p < %g and more than %.0f %%)\n",
	    compared, worse, opt->alpha, 100 * opt->threshold);
	return (worse);
}
