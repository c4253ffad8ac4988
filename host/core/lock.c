/* SPDX-License-Identifier: BSD-2-Clause */
/* lock.c: a mutex that keeps its owner. */
#include "core/lock.h"

void
lock_init(pthread_mutex_t *lock)
{
	pthread_mutexattr_t attr;

	LOCK_MUST(pthread_mutexattr_init(&attr));
	LOCK_MUST(pthread_mutexattr_settype(&attr, PTHREAD_MUTEX_ERRORCHECK));
	LOCK_MUST(pthread_mutex_init(lock, &attr));
	LOCK_MUST(pthread_mutexattr_destroy(&attr));
}
