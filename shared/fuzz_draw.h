/* SPDX-License-Identifier: BSD-2-Clause */
/* fuzz_draw.h: steps of "holdfast fuzz" at random (fuzz_step.h). */

/*
 * The same seed gives the same plan on host and guest.  Who is there is followed, so
 * that few steps are of a process that is not; nothing else is.
 */
#ifndef HF_SHARED_FUZZ_DRAW_H
#define HF_SHARED_FUZZ_DRAW_H

#include "fuzz_step.h"
#include "rng.h"

struct hf_fuzz_draw {
	struct hf_rng rng;
	unsigned there; /* processes, bit by bit */
};

static inline void
hf_fuzz_draw_begin(struct hf_fuzz_draw *d, uint64_t seed)
{
	hf_rng_seed(&d->rng, seed);
	d->there = 1;
}

/* A process that is there, or one that is not; any if there is no such. */
static inline uint8_t
hf_fuzz_draw_process(struct hf_fuzz_draw *d, unsigned there)
{
	unsigned from = (unsigned)hf_random_below(&d->rng, HF_FUZZ_PROCS), i;

	for (i = 0; i < HF_FUZZ_PROCS; i++)
		if ((d->there >> (from + i) % HF_FUZZ_PROCS & 1) == there)
			return ((uint8_t)((from + i) % HF_FUZZ_PROCS));
	return ((uint8_t)from);
}

static inline uint8_t
hf_fuzz_draw_kind(struct hf_fuzz_draw *d)
{
	unsigned total = 0, pick;
	uint8_t kind;

	for (kind = 0; kind < HF_FUZZ_KINDS; kind++)
		total += hf_fuzz_kinds[kind].weight;
	pick = (unsigned)hf_random_below(&d->rng, total);
	for (kind = 0; pick >= hf_fuzz_kinds[kind].weight; kind++)
		pick -= hf_fuzz_kinds[kind].weight;
	return (kind);
}

static inline unsigned
hf_fuzz_words(const char *words)
{
	unsigned n = 1;

	for (; *words != '\0'; words++)
		n += *words == ' ';
	return (n);
}

/* Small ranges more often than large ones. */
static inline void
hf_fuzz_draw_range(struct hf_fuzz_draw *d, struct hf_fuzz_step *step)
{
	unsigned left = HF_FUZZ_PAGES - step->first;

	if (left > 3 && hf_random_below(&d->rng, 3) != 0)
		left = 3;
	step->n = (uint8_t)(1 + hf_random_below(&d->rng, left));
}

static inline void
hf_fuzz_draw_follow(struct hf_fuzz_draw *d, const struct hf_fuzz_step *step)
{
	if (step->kind == HF_FUZZ_fork)
		d->there |= 1u << step->child;
	/* The last one stays. */
	else if (step->kind == HF_FUZZ_exit &&
	    (d->there & ~(1u << step->who)) != 0)
		d->there &= ~(1u << step->who);
}

static inline void
hf_fuzz_draw_step(struct hf_fuzz_draw *d, struct hf_fuzz_step *step)
{
	const struct hf_fuzz_kind *kind;

	*step = (struct hf_fuzz_step){ .kind = hf_fuzz_draw_kind(d) };
	kind = &hf_fuzz_kinds[step->kind];
	if ((kind->args & HF_FUZZ_WHO) != 0)
		step->who = hf_fuzz_draw_process(d, 1);
	if ((kind->args & HF_FUZZ_CHILD) != 0)
		step->child = hf_fuzz_draw_process(d, 0);
	if ((kind->args & (HF_FUZZ_PAGE | HF_FUZZ_RANGE)) != 0) {
		step->first = (uint8_t)hf_random_below(&d->rng, HF_FUZZ_PAGES);
		step->n = 1;
	}
	if ((kind->args & HF_FUZZ_RANGE) != 0)
		hf_fuzz_draw_range(d, step);
	if ((kind->args & HF_FUZZ_WORD) != 0)
		step->word = (uint8_t)hf_random_below(
		    &d->rng, hf_fuzz_words(kind->words));
	if ((kind->args & HF_FUZZ_NUMBER) != 0)
		step->number = (uint8_t)hf_random_below(&d->rng, kind->below);
	hf_fuzz_draw_follow(d, step);
}

#endif
