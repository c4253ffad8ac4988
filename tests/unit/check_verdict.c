/* SPDX-License-Identifier: BSD-2-Clause */
/* check_verdict.c: every way in which a scenario can end. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "run/verdict.h"
#include "unit.h"

#define NONCE "0123456789abcdef"

static struct scenario_result one, two;
static struct scenario_result *results[] = { &one, &two };
static struct verdict v;
static unsigned int seq;

static void
set_up(size_t nresults)
{
	one.id = "a.one";
	two.id = "a.two";
	result_reset(&one);
	result_reset(&two);
	verdict_init(&v, results, nresults);
	seq = 0;
}

static void
tear_down(void)
{
	result_reset(&one);
	result_reset(&two);
}

static enum verdict_event
say(const char *body)
{
	static struct record rec;
	char line[HF_RECORD_MAX];
	int n;

	n = snprintf(line, sizeof(line), "\x1e" NONCE " %u %s", ++seq, body);
	ck_assert_ptr_null(record_parse(&rec, line, (size_t)n, NONCE));
	return (verdict_record(&v, &rec, seq * 1000));
}

static void
say_hello(void)
{
	ck_assert_int_eq(
	    say("hello abi=3 cpus=2 mem=4096 boot_tsc=7"), VERDICT_HELLO);
}

static void
begin_one(void)
{
	set_up(1);
	say_hello();
	ck_assert_int_eq(say("begin id=a.one tsc=10"), VERDICT_BEGAN);
}

START_TEST(a_place_that_was_made_to_fail)
{
	begin_one();
	say("point class=alloc n=12 name=f file=a.c line=7 bt=10,ff");
	say("left file=s.c line=3");
	say("end id=a.one verdict=pass passed=1 failed=0 tsc=25");
	ck_assert_int_eq(one.verdict, HF_VERDICT_PASS);
	ck_assert_uint_eq(one.point->n, 12);
	ck_assert_str_eq(one.point->kind, "alloc");
	ck_assert_str_eq(one.point->function, "f");
	ck_assert_str_eq(one.point->file, "a.c");
	ck_assert_uint_eq(one.point->line, 7);
	ck_assert_uint_eq(one.point->nframes, 2);
	ck_assert_uint_eq(one.point->frames[1], 0xff);
	ck_assert_str_eq(one.left, "s.c:3");
	tear_down();

	begin_one();
	say("point class=alloc n=12 name=f file=a.c line=7 bt=10");
	ck_assert_int_eq(
	    say("point class=alloc n=13 name=f file=a.c line=7 bt=10"),
	    VERDICT_VIOLATED);
	tear_down();
}
END_TEST

START_TEST(two_scenarios_pass)
{
	set_up(2);
	say_hello();
	ck_assert_int_eq(say("begin id=a.one tsc=10"), VERDICT_BEGAN);
	ck_assert_int_eq(
	    say("expect ok=1 file=f line=1 text=t"), VERDICT_NOTHING);
	ck_assert_int_eq(
	    say("end id=a.one verdict=pass passed=3 failed=0 tsc=25"),
	    VERDICT_ENDED);
	say("begin id=a.two tsc=30");
	say("value name=n value=4 unit=u");
	say("end id=a.two verdict=pass passed=1 failed=0 tsc=31");
	ck_assert_int_eq(say("done ran=2"), VERDICT_DONE);
	ck_assert_uint_eq(verdict_finish(&v, GUEST_END_DONE, NULL, 0), 2);
	ck_assert_int_eq(one.verdict, HF_VERDICT_PASS);
	ck_assert_int_eq(two.verdict, HF_VERDICT_PASS);
	ck_assert_uint_eq(one.tsc, 15);
	ck_assert_uint_eq(one.wall_ns, 2000);
	ck_assert_uint_eq(two.nvalues, 1);
}
END_TEST

/* Ends of a single scenario: what it says between begin and end. */
static const struct {
	const char *said[3];
	enum hf_verdict verdict;
	const char *reason; /* part of it */
} ends[] = {
	{ { "end id=a.one verdict=pass passed=1 failed=0 tsc=10" },
	    HF_VERDICT_PASS, NULL },
	{ { "end id=a.one verdict=pass passed=0 failed=0 tsc=10" },
	    HF_VERDICT_FAIL, "no expectation" },
	{ { "end id=a.one verdict=pass passed=1 failed=1 tsc=10" },
	    HF_VERDICT_FAIL, "claims pass with 1 failed" },
	{ { "expect ok=0 file=f line=1 text=t",
	      "end id=a.one verdict=pass passed=1 failed=0 tsc=10" },
	    HF_VERDICT_FAIL, "claims 0 failures after reporting 1" },
	{ { "expect ok=0 file=f line=1 text=t",
	      "end id=a.one verdict=fail passed=1 failed=1 tsc=10" },
	    HF_VERDICT_FAIL, NULL },
	{ { "end id=a.one verdict=fail passed=0 failed=0 tsc=10" },
	    HF_VERDICT_FAIL, "no expectation" },
	{ { "end id=a.one verdict=broken passed=1 failed=0 tsc=10" },
	    HF_VERDICT_BROKEN, NULL },
	{ { "skip reason=one%20cpu",
	      "end id=a.one verdict=skip passed=0 failed=0 tsc=10" },
	    HF_VERDICT_SKIP, "one cpu" },
	{ { "end id=a.one verdict=skip passed=0 failed=0 tsc=10" },
	    HF_VERDICT_FAIL, "claims skip" },
	{ { "skip reason=x",
	      "end id=a.one verdict=pass passed=1 failed=0 tsc=10" },
	    HF_VERDICT_FAIL, "claims pass, but its records say skip" },
	{ { "end id=a.two verdict=pass passed=1 failed=0 tsc=10" },
	    HF_VERDICT_DISBELIEVED, "end of another" },
	{ { "end id=a.one verdict=great passed=1 failed=0 tsc=10" },
	    HF_VERDICT_DISBELIEVED, "unknown verdict" },
	{ { "end id=a.one verdict=pass passed=1 failed=0 tsc=9" },
	    HF_VERDICT_PASS, NULL },
	{ { "expect ok=1 file=f line=1 text=t", "skip reason=x" },
	    HF_VERDICT_DISBELIEVED, "skip after" },
	{ { "skip reason=x", "expect ok=1 file=f line=1 text=t" },
	    HF_VERDICT_DISBELIEVED, "after the scenario was skipped" },
	{ { "begin id=a.one tsc=11" }, HF_VERDICT_DISBELIEVED, "begin inside" },
	{ { "done ran=1" }, HF_VERDICT_DISBELIEVED, "done inside" },
	{ { "hello abi=3 cpus=1 mem=1 boot_tsc=1" }, HF_VERDICT_DISBELIEVED,
	    "second hello" },
};

START_TEST(an_end_is_worth_what_its_records_say)
{
	begin_one();
	for (int i = 0; i < 3 && ends[_i].said[i] != NULL; i++)
		say(ends[_i].said[i]);
	say("done ran=1");
	verdict_finish(&v, GUEST_END_DONE, NULL, 0);
	ck_assert_int_eq(one.verdict, ends[_i].verdict);
	if (ends[_i].reason == NULL)
		ck_assert_ptr_null(one.reason);
	else
		ck_assert_msg(one.reason != NULL &&
			strstr(one.reason, ends[_i].reason) != NULL,
		    "reason: %s", one.reason);
}
END_TEST

/* Ways in which the guest stops while a scenario runs. */
static const struct {
	enum guest_end end;
	enum hf_verdict verdict;
	const char *reason;
} deaths[] = {
	{ GUEST_END_DONE, HF_VERDICT_FAIL, "without an end record" },
	{ GUEST_END_PANIC, HF_VERDICT_DIED, "panic: why" },
	{ GUEST_END_DIED, HF_VERDICT_DIED, "died: why" },
	{ GUEST_END_TIMEOUT, HF_VERDICT_TIMEOUT, "out of time: why" },
	{ GUEST_END_NO_PROGRESS, HF_VERDICT_TIMEOUT, "no progress: why" },
	{ GUEST_END_UNKNOWN, HF_VERDICT_DIED, "log ends" },
	{ GUEST_END_NO_PLAN, HF_VERDICT_DISBELIEVED, "plan" },
};

START_TEST(a_running_scenario_is_charged_with_the_death)
{
	begin_one();
	verdict_finish(&v, deaths[_i].end, "why", 5000);
	ck_assert_int_eq(one.verdict, deaths[_i].verdict);
	ck_assert_ptr_nonnull(strstr(one.reason, deaths[_i].reason));
	ck_assert_uint_eq(one.wall_ns, 3000);
}
END_TEST

START_TEST(a_pass_that_the_guest_does_not_survive_is_no_pass)
{
	begin_one();
	say("end id=a.one verdict=pass passed=1 failed=0 tsc=10");
	ck_assert_int_eq(
	    say("panic text=oops cpu=1 rip=f rsp=1 rbp=2 cr2=3 bt=a,0xb"),
	    VERDICT_PANICKED);
	verdict_finish(&v, GUEST_END_PANIC, NULL, 0);
	ck_assert_int_eq(one.verdict, HF_VERDICT_DIED);
	ck_assert_str_eq(one.reason,
	    "guest panic: oops (after the scenario had ended with pass)");
	ck_assert_uint_eq(v.panic.nframes, 2);
	ck_assert_uint_eq(v.panic.frames[0], 0xa);
	ck_assert_uint_eq(v.panic.frames[1], 0xb);
	ck_assert_uint_eq(v.panic.rip, 0xf);
}
END_TEST

START_TEST(a_signal_is_blamed_on_what_runs_and_on_nothing_that_ended)
{
	begin_one();
	verdict_finish(&v, GUEST_END_INTERRUPTED, "SIGTERM", 5000);
	ck_assert_int_eq(one.verdict, HF_VERDICT_INTERRUPTED);
	ck_assert_str_eq(one.reason, "interrupted: SIGTERM");

	set_up(2);
	say_hello();
	say("begin id=a.one tsc=10");
	say("expect ok=1 file=f line=1 text=t");
	say("end id=a.one verdict=pass passed=1 failed=0 tsc=25");
	ck_assert_uint_eq(
	    verdict_finish(&v, GUEST_END_INTERRUPTED, "SIGINT", 0), 1);
	ck_assert_int_eq(one.verdict, HF_VERDICT_PASS);
	verdict_not_begun(&two, &v, GUEST_END_INTERRUPTED, "SIGINT");
	ck_assert_int_eq(two.verdict, HF_VERDICT_INTERRUPTED);
	ck_assert_str_eq(
	    two.reason, "interrupted before this scenario began: SIGINT");

	/* A panic that came first is what it is. */
	begin_one();
	say("panic cpu=0 rip=0x1 rsp=0x2 rbp=0x3 cr2=0x4 bt=0x5 text=dead");
	verdict_finish(&v, GUEST_END_INTERRUPTED, "SIGINT", 0);
	ck_assert_int_eq(one.verdict, HF_VERDICT_DIED);
}
END_TEST

#define REGS19 "1,2,3,4,5,6,7,8,9,a,b,c,d,e,f,10,11,12,13"

START_TEST(a_panic_brings_its_frame)
{
	begin_one();
	ck_assert_int_eq(
	    say("frame trap=14 err=3 regs=" REGS19 ",14"), VERDICT_NOTHING);
	say("panic text=oops cpu=1 rip=f rsp=1 rbp=2 cr2=3 bt=");
	ck_assert(v.panic.frame.known && v.panic.frame.trapped);
	ck_assert_uint_eq(v.panic.frame.trap, 14);
	ck_assert_uint_eq(v.panic.frame.err, 3);
	ck_assert_uint_eq(v.panic.frame.regs[0], 1);
	ck_assert_uint_eq(v.panic.frame.regs[HF_FRAME_REGS - 1], 0x14);
	begin_one();
	say("frame regs=" REGS19 ",14");
	ck_assert(v.panic.frame.known && !v.panic.frame.trapped);
	begin_one();
	ck_assert_int_eq(say("frame regs=" REGS19), VERDICT_VIOLATED);
}
END_TEST

START_TEST(a_panic_is_a_panic_however_the_guest_stops)
{
	begin_one();
	say("panic text=oops cpu=1 rip=f rsp=1 rbp=2 cr2=3 bt=");
	ck_assert_int_eq(
	    say("end id=a.one verdict=pass passed=1 failed=0 tsc=10"),
	    VERDICT_NOTHING);
	say("done ran=1");
	verdict_finish(&v, GUEST_END_DONE, NULL, 0);
	ck_assert_int_eq(one.verdict, HF_VERDICT_DIED);
}
END_TEST

START_TEST(the_next_begin_settles_the_one_before)
{
	set_up(2);
	say_hello();
	say("begin id=a.one tsc=1");
	say("end id=a.one verdict=pass passed=1 failed=0 tsc=2");
	say("begin id=a.two tsc=3");
	ck_assert_uint_eq(verdict_finish(&v, GUEST_END_DIED, "x", 0), 2);
	ck_assert_int_eq(one.verdict, HF_VERDICT_PASS);
	ck_assert_int_eq(two.verdict, HF_VERDICT_DIED);
}
END_TEST

START_TEST(scenarios_after_a_death_are_left_for_the_next_guest)
{
	set_up(2);
	say_hello();
	say("begin id=a.one tsc=1");
	ck_assert_uint_eq(verdict_finish(&v, GUEST_END_DIED, "x", 0), 1);
	ck_assert_int_eq(two.verdict, HF_VERDICT_NONE);
}
END_TEST

START_TEST(a_guest_that_stops_early_in_order_is_at_fault)
{
	set_up(2);
	say_hello();
	say("begin id=a.one tsc=1");
	say("end id=a.one verdict=pass passed=1 failed=0 tsc=2");
	ck_assert_uint_eq(verdict_finish(&v, GUEST_END_DONE, NULL, 0), 1);
	ck_assert_int_eq(one.verdict, HF_VERDICT_FAIL);
}
END_TEST

START_TEST(done_must_come_last_and_count_right)
{
	set_up(2);
	say_hello();
	ck_assert_int_eq(say("done ran=0"), VERDICT_VIOLATED);
	set_up(1);
	say_hello();
	say("begin id=a.one tsc=1");
	say("end id=a.one verdict=pass passed=1 failed=0 tsc=2");
	ck_assert_int_eq(say("done ran=2"), VERDICT_VIOLATED);
	ck_assert_int_eq(one.verdict, HF_VERDICT_DISBELIEVED);
	begin_one();
	say("end id=a.one verdict=pass passed=1 failed=0 tsc=10");
	say("done ran=1");
	ck_assert_int_eq(say("note text=x"), VERDICT_VIOLATED);
}
END_TEST

START_TEST(records_out_of_place_are_violations)
{
	set_up(2);
	ck_assert_int_eq(say("begin id=a.one tsc=1"), VERDICT_VIOLATED);
	set_up(2);
	ck_assert_int_eq(
	    say("hello abi=1 cpus=1 mem=1 boot_tsc=1"), VERDICT_VIOLATED);
	set_up(2);
	say_hello();
	ck_assert_int_eq(say("begin id=a.two tsc=1"), VERDICT_VIOLATED);
	/* One that was never in this plan, whatever lies behind its list. */
	begin_one();
	say("expect ok=1 file=f line=1 text=t");
	say("end id=a.one verdict=pass passed=1 failed=0 tsc=10");
	ck_assert_int_eq(say("begin id=a.two tsc=11"), VERDICT_VIOLATED);
	tear_down();
	set_up(2);
	say_hello();
	ck_assert_int_eq(say("note text=x"), VERDICT_VIOLATED);
	set_up(2);
	say_hello();
	ck_assert_int_eq(
	    say("end id=a.one verdict=pass passed=1 failed=0 tsc=10"),
	    VERDICT_VIOLATED);
	ck_assert_uint_eq(verdict_culprit(&v), VERDICT_NO_SCENARIO);
}
END_TEST

START_TEST(nothing_is_taken_after_a_violation)
{
	begin_one();
	ck_assert_int_eq(verdict_violate(&v, "forged"), VERDICT_VIOLATED);
	ck_assert_int_eq(
	    say("end id=a.one verdict=pass passed=1 failed=0 tsc=10"),
	    VERDICT_NOTHING);
	verdict_finish(&v, GUEST_END_DONE, NULL, 0);
	ck_assert_int_eq(one.verdict, HF_VERDICT_DISBELIEVED);
	ck_assert_ptr_nonnull(strstr(one.reason, "forged"));
}
END_TEST

START_TEST(a_guest_that_never_begins_gives_the_first_a_reason)
{
	set_up(2);
	say_hello();
	ck_assert_uint_eq(verdict_finish(&v, GUEST_END_DIED, "KVM", 0), 0);
	verdict_not_begun(&one, &v, GUEST_END_DIED, "KVM");
	ck_assert_int_eq(one.verdict, HF_VERDICT_DIED);
	ck_assert_str_eq(
	    one.reason, "the guest died before the first scenario began: KVM");
}
END_TEST

START_TEST(failures_beyond_the_limit_are_counted_only)
{
	begin_one();
	for (int i = 0; i < RESULT_KEEP_MAX + 10; i++)
		say("expect ok=0 file=f line=1 text=t got=1 want=2");
	say("end id=a.one verdict=fail passed=0 failed=74 tsc=10");
	ck_assert_uint_eq(one.nfailures, RESULT_KEEP_MAX);
	ck_assert_uint_eq(one.failed, RESULT_KEEP_MAX + 10);
}
END_TEST

/* Verdicts of a run of n and the status that follows. */
static const struct {
	size_t n;
	enum hf_verdict verdicts[2];
	bool began;
	enum exitcode status;
} statuses[] = {
	{ 2, { HF_VERDICT_PASS, HF_VERDICT_PASS }, true, EXITCODE_OK },
	{ 2, { HF_VERDICT_PASS, HF_VERDICT_SKIP }, true, EXITCODE_OK },
	{ 2, { HF_VERDICT_SKIP, HF_VERDICT_SKIP }, true, EXITCODE_SKIPPED },
	{ 2, { HF_VERDICT_SKIP, HF_VERDICT_SKIP }, false, EXITCODE_SKIPPED },
	{ 2, { HF_VERDICT_PASS, HF_VERDICT_FAIL }, true, EXITCODE_FAILED },
	{ 2, { HF_VERDICT_PASS, HF_VERDICT_BROKEN }, true, EXITCODE_FAILED },
	{ 2, { HF_VERDICT_PASS, HF_VERDICT_NONE }, true, EXITCODE_FAILED },
	{ 2, { HF_VERDICT_FAIL, HF_VERDICT_DIED }, true, EXITCODE_DIED },
	{ 2, { HF_VERDICT_FAIL, HF_VERDICT_TIMEOUT }, true, EXITCODE_TIMEOUT },
	{ 2, { HF_VERDICT_DIED, HF_VERDICT_DISBELIEVED }, true,
	    EXITCODE_HARNESS },
	{ 2, { HF_VERDICT_DIED, HF_VERDICT_LOST }, false, EXITCODE_HARNESS },
	{ 0, { HF_VERDICT_NONE }, false, EXITCODE_HARNESS },
};

START_TEST(the_worst_verdict_decides_the_status)
{
	struct result_totals t = { 0 };

	for (size_t i = 0; i < statuses[_i].n; i++) {
		struct scenario_result r = { .verdict =
						 statuses[_i].verdicts[i],
			.began = statuses[_i].began };

		totals_add(&t, &r);
	}
	ck_assert_int_eq(totals_status(&t), statuses[_i].status);
}
END_TEST

int
main(void)
{
	TCase *t = tcase_create("all");

	tcase_add_checked_fixture(t, NULL, tear_down);
	tcase_add_test(t, a_place_that_was_made_to_fail);
	tcase_add_test(t, two_scenarios_pass);
	tcase_add_loop_test(t, an_end_is_worth_what_its_records_say, 0,
	    sizeof(ends) / sizeof(ends[0]));
	tcase_add_loop_test(t, a_running_scenario_is_charged_with_the_death, 0,
	    sizeof(deaths) / sizeof(deaths[0]));
	tcase_add_test(t, a_pass_that_the_guest_does_not_survive_is_no_pass);
	tcase_add_test(
	    t, a_signal_is_blamed_on_what_runs_and_on_nothing_that_ended);
	tcase_add_test(t, a_panic_brings_its_frame);
	tcase_add_test(t, a_panic_is_a_panic_however_the_guest_stops);
	tcase_add_test(t, the_next_begin_settles_the_one_before);
	tcase_add_test(t, scenarios_after_a_death_are_left_for_the_next_guest);
	tcase_add_test(t, a_guest_that_stops_early_in_order_is_at_fault);
	tcase_add_test(t, done_must_come_last_and_count_right);
	tcase_add_test(t, records_out_of_place_are_violations);
	tcase_add_test(t, nothing_is_taken_after_a_violation);
	tcase_add_test(t, a_guest_that_never_begins_gives_the_first_a_reason);
	tcase_add_test(t, failures_beyond_the_limit_are_counted_only);
	tcase_add_loop_test(t, the_worst_verdict_decides_the_status, 0,
	    sizeof(statuses) / sizeof(statuses[0]));
	return (unit_run("verdict", t));
}
