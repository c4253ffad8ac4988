/* SPDX-License-Identifier: BSD-2-Clause */
/* held_cut.c: a page is cut off while it becomes held. */

#include <test/fuzz/crew.h>
#include <test/scenario.h>

static const char plan[] = "p0 store 10\n"
			   "p0 hold 10 w\n"
			   "p1 truncate a #1\n";

HF_SCENARIO(fuzz_held_cut, "fuzz.held_cut",
    "IM-8 FT-03 IW-4 QH-21 QH-23 VN-05 VN-06 VN-10 VN-17",
    "these threads at once see what they may see",
    .flags = HF_NEEDS_RW | HF_NEEDS_DEFAULT_IMAGE)
{
	hf_crew_play_plan(plan, 2);
}
