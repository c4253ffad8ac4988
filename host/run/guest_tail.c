/* SPDX-License-Identifier: BSD-2-Clause */
/* guest_tail.c: a ring of lines. */
#include "run/guest_tail.h"

#include <string.h>

void
tail_add(struct guest_tail *t, const char *text, size_t len_bytes)
{
	char *line = t->lines[t->next++ % GUEST_TAIL_LINES];

	if (len_bytes >= GUEST_TAIL_BYTES)
		len_bytes = GUEST_TAIL_BYTES - 1;
	memcpy(line, text, len_bytes);
	line[len_bytes] = '\0';
}

size_t
tail_lines(const struct guest_tail *t, const char *lines[GUEST_TAIL_LINES])
{
	unsigned int n =
	    t->next < GUEST_TAIL_LINES ? t->next : GUEST_TAIL_LINES;

	for (unsigned int i = 0; i < n; i++)
		lines[i] = t->lines[(t->next - n + i) % GUEST_TAIL_LINES];
	return (n);
}
