/* SPDX-License-Identifier: BSD-2-Clause */
/* random.h: choices of a test that can be had again. */
#ifndef HF_TESTS_UNIT_RANDOM_H
#define HF_TESTS_UNIT_RANDOM_H

#include <stdint.h>
#include <stdlib.h>

/* Set from a seed before use, not to 0. */
static uint64_t rng;

/* xorshift64* */
static inline uint64_t
random64(void)
{
	rng ^= rng >> 12;
	rng ^= rng << 25;
	rng ^= rng >> 27;
	return (rng * 0x2545f4914f6cdd1dull);
}

static inline uint64_t
number_from_env(const char *name, uint64_t otherwise)
{
	const char *text = getenv(name);

	return (text != NULL ? strtoull(text, NULL, 0) : otherwise);
}

#endif
