/* SPDX-License-Identifier: BSD-2-Clause */
/* oracle_moves.h: what the processes of an oracle's game do. */
#ifndef HF_TEST_ORACLE_MOVES_H
#define HF_TEST_ORACLE_MOVES_H

#include <test/oracle.h>
#include <test/scenario.h>
#include <test/space.h>

struct proc;

#define ORACLE_ANON   7 /* pages of anonymous memory, ... */
#define ORACLE_FILED  3 /* then private ones of a file, ... */
#define ORACLE_SHARED 1 /* then one shared with its first page */
#define ORACLE_PAGES  (ORACLE_ANON + ORACLE_FILED + ORACLE_SHARED)
#define ORACLE_PROCS  6

/* All that there are; the thread is in one of them. */
extern struct hf_oracle_player {
	struct proc *proc; /* NULL: none */
	struct hf_oracle_cell cell[ORACLE_PAGES];
} hf_oracle_players[ORACLE_PROCS];

static inline vm_offset_t
hf_oracle_at(u_long i)
{
	return (HF_SPACE_BASE + ptoa(i));
}

/* A load of page i in the current process; false: not what it should be. */
bool hf_oracle_look(struct hf_oracle_player *me, u_long i);
/* The end of a process that the thread is not in, system wirings first. */
void hf_oracle_end(struct hf_oracle_player *pl);
/*
 * One move at random, by the current process.  With fired some allocations fail, and are
 * counted there.  False, with a note: it did not do what it should.
 */
bool hf_oracle_move(struct hf_rng *rng, u_long *fired, bool trace);

#endif
