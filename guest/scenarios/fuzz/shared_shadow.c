/* SPDX-License-Identifier: BSD-2-Clause */
/* shared_shadow.c: a sharer copies where another has wired the page below. */

#include <test/fuzz/game.h>
#include <test/scenario.h>

static const char plan[] = "p0 inherit 7 share\n"
			   "p0 fork p4\n"
			   "p4 protect 7 r\n"
			   "p4 wire 7 system\n"
			   "p0 fork p2\n"
			   "p2 wire 7 user\n";

HF_SCENARIO(fuzz_shared_shadow, "fuzz.shared_shadow", "IW-4 QH-23",
    "these steps do what a model says they do",
    .flags = HF_NEEDS_RW | HF_NEEDS_DEFAULT_IMAGE)
{
	hf_fuzz_play_plan(plan);
}
