/* SPDX-License-Identifier: BSD-2-Clause */
/* fail_nth.c: a scenario in which one place of the kernel is made to fail. */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/proc.h>
#include <kern/clock.h>
#include <kern/fail_nth.h>
#include <kern/panic.h>
#include <kern/plan.h>
#include <kern/record.h>
#include <kern/thread.h>
#include <test/current.h>
#include <test/fail_nth.h>
#include <test/report.h>
#include <test/scenario.h>
#include "abi.h"

#ifdef INVARIANTS

/* A loop that waits so long after the failure waits for what will not come. */
#define PATIENCE_NS 3000000000ull
/* Rounds of a tick for the scenario's other threads to end. */
#define LEAVE_TICKS 200

#define OFF UINT64_MAX

static struct {
	const struct hf_scenario *sc;
	uint64_t n;	       /* OFF: nothing is counted */
	const char *leave;     /* "file:line", NULL: something fails */
	bool judging;	       /* the body is over */
	const char *last_file; /* the last expectation that was excused */
	int last_line;
	u_int threads; /* besides the scenario's */
} run;
static volatile u_int given_up;

/* The place has failed and the body still runs. */
static bool
in_trouble(void)
{
	return (run.sc != NULL && run.n != OFF && run.leave == NULL &&
	    !run.judging && hf_fail_nth_point() != NULL);
}

void
hf_fail_nth_end(void)
{
	hf_fail_nth_stop();
}

/* At once: what is left may be the end of this guest. */
static void
tell_left(void)
{
	struct record *r;

	hf_fail_nth_report();
	r = hf_record_begin("left");
	hf_record_text(r, "file", run.last_file);
	hf_record_u64(r, "line", (u_int)run.last_line);
	hf_record_end(r);
}

void
hf_fail_nth_judge(bool left)
{
	if (in_trouble()) {
		if (left && run.last_file != NULL)
			tell_left();
		/* A skip says that what it needs is not there: it failed. */
		hf_current.skipped = false;
	}
	run.judging = true;
}

void
hf_fail_nth_at(const char *file, int line)
{
	char here[96];

	if (run.leave == NULL || run.judging || hf_fail_nth_point() == NULL ||
	    curthread != hf_current.td)
		return;
	snprintf(here, sizeof(here), "%s:%d", file, line);
	if (strcmp(here, run.leave) != 0)
		return;
	run.last_file = file;
	run.last_line = line;
	tell_left();
	hf_scenario_leave();
}

bool
hf_fail_nth_excuses(const char *file, int line)
{
	/* Nothing that the scenario does breaks one. */
	if (!in_trouble() || strcmp(file, "invariant") == 0)
		return (false);
	if (curthread == hf_current.td) {
		run.last_file = file;
		run.last_line = line;
	}
	return (true);
}

/* The run ends here, without a verdict on what is left. */
static void __dead2
give_up(const char *why)
{
	struct record *r;

	hf_note("given up: %s", why);
	hf_fail_nth_report();
	r = hf_record_begin("end");
	hf_record_text(r, "id", run.sc->id);
	hf_record_text(r, "verdict", "broken");
	hf_record_u64(r, "passed", hf_current.passed);
	hf_record_u64(r, "failed", hf_current.failed);
	hf_record_u64(r, "tsc", hf_record_tsc());
	hf_record_end(r);
	hf_report_done(1);
	hf_machine_exit(HF_EXIT_DONE);
}

static void
give_up_after(const char *why)
{
	if (in_trouble() && atomic_cmpset_int(&given_up, 0, 1))
		give_up(why);
}

static void
patience(void)
{
	static uint64_t since;
	const struct hf_fail_point *p = hf_fail_nth_point();
	static u_int of;

	if (!in_trouble() || p == NULL)
		return;
	if (__atomic_load_n(&of, __ATOMIC_RELAXED) != p->n) {
		__atomic_store_n(&since, hf_uptime_ns(), __ATOMIC_RELAXED);
		__atomic_store_n(&of, p->n, __ATOMIC_RELAXED);
		return;
	}
	if (hf_uptime_ns() - __atomic_load_n(&since, __ATOMIC_RELAXED) >=
	    PATIENCE_NS)
		give_up_after("it waits for what the failure has prevented");
}

static const struct hf_fail_nth_judge judge = {
	.patience = patience,
	.give_up = give_up_after,
};

void
hf_fail_nth_begin(const struct hf_scenario *sc)
{
	run.sc = sc;
	run.n = hf_plan_param_u64("fail_nth", OFF);
	run.leave = hf_plan_param("fail_leave");
	run.judging = false;
	run.last_file = NULL;
	run.threads = hf_threads_alive();
	if (run.n != OFF)
		hf_fail_nth_start((u_int)run.n, run.leave != NULL, &judge);
}

void
hf_fail_nth_leaving(void)
{
	if (run.n == OFF || run.judging)
		return;
	if (curthread != hf_current.td)
		give_up_after("another thread of it cannot go on");
	for (int i = 0; hf_threads_alive() > run.threads; i++) {
		if (i == LEAVE_TICKS && atomic_cmpset_int(&given_up, 0, 1))
			give_up("other threads of it do not end");
		(void)hf_pause("leaving", 1);
	}
}

/* A lock of a function that was left: its memory is somebody else's by now. */
static bool
is_in_dead_frame(const struct lock_object *lo)
{
	const uintptr_t here = (uintptr_t)__builtin_frame_address(0);

	return ((uintptr_t)lo < here && here - (uintptr_t)lo < ptoa(16));
}

void
hf_fail_nth_unlock(void)
{
	struct thread *td = curthread;
	struct lock_object *lo;

	if (run.n == OFF)
		return;
	while (td->td_nheld > 0) {
		lo = __DECONST(
		    struct lock_object *, td->td_held[td->td_nheld - 1].h_lock);
		if (lo->lo_class == HF_LOCK_SPIN || is_in_dead_frame(lo))
			hf_lock_released(lo);
		else
			(void)hf_lock_unlock_for_sleep(lo);
	}
}

static void
tell_counts(void)
{
	char name[40];

	hf_value("fail_points", hf_fail_nth_count(), "points");
	for (int k = 0; k < HF_FAIL_KINDS; k++) {
		if (hf_fail_nth_count_of(k) == 0)
			continue;
		snprintf(
		    name, sizeof(name), "fail_points.%s", hf_fail_kind_name(k));
		hf_value(name, hf_fail_nth_count_of(k), "points");
	}
}

/* As many a record as it has room for. */
static void
tell_paths(void)
{
	static u_int n[HF_FAIL_PATHS_MAX];
	const u_int found = hf_fail_nth_paths(n);
	char text[HF_RECORD_TEXT_MAX];
	struct record *r;
	u_int i = 0;
	size_t len;

	while (i < found) {
		for (len = 0; i < found && len + 12 < sizeof(text); i++)
			len += (size_t)snprintf(text + len, sizeof(text) - len,
			    "%s%u", len == 0 ? "" : ",", n[i]);
		r = hf_record_begin("paths");
		hf_record_text(r, "b", text);
		hf_record_end(r);
	}
	hf_value("fail_paths", found, "points");
}

void
hf_fail_nth_tell(void)
{
	if (run.n != OFF) {
		tell_counts();
		if (run.n == 0)
			tell_paths();
		hf_fail_nth_report();
		if (hf_fail_nth_point() != NULL && hf_current.failed == 0)
			hf_expect_at("fail-nth", 0,
			    "nothing is left, all invariants hold", true);
	}
	run.sc = NULL;
}

#endif
