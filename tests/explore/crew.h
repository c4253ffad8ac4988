/* SPDX-License-Identifier: BSD-2-Clause */
/* crew.h: plans of threads at once, by many schedules, and the least that fails. */

#ifndef HF_TESTS_EXPLORE_CREW_H
#define HF_TESTS_EXPLORE_CREW_H

#include <stdint.h>

#include "search.h"

#define CREW_SCENARIO "fuzz.threads" /* takes a plan */

struct crew {
	unsigned int threads, steps; /* of each plan; steps of each thread */
	uint64_t plans;		     /* of the first seed and those after it */
};

/*
 * Tells on stdout what it found: the smallest plan, and a line that replays it
 * with the least switches.  FOUND_BUG: a plan fails; the others were not tried.
 */
enum found search_crew(const struct crew *crew, const struct search *how);

#endif
