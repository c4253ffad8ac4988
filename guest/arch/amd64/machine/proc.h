/* SPDX-License-Identifier: BSD-2-Clause */
/* proc.h: amd64's own part of a thread. */

#ifndef HF_AMD64_MACHINE_PROC_H
#define HF_AMD64_MACHINE_PROC_H

#include <sys/types.h>

struct mdthread {
	int md_spinlock_count;	 /* (t) spin mutexes held */
	uint64_t md_saved_flags; /* (t) RFLAGS before the first of them */
};

#endif
