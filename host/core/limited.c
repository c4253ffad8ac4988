/* SPDX-License-Identifier: BSD-2-Clause */
/* limited.c: a stream with a limit, by fopencookie(3). */
#include "core/limited.h"

#include <sys/types.h>

#include "core/err.h"

static ssize_t
write_limited(void *cookie, const char *bytes, size_t n)
{
	struct limited *l = cookie;
	size_t part = n < l->left ? n : l->left;

	if (l->heading != NULL && part != 0)
		fputs(l->heading, l->to);
	l->heading = NULL;
	fwrite(bytes, 1, part, l->to);
	l->left -= part;
	l->full = l->full || part < n;
	return ((ssize_t)n);
}

FILE *
limited_open(struct limited *l, FILE *to, size_t bytes)
{
	cookie_io_functions_t io = { .write = write_limited };
	FILE *f;

	*l = (struct limited){ .to = to, .left = bytes };
	f = fopencookie(l, "w", io);
	hf_check_memory(f != NULL);
	return (f);
}
