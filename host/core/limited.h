/* SPDX-License-Identifier: BSD-2-Clause */
/* limited.h: a stream into another one that takes so many bytes, and drops the rest. */
#ifndef HF_CORE_LIMITED_H
#define HF_CORE_LIMITED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

struct limited {
	FILE *to;
	size_t left;
	bool full;	     /* something was dropped */
	const char *heading; /* written before the next byte; NULL: nothing */
};

/*
 * Never NULL.  heading may be set after an fflush().  Closing it leaves l, and
 * the stream that it wrote to.
 */
FILE *limited_open(struct limited *l, FILE *to, size_t bytes);

#endif
