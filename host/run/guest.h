/* SPDX-License-Identifier: BSD-2-Clause */
/* guest.h: one guest with its devices, and what it has said so far. */

/*
 * The console's bytes arrive on vCPU threads and are judged there, under
 * guest.lock; the owner is woken by guest_wake_fd when something happened that
 * it must look at.
 */
#ifndef HF_RUN_GUEST_H
#define HF_RUN_GUEST_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "dev/cpu_start.h"
#include "run/guest_tail.h"
#include "run/plan.h"
#include "run/record.h"
#include "run/runner.h"
#include "run/verdict.h"
#include "vm/vm.h"

struct devices;

/*
 * Locks: c constant after guest_new, o the owner only, l guest.lock until
 * guest_stop, then the owner.
 */
struct guest {
	const struct run_options *opt;	/* (c) */
	struct vm *vm;			/* (c) */
	struct bus *bus;		/* (c) */
	struct console *console;	/* (c) */
	struct debug_exit *debug_exit;	/* (c) */
	struct devices *devices;	/* (c) */
	struct cpu_start_ops cpu_start; /* (c) */
	int wake_fd;			/* (c) eventfd */
	bool eager; /* (o) until guest_start, then (c): wake at each event */

	pthread_mutex_t lock;
	struct record_stream stream; /* (l) */
	struct verdict verdict;	     /* (l) */
	uint64_t lost_ns;	     /* (l) runtime's, see guest_time_ns */
	uint64_t last_event_ns;	     /* (l) start, hello, begin, end, panic */
	uint64_t console_bytes;	     /* (l) */
	bool wake;		     /* (l) an event that the owner waits for */
	bool deaf;		     /* (l) nothing is taken any more */
	struct guest_tail tail;	     /* (l) last: its lines are not cleared */
};

/*
 * A machine for scenarios with these flags (all of them together), with the
 * kernel loaded and the plan for results (in order) as its module; not yet
 * started.  NULL: *err.
 */
struct guest *guest_new(const struct run_options *opt, uint32_t flags,
    struct scenario_result **results, size_t nresults, struct hf_err *err);

/* 0, or -1: *err. */
int guest_start(struct guest *g, struct hf_err *err);

/* All vCPUs are out of the guest, the console is drained. */
void guest_stop(struct guest *g);

/* NULL is fine. */
void guest_free(struct guest *g);

/* Any thread: the owner is to look; arg is the struct guest. */
void guest_wake(void *arg);

/*
 * For a guest that is paused for good: nothing that its vCPUs say from now on
 * is listened to.
 */
void guest_ignore(struct guest *g);

/* monotonic_ns() less what the guest lost (run/runtime.h): lock held. */
uint64_t guest_time_ns(const struct guest *g);

#endif
