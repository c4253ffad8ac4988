/* SPDX-License-Identifier: BSD-2-Clause */
/* rng.h: a small generator of reproducible pseudo-random numbers. */

/*
 * xorshift64* (Vigna, "An experimental exploration of Marsaglia's xorshift
 * generators, scrambled", 2016): not for secrets.  The same seed gives the same
 * numbers on host and guest, for ever: recorded seeds must stay good.
 */
#ifndef HF_SHARED_RNG_H
#define HF_SHARED_RNG_H

#include <stdint.h>

struct hf_rng {
	uint64_t state;
};

static inline void
hf_rng_seed(struct hf_rng *r, uint64_t seed)
{
	/* splitmix64 step: spreads small seeds, and 0 is not a fixed point. */
	uint64_t z = seed + 0x9e3779b97f4a7c15ull;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ull;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebull;
	z ^= z >> 31;
	r->state = z != 0 ? z : 1;
}

static inline uint64_t
hf_random(struct hf_rng *r)
{
	uint64_t x = r->state;

	x ^= x >> 12;
	x ^= x << 25;
	x ^= x >> 27;
	r->state = x;
	return (x * 0x2545f4914f6cdd1dull);
}

/* Uniform enough for tests in [0, below); below > 0. */
static inline uint64_t
hf_random_below(struct hf_rng *r, uint64_t below)
{
	return ((hf_random(r) >> 11) % below);
}

#endif
