/* SPDX-License-Identifier: BSD-2-Clause */
/* games.c: the memory of many processes is what a model says it is. */

#include <kern/plan.h>
#include <test/fuzz/game.h>
#include <test/scenario.h>

#define STEPS 40

HF_SCENARIO(fuzz_games, "fuzz.games",
    "CW-01 CW-02 CW-03 CW-05 CW-12 CW-25 FT-60 FT-80 WI-04 QH-23 IW-1 IW-4 "
    "IW-5",
    "random forks, wirings, holds, rights and stores agree with a model",
    .flags = HF_NEEDS_RW | HF_NEEDS_DEFAULT_IMAGE, .timeout_ms = 300000)
{
	uint64_t games = hf_plan_param_u64("effort", 1);

	for (; games > 0; games--)
		hf_fuzz_play_seed(hf_random(hf_scenario_rng()), STEPS);
}

/* What "holdfast fuzz" runs. */
HF_SCENARIO(fuzz_plan, "fuzz.plan", "",
    "the steps of a plan do what a model says they do",
    .flags = HF_IS_HIDDEN | HF_NEEDS_RW | HF_NEEDS_DEFAULT_IMAGE,
    .timeout_ms = 300000)
{
	const char *text = hf_plan_param("fuzz_plan");

	if (text == NULL)
		hf_skip("there is no plan: --param fuzz_plan=TEXT");
	hf_fuzz_play_plan(text);
}
