/* SPDX-License-Identifier: BSD-2-Clause */
/* stats.h: what two sets of rounds say about each other. */
#ifndef HF_MEASURE_STATS_H
#define HF_MEASURE_STATS_H

#include <stdbool.h>
#include <stddef.h>

enum stats_verdict {
	STATS_SAME,	/* no difference beyond noise and threshold */
	STATS_WORSE,	/* b is larger: significant and above the threshold */
	STATS_BETTER,	/* b is smaller: likewise */
	STATS_TOO_NOISY /* too few rounds, or they scatter more than they tell */
};

/* With fewer rounds a side, no rank test can reach alpha = 0.01. */
#define STATS_ROUNDS_MIN 5

struct stats_options {
	double alpha;	  /* level of significance, e.g. 0.01 */
	double threshold; /* relative shift below which nothing is said */
};

struct stats_comparison {
	double median_a, median_b;
	double shift;	/* Hodges-Lehmann: median of all b_j / a_i, minus 1 */
	double p_value; /* two-sided Mann-Whitney U, exact for small n */
	double scatter; /* larger relative half spread (MAD) of the two */
	enum stats_verdict verdict;
};

/*
 * Compares the rounds a[0..na) with b[0..nb); values are costs (smaller is
 * better), all > 0.  The rank test makes no assumption on their distribution;
 * rounds, not samples, are compared, because the samples of one round are not
 * independent of each other.
 */
void stats_compare(const double *a, size_t na, const double *b, size_t nb,
    const struct stats_options *, struct stats_comparison *);

const char *stats_verdict_name(enum stats_verdict);

#endif
