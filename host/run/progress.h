/* SPDX-License-Identifier: BSD-2-Clause */
/* progress.h: is the guest still getting anywhere? */

/*
 * No progress: for PROGRESS_WINDOW_MS every vCPU that was started has been
 * halted at each look, no vCPU has exited or been woken, and the console was
 * silent.  The guest has no periodic tick, so nothing that it waits for will
 * come.  A guest that loops is making progress in this sense; only its time
 * limit ends that.
 */
#ifndef HF_RUN_PROGRESS_H
#define HF_RUN_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

#include "vm/activity.h"

#define PROGRESS_WINDOW_MS 4000
#define PROGRESS_LOOK_MS   500 /* between two looks */

struct progress {
	uint64_t idle_since_ns; /* 0: not idle at the last look */
	uint64_t activity;	/* vm's counters at that look */
	uint64_t console_bytes;
};

/* One look at now_ns; true when there was no progress for the whole window. */
bool progress_stalled(struct progress *p, const struct activity *a,
    uint64_t console_bytes, uint64_t now_ns);

#endif
