/* SPDX-License-Identifier: BSD-2-Clause */
/* guest_tail.h: the last lines of console text, for the report of a bad end. */
#ifndef HF_RUN_GUEST_TAIL_H
#define HF_RUN_GUEST_TAIL_H

#include <stddef.h>

#define GUEST_TAIL_LINES 24
#define GUEST_TAIL_BYTES 200 /* of a line, with its NUL; the rest is cut */

struct guest_tail {
	unsigned int next; /* lines so far; the last ones are kept */
	char lines[GUEST_TAIL_LINES][GUEST_TAIL_BYTES];
};

void tail_add(struct guest_tail *t, const char *text, size_t len_bytes);

/* Fills lines with what is kept, oldest first; returns how many. */
size_t tail_lines(
    const struct guest_tail *t, const char *lines[GUEST_TAIL_LINES]);

#endif
