/* SPDX-License-Identifier: BSD-2-Clause */
/* crew.h: threads that play at once, each in a process of its own. */

/*
 * Each thread does what its seed says with memory of its own and with pages that all
 * of them share, of nobody and of a file. What must hold whoever comes first:
 *
 *	own pages	have what was stored last, in a child of theirs, too
 *	shared pages	each thread has a word in each that nobody else stores to: it
 *			is what it was for its owner, and for others one of
 *			the owner's values, never an older one than they saw before
 *	rights		an access is possible if the mapping allows it, and only then
 *	results		are those of the thread's own map, which is nobody else's
 *
 * When all have met: every word, every wiring with equality, all invariants.
 */
#ifndef HF_TEST_FUZZ_CREW_H
#define HF_TEST_FUZZ_CREW_H

#include <sys/param.h>
#include <sys/systm.h>

#define HF_CREW_MAX 8

/* nthreads of them do so many steps each, and meet after every few. */
void hf_crew_play(uint64_t seed, u_int nthreads, u_int nsteps);

#endif
