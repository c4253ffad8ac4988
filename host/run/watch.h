/* SPDX-License-Identifier: BSD-2-Clause */
/* watch.h: start a guest, watch it to its end, settle its results. */
#ifndef HF_RUN_WATCH_H
#define HF_RUN_WATCH_H

#include <stddef.h>
#include <stdint.h>

#include "run/guest.h"

/* Called by the watching thread.  NULL: nobody wants to know. */
struct watch_ops {
	void *arg;
	bool live; /* began() is to be called at once */
	/* A scenario began: for live progress; short ones may be left out. */
	void (*began)(void *arg, const char *id);
	/* This result will not change any more; in plan order. */
	void (*settled)(void *arg, struct scenario_result *res);
	/* Its time limit; never NULL. */
	uint64_t (*timeout_ms)(void *arg, const struct scenario_result *res);
};

enum watch_outcome {
	WATCH_ENDED,	   /* *nsettled results are settled, at least one */
	WATCH_HOPELESS,	   /* likewise one, of a scenario that never began */
	WATCH_INTERRUPTED, /* a signal came; the guest is paused for good */
	WATCH_ERROR	   /* *err; *nsettled are settled, perhaps none */
};

/*
 * Requires a guest that is not yet started; afterwards it is stopped.  After
 * WATCH_INTERRUPTED it stays as it is instead, until the program ends, which
 * must be soon; nothing of it may be freed.
 */
enum watch_outcome watch_guest(struct guest *g, const struct watch_ops *ops,
    size_t *nsettled, struct hf_err *err);

#endif
