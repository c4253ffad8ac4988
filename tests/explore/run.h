/* SPDX-License-Identifier: BSD-2-Clause */
/* run.h: a scenario over the model, once, by a schedule. */

#ifndef HF_TESTS_EXPLORE_RUN_H
#define HF_TESTS_EXPLORE_RUN_H

#include "guest/arch/model/explore.h"

enum outcome {
	RUN_PASSED,
	RUN_SKIPPED,
	RUN_FAILED, /* an expectation */
	RUN_DIED,   /* a panic, or a sanitizer's report */
	RUN_STUCK,  /* nobody could go on */
	RUN_HUNG    /* a thread that never comes to a point */
};

struct schedule {
	struct hf_switch switches[HF_EXPLORE_SWITCHES];
	uint32_t nswitches;
	uint32_t preemptions, span; /* more, by chance */
	uint64_t seed;
};

struct run {
	enum outcome outcome;
	char why[256];
	char *output; /* what it wrote to stderr; freed by run_again() */
	struct hf_explore *x; /* what was done; good until the next run */
};

/* In a process of its own.  r is zeroed before its first use. */
void run_scenario(const char *id, const struct schedule *s, struct run *r);

static inline int
run_is_bad(const struct run *r)
{
	return (r->outcome > RUN_SKIPPED);
}

#endif
