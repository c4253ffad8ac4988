/* SPDX-License-Identifier: BSD-2-Clause */
/* crowd.h: as many threads as there are CPUs, and no more work than before. */

#ifndef HF_TEST_CROWD_H
#define HF_TEST_CROWD_H

#include <kern/plan.h>
#include <kern/thread.h>
#include <machine/atomic.h>

#define HF_CROWD_MAX 16

/* How many threads: one for each CPU, and not fewer than the scenario is about. */
static inline u_int
hf_crowd(u_int least)
{
	return (MIN(MAX((u_int)hf_smp_wait(), least), HF_CROWD_MAX));
}

/*
 * What each of n does, so that all do together what "least" did with "rounds"
 * each.
 */
static inline u_long
hf_crowd_rounds(u_long rounds, u_int least, u_int n)
{
	return (MAX(rounds * least / n, 2) * hf_plan_param_u64("effort", 1));
}

#endif
