/* SPDX-License-Identifier: BSD-2-Clause */
/* race.h: one CPU uses mappings while another takes them away. */

#ifndef HF_SCENARIOS_PMAP_RACE_H
#define HF_SCENARIOS_PMAP_RACE_H

#include "lab.h"

/* What a frame holds once it must not be reached any more. */
#define POISON 0xdeadbeefdeadbeeful

/*
 * The attacker runs on CPU 0, the victim on CPU 1, both in the lab's process.
 * The victim ends when "stop" is set; the attacker sets it.
 *
 * With all_cpus there is a victim on each further CPU, too, and fewer rounds,
 * so that it all takes as long.  Each of those has a race of its own, whose
 * counts are added to the first's in the end; race_first() is the one that the
 * attacker writes to.
 */
struct race {
	struct lab *lab;
	u_long rounds;
	volatile u_int stop;
	volatile u_long published; /* attacker to victim */
	volatile u_long seen;	   /* victim to attacker: last good value */
	volatile u_long tries;	   /* victim: accesses, good or bad */
	volatile u_long count;	   /* victim: accesses that succeeded */
	volatile u_long bad;	   /* forbidden values seen */
	volatile u_int failed;	   /* calls that must not fail, did */
	int variant;
	void (*attack)(struct race *);
	void (*victim)(struct race *);
	bool all_cpus;
	/* The rest is not for the caller to set. */
	u_int more; /* this is not the first victim's: CPUs beyond CPU 1 */
	struct race *first; /* NULL: this is it */
	struct race *next;  /* another victim's */
};

static inline struct race *
race_first(struct race *race)
{
	return (race->first != NULL ? race->first : race);
}

/* Where a victim begins to count, so that no two store the same. */
static inline uint64_t
race_value(struct race *race)
{
	return ((uint64_t)race->more << 48 | 1);
}

/* A victim has ended an access.  The model's host has fewer CPUs than the model. */
static inline void
race_tried(struct race *race)
{
	atomic_add_long(&race->tries, 1);
#ifdef HF_MODEL
	cpu_spinwait();
#endif
}

/* How often to go round.  The TLBs of the model leave nothing to luck. */
static inline u_long
race_rounds(u_long n)
{
#ifdef HF_MODEL
	return (n);
#else
	return (lab_rounds(n));
#endif
}

/* Runs all to their ends and expects bad == 0 and failed == 0. */
void race_run(struct race *race);

/* The same in a lab of its own; some of the victim's accesses must succeed. */
void race_in_lab(struct race *race, int pages);

/*
 * A victim that loads lab_va(0) again and again: POISON is bad and ends it, as
 * is a value below "published"; others go to "seen".
 */
void race_reader(struct race *race);

/* Waits until each victim has seen v; gives up if one has ended. */
void race_wait_seen(struct race *race, u_long v);

/* Waits until each victim has begun and ended at least one more access. */
void race_linger(struct race *race);

/* pmap_enter() in a race thread. */
void race_enter(struct race *race, vm_offset_t va, vm_page_t m, vm_prot_t prot);

#endif
