/* SPDX-License-Identifier: BSD-2-Clause */
/* fuzz.h: what the fuzz targets share: their entry, and an input in pieces. */

/*
 * A target is one program: libFuzzer's when the build has -Dfuzz=true, else
 * that of replay.c, which gives it the files of its corpus.  What must not be
 * is said by fuzz_must(), a sanitizer, or a check of the code itself.
 *
 * Included by the host's sources and by the guest's.
 */
#ifndef HF_TESTS_FUZZ_FUZZ_H
#define HF_TESTS_FUZZ_FUZZ_H

#include <stddef.h>
#include <stdint.h>

/* Takes any bytes; the same bytes do the same again.  0. */
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len_bytes);

/* Ends the program with a trap if the host did what it must not. */
#define fuzz_must(expr) ((expr) ? (void)0 : __builtin_trap())

/* What is left of an input that is read from its front; zeros behind its end. */
struct fuzz_input {
	const uint8_t *at;
	size_t left;
};

static inline uint64_t
fuzz_take(struct fuzz_input *in, unsigned int bytes)
{
	uint64_t v = 0;

	for (unsigned int i = 0; i < bytes && in->left > 0; i++) {
		v |= (uint64_t)*in->at++ << 8 * i;
		in->left--;
	}
	return (v);
}

#endif
