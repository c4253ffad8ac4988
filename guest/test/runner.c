/* SPDX-License-Identifier: BSD-2-Clause */
/* runner.c: carries out the run plan. */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/proc.h>
#include <sys/smp.h>
#include <kern/failpoint.h>
#include <kern/plan.h>
#include <kern/thread.h>
#include <test/baseline.h>
#include <test/current.h>
#include <test/disk_needs.h>
#include <test/fail_nth.h>
#include <test/report.h>
#include <test/scenario.h>
#include <test/space.h>
#include "abi.h"

extern const struct hf_scenario __start_hf_scenarios[], __stop_hf_scenarios[];

const struct hf_scenario *
hf_scenario_at(u_int i)
{
	if (i >= (u_int)(__stop_hf_scenarios - __start_hf_scenarios))
		return (NULL);
	return (&__start_hf_scenarios[i]);
}

const struct hf_scenario *
hf_scenario_find(const char *id)
{
	const struct hf_scenario *sc;

	for (u_int i = 0; (sc = hf_scenario_at(i)) != NULL; i++)
		if (strcmp(sc->id, id) == 0)
			return (sc);
	return (NULL);
}

static void
call_scenario(void *arg)
{
	const struct hf_scenario *sc = arg;

	sc->run();
}

static uint64_t
hash_id(const char *id)
{
	uint64_t h = 0xcbf29ce484222325ull; /* FNV-1a, 64 bits */

	for (; *id != '\0'; id++)
		h = (h ^ (uint8_t)*id) * 0x100000001b3ull;
	return (h);
}

static void
current_reset(const struct hf_scenario *sc)
{
	bzero(&hf_current, sizeof(hf_current));
	hf_current.td = curthread;
	hf_rng_seed(&hf_current.rng, hf_plan_seed() ^ hash_id(sc->id));
}

/* A lock or a state that the scenario left behind is its failure. */
static void
check_thread(struct thread *td)
{
	if (hf_locks_held() != 0) {
		hf_locks_print(td);
		hf_expect_at(__FILE__, __LINE__, "no lock is held", false);
		hf_fail_nth_unlock();
		td->td_nheld = 0;
	}
	if (td->td_nodes.n_count[HF_NODE_TRANSITION] != 0 ||
	    td->td_nodes.n_count[HF_NODE_RANGE] != 0) {
		hf_nodes_print(td);
		hf_expect_at(__FILE__, __LINE__,
		    "no map transition and no file range is held", false);
	}
	/* Paging that another thread has ended is counted here still. */
	bzero(&td->td_nodes, sizeof(td->td_nodes));
	if (td->td_no_sleeping != 0 || td->td_pinned != 0 ||
	    td->td_critnest != 0) {
		hf_expect_at(__FILE__, __LINE__,
		    "sleeping allowed, not pinned, no critical section", false);
		td->td_no_sleeping = td->td_pinned = 0;
	}
	hf_failpoint_disarm_all();
}

static void
run_in_process(const struct hf_scenario *sc)
{
	struct proc *p = hf_proc_create("scenario");
	bool left;

	hf_thread_setproc(p);
	hf_fail_nth_begin(sc);
	left = hf_catch_run(&hf_current.leave, call_scenario,
	    __DECONST(struct hf_scenario *, sc));
	hf_fail_nth_judge(left);
	check_thread(curthread);
	hf_thread_setproc(&proc0);
	hf_space_check_unwired(p);
	hf_proc_destroy(p);
	hf_fail_nth_end();
}

static const char *
why_not_here(const struct hf_scenario *sc)
{
	if ((sc->flags & HF_NEEDS_SMP) != 0 && hf_smp_wait() < 2)
		return ("needs two CPUs");
#ifdef HF_MODEL
	if ((sc->flags & HF_NEEDS_MMU) != 0)
		return ("needs real page tables");
#endif
	return (hf_disk_lacks(sc->flags));
}

void
hf_scenario_run(const struct hf_scenario *sc, struct hf_result *result)
{
	const char *why;

	bzero(result, sizeof(*result));
	why = why_not_here(sc);
	current_reset(sc);
	if (why == NULL)
		hf_baseline_take();
	hf_report_begin(sc);
	if (why == NULL)
		run_in_process(sc);
	if (why == NULL)
		hf_baseline_check();
	else
		strlcpy(hf_current.why, why, sizeof(hf_current.why));
	if (why == NULL)
		hf_fail_nth_tell();
	result->passed = hf_current.passed;
	result->failed = hf_current.failed;
	strlcpy(result->why, hf_current.why, sizeof(result->why));
	if ((why != NULL || hf_current.skipped) && result->failed == 0) {
		result->outcome = HF_OUTCOME_SKIP;
		result->passed = 0;
	} else if (result->failed == 0 && result->passed > 0)
		result->outcome = HF_OUTCOME_PASS;
	else
		result->outcome = HF_OUTCOME_FAIL;
	hf_report_end(sc, result);
}

int
hf_plan_execute(void)
{
	const struct hf_scenario *sc;
	struct hf_result result;
	const char *id;
	u_int ran = 0;

	/* Nothing runs unless all of it is known. */
	for (id = NULL; (id = hf_plan_run(id)) != NULL;)
		if (hf_scenario_find(id) == NULL) {
			printf("plan: no scenario %s\n", id);
			return (HF_EXIT_NO_PLAN);
		}
	for (id = NULL; (id = hf_plan_run(id)) != NULL;) {
		sc = hf_scenario_find(id);
		hf_scenario_run(sc, &result);
		ran++;
	}
	hf_report_done(ran);
	return (HF_EXIT_DONE);
}
