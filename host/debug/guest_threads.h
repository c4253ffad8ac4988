/* SPDX-License-Identifier: BSD-2-Clause */
/* guest_threads.h: the threads of a stopped guest. */
#ifndef HF_DEBUG_GUEST_THREADS_H
#define HF_DEBUG_GUEST_THREADS_H

#include <stddef.h>
#include <stdio.h>

#include "debug/guest_view.h"

#define GUEST_THREADS_MAX 512

struct guest_thread {
	uint64_t va;
	uint64_t tid;
	char name[32];
	const char *state; /* "sleeping", ... or "?" */
	uint64_t channel;  /* asleep on it, 0: not asleep */
	char message[32];  /* of that sleep */
	uint64_t blocked;  /* lock_object that it waits for, 0: none */
	int cpu;	   /* index of the vCPU that runs it, -1: none */
	bool idle;	   /* a CPU's idle thread, with nothing to do */
};

struct guest_threads {
	size_t n;
	char trouble[160]; /* "" or why there may be more */
	struct guest_thread thread[GUEST_THREADS_MAX];
};

void threads_load(const struct guest_view *v, struct guest_threads *t);

/* NULL: there is none at this address. */
const struct guest_thread *threads_find(
    const struct guest_threads *t, uint64_t va);

/* "thread 104 \"writer\"" */
void threads_print_name(FILE *f, const struct guest_thread *td);

/* Its stack: of its CPU when it runs, else from where it was switched away. */
void threads_print_stack(
    FILE *f, const struct guest_view *v, const struct guest_thread *td);

#endif
