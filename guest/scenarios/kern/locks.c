/* SPDX-License-Identifier: BSD-2-Clause */
/* locks.c: mutexes, rwlocks and sx locks exclude, share and complain. */

#include <sys/mutex.h>
#include <sys/rwlock.h>
#include <sys/sx.h>
#include <kern/thread.h>
#include <test/crowd.h>
#include <test/scenario.h>
#include <test/space.h>

#define NTHREADS 4
#define ROUNDS	 50

static struct mtx mtx, spin;
static struct rwlock rw;
static struct sx sx;
static u_int counter; /* under the lock on trial */
static u_int rounds;  /* of each worker */
static volatile u_int inside, most_inside;

/* Gives the others every chance to break in between read and write. */
static void
slow_increment(void)
{
	u_int seen = counter;

	hf_yield();
	counter = seen + 1;
}

static void
mtx_worker(void *arg)
{
	for (u_int i = 0; i < rounds; i++) {
		mtx_lock(&mtx);
		slow_increment();
		mtx_unlock(&mtx);
	}
}

static void
rw_worker(void *arg)
{
	for (u_int i = 0; i < rounds; i++) {
		rw_wlock(&rw);
		slow_increment();
		rw_wunlock(&rw);
	}
}

static void
sx_worker(void *arg)
{
	for (u_int i = 0; i < rounds; i++) {
		sx_xlock(&sx);
		slow_increment();
		sx_xunlock(&sx);
	}
}

static void
spin_worker(void *arg)
{
	for (u_int i = 0; i < rounds; i++) {
		mtx_lock_spin(&spin);
		counter++;
		mtx_unlock_spin(&spin);
	}
}

static void
run_workers(void (*fn)(void *), u_int n)
{
	struct thread *td[HF_CROWD_MAX];

	counter = 0;
	for (u_int i = 0; i < n; i++)
		td[i] = hf_thread_create(fn, NULL, "worker", -1);
	for (u_int i = 0; i < n; i++)
		hf_thread_join(td[i]);
}

static void
count_together(void (*fn)(void *))
{
	const u_int n = hf_crowd(NTHREADS);

	rounds = ROUNDS * NTHREADS / n;
	run_workers(fn, n);
	hf_expect_eq(counter, n * rounds);
}

HF_SCENARIO(kern_lock_exclusion, "kern.lock_exclusion", "",
    "every kind of lock excludes other holders while its holder sleeps or not")
{
	mtx_init(&mtx, "test mtx", NULL, MTX_DEF);
	mtx_init(&spin, "test spin", NULL, MTX_SPIN);
	rw_init(&rw, "test rw");
	sx_init(&sx, "test sx");
	count_together(mtx_worker);
	count_together(rw_worker);
	count_together(sx_worker);
	count_together(spin_worker);
	mtx_destroy(&mtx);
	mtx_destroy(&spin);
	rw_destroy(&rw);
	sx_destroy(&sx);
}

static void
reader(void *arg)
{
	u_int n;

	rw_rlock(&rw);
	n = atomic_fetchadd_int(&inside, 1) + 1;
	if (n > most_inside)
		most_inside = n;
	/* All readers get in before one leaves. */
	while (atomic_load_acq_int(&inside) < NTHREADS)
		hf_yield();
	rw_runlock(&rw);
}

static void
read_once(void *arg)
{
	sx_slock(&sx);
	atomic_add_int(&inside, 1);
	sx_sunlock(&sx);
}

HF_SCENARIO(kern_downgrade_wakes, "kern.downgrade_wakes", "",
    "a reader that waits for the writer comes in when that goes on reading")
{
	struct thread *td;

	sx_init(&sx, "test sx");
	inside = 0;
	sx_xlock(&sx);
	td = hf_thread_create(read_once, NULL, "reader", -1);
	hf_await_sleep(td, NULL);
	hf_expect_eq(inside, 0);
	sx_downgrade(&sx);
	hf_thread_join(td);
	hf_expect_eq(inside, 1);
	sx_sunlock(&sx);
	sx_assert(&sx, SA_UNLOCKED);
	sx_destroy(&sx);
}

HF_SCENARIO(kern_rwlock_shares, "kern.rwlock_shares", "",
    "readers hold an rwlock together; upgrade and downgrade keep it held")
{
	rw_init(&rw, "test rw");
	inside = most_inside = 0;
	run_workers(reader, NTHREADS);
	hf_expect_eq(most_inside, NTHREADS);

	rw_rlock(&rw);
	hf_expect(rw_try_upgrade(&rw));
	hf_expect(rw_wowned(&rw));
	hf_expect(!rw_try_rlock(&rw));
	rw_downgrade(&rw);
	hf_expect(!rw_wowned(&rw));
	hf_expect(rw_try_rlock(&rw));
	hf_expect(!rw_try_upgrade(&rw)); /* two readers: ourselves twice */
	hf_expect(!rw_try_wlock(&rw));
	rw_runlock(&rw);
	rw_runlock(&rw);
	hf_expect(rw_try_wlock(&rw));
	rw_assert(&rw, RA_WLOCKED);
	rw_wunlock(&rw);
	rw_assert(&rw, RA_UNLOCKED);
	rw_destroy(&rw);
}

static void
relock_mtx(void *arg)
{
	mtx_lock(&mtx);
}

static void
unlock_mtx(void *arg)
{
	mtx_unlock(&mtx);
}

static void
lock_mtx_under_spin(void *arg)
{
	mtx_lock_spin(&spin);
	mtx_lock(&mtx);
}

static void
write_twice(void *arg)
{
	rw_wlock(&rw);
	rw_wlock(&rw);
}

static void
lock_backwards(void *arg)
{
	struct mtx *inner = arg;

	mtx_lock(inner);
	rw_wlock(&rw);
}

static void
lock_uninitialised(void *arg)
{
	mtx_lock((struct mtx *)arg);
}

HF_SCENARIO(kern_lock_misuse, "kern.lock_misuse", "", "misuse of a lock panics")
{
	struct mtx inner, none;

	mtx_init(&mtx, "test mtx", NULL, MTX_DEF);
	mtx_init(&spin, "test spin", NULL, MTX_SPIN);
	rw_init(&rw, "vm object");
	mtx_init(&inner, "pmap", NULL, MTX_DEF);

	mtx_lock(&mtx);
	hf_expect_panic(relock_mtx, NULL, "");
	mtx_unlock(&mtx);
	hf_expect_panic(unlock_mtx, NULL, "");
	hf_expect_panic(lock_mtx_under_spin, NULL, "");
	spin.mtx_lock = 0; /* the panic left it locked */
	hf_expect_panic(write_twice, NULL, "");
	rw.rw_lock = 0;
	hf_expect_panic(lock_backwards, &inner, "");
	inner.mtx_lock = 0;
	bzero(&none, sizeof(none));
	hf_expect_panic(lock_uninitialised, &none, "");
	hf_expect_eq(hf_locks_held(), 0);
	hf_expect_eq(curthread->td_critnest, 0);
}

/*
 * Takes a lock of that name, of the kernel's or a test's own, with an object's
 * held.
 */
static void
lock_named(const char *name, int opts)
{
	struct mtx inner;

	hf_mtx_init(&inner, name, opts);
	rw_wlock(&rw);
	mtx_lock(&inner);
	mtx_unlock(&inner);
	rw_wunlock(&rw);
}

static void
lock_unranked(void *arg)
{
	lock_named("kern scenario", MTX_DEF);
}

static void
lock_other_kind(void *arg)
{
	lock_named("vm page busy", MTX_DEF);
}

HF_SCENARIO(kern_lock_unranked, "kern.lock_unranked", "",
    "a lock without a place in the order panics, unless a test has made it")
{
	rw_init(&rw, "vm object");
	lock_named("kern scenario", MTX_DEF | HF_LOCK_OF_TEST);
	lock_named("pmap", MTX_DEF);
	hf_expect_panic(
	    lock_unranked, NULL, "lock order: kern scenario has no rank");
	rw.rw_lock = 0;
	hf_expect_panic(lock_other_kind, NULL,
	    "lock order: vm page busy is of another kind");
	rw.rw_lock = 0;
	hf_expect_eq(hf_locks_held(), 0);
}

HF_SCENARIO(kern_mutex_recursion, "kern.mutex_recursion", "",
    "a recursable mutex is free after as many unlocks as locks")
{
	mtx_init(&mtx, "test mtx", NULL, MTX_DEF | MTX_RECURSE);
	mtx_lock(&mtx);
	mtx_lock(&mtx);
	hf_expect(mtx_trylock(&mtx));
	mtx_unlock(&mtx);
	mtx_unlock(&mtx);
	hf_expect(mtx_owned(&mtx));
	mtx_unlock(&mtx);
	hf_expect(!mtx_owned(&mtx));
	mtx_destroy(&mtx);
}
