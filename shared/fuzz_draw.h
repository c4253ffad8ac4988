/* SPDX-License-Identifier: BSD-2-Clause */
/* fuzz_draw.h: steps of "holdfast fuzz" at random (fuzz_step.h). */

/*
 * The same seed gives the same plan on host and guest.  Who is there is
 * followed, so that few steps are of a process that is not; nothing else is.
 */
#ifndef HF_SHARED_FUZZ_DRAW_H
#define HF_SHARED_FUZZ_DRAW_H

#include "fuzz_step.h"
#include "rng.h"

struct hf_fuzz_draw {
	struct hf_rng rng;
	enum hf_fuzz_game game;
	unsigned there; /* processes, bit by bit */
};

static inline void
hf_fuzz_draw_begin(struct hf_fuzz_draw *d, uint64_t seed)
{
	hf_rng_seed(&d->rng, seed);
	d->game = HF_FUZZ_ALONE;
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
	const struct hf_fuzz_rules *rules = &hf_fuzz_rules[d->game];
	unsigned total = 0, pick;
	uint8_t kind;

	for (kind = rules->kinds; kind < rules->end; kind++)
		total += hf_fuzz_kinds[kind].weight;
	pick = (unsigned)hf_random_below(&d->rng, total);
	for (kind = rules->kinds; pick >= hf_fuzz_kinds[kind].weight; kind++)
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

/* What a step is about. */
static inline void
hf_fuzz_draw_arguments(struct hf_fuzz_draw *d, struct hf_fuzz_step *step)
{
	const struct hf_fuzz_kind *kind = &hf_fuzz_kinds[step->kind];

	if ((kind->args & (HF_FUZZ_PAGE | HF_FUZZ_RANGE)) != 0) {
		step->first = (uint8_t)hf_random_below(&d->rng, HF_FUZZ_PAGES);
		/* Where threads have to do with each other, they are more often. */
		if (d->game == HF_FUZZ_CREW && hf_random_below(&d->rng, 2) != 0)
			step->first = (uint8_t)(HF_FUZZ_PAGES - 1 -
			    step->first % HF_CREW_FILE);
		step->n = 1;
	}
	if ((kind->args & HF_FUZZ_RANGE) != 0)
		hf_fuzz_draw_range(d, step);
	if ((kind->args & HF_FUZZ_WORD) != 0)
		step->word = (uint8_t)hf_random_below(
		    &d->rng, hf_fuzz_words(kind->words));
	if ((kind->args & HF_FUZZ_NUMBER) != 0)
		step->number = (uint8_t)hf_random_below(&d->rng, kind->below);
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
	hf_fuzz_draw_arguments(d, step);
	hf_fuzz_draw_follow(d, step);
}

/* Steps of the plan that a crew is drawn, with those where it meets. */
static inline unsigned
hf_fuzz_crew_steps(unsigned nthreads, unsigned each)
{
	return (nthreads * each + (each + HF_CREW_ROUND - 1) / HF_CREW_ROUND);
}

/* hf_fuzz_crew_steps() of them; thread by thread, round by round. */
static inline void
hf_fuzz_draw_crew(
    uint64_t seed, unsigned nthreads, unsigned each, struct hf_fuzz_step *step)
{
	struct hf_fuzz_draw d;
	unsigned n, t, i;

	hf_fuzz_draw_begin(&d, seed);
	d.game = HF_FUZZ_CREW;
	for (; each > 0; each -= n) {
		n = each < HF_CREW_ROUND ? each : HF_CREW_ROUND;
		for (t = 0; t < nthreads; t++)
			for (i = 0; i < n; i++, step++) {
				*step = (struct hf_fuzz_step){
					.kind = hf_fuzz_draw_kind(&d),
					.who = (uint8_t)t
				};
				hf_fuzz_draw_arguments(&d, step);
			}
		*step++ = (struct hf_fuzz_step){ .kind = HF_CREW_meet };
	}
}

#endif
