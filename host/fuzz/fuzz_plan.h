/* SPDX-License-Identifier: BSD-2-Clause */
/* fuzz_plan.h: a plan of "holdfast fuzz": steps from a text or a seed. */
#ifndef HF_FUZZ_FUZZ_PLAN_H
#define HF_FUZZ_FUZZ_PLAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/err.h"
#include "fuzz_step.h"

struct fuzz_plan {
	struct hf_fuzz_step *steps; /* room for HF_FUZZ_STEPS_MAX, or NULL */
	size_t n;
	enum hf_fuzz_game game;
};

/*
 * Reads steps (shared/fuzz_text.h); name is for messages.  0, or -1: *err, with
 * the number of the step, what it is and what is wrong with it.
 */
int fuzz_plan_parse(struct fuzz_plan *p, enum hf_fuzz_game game,
    const char *text, size_t len_bytes, const char *name, struct hf_err *err);

/* nsteps steps, at most HF_FUZZ_STEPS_MAX, drawn for the seed. */
void fuzz_plan_draw(struct fuzz_plan *p, uint64_t seed, size_t nsteps);

/* So many steps of each thread, at once; false: more than fit into a plan. */
bool fuzz_plan_draw_crew(
    struct fuzz_plan *p, uint64_t seed, unsigned nthreads, unsigned each);

/* So many threads carry it out: up to the last one that does something. */
unsigned fuzz_plan_threads(const struct fuzz_plan *p);

/* NULL is fine. */
void fuzz_plan_free(struct fuzz_plan *p);

/* All steps with a text between them; to be freed. */
char *fuzz_plan_text(const struct fuzz_plan *p, const char *between);

/*
 * The plan as a scenario to be put into guest/scenarios: a whole file, in the
 * tree's format.  name becomes its function and "fuzz.NAME" its id; what stands
 * at the top says where it is from.  To be freed.
 */
char *fuzz_plan_scenario(
    const struct fuzz_plan *p, const char *name, const char *what);

#endif
