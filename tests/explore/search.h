/* SPDX-License-Identifier: BSD-2-Clause */
/* search.h: many schedules of a scenario, and the least that fails. */

#ifndef HF_EXPLORE_SEARCH_H
#define HF_EXPLORE_SEARCH_H

#include "run.h"

struct search {
	uint64_t first_seed, seeds;
	uint32_t preemptions; /* of each seed's schedule */
	uint32_t sweep;	      /* each switch alone, at most so many; 0: none */
};

enum found { FOUND_NOTHING, FOUND_BUG, FOUND_SKIP };

/* Tells on stdout what it found, with a line that replays it. */
enum found search_scenario(const char *id, const struct search *how);

/* One run by this schedule, with what came of it on stdout. */
enum found replay_scenario(const char *id, const struct schedule *s);

/* "ID [CHOICE:SLOT]..."; what is wrong with it, NULL if nothing.  Cuts the text up. */
const char *schedule_parse(char *text, const char **id, struct schedule *s);

#endif
