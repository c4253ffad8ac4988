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
