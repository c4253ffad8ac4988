/* SPDX-License-Identifier: BSD-2-Clause */
/* lock.h: mutexes that know who has them. */

/*
 * Four things are our own bugs: to take a lock twice, to let go of one that
 * this thread has not, to wait without it, and to destroy one that is in use.
 * Each ends the program at once, and says where.  What guards data against
 * other threads is left out unseen otherwise, until those threads meet.
 */
#ifndef HF_CORE_LOCK_H
#define HF_CORE_LOCK_H

#include <errno.h>
#include <pthread.h>
#include <stdbool.h>

#include "core/err.h"

#define LOCK_MUST(call)        \
	((call) == 0 ? (void)0 \
		     : hf_check_failed(__FILE__, __LINE__, __func__, #call))

#define lock_take(lock)	      LOCK_MUST(pthread_mutex_lock(lock))
#define lock_drop(lock)	      LOCK_MUST(pthread_mutex_unlock(lock))
#define lock_destroy(lock)    LOCK_MUST(pthread_mutex_destroy(lock))
#define lock_wait(cond, lock) LOCK_MUST(pthread_cond_wait(cond, lock))

void lock_init(pthread_mutex_t *lock);

/* False: somebody has it. */
static inline bool
lock_try(pthread_mutex_t *lock)
{
	int error = pthread_mutex_trylock(lock);

	hf_check(error == 0 || error == EBUSY);
	return (error == 0);
}

/* False: the time (CLOCK_REALTIME) has come. */
static inline bool
lock_wait_until(
    pthread_cond_t *cond, pthread_mutex_t *lock, const struct timespec *until)
{
	int error = pthread_cond_timedwait(cond, lock, until);

	hf_check(error == 0 || error == ETIMEDOUT);
	return (error == 0);
}

#endif
