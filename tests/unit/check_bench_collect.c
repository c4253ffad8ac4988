/* SPDX-License-Identifier: BSD-2-Clause */
/* check_bench_collect.c: histograms as a guest sends them, and as it must not. */
#include <stdio.h>
#include <string.h>

#include "run/bench_collect.h"
#include "unit.h"

#define NONCE "0123456789abcdef"

static struct bench_report *report;
static struct bench_collect *collect;
static struct hf_err err;

static void
set_up(void)
{
	report = bench_report_new();
	collect = bench_collect_new(report, NULL, NULL);
	bench_collect_round(collect, 1, 1);
	memset(&err, 0, sizeof(err));
}

static void
tear_down(void)
{
	bench_collect_free(collect);
	bench_report_free(report);
}

static void
hist(const char *class_name, unsigned int count, unsigned int part,
    const char *buckets)
{
	static struct record rec;
	char line[HF_RECORD_MAX];
	int n = snprintf(line, sizeof(line),
	    "\x1e" NONCE " 1 hist class=%s layer=total ops=1 count=%u sum=9 "
	    "min=1 max=5 part=%u b=%s",
	    class_name, count, part, buckets);

	ck_assert_ptr_null(record_parse(&rec, line, (size_t)n, NONCE));
	bench_collect_record(collect, &rec);
}

START_TEST(a_histogram_comes_in_parts)
{
	const struct bench_class *c;

	hist("x", 6, 0, "1:2,3:1");
	ck_assert_int_eq(bench_collect_check(collect, &err), -1);
	hist("x", 6, 1, "4:2,1919:1");
	ck_assert_int_eq(bench_collect_check(collect, &err), 0);
	c = bench_class_find(report, "x");
	ck_assert_ptr_nonnull(c);
	ck_assert_uint_eq(c->total.count, 6);
	ck_assert_uint_eq(c->total.bucket[1], 2);
	ck_assert_uint_eq(c->total.bucket[4], 2);
	ck_assert_uint_eq(c->total.bucket[HF_HIST_BUCKETS - 1], 1);
	ck_assert_uint_eq(c->rounds, 1);
}
END_TEST

/* In place of "1:2". */
static const char *const bad[] = { "+1:2", "-1:2", "%201:2", "1:+2", "1:-2",
	"1:%202", "1:2,", ",1:2", "1:2,,2:1", "1:", ":2", "1", "1:0", "1:3",
	"1:1,1:1", "2:1,1:1", "1920:2", "18446744073709551617:2",
	"1:18446744073709551618", "1:2x", "0x1:2", "1%20:2", "1:2%20" };

START_TEST(buckets_are_numbers_and_nothing_else)
{
	hist("x", 2, 0, bad[_i]);
	ck_assert_msg(
	    bench_collect_check(collect, &err) == -1, "taken: %s", bad[_i]);
	ck_assert_int_eq(err.status, EXITCODE_HARNESS);
	ck_assert_ptr_nonnull(strstr(err.text, "makes no sense"));
}
END_TEST

START_TEST(as_many_classes_as_a_guest_could_have)
{
	char name[16];

	for (unsigned int i = 0; i < BENCH_CLASSES_MAX; i++) {
		snprintf(name, sizeof(name), "c%u", i);
		hist(name, 1, 0, "1:1");
	}
	/* Those that are there may come again, as in each round. */
	hist("c0", 1, 0, "1:1");
	ck_assert_int_eq(bench_collect_check(collect, &err), 0);
	hist("more", 1, 0, "1:1");
	ck_assert_int_eq(bench_collect_check(collect, &err), -1);
	ck_assert_ptr_nonnull(strstr(err.text, "too many classes"));
	ck_assert_uint_eq(report->classes, BENCH_CLASSES_MAX);
}
END_TEST

int
main(void)
{
	TCase *t = tcase_create("all");

	tcase_add_checked_fixture(t, set_up, tear_down);
	tcase_add_test(t, a_histogram_comes_in_parts);
	tcase_add_loop_test(t, buckets_are_numbers_and_nothing_else, 0,
	    sizeof(bad) / sizeof(bad[0]));
	tcase_add_test(t, as_many_classes_as_a_guest_could_have);
	return (unit_run("bench_collect", t));
}
