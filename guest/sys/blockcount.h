/* SPDX-License-Identifier: BSD-2-Clause */
/* blockcount.h: counters that can be waited on until they are zero. */
#ifndef HF_SYS_BLOCKCOUNT_H
#define HF_SYS_BLOCKCOUNT_H

#include <sys/types.h>

/* Bit 31: somebody waits for zero.  The waiter keeps the object alive. */
typedef struct {
	volatile u_int __count;
} blockcount_t;

#define _BLOCKCOUNT_WAITERS_FLAG 0x80000000u
#define _BLOCKCOUNT_COUNT(c)	 ((c) & ~_BLOCKCOUNT_WAITERS_FLAG)

struct lock_object;

void blockcount_init(blockcount_t *count);
/* Neither takes a sleepable lock: both may run in interrupt context. */
void blockcount_acquire(blockcount_t *count, u_int n);
void blockcount_release(blockcount_t *count, u_int n);
u_int blockcount_read(blockcount_t *count);
/* Returns at zero, having slept as often as needed; holds no lock. */
void blockcount_wait_unlocked(blockcount_t *count, const char *wmesg);

#endif
