/* SPDX-License-Identifier: BSD-2-Clause */
/* guest_locks.h: mutexes, rwlocks and sx locks of a stopped guest. */
#ifndef HF_DEBUG_GUEST_LOCKS_H
#define HF_DEBUG_GUEST_LOCKS_H

#include <stdio.h>

#include "debug/guest_threads.h"

struct guest_lock {
	uint64_t va;
	char name[40];
	char class[8];	  /* "mutex", "spin", "rwlock", "sx" */
	bool readable;	  /* what follows is known */
	uint64_t owner;	  /* thread that has it exclusively, 0: none */
	uint64_t readers; /* how many have it shared */
};

/* va: of its lock_object. */
void lock_load(const struct guest_view *v, uint64_t va, struct guest_lock *l);

/* "sx \"vnode\" of inode 12 at 0x..." */
void lock_print(
    FILE *f, const struct guest_view *v, const struct guest_lock *l);

#define GUEST_HELD_MAX 24

struct guest_held {
	uint64_t lock; /* lock_object */
	uint64_t pc;   /* where it was taken, 0: not known */
	bool shared;
};

/*
 * The locks that a thread holds: those that it noted (INVARIANTS), and those
 * that name it as their owner among what others wait for.  Returns how many.
 */
size_t locks_held(const struct guest_view *v, const struct guest_threads *t,
    const struct guest_thread *td, struct guest_held held[GUEST_HELD_MAX]);

#endif
