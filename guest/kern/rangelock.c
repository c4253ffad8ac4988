/* SPDX-License-Identifier: BSD-2-Clause */
/* rangelock.c: read and write locks on ranges of bytes of a file. */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/lock.h>
#include <sys/mutex.h>
#include <sys/proc.h>
#include <sys/rangelock.h>
#include <kern/kalloc.h>

void
rangelock_init(struct rangelock *lock)
{
	TAILQ_INIT(&lock->rl_waiters);
}

void
rangelock_destroy(struct rangelock *lock)
{
	KASSERT(TAILQ_EMPTY(&lock->rl_waiters),
	    ("rangelock_destroy: a range is locked"));
}

/* A thread's first lock needs no memory. */
static struct rl_q_entry *
entry_get(void)
{
	struct thread *td = curthread;

	if (!td->td_rlq_used) {
		td->td_rlq_used = true;
		return (&td->td_rlq);
	}
	return (hf_kalloc(sizeof(struct rl_q_entry), M_WAITOK));
}

static void
entry_put(struct rl_q_entry *e)
{
	if (e == &curthread->td_rlq)
		curthread->td_rlq_used = false;
	else
		hf_kfree(e);
}

/* Does an earlier lock stand in the way? */
static bool
blocked(struct rangelock *lock, const struct rl_q_entry *e)
{
	const struct rl_q_entry *o;

	TAILQ_FOREACH (o, &lock->rl_waiters, rl_q_link) {
		if (o == e)
			break;
		if ((o->rl_q_write || e->rl_q_write) &&
		    o->rl_q_start < e->rl_q_end && e->rl_q_start < o->rl_q_end)
			return (true);
	}
	return (false);
}

static void *
lock_range(struct rangelock *lock, off_t start, off_t end, struct mtx *ilk,
    bool write, bool try)
{
	struct rl_q_entry *e;

	KASSERT(start <= end,
	    ("rangelock: [%jd, %jd)", (intmax_t)start, (intmax_t)end));
	e = entry_get();
	e->rl_q_start = start;
	e->rl_q_end = end;
	e->rl_q_write = write;
	mtx_lock(ilk);
	TAILQ_INSERT_TAIL(&lock->rl_waiters, e, rl_q_link);
	e->rl_q_granted = !blocked(lock, e);
	if (try && !e->rl_q_granted) {
		TAILQ_REMOVE(&lock->rl_waiters, e, rl_q_link);
		mtx_unlock(ilk);
		entry_put(e);
		return (NULL);
	}
	if (!e->rl_q_granted)
		hf_node_check(HF_NODE_RANGE, &ilk->lock_object);
	while (!e->rl_q_granted)
		(void)msleep(e, ilk, PVFS, "range", 0);
	mtx_unlock(ilk);
	hf_node_acquired(HF_NODE_RANGE, 1);
	return (e);
}

void *
rangelock_rlock(struct rangelock *lock, off_t start, off_t end, struct mtx *ilk)
{
	return (lock_range(lock, start, end, ilk, false, false));
}

void *
rangelock_wlock(struct rangelock *lock, off_t start, off_t end, struct mtx *ilk)
{
	return (lock_range(lock, start, end, ilk, true, false));
}

void *
rangelock_tryrlock(
    struct rangelock *lock, off_t start, off_t end, struct mtx *ilk)
{
	return (lock_range(lock, start, end, ilk, false, true));
}

/* By the thread that locked it.  Never sleeps. */
void
rangelock_unlock(struct rangelock *lock, void *cookie, struct mtx *ilk)
{
	struct rl_q_entry *e = cookie, *o;

	mtx_lock(ilk);
	o = TAILQ_NEXT(e, rl_q_link);
	TAILQ_REMOVE(&lock->rl_waiters, e, rl_q_link);
	/* Only who came later can have waited for it. */
	for (; o != NULL; o = TAILQ_NEXT(o, rl_q_link))
		if (!o->rl_q_granted && !blocked(lock, o)) {
			o->rl_q_granted = true;
			wakeup(o);
		}
	mtx_unlock(ilk);
	hf_node_released(HF_NODE_RANGE, 1);
	entry_put(e);
}
