/* SPDX-License-Identifier: BSD-2-Clause */
/* lock_order.h: the one table of lock ranks. */

/*
 * A lock's class is its name; the table in lock_ranks.h gives each name a rank.
 * Taking a lock of a lower rank than one that is held panics under INVARIANTS;
 * the same rank is allowed when the lock has the DUPOK flag.  A lock without a
 * rank panics as well when it is used beside another one, unless a test has
 * made it.
 */
#ifndef HF_KERN_LOCK_ORDER_H
#define HF_KERN_LOCK_ORDER_H

#include <sys/types.h>
#include <sys/cdefs.h>

struct lock_object;

#ifdef INVARIANTS
/* Of a node or a lock of this name; panics if it has none. */
uint16_t hf_lock_rank(const char *name);
/* The lock's own; 0 for one that is not checked. */
uint16_t hf_lock_rank_of(const struct lock_object *lo);
/* Panics; pc is where curthread took what it holds. */
void hf_lock_out_of_order(
    const char *wanted, const char *held, const void *pc) __dead2;
#endif

#endif
