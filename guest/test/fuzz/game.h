/* SPDX-License-Identifier: BSD-2-Clause */
/* game.h: the VM against its model: who plays, and one game. */

/*
 * Several processes with the same range of memory, of which the first makes all
 * others; they do the steps of a plan (fuzz_step.h), one after another.  Each
 * step's result must be the model's (test/oracle.h).  After each step look.h
 * compares everything with it, and never touches memory as a process would:
 * nothing that is wrong is repaired.
 */
#ifndef HF_TEST_FUZZ_GAME_H
#define HF_TEST_FUZZ_GAME_H

#include <test/oracle.h>
#include <test/space.h>
#include "fuzz_step.h"

struct proc;

/* All that there are; the thread is in one of them. */
extern struct hf_fuzz_player {
	struct proc *proc; /* NULL: none */
	bool future;	   /* its stacks are locked as they grow */
	struct hf_oracle_cell cell[HF_FUZZ_PAGES];
} hf_fuzz_players[HF_FUZZ_PROCS];

static inline vm_offset_t
hf_fuzz_at(u_int i)
{
	return (HF_SPACE_BASE + ptoa(i));
}

/*
 * The steps of a plan's text, which must be one of the game's; how many they
 * are.
 */
u_int hf_fuzz_read_plan(
    const char *text, enum hf_fuzz_game game, struct hf_fuzz_step *to);

/*
 * For scenarios: a game by a plan's text (fuzz_text.h), which must be one; and
 * one by nsteps steps that are drawn for the seed.  If something was wrong,
 * there is a failed expectation and a note with the number of the step, from 1
 * on, and its text.
 */
void hf_fuzz_play_plan(const char *text);
void hf_fuzz_play_seed(uint64_t seed, u_int nsteps);

#endif
