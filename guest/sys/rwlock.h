/* SPDX-License-Identifier: BSD-2-Clause */
/* rwlock.h: rwlock(9): many readers or one writer; waiting threads block. */

#ifndef HF_SYS_RWLOCK_H
#define HF_SYS_RWLOCK_H

#include <sys/lock.h>
#include <sys/cdefs.h>

#define RW_DUPOK     0x01
#define RW_NOPROFILE 0x02
#define RW_NOWITNESS 0x04
#define RW_QUIET     0x08
#define RW_NEW	     0x40

/*
 * rw_lock: HF_SHARED_MODE set: readers * HF_ONE_READER; clear: the writer's
 * thread pointer or 0.  HF_LOCK_WAITERS: threads wait.  kern/rwsx.c.
 */
struct rwlock {
	struct lock_object lock_object;
	volatile uintptr_t rw_lock;
};

#define HF_SHARED_MODE	 0x1ul
#define HF_LOCK_WAITERS	 0x2ul
#define HF_WRITE_WAITERS 0x4ul
#define HF_LOCK_FLAGS	 0xful
#define HF_ONE_READER	 0x10ul

void rw_init_flags(struct rwlock *rw, const char *name, int opts);
#define rw_init(rw, name) rw_init_flags((rw), (name), HF_LOCK_OWNER)
void rw_destroy(struct rwlock *rw);
void rw_rlock(struct rwlock *rw);
void rw_runlock(struct rwlock *rw);
void rw_wlock(struct rwlock *rw);
void rw_wunlock(struct rwlock *rw);
void rw_unlock(struct rwlock *rw);
int rw_try_rlock(struct rwlock *rw);
int rw_try_wlock(struct rwlock *rw);
/* Shared to exclusive without a gap; 0 when there are other readers. */
int rw_try_upgrade(struct rwlock *rw);
void rw_downgrade(struct rwlock *rw);
int rw_wowned(const struct rwlock *rw);

void hf_rw_assert(
    const struct rwlock *rw, int what, const char *file, int line);

#define RA_LOCKED   LA_LOCKED
#define RA_RLOCKED  LA_SLOCKED
#define RA_WLOCKED  LA_XLOCKED
#define RA_UNLOCKED LA_UNLOCKED

#ifdef INVARIANTS
#define rw_assert(rw, what) hf_rw_assert((rw), (what), __FILE__, __LINE__)
#else
#define rw_assert(rw, what) ((void)0)
#endif

#endif
