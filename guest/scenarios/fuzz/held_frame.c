/* SPDX-License-Identifier: BSD-2-Clause */
/* held_frame.c: memory that is mapped where a held page was. */

#include <test/fuzz/game.h>
#include <test/scenario.h>

static const char plan[] = "p0 hold 2 w #3\n"
			   "p0 unmap 2\n"
			   "p0 map 2 anon\n"
			   "put #3\n"
			   "p0 load 2\n";

HF_SCENARIO(fuzz_held_frame, "fuzz.held_frame",
    "IM-8 FT-03 IW-4 MP-14 MP-20 QH-13 QH-23",
    "these steps do what a model says they do",
    .flags = HF_NEEDS_RW | HF_NEEDS_DEFAULT_IMAGE)
{
	hf_fuzz_play_plan(plan);
}
