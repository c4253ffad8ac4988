/* SPDX-License-Identifier: BSD-2-Clause */
/* trial.h: a plan carried out in a guest of its own. */
#ifndef HF_FUZZ_TRIAL_H
#define HF_FUZZ_TRIAL_H

#include <stdbool.h>

#include "fuzz/fuzz_plan.h"
#include "report/result.h"
#include "run/runner.h"

/* Scenario of the guest that takes a plan, and the parameter that is the plan. */
#define TRIAL_SCENARIO "fuzz.plan"
#define TRIAL_PARAM    "fuzz_plan"
/* One of threads at once, and its second parameter: how many. */
#define TRIAL_THREADS	    "fuzz.threads"
#define TRIAL_PARAM_THREADS "fuzz_threads"

/*
 * What became of it.  Two trials fail in the same way if their verdicts and
 * their kinds are the same: the first expectation that failed, or how the guest
 * died, without the numbers.
 */
struct trial {
	struct scenario_result result; /* belongs to the trial */
	char kind[256];		       /* "" if it passed */
	bool interrupted; /* a signal came: the program is to end */
};

/*
 * 0: *t, to be freed; or -1: *err, the guest could not be run.  opt's params
 * are replaced.
 */
int trial_run(struct trial *t, const struct run_options *opt,
    const struct scenario *scenario, const struct fuzz_plan *plan,
    struct hf_err *err);
void trial_free(struct trial *t);

static inline bool
trial_passed(const struct trial *t)
{
	return (t->result.verdict == HF_VERDICT_PASS);
}

/*
 * Threads at once fail in many ways by one mistake: any failure of theirs is
 * the same.
 */
bool trial_same(
    const struct trial *a, const struct trial *b, enum hf_fuzz_game game);
/* Another end than by what the guest did is none of the plan's. */
bool trial_is_the_plans(const struct trial *t);

#endif
