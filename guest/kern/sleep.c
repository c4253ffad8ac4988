/* SPDX-License-Identifier: BSD-2-Clause */
/* sleep.c: sleep(9) over the sleep queues. */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/proc.h>
#include <sys/mutex.h>
#include <sys/rwlock.h>
#include <sys/sx.h>
#include <kern/fail_nth.h>
#include <kern/sleepq.h>

int
hf_lock_unlock_for_sleep(struct lock_object *lo)
{
	switch ((enum hf_lock_class)lo->lo_class) {
	case HF_LOCK_MTX:
		mtx_unlock(__containerof(lo, struct mtx, lock_object));
		return (HF_HOLD_EXCLUSIVE);
	case HF_LOCK_RW: {
		struct rwlock *rw =
		    __containerof(lo, struct rwlock, lock_object);
		int how = rw_wowned(rw) ? HF_HOLD_EXCLUSIVE : HF_HOLD_SHARED;

		rw_unlock(rw);
		return (how);
	}
	case HF_LOCK_SX: {
		struct sx *sx = __containerof(lo, struct sx, lock_object);
		int how = sx_xlocked(sx) ? HF_HOLD_EXCLUSIVE : HF_HOLD_SHARED;

		sx_unlock(sx);
		return (how);
	}
	case HF_LOCK_SPIN:
		break;
	}
	panic("sleep: %s is a spin mutex", lo->lo_name);
}

/* As hf_lock_unlock_for_sleep() said that it was held. */
static void
relock(struct lock_object *lo, int how)
{
	if (lo->lo_class == HF_LOCK_MTX)
		mtx_lock(__containerof(lo, struct mtx, lock_object));
	else if (lo->lo_class == HF_LOCK_RW) {
		if (how == HF_HOLD_EXCLUSIVE)
			rw_wlock(__containerof(lo, struct rwlock, lock_object));
		else
			rw_rlock(__containerof(lo, struct rwlock, lock_object));
	} else if (how == HF_HOLD_EXCLUSIVE)
		sx_xlock(__containerof(lo, struct sx, lock_object));
	else
		sx_slock(__containerof(lo, struct sx, lock_object));
}

/*
 * A sleep that is made to fail is over at once: its time is, or, without a
 * limit, somebody woke another user of the channel.  Threads of the kernel's
 * own, which sleep when there is nothing to do, are not asked.
 */
static bool
made_to_fail(void)
{
	return (curproc != &proc0 && curproc != pageproc &&
	    HF_FAIL_NTH(HF_FAIL_SLEEP));
}

/*
 * The lock is dropped with the chain of chan locked, so that a wakeup between
 * the two finds the sleeper.  Dropping a lock may wake a waiter, which needs a
 * chain lock of its own.  In this kernel, and in the model, all chains share
 * one lock, and a thread may take it again (kern/sleepq.h).
 */
int
_sleep(const void *chan, struct lock_object *lock, int pri, const char *wmesg,
    int timo)
{
	int error, how = 0;

	hf_assert_may_sleep(wmesg);
	KASSERT(chan != NULL, ("_sleep: no channel"));
	if (made_to_fail()) {
		if (lock != NULL)
			how = hf_lock_unlock_for_sleep(lock);
		hf_yield();
		if (lock != NULL && (pri & PDROP) == 0)
			relock(lock, how);
		return (timo > 0 ? EWOULDBLOCK : 0);
	}
	hf_sleepq_lock(chan);
	if (lock != NULL)
		how = hf_lock_unlock_for_sleep(lock);
	error = hf_sleepq_wait(chan, wmesg, timo);
	if (lock != NULL && (pri & PDROP) == 0)
		relock(lock, how);
	return (error);
}

int
msleep_spin(const void *chan, struct mtx *m, const char *wmesg, int timo)
{
	int error;

	if (made_to_fail()) {
		mtx_unlock_spin(m);
		hf_yield();
		mtx_lock_spin(m);
		return (timo > 0 ? EWOULDBLOCK : 0);
	}
	hf_sleepq_lock(chan);
	mtx_unlock_spin(m);
	error = hf_sleepq_wait(chan, wmesg, timo);
	mtx_lock_spin(m);
	return (error);
}

void
wakeup(const void *chan)
{
	hf_sleepq_lock(chan);
	hf_sleepq_wake(chan, -1);
	hf_sleepq_unlock(chan);
}

void
wakeup_one(const void *chan)
{
	hf_sleepq_lock(chan);
	hf_sleepq_wake(chan, 1);
	hf_sleepq_unlock(chan);
}

int
hf_pause(const char *wmesg, int timo)
{
	hf_assert_may_sleep(wmesg);
	/* Nobody wakes this address. */
	hf_sleepq_lock(&wmesg);
	return (hf_sleepq_wait(&wmesg, wmesg, MAX(timo, 1)));
}

#ifdef INVARIANTS
void
hf_assert_may_block(const char *who)
{
	struct thread *td = curthread;

	if (td->td_intr_nesting != 0)
		panic("%s: may sleep, in an interrupt handler", who);
	if (td->td_critnest != 0)
		panic("%s: may sleep, in a critical section or with a "
		      "spin mutex",
		    who);
}

void
hf_assert_may_sleep(const char *who)
{
	hf_assert_may_block(who);
	if (curthread->td_no_sleeping != 0)
		panic("%s: may sleep, where sleeping is prohibited", who);
}
#endif
