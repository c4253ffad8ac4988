/* SPDX-License-Identifier: BSD-2-Clause */
/* moves.h: what the players of a game can do: one function a kind of step. */
#ifndef HF_TEST_FUZZ_MOVES_H
#define HF_TEST_FUZZ_MOVES_H

#include <test/fuzz/game.h>

/*
 * A step by who is there; for steps of nobody: by the process that the thread
 * is in.
 */
struct hf_fuzz_move {
	const struct hf_fuzz_step *step;
	struct hf_fuzz_player *me;
	vm_map_t map;
	vm_offset_t start, end; /* of its pages */
};

/* The cells of the move. */
#define HF_FUZZ_FOREACH(c, mv)                       \
	for (c = &(mv)->me->cell[(mv)->step->first]; \
	     c < &(mv)->me->cell[(mv)->step->first + (mv)->step->n]; c++)

/*
 * Each does the step to the VM and to the model, and expects the same result of
 * both.  What the step needs may be missing: then it does nothing.
 */
#define X(name, weight, args, below, words) \
	void hf_fuzz_do_##name(struct hf_fuzz_move *mv);
HF_FUZZ_STEPS(X)
#undef X

/*
 * Can that page be accessed so by an access that comes now?  In the gap of a
 * stack it makes the stack grow, whatever the access.  All of the move's, from
 * the first on.
 */
bool hf_fuzz_can(const struct hf_fuzz_move *mv, u_int i, vm_prot_t prot);
bool hf_fuzz_all_can(const struct hf_fuzz_move *mv, vm_prot_t prot);

/* The next value to store, which nobody has stored before; from 1 on in a game. */
uint64_t hf_fuzz_stamp(void);
void hf_fuzz_stamp_begin(void);

/* A page full of it. */
const void *hf_fuzz_page_of(uint64_t value);

/* What a page has, part by part; the parts that have one value all over. */
u_int hf_fuzz_value_of(const uint64_t *words, struct hf_oracle_value *v);
void hf_fuzz_note_value(const char *what, const struct hf_oracle_value *v);

/* The cell becomes a page of a stack that lives. */
void hf_fuzz_new_stack(struct hf_oracle_cell *c);

/* Ends a process that the thread is not in, its system wirings first. */
void hf_fuzz_end_player(struct hf_fuzz_player *pl);

#endif
