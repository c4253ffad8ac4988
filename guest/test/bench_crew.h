/* SPDX-License-Identifier: BSD-2-Clause */
/* bench_crew.h: threads on several CPUs that work at the same moment. */

/*
 * The caller and one thread on each of ncpus - 1 other CPUs.  Each turn is one
 * call of a function by all of them; between turns the others spin with
 * interrupts on, in their address space.  Only the caller is measured; what it
 * does itself and how long it waits for the last to finish is in the sample.
 */
#ifndef HF_TEST_BENCH_CREW_H
#define HF_TEST_BENCH_CREW_H

#include <sys/smp.h>
#include <test/bench_space.h>

typedef void hf_crew_fn_t(u_int who); /* 0: the caller */

struct hf_crew {
	u_int cr_n;			  /* (c) the caller included */
	hf_crew_fn_t *volatile cr_fn;	  /* of this turn; NULL: the last one */
	volatile u_int cr_turn;		  /* turns begun */
	volatile u_int cr_finished;	  /* members that have, this turn */
	struct proc *cr_proc[MAXCPU];	  /* (c) [0] is the caller's */
	struct thread *cr_thread[MAXCPU]; /* (c) [0] is NULL */
};

/*
 * Pins the caller and starts the others; own: each in a new address space,
 * otherwise in the caller's.  One crew at a time.
 */
struct hf_crew *hf_crew_start(u_int ncpus, bool own);
/* fn by all at once; returns when all have returned from it. */
void hf_crew_turn(struct hf_crew *crew, hf_crew_fn_t *fn);
void hf_crew_end(struct hf_crew *crew);

/* The map that a member works in. */
vm_map_t hf_crew_map(const struct hf_crew *crew, u_int who);

/*
 * The next number of CPUs to measure, 0 after mp_ncpus: 1, 2, 3, 4, then twice
 * as many.
 */
u_int hf_crew_next(u_int ncpus);

/* "name_cpus4" for n = 4; the text stays until the next call. */
const char *hf_crew_name(const char *name, u_int ncpus);

#endif
