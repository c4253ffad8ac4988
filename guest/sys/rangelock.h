/* SPDX-License-Identifier: BSD-2-Clause */
/* rangelock.h: read and write locks on ranges of bytes of a file. */

/*
 * What keeps a read(2) from seeing half of a write(2) that needs several steps,
 * between which the vnode is unlocked.  Locks are granted in the order of
 * asking: nobody passes another whose range he would conflict with, so writers
 * do not starve.
 *
 * Outermost of the locks of a file: taken before the vnode lock, never with one
 * held. A page fault takes none, so that user memory may be touched with ranges
 * locked.
 */
#ifndef HF_SYS_RANGELOCK_H
#define HF_SYS_RANGELOCK_H

#include <sys/types.h>
#include <sys/cdefs.h>
#include <sys/queue.h>

struct mtx;

struct rl_q_entry {
	TAILQ_ENTRY(rl_q_entry) rl_q_link; /* in the order of asking */
	off_t rl_q_start, rl_q_end;	   /* [start, end) */
	bool rl_q_write;
	bool rl_q_granted;
};

/* Protected by the mutex that is given to the functions. */
struct rangelock {
	TAILQ_HEAD(rl_queue, rl_q_entry) rl_waiters;
};

void rangelock_init(struct rangelock *lock);
void rangelock_destroy(struct rangelock *lock); /* nobody has or wants it */

/*
 * Returns what rangelock_unlock() wants, once the range is locked.  ilk is not
 * held; it is the same for all calls of one lock.  Sleep.
 */
void *rangelock_rlock(
    struct rangelock *lock, off_t start, off_t end, struct mtx *ilk);
void *rangelock_wlock(
    struct rangelock *lock, off_t start, off_t end, struct mtx *ilk);
/* NULL where rangelock_rlock() would sleep. */
void *rangelock_tryrlock(
    struct rangelock *lock, off_t start, off_t end, struct mtx *ilk);
void rangelock_unlock(struct rangelock *lock, void *cookie, struct mtx *ilk);

#endif
