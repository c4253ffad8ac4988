/* SPDX-License-Identifier: BSD-2-Clause */
/* check_fail_nth.c: what runs with a failure in them are worth. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "run/fail_nth.h"
#include "unit.h"

static struct fail_nth_choice choice;
static struct hf_err err;

START_TEST(choices_are_read)
{
	ck_assert_int_eq(fail_nth_parse("all", &choice, &err), 0);
	ck_assert_uint_eq(choice.n, 0);
	ck_assert_uint_eq(choice.every, 1);
	ck_assert_int_eq(fail_nth_parse("all/15", &choice, &err), 0);
	ck_assert_uint_eq(choice.n, 0);
	ck_assert_uint_eq(choice.every, 15);
	ck_assert(!choice.paths);
	ck_assert_int_eq(fail_nth_parse("paths/2", &choice, &err), 0);
	ck_assert_uint_eq(choice.n, 0);
	ck_assert_uint_eq(choice.every, 2);
	ck_assert(choice.paths);
	ck_assert_int_eq(fail_nth_parse("12", &choice, &err), 0);
	ck_assert_uint_eq(choice.n, 12);
}
END_TEST

START_TEST(other_choices_are_the_users_mistake)
{
	static const char *const bad[] = { "", "0", "-1", "one", "12x", "all/",
		"all/0", "all/x", "al", "alls", "path", "paths/", "paths/0",
		"all/1000001", "ALL", "4294967296", "99999999999999999999" };

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		ck_assert_int_eq(fail_nth_parse(bad[i], &choice, &err), -1);
		ck_assert_int_eq(err.status, EXITCODE_USAGE);
		ck_assert_ptr_nonnull(strstr(err.text, "--fail-nth"));
	}
}
END_TEST

static struct scenario_result run, control;

static void
set_up(void)
{
	run = control = (struct scenario_result){ .id = "a.one" };
}

static void
tear_down(void)
{
	result_reset(&run);
	result_reset(&control);
}

static void
failed_at(struct scenario_result *r, uint64_t n)
{
	struct result_point p = { .n = n, .line = 7 };

	result_set_point(r, &p, n == 2 ? "sleep" : "alloc", "f", "a.c");
}

static void
loses(struct scenario_result *r, const char *what, const char *got,
    const char *want)
{
	r->verdict = HF_VERDICT_FAIL;
	r->failed++;
	result_add_failure(r, "baseline", 0, what, got, want);
}

START_TEST(a_run_without_a_loss_holds)
{
	run.verdict = HF_VERDICT_PASS;
	ck_assert_int_eq(fail_nth_judge(&run, NULL), FAIL_NOT_REACHED);
	failed_at(&run, 1);
	ck_assert_int_eq(fail_nth_judge(&run, NULL), FAIL_HELD);
	run.verdict = HF_VERDICT_BROKEN;
	ck_assert_int_eq(fail_nth_judge(&run, NULL), FAIL_GIVEN_UP);
	run.verdict = HF_VERDICT_TIMEOUT;
	run.dump = strdup("2 ios are held back by hf_bdev_hold()\n");
	ck_assert_int_eq(fail_nth_judge(&run, NULL), FAIL_GIVEN_UP);
}
END_TEST

START_TEST(a_loss_is_bad_unless_the_scenario_left)
{
	static const enum hf_verdict bad[] = { HF_VERDICT_FAIL, HF_VERDICT_DIED,
		HF_VERDICT_TIMEOUT, HF_VERDICT_DISBELIEVED, HF_VERDICT_LOST,
		HF_VERDICT_NONE };

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		result_reset(&run);
		run.verdict = bad[i];
		ck_assert_int_eq(fail_nth_judge(&run, NULL), FAIL_BAD);
		failed_at(&run, 1);
		ck_assert_int_eq(fail_nth_judge(&run, NULL), FAIL_BAD);
		result_set_left(&run, "s.c", 3);
		ck_assert_int_eq(fail_nth_judge(&run, NULL), FAIL_UNCLEAR);
	}
}
END_TEST

static enum fail_outcome
against_control(const char *got, const char *own)
{
	result_reset(&run);
	result_reset(&control);
	failed_at(&run, 1);
	result_set_left(&run, "s.c", 3);
	loses(&run, "free pages as before", got, "0x2000");
	loses(&control, "free pages as before", own, "0x2000");
	return (fail_nth_judge(&run, &control));
}

START_TEST(what_the_scenario_had_explains_no_more)
{
	ck_assert_int_eq(against_control("0x1ffe", "0x1ffe"), FAIL_OWN);
	ck_assert_int_eq(against_control("0x1fff", "0x1ffe"), FAIL_OWN);
	ck_assert_int_eq(against_control("0x1ffd", "0x1ffe"), FAIL_BAD);
	ck_assert_int_eq(against_control("0x2001", "0x1ffe"), FAIL_BAD);
	ck_assert_int_eq(against_control("0x2001", "0x2002"), FAIL_OWN);
	loses(&run, "objects as before", "5", "4");
	ck_assert_int_eq(fail_nth_judge(&run, &control), FAIL_BAD);
	loses(&control, "objects as before", "5", "4");
	ck_assert_int_eq(fail_nth_judge(&run, &control), FAIL_OWN);
	/* One that is only counted could be anything. */
	run.failed++;
	ck_assert_int_eq(fail_nth_judge(&run, &control), FAIL_BAD);
}
END_TEST

START_TEST(a_control_that_leaves_nothing_explains_nothing)
{
	failed_at(&run, 1);
	result_set_left(&run, "s.c", 3);
	loses(&run, "objects as before", "5", "4");
	control.verdict = HF_VERDICT_PASS;
	ck_assert_int_eq(fail_nth_judge(&run, &control), FAIL_BAD);
}
END_TEST

START_TEST(only_the_same_bad_end_is_the_scenarios_own)
{
	failed_at(&run, 1);
	result_set_left(&run, "s.c", 3);
	run.verdict = control.verdict = HF_VERDICT_DIED;
	result_set_reason(&run, "guest panic: lock 0xffff1230 is held");
	result_set_reason(&control, "guest panic: lock 0xffff4560 is held");
	ck_assert_int_eq(fail_nth_judge(&run, &control), FAIL_OWN);
	result_set_reason(&control, "guest panic: null pointer");
	ck_assert_int_eq(fail_nth_judge(&run, &control), FAIL_BAD);
	control.verdict = HF_VERDICT_TIMEOUT;
	ck_assert_int_eq(fail_nth_judge(&run, &control), FAIL_BAD);
}
END_TEST

/*
 * Five points: the scenario traps at the second, the third leaks, the fourth is
 * not come to, the rest hold.
 */
static char asked[512];
static uint64_t own_from; /* the place from which a control loses as much */

static bool
pretend(void *arg, const char *const *params, size_t nparams,
    struct scenario_result *out)
{
	uint64_t n = strtoull(params[0] + strlen("fail_nth="), NULL, 10);
	size_t used = strlen(asked);

	snprintf(asked + used, sizeof(asked) - used, "%s%s%s ", params[0],
	    nparams > 1 ? "," : "", nparams > 1 ? params[1] : "");
	out->began = true;
	out->wall_ns = 10;
	out->verdict = HF_VERDICT_PASS;
	result_add_value(out, "fail_points", 5, "points");
	result_add_value(out, "fail_points.alloc", 5, "points");
	if (n == 0)
		ck_assert(
		    result_add_paths(out, "5") && result_add_paths(out, "2,1"));
	if (n == 0 || n == 4)
		return (true);
	if (nparams == 1)
		failed_at(out, n);
	if (n == 2) {
		out->verdict = HF_VERDICT_DIED;
		out->died_at = 0x1234;
	}
	if (n == 3 || nparams > 1) {
		result_set_left(out, "s.c", 30);
		if (nparams == 1 || n == own_from)
			loses(out, "objects as before", "5", "4");
	}
	return (true);
}

static char *
stack(void *arg, const struct result_point *p)
{
	return (strdup("#0 somewhere"));
}

static bool
in_scenario(void *arg, uint64_t addr)
{
	return (addr == 0x1234);
}

static const struct fail_nth_ops ops = {
	.run = pretend, .stack = stack, .in_scenario = in_scenario
};

static uint64_t
value(const char *name)
{
	for (size_t i = 0; i < run.nvalues; i++)
		if (strcmp(run.values[i].name, name) == 0)
			return (run.values[i].value);
	ck_abort_msg("no value %s", name);
	return (0);
}

START_TEST(the_sum_names_the_point_and_its_command)
{
	char *text;

	asked[0] = '\0';
	choice = (struct fail_nth_choice){ .every = 1 };
	ck_assert(fail_nth_scenario(&ops, &choice,
	    "holdfast run --seed 1 --fail-nth all --cpus 2", &run));
	ck_assert_str_eq(asked,
	    "fail_nth=0 fail_nth=1 fail_nth=2 fail_nth=3 "
	    "fail_nth=3,fail_leave=s.c:30 fail_nth=3,fail_leave=s.c:30 "
	    "fail_nth=1,fail_leave=s.c:30 fail_nth=1,fail_leave=s.c:30 "
	    "fail_nth=1,fail_leave=s.c:30 fail_nth=4 fail_nth=5 ");
	ck_assert_int_eq(run.verdict, HF_VERDICT_FAIL);
	ck_assert_str_eq(
	    run.again, "holdfast run --seed 1 --cpus 2 --fail-nth 3 a.one");
	ck_assert_uint_eq(run.nfailures, 1);
	ck_assert_str_eq(run.failures[0].file, "a.c");
	ck_assert_uint_eq(run.failures[0].line, 7);
	ck_assert_str_eq(run.failures[0].text,
	    "point 3 (alloc) in f(), the scenario left at s.c:30");
	ck_assert_str_eq(run.failures[0].got,
	    "baseline:0: objects as before, got 5, want 4");
	ck_assert_str_eq(run.notes[0],
	    "point 3, again: holdfast run --seed 1 --cpus 2 --fail-nth 3 "
	    "a.one\n"
	    "#0 somewhere");
	ck_assert_str_eq(run.notes[1], "leaving there without a failure: pass");
	ck_assert_uint_eq(value("fail_points"), 5);
	ck_assert_uint_eq(value("fail_points.alloc"), 5);
	ck_assert_uint_eq(value("fail_runs"), 5);
	ck_assert_uint_eq(value("fail_held"), 2);
	ck_assert_uint_eq(value("fail_stumbled"), 1);
	ck_assert_uint_eq(value("fail_not_reached"), 1);
	ck_assert_uint_eq(value("fail_bad"), 1);
	/* The second is a "sleep", the fourth was not come to. */
	ck_assert_uint_eq(value("fail_runs.alloc"), 3);
	ck_assert_uint_eq(value("fail_bad.alloc"), 1);
	ck_assert_uint_eq(value("fail_runs.sleep"), 1);
	text = fail_totals_text(&run.fails);
	ck_assert_str_eq(text, "5 runs, 1 bad: alloc 3 (1 bad), sleep 1");
	free(text);
	ck_assert_uint_eq(run.passed, 2);
	ck_assert_uint_eq(run.failed, 1);
	ck_assert_uint_eq(run.wall_ns, 110);
}
END_TEST

START_TEST(one_control_of_a_few_must_explain)
{
	asked[0] = '\0';
	own_from = 1;
	choice = (struct fail_nth_choice){ .n = 3, .every = 1 };
	ck_assert(fail_nth_scenario(&ops, &choice, "holdfast run", &run));
	own_from = 0;
	ck_assert_str_eq(asked,
	    "fail_nth=0 fail_nth=3 "
	    "fail_nth=3,fail_leave=s.c:30 fail_nth=3,fail_leave=s.c:30 "
	    "fail_nth=1,fail_leave=s.c:30 ");
	ck_assert_int_eq(run.verdict, HF_VERDICT_PASS);
	ck_assert_uint_eq(value("fail_own"), 1);
}
END_TEST

START_TEST(totals_are_by_kind)
{
	struct fail_totals sum = { 0 }, more = { 0 };
	char kind[40], *text;

	ck_assert_ptr_null(fail_totals_text(&sum));
	fail_totals_count(&more, "sleep", false);
	fail_totals_count(&more, "alloc", true);
	fail_totals_count(&more, NULL, true);
	fail_totals_add(&sum, &more);
	fail_totals_count(&sum, "page-in", false);
	fail_totals_add(&sum, &more);
	text = fail_totals_text(&sum);
	ck_assert_str_eq(
	    text, "7 runs, 4 bad: alloc 2 (2 bad), page-in 1, sleep 2");
	free(text);
	/* A guest may say anything: what has no room is still among the runs. */
	for (int i = 0; i < 20; i++) {
		snprintf(kind, sizeof(kind), "%02d, a name that is long", i);
		fail_totals_count(&sum, kind, false);
		fail_totals_count(&sum, kind, false);
	}
	ck_assert_uint_eq(sum.runs, 47);
	ck_assert_uint_eq(sum.nkinds, FAIL_KINDS_MAX);
	ck_assert_str_eq(sum.kinds[0].name, "00, a name that");
	ck_assert_uint_eq(sum.kinds[0].runs, 2);
}
END_TEST

START_TEST(one_point_of_each_path)
{
	asked[0] = '\0';
	choice = (struct fail_nth_choice){ .every = 1, .paths = true };
	ck_assert(fail_nth_scenario(&ops, &choice, "holdfast run", &run));
	ck_assert_str_eq(asked, "fail_nth=0 fail_nth=1 fail_nth=2 fail_nth=5 ");
	ck_assert_uint_eq(value("fail_runs"), 3);
	ck_assert(!result_add_paths(&run, ""));
	ck_assert(!result_add_paths(&run, "1,"));
	ck_assert(!result_add_paths(&run, "1;2"));
	ck_assert(!result_add_paths(&run, "-1"));
}
END_TEST

START_TEST(one_point_or_one_in_so_many)
{
	asked[0] = '\0';
	choice = (struct fail_nth_choice){ .n = 5, .every = 1 };
	ck_assert(fail_nth_scenario(&ops, &choice, "holdfast run", &run));
	ck_assert_str_eq(asked, "fail_nth=0 fail_nth=5 ");
	ck_assert_int_eq(run.verdict, HF_VERDICT_PASS);

	result_reset(&run);
	choice.n = 6;
	ck_assert(fail_nth_scenario(&ops, &choice, "holdfast run", &run));
	ck_assert_int_eq(run.verdict, HF_VERDICT_SKIP);
	ck_assert_str_eq(run.reason, "it passes only 5 points");

	result_reset(&run);
	choice = (struct fail_nth_choice){ .every = 1000 };
	ck_assert(fail_nth_scenario(&ops, &choice, "holdfast run", &run));
	ck_assert_uint_eq(value("fail_runs"), 1);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = { choices_are_read,
		other_choices_are_the_users_mistake, a_run_without_a_loss_holds,
		a_loss_is_bad_unless_the_scenario_left,
		what_the_scenario_had_explains_no_more,
		a_control_that_leaves_nothing_explains_nothing,
		only_the_same_bad_end_is_the_scenarios_own,
		the_sum_names_the_point_and_its_command,
		one_control_of_a_few_must_explain, totals_are_by_kind,
		one_point_of_each_path, one_point_or_one_in_so_many, NULL };

	return (unit_main_fixture("fail_nth", tests, set_up, tear_down));
}
