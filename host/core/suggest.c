/* SPDX-License-Identifier: BSD-2-Clause */
/* suggest.c: distance between words, counted in slips of the keyboard. */
#include "core/suggest.h"

#include <string.h>

/* Longer ones are not compared; option names and ids are shorter. */
#define WORD_MAX 64

static size_t
least(size_t a, size_t b)
{
	return (a < b ? a : b);
}

/* The optimal string alignment distance: rows of the usual table. */
static size_t
distance(const char *a, size_t na, const char *b, size_t nb)
{
	size_t rows[3][WORD_MAX + 1];
	size_t *before = rows[0], *last = rows[1], *row = rows[2], *spare;

	for (size_t j = 0; j <= nb; j++)
		last[j] = j;
	for (size_t i = 1; i <= na; i++) {
		row[0] = i;
		for (size_t j = 1; j <= nb; j++) {
			row[j] = least(least(last[j] + 1, row[j - 1] + 1),
			    last[j - 1] + (a[i - 1] != b[j - 1]));
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] &&
			    a[i - 2] == b[j - 1])
				row[j] = least(row[j], before[j - 2] + 1);
		}
		spare = before;
		before = last;
		last = row;
		row = spare;
	}
	return (last[nb]);
}

void
suggest_begin(struct suggest *s, const char *written, size_t len)
{
	*s = (struct suggest){ .written = written, .written_len = len };
}

void
suggest_try(struct suggest *s, const char *word, size_t len)
{
	size_t d;

	if (len == 0 || len > WORD_MAX || s->written_len > WORD_MAX)
		return;
	if (s->written_len >= 2 && len > s->written_len &&
	    memcmp(word, s->written, s->written_len) == 0)
		d = 1;
	else
		d = distance(s->written, s->written_len, word, len);
	if (2 * d >= len || (s->best != NULL && d >= s->best_distance))
		return;
	s->best = word;
	s->best_len = len;
	s->best_distance = d;
}
