/* SPDX-License-Identifier: BSD-2-Clause */
/* gpa.h: a guest-physical address that nobody can follow by mistake. */

/*
 * A structure, so that neither a cast nor an addition turns it into a
 * pointer.  The host reaches guest memory through vm/guestmem.h only.
 */
#ifndef HF_SHARED_GPA_H
#define HF_SHARED_GPA_H

#include <stdint.h>

typedef struct {
	uint64_t v;
} gpa_t;

static inline gpa_t
gpa_make(uint64_t v)
{
	return ((gpa_t){ .v = v });
}

#endif
