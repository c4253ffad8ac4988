/* SPDX-License-Identifier: BSD-2-Clause */
/* filesum.h: the checksum in an image's manifest: host tool and guest. */

/*
 * The file, padded with zeros to a multiple of 8 bytes, as little-endian 64-bit
 * words w: s = (s ^ w) * HF_FILESUM_MUL for each, from s = 0; in the end s ^=
 * size. The multiplier is odd, so a change of one word always changes s, and
 * words that change places do too; two instructions a word, because guest
 * instructions are dear under a software KVM.
 *
 * The manifest is the file HF_MANIFEST_NAME in the root directory; it lists
 * every regular file but itself and the scratch files, the only ones that
 * scenarios write to:
 *
 *   holdfast-manifest 1
 *   0123456789abcdef 4097 dir/name        sum, bytes, path
 */
#ifndef HF_SHARED_FILESUM_H
#define HF_SHARED_FILESUM_H

#include <stddef.h>
#include <stdint.h>

#define HF_MANIFEST_NAME "holdfast.manifest"
#define HF_SCRATCH_NAME	 "holdfast.scratch"
#define HF_SCRATCH2_NAME "holdfast.scratch2" /* for I/O between files */
#define HF_SCRATCH3_NAME "holdfast.scratch3"
/* What the second disk's image has and the default one has not. */
#define HF_SECOND_NAME	 "second-disk"
#define HF_SCRATCH_FILES 3
#define HF_SCRATCH_NAMES                                            \
	{                                                           \
		HF_SCRATCH_NAME, HF_SCRATCH2_NAME, HF_SCRATCH3_NAME \
	}
#define HF_MANIFEST_MAGIC "holdfast-manifest 1"

#define HF_FILESUM_MUL 0x9e3779b97f4a7c15ull

/* Continues s over n words. */
static inline uint64_t
hf_filesum(uint64_t s, const uint64_t *w, size_t n)
{
	for (; n >= 8; n -= 8, w += 8) {
		s = (s ^ w[0]) * HF_FILESUM_MUL;
		s = (s ^ w[1]) * HF_FILESUM_MUL;
		s = (s ^ w[2]) * HF_FILESUM_MUL;
		s = (s ^ w[3]) * HF_FILESUM_MUL;
		s = (s ^ w[4]) * HF_FILESUM_MUL;
		s = (s ^ w[5]) * HF_FILESUM_MUL;
		s = (s ^ w[6]) * HF_FILESUM_MUL;
		s = (s ^ w[7]) * HF_FILESUM_MUL;
	}
	for (; n > 0; n--)
		s = (s ^ *w++) * HF_FILESUM_MUL;
	return (s);
}

#endif
