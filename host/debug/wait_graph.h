/* SPDX-License-Identifier: BSD-2-Clause */
/* wait_graph.h: what each thread waits for, who has it, and circles of that. */
#ifndef HF_DEBUG_WAIT_GRAPH_H
#define HF_DEBUG_WAIT_GRAPH_H

#include <stdio.h>

#include "debug/guest_threads.h"

#define WAIT_OWNERS_MAX 16

struct wait {
	char text[240]; /* what for; "" when it waits for nothing */
	bool is_thread; /* for the end of its only owner, as text says */
	unsigned int nowners;
	uint64_t owners[WAIT_OWNERS_MAX]; /* threads that can end the wait */
};

void wait_find(const struct guest_view *v, const struct guest_threads *t,
    const struct guest_thread *td, struct wait *w);

/* ", held by thread ..." for each owner; nothing where the text says it all. */
void wait_print_owners(
    FILE *f, const struct guest_threads *t, const struct wait *w);

/*
 * Every circle of threads that wait for each other, once.  waits: of t->thread,
 * in that order.  Returns how many.
 */
unsigned int wait_print_circles(
    FILE *f, const struct guest_threads *t, const struct wait *waits);

#endif
