/* SPDX-License-Identifier: BSD-2-Clause */
/* bench_html.c: a bench report as one self-contained HTML page. */
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/replace.h"
#include "measure/bench.h"
#include "measure/clock.h"
#include "measure/plot.h"

static const char style[] =
    "body{font:15px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:70rem;"
    "padding:0 1rem;color:#1b1f24;background:#fff}"
    "h1{font-size:1.6rem}h2{font-size:1.2rem;margin-top:2.5rem}"
    "table{border-collapse:collapse;font-size:.8rem;width:100%}"
    "th,td{padding:.2rem .35rem;text-align:right;border-bottom:1px solid #dde}"
    "th:first-child,td:first-child{text-align:left}"
    "td{font-variant-numeric:tabular-nums;white-space:nowrap}"
    "tr:hover td{background:#f0f4f8}.bad{color:" PLOT_NOISY ";font-weight:600}"
    ".env td{white-space:normal}"
    ".env td{text-align:left}.env td:first-child{color:#57606a;width:11rem}"
    ".plots{display:flex;flex-wrap:wrap;gap:1rem}figure{margin:0}"
    "figcaption{font-size:.8rem}svg{background:#f6f8fa;border-radius:4px}"
    "svg text{font:11px system-ui,sans-serif;fill:#57606a;"
    "paint-order:stroke;stroke:#f6f8fa;stroke-width:3px}"
    ".key span{display:inline-block;width:.8rem;height:.8rem;margin:0 .3rem "
    "0 1rem;vertical-align:middle}";

static void
environment_rows(const struct bench_environment *e, FILE *out)
{
	const struct {
		const char *name, *text;
	} rows[] = { { "Accelerator", e->accelerator }, { "CPU", e->cpu },
		{ "Host kernel", e->host_kernel },
		{ "Memory backing", e->backing }, { "Disk", e->disk },
		{ "Options", e->options }, { "holdfast", e->version },
		{ "Build", e->build } };

	fprintf(out, "<table class=env>\n");
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		fprintf(out, "<tr><td>%s<td>", rows[i].name);
		text_print_xml(out, rows[i].text);
		fprintf(out, "\n");
	}
	fprintf(out,
	    "<tr><td>Guest RAM, CPUs<td>%" PRIu64 " MiB, %" PRIu32
	    " CPUs\n<tr><td>Seed<td>%" PRIu64 "\n",
	    e->memory_bytes >> 20, e->cpus, e->seed);
	fprintf(out,
	    "<tr><td>TSC<td>%.6f GHz &plusmn; %.1f ppm%s\n"
	    "<tr><td>Empty sample<td>%" PRIu64
	    " ticks (%.0f ns); it is in every figure, not subtracted\n"
	    "</table>\n",
	    (double)e->tsc_hz / 1e9, e->tsc_error_ppm,
	    e->tsc_varies ? ", <b>not invariant: times may be wrong</b>" : "",
	    e->recorder_ticks,
	    ns_from_tsc_f((double)e->recorder_ticks, e->tsc_hz));
}

/* A cell; digits in groups of three, or nobody can tell 1 ms from 10. */
static void
cell(FILE *out, double value)
{
	char digits[40];
	int n = snprintf(digits, sizeof(digits), "%.0f", value);

	fprintf(out, "<td>");
	for (int i = 0; i < n; i++) {
		if (i > 0 && (n - i) % 3 == 0)
			fputs("&#8239;", out);
		fputc(digits[i], out);
	}
}

static void
exits_cell(const struct bench_class *c, FILE *out)
{
	double exits = bench_exits(c);

	if (exits < 0)
		fprintf(out, "<td>&ndash;");
	else
		fprintf(out, "<td>%.3g", exits);
}

static void
span_cell(const struct bench_class *c, FILE *out)
{
	double span = bench_rounds_span(c);

	if (c->rounds < 2)
		fprintf(out, "<td>&ndash;");
	else
		fprintf(out, "<td%s>&times;%.*f",
		    bench_is_noisy(c) ? " class=bad" : "", span < 9.95 ? 2 : 0,
		    span);
}

static void
figures_table(const struct bench_report *r, FILE *out)
{
	static const uint32_t q[] = { 50000, 90000, 99000, 99900 };

	fprintf(out,
	    "<h2>Nanoseconds an operation</h2>\n"
	    "<p>A sample is measured by the guest with its TSC. <b>samples</b> "
	    "are what the figures are of; <b>apart</b> are those left out, as "
	    "an exit or a wait in them is not the class's own. "
	    "<b>exits</b> are of the vCPU to KVM, in one operation. "
	    "<b>rounds</b> is the greatest by the least median of a round (a "
	    "fresh guest); <span class=bad>above %.0f</span> it is too noisy "
	    "to "
	    "say what the median is. A dash: not known, or no sample lies "
	    "beyond that quantile.\n<table>\n"
	    "<tr><th>class<th>min<th>median<th>p90<th>p99<th>p99.9<th>max"
	    "<th>mean<th>ticks (median)<th>samples<th>apart<th>exits"
	    "<th>rounds\n",
	    BENCH_SPAN_MAX);
	for (const struct bench_class *c = r->first; c != NULL; c = c->next) {
		double per = ns_from_tsc_f(1.0 / c->ops, r->env.tsc_hz);
		uint64_t n = c->total.count;

		fprintf(out, "<tr><td>%s", c->name);
		if (n == 0) {
			fprintf(out,
			    "<td colspan=8 class=bad>too noisy to say<td>0");
			cell(out, (double)c->apart.count);
			fprintf(out, "<td>&ndash;<td>&ndash;\n");
			continue;
		}
		cell(out, (double)c->total.min * per);
		for (size_t i = 0; i < sizeof(q) / sizeof(q[0]); i++) {
			if (i > 0 && !bench_has_quantile(c, q[i]))
				fprintf(out, "<td>&ndash;");
			else
				cell(out,
				    (double)hf_hist_quantile(&c->total, q[i]) *
					per);
		}
		cell(out, (double)c->total.max * per);
		cell(out, (double)c->total.sum / (double)n * per);
		cell(out, (double)hf_hist_quantile(&c->total, 50000) / c->ops);
		cell(out, (double)n);
		cell(out, (double)c->apart.count);
		exits_cell(c, out);
		span_cell(c, out);
		fprintf(out, "\n");
	}
	fprintf(out, "</table>\n");
}

static void
layers_section(const struct bench_report *r, FILE *out)
{
	double longest = 0;

	for (const struct bench_class *c = r->first; c != NULL; c = c->next) {
		double mean = plot_layers_mean(c);

		longest = mean > longest ? mean : longest;
	}
	if (longest == 0)
		return;
	fprintf(out,
	    "<h2>Where the time goes</h2>\n<p>Mean of a sample by layer; "
	    "exclusive times, so the parts add up. Each bar has its own scale; "
	    "the figure at its end is the mean of one operation. "
	    "<b>trap</b>: the access, the exception, its entry and exit; "
	    "<b>vm</b>: <code>vm_fault</code>, or the operation that was "
	    "called; <b>pager</b>: file system and block driver; "
	    "<b>device</b>: from the doorbell to the completion, the host's "
	    "work.\n"
	    "<p class=key>");
	for (int i = 0; i < HF_LAYERS; i++)
		fprintf(out, "<span style='background:%s'></span>%s",
		    plot_colour(i), bench_layer_name(i));
	fprintf(out, "\n");
	plot_layer_bars(r, out);
}

static void
distribution_section(const struct bench_report *r, FILE *out)
{
	fprintf(out,
	    "<h2>Distributions</h2>\n<p>Samples by nanoseconds an operation "
	    "(logarithmic), from the least to the 99.9th percentile; height is "
	    "the share of samples in a bucket 3 %% wide; the line marks the "
	    "median.\n<div class=plots>\n");
	for (const struct bench_class *c = r->first; c != NULL; c = c->next) {
		if (c->total.count == 0)
			continue;
		fprintf(out, "<figure>");
		plot_distribution(c, r->env.tsc_hz, out);
		fprintf(out, "<figcaption>%s%s</figcaption></figure>\n",
		    c->name,
		    bench_is_noisy(c) ? ": <span class=bad>too noisy to say"
					"</span>"
				      : "");
	}
	fprintf(out, "</div>\n");
}

int
bench_html_write(
    const struct bench_report *r, const char *path, struct hf_err *err)
{
	char *text = NULL;
	size_t len_bytes;
	FILE *out = open_memstream(&text, &len_bytes);
	int rc;

	hf_check_memory(out != NULL);
	fprintf(out,
	    "<!doctype html>\n<html lang=en><meta charset=utf-8>\n"
	    "<title>holdfast bench</title>\n<style>%s</style>\n"
	    "<h1>holdfast bench: what the operations cost</h1>\n",
	    style);
	if (r->stopped[0] != '\0') {
		fprintf(out, "<p class=bad>Not complete: ");
		text_print_xml(out, r->stopped);
		fprintf(out, "\n");
	}
	environment_rows(&r->env, out);
	figures_table(r, out);
	layers_section(r, out);
	plot_scaling(r, out);
	distribution_section(r, out);
	fprintf(out, "</html>\n");
	fclose(out);
	hf_check_memory(text != NULL);
	rc = replace_file(path, text, len_bytes, err);
	free(text);
	if (rc != 0)
		err_prefix(err, "--report");
	return (rc);
}
