/* SPDX-License-Identifier: BSD-2-Clause */
/* holdfast_scenario.c: that page's EXAMPLES, carried out. */

#include <sys/proc.h>
#include <test/scenario.h>
#include <test/space.h>

/* The page's scenario, described as in an image, but not listed there. */
#pragma push_macro("HF_SCENARIO")
#undef HF_SCENARIO
#define HF_SCENARIO(fn, sid, reqs, text, ...)                    \
	static void fn(void);                                    \
	static const struct hf_scenario example = { .id = (sid), \
		.title = (text),                                 \
		.requirements = (reqs),                          \
		.run = (fn),                                     \
		__VA_ARGS__ };                                   \
	static void fn(void)
#include "scenarios/man/holdfast-scenario.man.h"
#pragma pop_macro("HF_SCENARIO")

HF_SCENARIO(man_scenario_example, "man.scenario_example", "CW-01",
    "the example of holdfast-scenario(5) is a scenario, and passes")
{
	hf_expect_str(example.id, "example.fork_apart");
	hf_expect_str(example.requirements, "CW-01");
	hf_expect_eq(example.timeout_ms, 5000);
	example.run();
}
