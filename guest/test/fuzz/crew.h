/* SPDX-License-Identifier: BSD-2-Clause */
/* crew.h: threads that play at once, each in a process of its own. */

/*
 * Each thread does what its plan says (HF_CREW_STEPS of shared/fuzz_step.h).
 * It does so with memory of its own and with pages that all of them share:
 * anonymous ones, and those of a file that all of them make shorter and longer.
 * What must hold whoever comes first:
 *
 *	own pages	have what was stored last, in a child of theirs, too; private
 *			copies of the file's pages stay when the file does not
 *	shared pages	each thread has a word in each that nobody else stores to: it
 *			is what it was for its owner, and for others one of
 *			the owner's values, never an older one than they saw before
 *	the file	what was cut off since it was stored may be zero, and then
 *			stays so until its owner stores again; nothing else may.  A
 *			page cannot be accessed only if the file was once, since
 *			all met, too short for it
 *	rights		an access is possible if the mapping allows it, and only then
 *	results		are those of the thread's own map, which is nobody else's
 *
 * When all have met: every word, every wiring with equality, the file's length, zeros in
 * the rest of its pages, all invariants; at the end what the disk has of it.
 */
#ifndef HF_TEST_FUZZ_CREW_H
#define HF_TEST_FUZZ_CREW_H

#include <sys/param.h>
#include <sys/systm.h>
#include "fuzz_step.h"

/* Their plan: as text, or drawn: so many steps each.  A plan is played once. */
void hf_crew_play_plan(const char *text, u_int nthreads);
void hf_crew_play_seed(uint64_t seed, u_int nthreads, u_int nsteps);

#endif
