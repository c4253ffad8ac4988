/* SPDX-License-Identifier: BSD-2-Clause */
/* refusals.c: what no thread may do with locks, and what is no panic. */

#include <sys/lock.h>
#include <sys/mutex.h>
#include <sys/proc.h>
#include <sys/sx.h>
#include <kern/panic.h>
#include <test/scenario.h>

static struct mtx lock;
static struct sx shared;

static void
nothing(void *arg)
{
	*(int *)arg = 1;
}

HF_SCENARIO(kern_no_panic, "kern.no_panic", "",
    "a function that does not panic has run, and nothing is made of it")
{
	int ran = 0;

	hf_expect_eq(hf_panics(nothing, &ran), NULL);
	hf_expect_eq(ran, 1);
}

static void
assert_owned(void *arg)
{
	mtx_assert(arg, MA_OWNED);
}

static void
assert_not_recursed(void *arg)
{
	mtx_assert(arg, MA_OWNED | MA_NOTRECURSED);
}

HF_SCENARIO(kern_mutex_refusals, "kern.mutex_refusals", "",
    "a mutex that is not held, or held twice, or spins, is told from a good "
    "one")
{
	mtx_init(&lock, "refused", NULL, MTX_DEF | MTX_RECURSE);
	hf_expect_panic(assert_owned, &lock, "refused");
	mtx_lock(&lock);
	assert_owned(&lock);
	assert_not_recursed(&lock);
	mtx_lock(&lock);
	assert_owned(&lock);
	hf_expect_panic(assert_not_recursed, &lock, "refused");
	mtx_unlock(&lock);
	mtx_unlock(&lock);
	mtx_destroy(&lock);
}

HF_SCENARIO(kern_panic_await, "kern.panic_await", "",
    "a dying kernel waits for a free lock, or its own, no time")
{
	mtx_init(&lock, "await", NULL, MTX_DEF);
	hf_panic_await(&lock);
	mtx_lock(&lock);
	hf_panic_await(&lock);
	hf_expect(mtx_owned(&lock));
	mtx_unlock(&lock);
	mtx_destroy(&lock);
}

HF_SCENARIO(kern_sleep_shared, "kern.sleep_shared", "",
    "a lock that was shared before a sleep is shared after it")
{
	sx_init(&shared, "shared");
	sx_slock(&shared);
	hf_expect_eq(sx_sleep(&shared, &shared, 0, "shared", 1), EWOULDBLOCK);
	hf_expect(!sx_xlocked(&shared));
	hf_expect_eq(sx_try_upgrade(&shared), 1);
	sx_xunlock(&shared);
	sx_destroy(&shared);
}

static void
destroy_held(void *arg)
{
	mtx_destroy(arg);
}

static void
assert_unlocked(void *arg)
{
	sx_assert((struct sx *)arg, SA_UNLOCKED);
}

static void
assert_locked(void *arg)
{
	sx_assert((struct sx *)arg, SA_LOCKED);
}

HF_SCENARIO(kern_lock_ends, "kern.lock_ends", "",
    "a lock ends with its owner, and what it is not is told")
{
	mtx_init(&lock, "ends", NULL, MTX_DEF);
	mtx_lock(&lock);
	/* Held already, and not to be taken twice. */
	hf_expect_eq(mtx_trylock(&lock), 0);
	hf_expect_eq(hf_panics(destroy_held, &lock), NULL);
	hf_expect_eq(hf_locks_held(), 0);

	sx_init(&shared, "ends");
	assert_unlocked(&shared);
	hf_expect_panic(assert_locked, &shared, "ends");
	sx_xlock(&shared);
	assert_locked(&shared);
	hf_expect_panic(assert_unlocked, &shared, "ends");
	sx_xunlock(&shared);
	sx_destroy(&shared);
}

HF_SCENARIO(kern_lock_nowitness, "kern.lock_nowitness", "",
    "a lock that is kept out of the order needs no place in it")
{
	static struct mtx quiet;
	int order;

	mtx_init(&lock, "beside", NULL, MTX_DEF);
	hf_mtx_init(&quiet, "nobody's", MTX_DEF | MTX_NOWITNESS);
	for (order = 0; order < 2; order++) {
		mtx_lock(order == 0 ? &lock : &quiet);
		mtx_lock(order == 0 ? &quiet : &lock);
		hf_expect_eq(hf_locks_held(), 2);
		mtx_unlock(&quiet);
		mtx_unlock(&lock);
	}
	mtx_destroy(&quiet);
	mtx_destroy(&lock);
}
