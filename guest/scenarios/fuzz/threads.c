/* SPDX-License-Identifier: BSD-2-Clause */
/* threads.c: threads in processes of their own, with pages that they share. */

#include <kern/plan.h>
#include <test/fuzz/crew.h>
#include <test/scenario.h>

#define THREADS 4
#define STEPS	20

HF_SCENARIO(fuzz_threads, "fuzz.threads",
    "CW-01 CW-03 FT-03 FT-20 MP-25 QH-14 QH-23 WI-22 IW-4 IM-8 VN-05 VN-06 "
    "VN-10 VN-17",
    "threads at once store, wire, hold, protect, fork, sync and truncate",
    .flags = HF_NEEDS_RW | HF_NEEDS_DEFAULT_IMAGE, .timeout_ms = 300000)
{
	const u_int threads = (u_int)hf_plan_param_u64("fuzz_threads", THREADS);
	const u_int steps = (u_int)hf_plan_param_u64("fuzz_steps", STEPS);
	uint64_t games = hf_plan_param_u64("effort", 1);
	uint64_t seed =
	    hf_plan_param_u64("fuzz_seed", hf_random(hf_scenario_rng()));
	const char *plan = hf_plan_param("fuzz_plan");

	for (; games > 0; games--, seed++)
		if (plan != NULL)
			hf_crew_play_plan(plan, threads);
		else
			hf_crew_play_seed(seed, threads, steps);
}
