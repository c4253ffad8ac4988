/* SPDX-License-Identifier: BSD-2-Clause */
/* blockcount.c: counters that can be waited on until they are zero. */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/blockcount.h>
#include <machine/atomic.h>
#include "vm_page_priv.h"

void
blockcount_init(blockcount_t *count)
{
	atomic_store_int(&count->__count, 0);
}

void
blockcount_acquire(blockcount_t *count, u_int n)
{
	atomic_add_int(&count->__count, n);
}

void
blockcount_release(blockcount_t *count, u_int n)
{
	u_int old, new;

	old = atomic_load_int(&count->__count);
	do {
		KASSERT(_BLOCKCOUNT_COUNT(old) >= n,
		    ("blockcount_release: %u of %u", n,
			_BLOCKCOUNT_COUNT(old)));
		new = old - n;
		if (_BLOCKCOUNT_COUNT(new) == 0)
			new = 0;
	} while (!atomic_fcmpset_int(&count->__count, &old, new));
	if (new == 0 && (old & _BLOCKCOUNT_WAITERS_FLAG) != 0)
		hf_vm_sleepers_wake(count);
}

u_int
blockcount_read(blockcount_t *count)
{
	return (_BLOCKCOUNT_COUNT(atomic_load_int(&count->__count)));
}

/* Under the sleep lock: not zero, and the waiter is noted. */
static bool
still_counting(void *arg)
{
	blockcount_t *count = arg;
	u_int old;

	old = atomic_load_int(&count->__count);
	do {
		if (_BLOCKCOUNT_COUNT(old) == 0)
			return (false);
	} while (!atomic_fcmpset_int(
	    &count->__count, &old, old | _BLOCKCOUNT_WAITERS_FLAG));
	return (true);
}

void
blockcount_wait_unlocked(blockcount_t *count, const char *wmesg)
{
	while (blockcount_read(count) != 0)
		hf_vm_sleep_while(count, still_counting, count, wmesg);
}
