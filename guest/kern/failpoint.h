/* SPDX-License-Identifier: BSD-2-Clause */
/* failpoint.h: named places where a test makes an operation fail. */

#ifndef HF_KERN_FAILPOINT_H
#define HF_KERN_FAILPOINT_H

#include <sys/types.h>
#include <sys/cdefs.h>
#include <kern/explore.h>

/* Number of armed failpoints; the only cost of a place that is not armed. */
extern volatile int hf_failpoints_armed;

/* True when the failpoint of this name is armed and due now. */
#define HF_FAILPOINT(name)                               \
	(HF_EXPLORE_POINT(),                             \
	    __predict_false(hf_failpoints_armed != 0) && \
		hf_failpoint_hit(name))

int hf_failpoint_hit(const char *name);

/* Passes "skip" hits, then fires "count" times (-1: for ever). */
void hf_failpoint_arm(const char *name, int skip, int count);
/*
 * Passes "skip" hits; at the next one the thread that comes there calls
 * fn(arg), once, and nothing fails: what another thread might do just then.
 */
void hf_failpoint_call(
    const char *name, int skip, void (*fn)(void *), void *arg);
void hf_failpoint_disarm_all(void);
/* How often it fired since it was armed. */
int hf_failpoint_fired(const char *name);

#endif
