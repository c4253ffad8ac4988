/* SPDX-License-Identifier: BSD-2-Clause */
/* check_measure.c: clock conversion, histogram, comparison of rounds. */
#include <math.h>
#include <stdint.h>
#include <stdlib.h>

#include "hist.h"
#include "measure/clock.h"
#include "measure/stats.h"
#include "unit.h"

START_TEST(ticks_become_nanoseconds_by_one_exact_rule)
{
	ck_assert_uint_eq(ns_from_tsc(0, 2300000000), 0);
	ck_assert_uint_eq(ns_from_tsc(2300, 2300000000), 1000);
	/* 1 tick at 2.3 GHz is 0.43 ns, 2 ticks 0.87: to the nearest */
	ck_assert_uint_eq(ns_from_tsc(1, 2300000000), 0);
	ck_assert_uint_eq(ns_from_tsc(2, 2300000000), 1);
	/* no overflow on the way: ten years of ticks */
	ck_assert_uint_eq(ns_from_tsc(725328000000000000ull, 2300000000ull),
	    315360000000000000ull);
	ck_assert_uint_eq(ns_from_tsc(UINT64_MAX, 1), UINT64_MAX);
	ck_assert_uint_eq(ns_from_tsc(5, 0), 0);
	ck_assert_double_eq_tol(ns_from_tsc_f(1.5, 3000000000), 0.5, 1e-12);
}
END_TEST

START_TEST(measured_frequency_agrees_with_itself)
{
	struct clock_estimate a, b;

	clock_measure(5000000, &a);
	clock_measure(5000000, &b);
	ck_assert_uint_gt(a.tsc_hz, 100000000);
	ck_assert_double_gt(a.error_ppm, 0);
	/* Both are right within their stated errors, so they overlap. */
	ck_assert_double_le(fabs((double)a.tsc_hz - (double)b.tsc_hz),
	    (a.error_ppm + b.error_ppm + 100) * 1e-6 * (double)a.tsc_hz);
}
END_TEST

START_TEST(every_value_lies_in_its_bucket_within_one_32nd)
{
	for (int shift = 0; shift < 64; shift++) {
		for (int d = -1; d <= 1; d++) {
			uint64_t v = (1ull << shift) + (uint64_t)(int64_t)d;
			unsigned i = hf_hist_index(v);

			ck_assert_uint_lt(i, HF_HIST_BUCKETS);
			ck_assert_uint_le(hf_hist_floor(i), v);
			if (i + 1 < HF_HIST_BUCKETS)
				ck_assert_uint_gt(hf_hist_floor(i + 1), v);
			ck_assert_uint_le(v - hf_hist_floor(i), v / 32);
		}
	}
	ck_assert_uint_eq(hf_hist_index(UINT64_MAX), HF_HIST_BUCKETS - 1);
}
END_TEST

START_TEST(histogram_counts_merges_and_finds_quantiles)
{
	static struct hf_hist h, other, both;

	hf_hist_reset(&h);
	hf_hist_reset(&other);
	hf_hist_reset(&both);
	ck_assert_uint_eq(hf_hist_quantile(&h, 50000), 0);
	for (uint64_t v = 1; v <= 60; v++)
		hf_hist_add(v % 2 ? &h : &other, v);
	hf_hist_merge(&both, &h);
	hf_hist_merge(&both, &other);
	ck_assert_uint_eq(both.count, 60);
	ck_assert_uint_eq(both.sum, 60 * 61 / 2);
	ck_assert_uint_eq(both.min, 1);
	ck_assert_uint_eq(both.max, 60);
	/* below 64 every value has its own bucket: quantiles are exact */
	ck_assert_uint_eq(hf_hist_quantile(&both, 50000), 30);
	ck_assert_uint_eq(hf_hist_quantile(&both, 90000), 54);
	ck_assert_uint_eq(hf_hist_quantile(&both, 100000), 60);
	ck_assert_uint_eq(hf_hist_quantile(&both, 0), 1);
	/* one far outlier moves the top only, and no quantile passes max */
	hf_hist_add(&both, 1000003);
	ck_assert_uint_eq(hf_hist_quantile(&both, 50000), 31);
	ck_assert_uint_eq(hf_hist_quantile(&both, 100000), 1000003);
}
END_TEST

/* Uniform noise of +-percent around center, the same sequence every run. */
static void
noisy(double *v, int n, double center, double percent, unsigned seed)
{
	for (int i = 0; i < n; i++) {
		seed = seed * 1664525u + 1013904223u;
		v[i] = center *
		    (1 + percent / 100 * ((double)(seed >> 8) / 8388608 - 1));
	}
}

static const struct stats_options options = { 0.01, 0.05 };

START_TEST(ten_percent_slower_is_worse_and_faster_is_better)
{
	double a[10], b[10];
	struct stats_comparison c;

	noisy(a, 10, 1000, 3, 1);
	noisy(b, 10, 1100, 3, 2);
	stats_compare(a, 10, b, 10, &options, &c);
	ck_assert_int_eq(c.verdict, STATS_WORSE);
	ck_assert_double_eq_tol(c.shift, 0.10, 0.02);
	stats_compare(b, 10, a, 10, &options, &c);
	ck_assert_int_eq(c.verdict, STATS_BETTER);
	/* deterministic counts, all equal within a side */
	for (int i = 0; i < 10; i++) {
		a[i] = 2000;
		b[i] = 2200;
	}
	stats_compare(a, 10, b, 10, &options, &c);
	ck_assert_int_eq(c.verdict, STATS_WORSE);
}
END_TEST

START_TEST(the_same_distribution_is_the_same)
{
	double a[10], b[10];
	struct stats_comparison c;
	int same = 0;

	for (unsigned seed = 0; seed < 100; seed++) {
		noisy(a, 10, 1000, 4, 2 * seed + 1);
		noisy(b, 10, 1000, 4, 2 * seed + 2);
		stats_compare(a, 10, b, 10, &options, &c);
		ck_assert_int_ne(c.verdict, STATS_WORSE);
		ck_assert_int_ne(c.verdict, STATS_BETTER);
		same += c.verdict == STATS_SAME;
	}
	ck_assert_int_ge(same, 95);
}
END_TEST

START_TEST(a_shift_below_the_threshold_is_not_flagged)
{
	double a[12], b[12];
	struct stats_comparison c;

	noisy(a, 12, 1000, 0.5, 7);
	noisy(b, 12, 1030, 0.5, 8);
	stats_compare(a, 12, b, 12, &options, &c);
	ck_assert_double_lt(c.p_value, 0.01);
	ck_assert_int_eq(c.verdict, STATS_SAME);
}
END_TEST

START_TEST(few_or_wild_rounds_are_too_noisy_to_say)
{
	double a[10], b[10];
	struct stats_comparison c;

	noisy(a, 10, 1000, 1, 1);
	noisy(b, 10, 1200, 1, 2);
	stats_compare(a, 4, b, 4, &options, &c);
	ck_assert_int_eq(c.verdict, STATS_TOO_NOISY);
	noisy(a, 10, 1000, 60, 3);
	noisy(b, 10, 1000, 60, 4);
	stats_compare(a, 10, b, 10, &options, &c);
	ck_assert_int_eq(c.verdict, STATS_TOO_NOISY);
	/* coarse clock: no scatter to speak of, shifted, not significant */
	for (int i = 0; i < 6; i++) {
		a[i] = i < 4 ? 50 : 60;
		b[i] = i < 4 ? 40 : 60;
	}
	stats_compare(a, 6, b, 6, &options, &c);
	ck_assert_double_eq(c.scatter, 0);
	ck_assert_double_lt(c.shift, -0.1);
	ck_assert_int_eq(c.verdict, STATS_TOO_NOISY);
}
END_TEST

START_TEST(exact_p_matches_the_tables)
{
	/* Completely separated 5 against 5: p = 2 / C(10,5) = 2 / 252. */
	double a[5] = { 1, 2, 3, 4, 5 }, b[5] = { 6, 7, 8, 9, 10 };
	struct stats_comparison c;

	stats_compare(a, 5, b, 5, &options, &c);
	ck_assert_double_eq_tol(c.p_value, 2.0 / 252, 1e-9);
}
END_TEST

int
main(void)
{
	TCase *t = tcase_create("measure");

	tcase_add_test(t, ticks_become_nanoseconds_by_one_exact_rule);
	tcase_add_test(t, measured_frequency_agrees_with_itself);
	tcase_add_test(t, every_value_lies_in_its_bucket_within_one_32nd);
	tcase_add_test(t, histogram_counts_merges_and_finds_quantiles);
	tcase_add_test(t, ten_percent_slower_is_worse_and_faster_is_better);
	tcase_add_test(t, the_same_distribution_is_the_same);
	tcase_add_test(t, a_shift_below_the_threshold_is_not_flagged);
	tcase_add_test(t, few_or_wild_rounds_are_too_noisy_to_say);
	tcase_add_test(t, exact_p_matches_the_tables);
	return (unit_run("measure", t));
}
