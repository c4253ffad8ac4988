/* SPDX-License-Identifier: BSD-2-Clause */
/* lock_order.h: the one table of lock ranks. */

/*
 * A lock's class is its name; the table in lock_order.c gives each name a
 * rank.  Taking a lock of a lower rank than one that is held panics under
 * INVARIANTS; the same rank is allowed when the lock has the DUPOK flag.
 * docs/locking.md shows the table as a tree.
 */
#ifndef HF_KERN_LOCK_ORDER_H
#define HF_KERN_LOCK_ORDER_H

#include <sys/types.h>
#include <sys/cdefs.h>

struct lock_object;

/* 0: the name is not in the table (the lock is not checked). */
uint16_t hf_lock_rank(const char *name);

#ifdef INVARIANTS
/* The lock's own; 0 for one that is not checked. */
uint16_t hf_lock_rank_of(const struct lock_object *lo);
/* Panics; pc is where curthread took what it holds. */
void hf_lock_out_of_order(
    const char *wanted, const char *held, const void *pc) __dead2;
#endif

#endif
