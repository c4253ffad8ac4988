/* SPDX-License-Identifier: BSD-2-Clause */
/* fail_nth.h: a scenario again and again, each time with another failure. */

/*
 * A scenario is run once to count the places of the kernel that may fail, and
 * then once for each of them.  Each run is alone in a fresh guest, so that the
 * same places come in the same order.  What must hold then
 * (guest/test/fail_nth.h): no panic, no hang, nothing left behind, every
 * invariant.  What the scenario expected of the operation that failed does not
 * matter.
 *
 * A scenario that left early may have left something of its own: another run,
 * in which nothing fails, leaves at the same expectation and tells what that
 * is.
 */
#ifndef HF_RUN_FAIL_NTH_H
#define HF_RUN_FAIL_NTH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/err.h"
#include "report/result.h"

/* The parameter of the run plan; images without failure points do not know it. */
#define FAIL_NTH_PARAM "fail_nth"

struct fail_nth_choice {
	uint64_t n;	/* 0: all of them ... */
	uint64_t every; /* ... or one in so many, */
	bool paths;	/* of those that are the first with their stack */
};

/* "all", "all/K", "paths", "paths/K" or N.  0, or -1: *err, the user's. */
int fail_nth_parse(
    const char *text, struct fail_nth_choice *out, struct hf_err *err);

enum fail_outcome {
	FAIL_HELD,	  /* it failed, and all is well */
	FAIL_NOT_REACHED, /* this time the place was not come to */
	FAIL_OWN,	  /* what is left is what the scenario had itself */
	FAIL_GIVEN_UP,	  /* the scenario waits for what cannot come ... */
	FAIL_STUMBLED,	  /* ... or traps itself over what it did not get */
	FAIL_BAD,
	FAIL_UNCLEAR, /* something is left: the run that leaves decides */
	FAIL_OUTCOMES
};

/* control: the run that leaves at run->left; NULL: there was none yet. */
enum fail_outcome fail_nth_judge(
    const struct scenario_result *run, const struct scenario_result *control);

/*
 * Whether the code at addr of the image is a scenario's, by the file of its
 * function: what traps there is no mistake of the kernel's.
 */
bool fail_nth_in_scenario(const void *elf, size_t elf_bytes, uint64_t addr);

/* The stack of a point in words, to be freed.  base: where the image lies. */
char *fail_nth_stack(const void *elf, size_t elf_bytes, uint64_t base,
    const struct result_point *p);

struct fail_nth_ops {
	void *arg;
	/*
	 * Runs the scenario alone with these parameters.  False: the whole run
	 * ends here, and *out says why.
	 */
	bool (*run)(void *arg, const char *const *params, size_t nparams,
	    struct scenario_result *out);
	/* The point's stack in words, to be freed; may be NULL. */
	char *(*stack)(void *arg, const struct result_point *p);
	/* fail_nth_in_scenario() of the image that runs. */
	bool (*in_scenario)(void *arg, uint64_t addr);
};

/*
 * All runs of one scenario; *total becomes their sum.  command runs it again,
 * but for the option and the scenario.  False as ops->run.
 */
bool fail_nth_scenario(const struct fail_nth_ops *ops,
    const struct fail_nth_choice *choice, const char *command,
    struct scenario_result *total);

#endif
