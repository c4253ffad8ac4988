/* SPDX-License-Identifier: BSD-2-Clause */
/* crew.h: every CPU does the same, when it is told to. */

#ifndef HF_SCENARIOS_PMAP_CREW_H
#define HF_SCENARIOS_PMAP_CREW_H

#include "lab.h"

#define CREW_MAX 8

/*
 * The leader runs on CPU 0, the others on a CPU each, all in the lab's process.
 * They work in steps, so nothing is left to chance.
 */
struct crew {
	struct lab *lab;
	u_int others;
	void (*lead)(struct crew *);
	void (*order)(struct crew *); /* leader to others; NULL: go home */
	volatile u_int step;	      /* raised with each order */
	volatile u_int done;	      /* others that have carried it out */
	volatile u_int bad;	      /* wrong things seen, by anybody */
};

/* In the leader: every other CPU calls fn; returns when all have. */
void crew_all(struct crew *crew, void (*fn)(struct crew *));

/* Counts what must hold, in any thread of the crew. */
static inline void
crew_expect(struct crew *crew, bool ok)
{
	if (!ok)
		atomic_add_int(&crew->bad, 1);
}

/*
 * A lab with so many pages, of which the last keeps a leaf table at
 * lab_va(500), where nothing else happens; "lead" in it; expects that nothing
 * was bad.
 */
void crew_in_lab(int pages, void (*lead)(struct crew *));

#endif
