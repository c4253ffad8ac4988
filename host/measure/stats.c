/* SPDX-License-Identifier: BSD-2-Clause */
/* stats.c: medians, the rank test, and the verdict on two sets of rounds. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/err.h"
#include "measure/stats.h"

/* The exact distribution is counted up to this product of sizes. */
#define EXACT_MAX 400

static int
by_value(const void *x, const void *y)
{
	double a = *(const double *)x, b = *(const double *)y;

	return ((a > b) - (a < b));
}

/* Median of n >= 1 values; the array is sorted in place. */
static double
sort_median(double *values, size_t n)
{
	hf_check(n > 0);
	qsort(values, n, sizeof(*values), by_value);
	return (
	    n % 2 ? values[n / 2] : (values[n / 2 - 1] + values[n / 2]) / 2);
}

static double
median_of_copy(const double *values, size_t n)
{
	double *copy = malloc(n * sizeof(*copy)), m;

	hf_check_memory(copy != NULL);
	memcpy(copy, values, n * sizeof(*copy));
	m = sort_median(copy, n);
	free(copy);
	return (m);
}

/* Median absolute deviation relative to the median. */
static double
relative_spread(const double *values, size_t n, double median)
{
	double *d = malloc(n * sizeof(*d)), mad;

	hf_check_memory(d != NULL);
	for (size_t i = 0; i < n; i++)
		d[i] = fabs(values[i] - median);
	mad = sort_median(d, n);
	free(d);
	return (median > 0 ? mad / median : 0);
}

/* Mann-Whitney U of b over a: pairs with b > a, ties one half. */
static double
u_statistic(const double *a, size_t na, const double *b, size_t nb, bool *ties)
{
	double u = 0;

	*ties = false;
	for (size_t i = 0; i < na; i++) {
		for (size_t j = 0; j < nb; j++) {
			if (b[j] == a[i])
				*ties = true;
			u += b[j] > a[i] ? 1 : b[j] == a[i] ? 0.5 : 0;
		}
	}
	return (u);
}

/*
 * Two-sided p by the exact null distribution of U: ways[m][n][u] by the usual
 * recurrence (the largest value belongs to either side), kept as fractions.
 */
static double
p_exact(double u, size_t na, size_t nb)
{
	size_t top = na * nb, cells = (na + 1) * (nb + 1) * (top + 1);
	double *f = calloc(cells, sizeof(*f)), low, tail = 0, total = 0;

	hf_check_memory(f != NULL);
#define F(m, n, k) f[((m) * (nb + 1) + (n)) * (top + 1) + (k)]
	for (size_t m = 0; m <= na; m++) {
		for (size_t n = 0; n <= nb; n++) {
			if (m == 0 || n == 0) {
				F(m, n, 0) = 1;
				continue;
			}
			for (size_t k = 0; k <= m * n; k++)
				F(m, n, k) = (k >= n ? F(m - 1, n, k - n) : 0) +
				    F(m, n - 1, k);
		}
	}
	low = u < (double)top - u ? u : (double)top - u;
	for (size_t k = 0; k <= top; k++) {
		total += F(na, nb, k);
		if ((double)k <= low)
			tail += F(na, nb, k);
	}
#undef F
	free(f);
	tail = 2 * tail / total;
	return (tail > 1 ? 1 : tail);
}

/* Normal approximation with continuity correction and correction for ties. */
static double
p_normal(double u, const double *a, size_t na, const double *b, size_t nb)
{
	size_t n = na + nb;
	double *all = malloc(n * sizeof(*all)), tie_sum = 0, var, z;

	hf_check_memory(all != NULL);
	memcpy(all, a, na * sizeof(*a));
	memcpy(all + na, b, nb * sizeof(*b));
	qsort(all, n, sizeof(*all), by_value);
	for (size_t i = 0; i < n;) {
		size_t j = i;
		double t;

		while (j < n && all[j] == all[i])
			j++;
		t = (double)(j - i);
		tie_sum += t * t * t - t;
		i = j;
	}
	free(all);
	var = (double)(na * nb) / 12 *
	    ((double)(n + 1) - tie_sum / ((double)n * (double)(n - 1)));
	if (var <= 0)
		return (1);
	z = (fabs(u - (double)(na * nb) / 2) - 0.5) / sqrt(var);
	return (z <= 0 ? 1 : erfc(z / sqrt(2)));
}

static double
hodges_lehmann_ratio(const double *a, size_t na, const double *b, size_t nb)
{
	double *r = malloc(na * nb * sizeof(*r)), m;

	hf_check_memory(r != NULL);
	for (size_t i = 0; i < na; i++)
		for (size_t j = 0; j < nb; j++)
			r[i * nb + j] = a[i] > 0 ? b[j] / a[i] : 1;
	m = sort_median(r, na * nb);
	free(r);
	return (m);
}

void
stats_compare(const double *a, size_t na, const double *b, size_t nb,
    const struct stats_options *opt, struct stats_comparison *c)
{
	double u, sa, sb;
	bool ties;

	memset(c, 0, sizeof(*c));
	c->verdict = STATS_TOO_NOISY;
	c->p_value = 1;
	if (na == 0 || nb == 0)
		return;
	c->median_a = median_of_copy(a, na);
	c->median_b = median_of_copy(b, nb);
	c->shift = hodges_lehmann_ratio(a, na, b, nb) - 1;
	sa = relative_spread(a, na, c->median_a);
	sb = relative_spread(b, nb, c->median_b);
	c->scatter = sa > sb ? sa : sb;
	u = u_statistic(a, na, b, nb, &ties);
	c->p_value = !ties && na * nb <= EXACT_MAX ? p_exact(u, na, nb)
						   : p_normal(u, a, na, b, nb);
	if (na < STATS_ROUNDS_MIN || nb < STATS_ROUNDS_MIN)
		return;
	if (c->p_value < opt->alpha && fabs(c->shift) > opt->threshold)
		c->verdict = c->shift > 0 ? STATS_WORSE : STATS_BETTER;
	else if (c->scatter <= opt->threshold &&
	    fabs(c->shift) <= opt->threshold)
		c->verdict = STATS_SAME;
}

const char *
stats_verdict_name(enum stats_verdict v)
{
	switch (v) {
	case STATS_SAME:
		return ("same");
	case STATS_WORSE:
		return ("worse");
	case STATS_BETTER:
		return ("better");
	case STATS_TOO_NOISY:
		return ("too noisy to say");
	}
	return ("?");
}
