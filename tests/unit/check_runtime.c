/* SPDX-License-Identifier: BSD-2-Clause */
/* check_runtime.c: what counts of a stretch of time. */
#include <inttypes.h>

#include "run/runtime.h"
#include "unit.h"

#define MS UINT64_C(1000000)

static const struct {
	const char *what;
	struct runtime_use use; /* of 500 ms */
	unsigned int host_cpus;
	unsigned int counted_ms;
} spans[] = {
	{ "idle: it could have run", { 0, 0, 0 }, 2, 500 },
	{ "one CPU had all it wanted", { 500 * MS, 0, 1 }, 2, 500 },
	{ "one had half, and slept", { 250 * MS, 0, 1 }, 2, 500 },
	{ "one waited for three quarters", { 125 * MS, 375 * MS, 1 }, 2, 125 },
	{ "one waited, and slept", { 100 * MS, 100 * MS, 1 }, 2, 400 },
	{ "two waited for half", { 500 * MS, 250 * MS, 2 }, 2, 250 },
	{ "one ran, one waited for half", { 750 * MS, 250 * MS, 2 }, 2, 375 },
	{ "eight on two CPUs that nobody else has", { 1000 * MS, 375 * MS, 8 },
	    2, 500 },
	{ "two on one CPU that nobody else has", { 500 * MS, 250 * MS, 2 }, 1,
	    500 },
	{ "two on half a CPU", { 250 * MS, 375 * MS, 2 }, 1, 250 },
	{ "it waited for longer than there was", { 0, 900 * MS, 1 }, 2, 0 },
	{ "it ran for longer than there was", { 900 * MS, 0, 1 }, 2, 500 },
};

START_TEST(as_much_counts_as_the_guest_could_run)
{
	uint64_t ns =
	    runtime_counted(500 * MS, &spans[_i].use, spans[_i].host_cpus);

	ck_assert_msg(ns == spans[_i].counted_ms * MS,
	    "%s: %" PRIu64 " ms, not %u", spans[_i].what, ns / MS,
	    spans[_i].counted_ms);
}
END_TEST

START_TEST(a_late_wait_is_lost_time)
{
	struct runtime rt;

	runtime_init(&rt, 1000 * MS);
	runtime_waited(&rt, 500 * MS, 1000 * MS, 1500 * MS);
	ck_assert_uint_eq(rt.lost_ns, 0);
	runtime_waited(&rt, 500 * MS, 1500 * MS, 1510 * MS);
	ck_assert_uint_eq(rt.lost_ns, 0);
	runtime_waited(&rt, 500 * MS, 1510 * MS, 11510 * MS);
	ck_assert_uint_eq(rt.lost_ns, 9500 * MS);
}
END_TEST

/* Nobody else is in this process: whatever was lost is not lost twice. */
START_TEST(a_look_counts_no_stop_again)
{
	struct runtime rt;

	runtime_init(&rt, 0);
	runtime_waited(&rt, 500 * MS, 0, 10500 * MS);
	runtime_look(&rt, 10500 * MS);
	ck_assert_uint_eq(rt.lost_ns, 10000 * MS);
	runtime_look(&rt, 11000 * MS);
	ck_assert_uint_eq(rt.lost_ns, 10000 * MS);
}
END_TEST

/* Its thread waited all the while, and says so when it runs again. */
START_TEST(a_wait_that_is_told_late_is_taken_back)
{
	struct runtime_use none = { 0 }, late = { 10 * MS, 1400 * MS, 1 };
	struct runtime rt;

	runtime_init(&rt, 0);
	rt.host_cpus = 2;
	runtime_account(&rt, 500 * MS, 0, &none);
	runtime_account(&rt, 500 * MS, 0, &none);
	ck_assert_uint_eq(rt.lost_ns, 0);
	runtime_account(&rt, 500 * MS, 0, &late);
	ck_assert_uint_eq(rt.lost_ns, 490 * MS + 900 * MS);
	/* What a late wait has taken already is not taken twice. */
	runtime_init(&rt, 0);
	rt.host_cpus = 2;
	runtime_account(&rt, 500 * MS, 0, &none);
	runtime_account(&rt, 500 * MS, 900 * MS, &late);
	ck_assert_uint_eq(rt.lost_ns, 490 * MS);
	/* Never more than there was. */
	late.most_waited_ns = 9000 * MS;
	runtime_account(&rt, 500 * MS, 0, &late);
	ck_assert_uint_le(rt.lost_ns, 2000 * MS);
}
END_TEST

int
main(void)
{
	TCase *t = tcase_create("all");

	tcase_add_loop_test(t, as_much_counts_as_the_guest_could_run, 0,
	    sizeof(spans) / sizeof(spans[0]));
	tcase_add_test(t, a_late_wait_is_lost_time);
	tcase_add_test(t, a_wait_that_is_told_late_is_taken_back);
	tcase_add_test(t, a_look_counts_no_stop_again);
	return (unit_run("runtime", t));
}
