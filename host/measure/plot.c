/* SPDX-License-Identifier: BSD-2-Clause */
/* plot.c: distribution plots and stacked bars as inline SVG. */
#include <math.h>
#include <string.h>

#include "measure/clock.h"
#include "measure/plot.h"

/* Told apart also by those who do not see red and green as different. */
static const char *const colours[] = { "#4477aa", "#ee9944", "#228866",
	"#aa3377", "#66bbdd", "#bbbb44" };

const char *
plot_colour(int series)
{
	return (
	    colours[(unsigned)series % (sizeof(colours) / sizeof(colours[0]))]);
}

double
plot_layers_mean(const struct bench_class *c)
{
	double mean = 0;

	for (int i = 0; i < HF_LAYERS; i++)
		if (c->layer[i].count != 0)
			mean +=
			    (double)c->layer[i].sum / (double)c->layer[i].count;
	return (mean);
}

void
plot_time(FILE *out, double x, double y, const char *anchor, double ns)
{
	const char *unit = ns < 1e3 ? "ns" : ns < 1e6 ? "&micro;s" : "ms";
	double v = ns < 1e3 ? ns : ns < 1e6 ? ns / 1e3 : ns / 1e6;

	fprintf(out, "<text x=%.1f y=%.1f text-anchor=%s>%.*f %s</text>", x, y,
	    anchor, v < 10 && ns >= 1e3 ? 1 : 0, v, unit);
}

#define BAR_WIDTH 760.0
#define BAR_LEFT  250.0
#define BAR_STEP  20.0

void
plot_layer_bars(const struct bench_report *r, FILE *out)
{
	double y = 4;
	size_t rows = 0;

	for (const struct bench_class *c = r->first; c != NULL; c = c->next)
		rows += plot_layers_mean(c) > 0;
	fprintf(out, "<svg width=%.0f height=%.0f role=img>\n",
	    BAR_LEFT + BAR_WIDTH + 90, BAR_STEP * (double)rows + 8);
	for (const struct bench_class *c = r->first; c != NULL; c = c->next) {
		double mean = plot_layers_mean(c), x = BAR_LEFT;

		if (mean <= 0)
			continue;
		fprintf(out, "<text x=%.0f y=%.1f text-anchor=end>%s</text>",
		    BAR_LEFT - 8, y + 12, c->name);
		for (int i = 0; i < HF_LAYERS; i++) {
			double part = c->layer[i].count == 0
			    ? 0
			    : (double)c->layer[i].sum /
				(double)c->layer[i].count;
			double w = BAR_WIDTH * part / mean;

			if (w <= 0)
				continue;
			fprintf(out,
			    "<rect x=%.1f y=%.1f width=%.1f height=14 "
			    "fill='%s'><title>%s: %.1f %%</title></rect>",
			    x, y, w, plot_colour(i), bench_layer_name(i),
			    100 * part / mean);
			x += w;
		}
		plot_time(out, x + 6, y + 12, "start",
		    ns_from_tsc_f(mean / c->ops, r->env.tsc_hz));
		fprintf(out, "\n");
		y += BAR_STEP;
	}
	fprintf(out, "</svg>\n");
}

#define DIST_W	  360.0
#define DIST_H	  130.0
#define DIST_BASE 110.0
#define DIST_TOP  24.0 /* the median's figure is above */

void
plot_distribution(const struct bench_class *c, uint64_t tsc_hz, FILE *out)
{
	double lo, hi, top = 0, median;
	unsigned first = hf_hist_index(c->total.min),
		 last = hf_hist_index(hf_hist_quantile(&c->total, 99900));

	lo = log2((double)hf_hist_floor(first) + 1);
	hi = log2(
	    (double)hf_hist_floor(last + (last + 1 < HF_HIST_BUCKETS)) + 2);
	if (hi - lo < 0.2)
		hi = lo + 0.2;
	for (unsigned i = first; i <= last; i++)
		if (c->total.bucket[i] > top)
			top = c->total.bucket[i];
#define X(v) (10 + (DIST_W - 20) * (log2((double)(v) + 1) - lo) / (hi - lo))
	fprintf(out, "<svg width=%.0f height=%.0f role=img>", DIST_W, DIST_H);
	for (unsigned i = first; i <= last; i++) {
		double x0 = X(hf_hist_floor(i)), h,
		       x1 = i + 1 < HF_HIST_BUCKETS ? X(hf_hist_floor(i + 1))
						    : DIST_W - 10;

		if (c->total.bucket[i] == 0)
			continue;
		h = (DIST_BASE - DIST_TOP) * c->total.bucket[i] / top;
		fprintf(out,
		    "<rect x=%.1f y=%.1f width=%.1f height=%.1f fill='%s'/>",
		    x0, DIST_BASE - h, x1 - x0 > 1 ? x1 - x0 : 1, h,
		    plot_colour(0));
	}
	median = (double)hf_hist_quantile(&c->total, 50000);
	fprintf(out,
	    "<line x1=%.1f x2=%.1f y1=8 y2=%.0f stroke='%s' "
	    "stroke-width=1.5 />",
	    X(median), X(median), DIST_BASE, plot_colour(3));
	plot_time(out, 10, DIST_H - 5, "start",
	    ns_from_tsc_f((double)c->total.min / c->ops, tsc_hz));
	plot_time(out, X(median) > DIST_W - 60 ? X(median) - 4 : X(median) + 4,
	    16, X(median) > DIST_W - 60 ? "end" : "start",
	    ns_from_tsc_f(median / c->ops, tsc_hz));
	plot_time(out, DIST_W - 10, DIST_H - 5, "end",
	    ns_from_tsc_f(
		(double)hf_hist_quantile(&c->total, 99900) / c->ops, tsc_hz));
#undef X
	fprintf(out, "</svg>");
}
