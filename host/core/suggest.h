/* SPDX-License-Identifier: BSD-2-Clause */
/* suggest.h: the word that somebody may have meant. */
#ifndef HF_CORE_SUGGEST_H
#define HF_CORE_SUGGEST_H

#include <stddef.h>

/*
 * Begin with what was written and try every word there is.  best is then the
 * nearest one, or NULL if none is near.  A word is near if it begins with what
 * was written, or if fewer than half of its letters must be changed, added,
 * left out or swapped with their neighbour.
 */
struct suggest {
	const char *written;
	size_t written_len;
	const char *best;
	size_t best_len;
	size_t best_distance;
};

void suggest_begin(struct suggest *s, const char *written, size_t len);
void suggest_try(struct suggest *s, const char *word, size_t len);

#endif
