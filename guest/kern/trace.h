/* SPDX-License-Identifier: BSD-2-Clause */
/* trace.h: time stamps at the borders of layers, for one measured thread. */

/*
 * A layer's border calls hf_trace_enter() on the way in and hf_trace_leave()
 * with its result on the way out; the time between two stamps is added to the
 * layer that was current.  Times are exclusive, so the layers of a sample add
 * up to its total.  A thread without td_trace pays one load and one branch.
 */
#ifndef HF_KERN_TRACE_H
#define HF_KERN_TRACE_H

#include <sys/cdefs.h>
#include <sys/proc.h>
#include <kern/clock.h>
#include "layer_abi.h"

/* Only the thread that is measured touches it. */
struct hf_trace {
	uint64_t tr_since; /* TSC of the last stamp */
	enum hf_layer tr_layer;
	uint64_t tr_ticks[HF_LAYERS];
};

static inline enum hf_layer
hf_trace_enter(enum hf_layer layer)
{
	struct hf_trace *tr = curthread->td_trace;
	enum hf_layer before;
	uint64_t now;

	if (__predict_true(tr == NULL))
		return (layer);
	now = hf_tsc();
	before = tr->tr_layer;
	tr->tr_ticks[before] += now - tr->tr_since;
	tr->tr_since = now;
	tr->tr_layer = layer;
	return (before);
}

static inline void
hf_trace_leave(enum hf_layer before)
{
	(void)hf_trace_enter(before);
}

#endif
