/* SPDX-License-Identifier: BSD-2-Clause */
/* plot_scaling.c: curves over the number of CPUs. */
#include <stdlib.h>
#include <string.h>

#include "measure/clock.h"
#include "measure/plot.h"

#define SUFFIX	   "_cpus"
#define POINTS_MAX 64
#define W	   360.0
#define H	   220.0
#define LEFT	   30.0
#define TOP	   30.0
#define BASE	   180.0

struct curve {
	double cpus[POINTS_MAX], ns[POINTS_MAX];
	bool noisy[POINTS_MAX];
	size_t n;
};

/* Length of the family's name, and N; 0 if the class is not of that form. */
static size_t
family_of(const char *name, unsigned *cpus)
{
	const char *at = strstr(name, SUFFIX);
	char *end;

	if (at == NULL || at[strlen(SUFFIX)] == '\0')
		return (0);
	*cpus = (unsigned)strtoul(at + strlen(SUFFIX), &end, 10);
	return (*end == '\0' && *cpus > 0 ? (size_t)(at - name) : 0);
}

static void
curve_collect(const struct bench_report *r, const char *family, size_t len,
    struct curve *v)
{
	v->n = 0;
	for (const struct bench_class *c = r->first; c != NULL; c = c->next) {
		unsigned cpus;

		if (family_of(c->name, &cpus) != len ||
		    strncmp(c->name, family, len) != 0 || c->total.count == 0 ||
		    v->n == POINTS_MAX)
			continue;
		v->cpus[v->n] = cpus;
		v->noisy[v->n] = bench_is_noisy(c);
		v->ns[v->n++] = ns_from_tsc_f(
		    (double)hf_hist_quantile(&c->total, 50000) / c->ops,
		    r->env.tsc_hz);
	}
}

static void
curve_draw(const struct curve *v, const char *family, size_t len, FILE *out)
{
	double top = 0, most = v->cpus[v->n - 1];

	for (size_t i = 0; i < v->n; i++) {
		top = v->ns[i] > top ? v->ns[i] : top;
		most = v->cpus[i] > most ? v->cpus[i] : most;
	}
#define X(c) (LEFT + (W - 2 * LEFT) * ((c)-1) / (most > 1 ? most - 1 : 1))
#define Y(t) (BASE - (BASE - TOP) * (t) / (top > 0 ? top : 1))
	fprintf(out,
	    "<figure><svg width=%.0f height=%.0f role=img>"
	    "<line x1=%.0f x2=%.0f y1=%.0f y2=%.0f stroke='#bbb'/>"
	    "<line x1=%.0f x2=%.0f y1=%.1f y2=%.1f stroke='#bbb' "
	    "stroke-dasharray=4 /><polyline fill=none stroke-width=2 "
	    "stroke='%s' points='",
	    W, H, LEFT, W - LEFT, BASE, BASE, LEFT, W - LEFT, Y(v->ns[0]),
	    Y(v->ns[0]), plot_colour(0));
	for (size_t i = 0; i < v->n; i++)
		fprintf(out, "%.1f,%.1f ", X(v->cpus[i]), Y(v->ns[i]));
	fprintf(out, "'/>");
	for (size_t i = 0; i < v->n; i++) {
		fprintf(out,
		    "<circle cx=%.1f cy=%.1f r=3 fill='%s'/>"
		    "<text x=%.1f y=%.0f text-anchor=middle>%.0f</text>",
		    X(v->cpus[i]), Y(v->ns[i]),
		    v->noisy[i] ? PLOT_NOISY : plot_colour(0), X(v->cpus[i]),
		    BASE + 16, v->cpus[i]);
		/* inwards at both ends */
		plot_time(out, X(v->cpus[i]), Y(v->ns[i]) - 9,
		    i == 0	       ? "start"
			: i + 1 < v->n ? "middle"
				       : "end",
		    v->ns[i]);
	}
#undef X
#undef Y
	fprintf(out,
	    "<text x=%.0f y=%.0f text-anchor=middle>CPUs</text></svg>"
	    "<figcaption>%.*s</figcaption></figure>\n",
	    W / 2, H - 8, (int)len, family);
}

void
plot_scaling(const struct bench_report *r, FILE *out)
{
	bool any = false;

	for (const struct bench_class *c = r->first; c != NULL; c = c->next) {
		struct curve v;
		unsigned cpus;
		size_t len = family_of(c->name, &cpus);

		if (len == 0)
			continue;
		curve_collect(r, c->name, len, &v);
		/* once a family: at its first member */
		if (v.n < 2 || (unsigned)v.cpus[0] != cpus)
			continue;
		if (!any)
			fprintf(out,
			    "<h2>Scaling</h2>\n<p>Median of one operation "
			    "against the number of CPUs that take part; the "
			    "dashed line is no loss. What is too noisy to say "
			    "is left out, or a red dot.\n<div class=plots>\n");
		any = true;
		curve_draw(&v, c->name, len, out);
	}
	if (any)
		fprintf(out, "</div>\n");
}
