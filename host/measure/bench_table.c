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
	for (int i = 0; i < HF_LAYERS; i++)
		sum += c->layer[i].sum;
	if (sum == 0)
		return;
	for (int i = 0; i < HF_LAYERS && at < size; i++) {
		double part = 100 * (double)c->layer[i].sum / (double)sum;

		if (part >= 0.5)
			at += (size_t)snprintf(buf + at, size - at, "%s%s %.0f",
			    at ? " " : "", bench_layer_name(i), part);
	}
}

static void
environment_print(const struct bench_environment *e, FILE *out)
{
	text_print_line(out, e->accelerator);
	fputc('\n', out);
	text_print_line(out, e->cpu);
	fputs(", host kernel ", out);
	text_print_line(out, e->host_kernel);
	fprintf(out, "\n%" PRIu64 " MiB guest RAM (", e->memory_bytes >> 20);
	text_print_line(out, e->backing);
	fprintf(out, "), %" PRIu32 " CPUs, disk: ", e->cpus);
	text_print_line(out, e->disk);
	fprintf(out,
	    ", seed %" PRIu64
	    "\nTSC %.6f GHz +- %.1f ppm%s; an empty sample reads %" PRIu64
	    " ticks (%.0f ns), not subtracted\n",
	    e->seed, (double)e->tsc_hz / 1e9, e->tsc_error_ppm,
	    e->tsc_varies ? ", not invariant (times may be wrong)" : "",
	    e->recorder_ticks,
	    ns_from_tsc_f((double)e->recorder_ticks, e->tsc_hz));
	fprintf(out, "holdfast %s, ", e->version);
	text_print_line(out, e->build);
	fputs("; options: ", out);
	text_print_line(out, e->options);
	fputs("\n\n", out);
}

/* "-" where no sample lies beyond. */
static const char *
quantile_text(char *buf, size_t size, const struct bench_class *c,
    uint32_t per_100k, uint64_t hz)
{
	if (!bench_has_quantile(c, per_100k))
		return ("-");
	return (duration_text(buf, size, quantile_ns(c, per_100k, hz)));
}

static const char *
exits_text(char *buf, size_t size, const struct bench_class *c)
{
	double exits = bench_exits(c);

	if (exits < 0)
		return ("-");
	snprintf(buf, size, "%.3g", exits);
	return (buf);
}

static const char *
span_text(char *buf, size_t size, const struct bench_class *c)
{
	double span = bench_rounds_span(c);

	if (c->rounds < 2)
		return ("-");
	snprintf(buf, size, "x%.*f%s", span < 9.95 ? 2 : 0, span,
	    bench_is_noisy(c) ? " !" : "");
	return (buf);
}

/* All samples are apart: what they read with what does not belong to them. */
static void
no_samples_print(const struct bench_class *c, uint64_t hz, FILE *out)
{
	char b[24];

	fprintf(out,
	    "%-34s %*s %5" PRIu64
	    " %6s %7s  too noisy to say; of those apart: median %s\n",
	    c->name, 6 * 10 + 7, "none", c->apart.count, "-", "!",
	    duration_text(b, sizeof(b),
		ns_from_tsc_f(
		    (double)hf_hist_quantile(&c->apart, 50000) / c->ops, hz)));
}

static void
class_print(const struct bench_class *c, uint64_t hz, FILE *out)
{
	char b[8][24], layers[64];

	layers_text(layers, sizeof(layers), c);
	fprintf(out,
	    "%-34s %9s %9s %9s %9s %9s %9s %7" PRIu64 " %5" PRIu64
	    " %6s %7s  %s\n",
	    c->name,
	    duration_text(b[0], sizeof(b[0]),
		ns_from_tsc_f((double)c->total.min / c->ops, hz)),
	    duration_text(b[1], sizeof(b[1]), quantile_ns(c, 50000, hz)),
	    quantile_text(b[2], sizeof(b[2]), c, 90000, hz),
	    quantile_text(b[3], sizeof(b[3]), c, 99000, hz),
	    quantile_text(b[4], sizeof(b[4]), c, 99900, hz),
	    duration_text(b[5], sizeof(b[5]),
		ns_from_tsc_f((double)c->total.max / c->ops, hz)),
	    c->total.count, c->apart.count, exits_text(b[6], sizeof(b[6]), c),
	    span_text(b[7], sizeof(b[7]), c), layers);
}

void
bench_table_print(const struct bench_report *r, FILE *out)
{
	environment_print(&r->env, out);
	if (r->stopped[0] != '\0') {
		fputs("not complete: ", out);
		text_print_line(out, r->stopped);
		fputs("\n\n", out);
	}
	fprintf(out, "%-34s %9s %9s %9s %9s %9s %9s %7s %5s %6s %7s  %s\n",
	    "class (time of one operation)", "min", "median", "p90", "p99",
	    "p99.9", "max", "samples", "apart", "exits", "rounds",
	    "% of the mean by layer");
	for (const struct bench_class *c = r->first; c != NULL; c = c->next) {
		if (c->total.count == 0)
			no_samples_print(c, r->env.tsc_hz, out);
		else
			class_print(c, r->env.tsc_hz, out);
	}
	fprintf(out,
	    "\napart: samples left out, as an exit or a wait in them is not "
	    "the "
	    "class's own\n"
	    "exits: of the vCPU to KVM, in one operation; -: not known\n"
	    "rounds: greatest by least median of a round; !: too noisy to say "
	    "what the median is\n");
}
