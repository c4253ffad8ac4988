/* SPDX-License-Identifier: BSD-2-Clause */
/* sleep.c: sleep(9): wake-ups are not lost, and timeouts come. */

#include <sys/kernel.h>
#include <sys/mutex.h>
#include <sys/rwlock.h>
#include <kern/clock.h>
#include <kern/thread.h>
#include <test/scenario.h>

#define ROUNDS 100

static struct mtx lock;
static int turn; /* under lock */

static void
ping_pong(void *arg)
{
	int me = (int)(uintptr_t)arg;

	for (int i = 0; i < ROUNDS; i++) {
		mtx_lock(&lock);
		while (turn != me)
			msleep(&turn, &lock, PZERO, "turn", 0);
		turn = 1 - me;
		wakeup(&turn);
		mtx_unlock(&lock);
	}
}

HF_SCENARIO(kern_sleep_wakeup, "kern.sleep_wakeup", "",
    "two threads take turns through msleep and wakeup without losing one")
{
	struct thread *a, *b;

	mtx_init(&lock, "test mtx", NULL, MTX_DEF);
	turn = 0;
	a = hf_thread_create(ping_pong, (void *)0, "ping", -1);
	b = hf_thread_create(ping_pong, (void *)1, "pong", -1);
	hf_thread_join(a);
	hf_thread_join(b);
	hf_expect_eq(turn, 0);
	mtx_destroy(&lock);
}

HF_SCENARIO(kern_sleep_timeout, "kern.sleep_timeout", "",
    "a sleep nobody ends returns EWOULDBLOCK after its time, with its lock")
{
	struct rwlock rw;
	uint64_t start;

	rw_init(&rw, "test rw");
	mtx_init(&lock, "test mtx", NULL, MTX_DEF);
	mtx_lock(&lock);
	start = hf_uptime_ns();
	hf_expect_eq(msleep(&start, &lock, PZERO, "time", 2), EWOULDBLOCK);
	hf_expect_le(2 * (1000000000ull / hz), hf_uptime_ns() - start);
	hf_expect(mtx_owned(&lock));
	hf_expect_eq(
	    msleep(&start, &lock, PZERO | PDROP, "time", 1), EWOULDBLOCK);
	hf_expect(!mtx_owned(&lock));

	rw_rlock(&rw);
	hf_expect_eq(rw_sleep(&start, &rw, PZERO, "time", 1), EWOULDBLOCK);
	rw_assert(&rw, RA_RLOCKED);
	rw_runlock(&rw);
	rw_wlock(&rw);
	hf_expect_eq(rw_sleep(&start, &rw, PZERO, "time", 1), EWOULDBLOCK);
	rw_assert(&rw, RA_WLOCKED);
	rw_wunlock(&rw);
	rw_destroy(&rw);
	mtx_destroy(&lock);
}

static volatile u_int asleep, awake;

static void
sleeper(void *arg)
{
	mtx_lock(&lock);
	atomic_add_int(&asleep, 1);
	msleep(__DECONST(u_int *, &asleep), &lock, PZERO, "sleeper", 0);
	atomic_add_int(&awake, 1);
	mtx_unlock(&lock);
}

static void
wait_for(volatile u_int *v, u_int want)
{
	while (atomic_load_acq_int(v) < want)
		hf_yield();
	/* Whoever counted holds the lock until it sleeps. */
	mtx_lock(&lock);
	mtx_unlock(&lock);
}

HF_SCENARIO(kern_wakeup_one, "kern.wakeup_one", "",
    "wakeup_one ends one sleep, wakeup all the others")
{
	struct thread *td[3];

	mtx_init(&lock, "test mtx", NULL, MTX_DEF);
	asleep = awake = 0;
	for (int i = 0; i < 3; i++)
		td[i] = hf_thread_create(sleeper, NULL, "sleeper", -1);
	wait_for(&asleep, 3);
	wakeup_one(__DECONST(u_int *, &asleep));
	wait_for(&awake, 1);
	hf_pause("settle", 1);
	hf_expect_eq(awake, 1);
	wakeup(__DECONST(u_int *, &asleep));
	for (int i = 0; i < 3; i++)
		hf_thread_join(td[i]);
	hf_expect_eq(awake, 3);
	mtx_destroy(&lock);
}

static void
sleep_here(void *arg)
{
	tsleep(arg, PZERO, "here", 1);
}

static void
sleep_in_critical(void *arg)
{
	critical_enter();
	tsleep(arg, PZERO, "here", 1);
}

HF_SCENARIO(kern_sleep_barred, "kern.sleep_barred", "",
    "sleeping panics where it is prohibited")
{
	int chan;

	THREAD_NO_SLEEPING();
	hf_expect_panic(sleep_here, &chan, "");
	THREAD_SLEEPING_OK();
	hf_expect_panic(sleep_in_critical, &chan, "");
	hf_expect_eq(tsleep(&chan, PZERO, "here", 1), EWOULDBLOCK);
}
