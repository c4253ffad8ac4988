/* SPDX-License-Identifier: BSD-2-Clause */
/* search.h: many schedules of a scenario, and the least that fails. */

#ifndef HF_TESTS_EXPLORE_SEARCH_H
#define HF_TESTS_EXPLORE_SEARCH_H

#include <stdbool.h>

#include "run.h"

struct search {
	uint64_t first_seed, seeds;
	uint32_t preemptions; /* of each seed's schedule */
	uint32_t sweep;	      /* each switch alone, at most so many; 0: none */
};

/* A parameter that scenarios are run with, for the line that replays one. */
void search_add_param(const char *param);

enum found { FOUND_NOTHING, FOUND_BUG, FOUND_SKIP };

/* Tells on stdout what it found, with a line that replays it. */
enum found search_scenario(const char *id, const struct search *how);

/* The same without a word, a sweep or a look whether two runs are alike. */
bool search_finds(const char *id, const struct search *how);

/* One run by this schedule, with what came of it on stdout. */
enum found replay_scenario(const char *id, const struct schedule *s);

/*
 * "ID [CHOICE:SLOT]..."; what is wrong with it, NULL if nothing.  Cuts the text
 * up.
 */
const char *schedule_parse(char *text, const char **id, struct schedule *s);

#endif
