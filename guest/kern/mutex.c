/* SPDX-License-Identifier: BSD-2-Clause */
/* mutex.c: mutexes that block. */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/proc.h>
#include <sys/mutex.h>
#include <kern/explore.h>
#include <kern/sleepq.h>

void
hf_mtx_init(struct mtx *m, const char *name, int opts)
{
	u_int flags = 0;

	if ((opts & MTX_RECURSE) != 0)
		flags |= LO_RECURSABLE;
	if ((opts & MTX_DUPOK) != 0)
		flags |= LO_DUPOK;
	if ((opts & MTX_NOWITNESS) != 0)
		flags |= LO_QUIET;
	if ((opts & HF_LOCK_OF_TEST) != 0)
		flags |= LO_TEST;
	m->mtx_lock = 0;
	m->mtx_recurse = 0;
	hf_lock_init(&m->lock_object,
	    (opts & MTX_SPIN) != 0 ? HF_LOCK_SPIN : HF_LOCK_MTX, name, flags);
}

void
hf_mtx_destroy(struct mtx *m)
{
	KASSERT(m->mtx_lock == 0 || mtx_owned(m),
	    ("mtx_destroy: %s is locked", mtx_name(m)));
	if (mtx_owned(m))
		hf_lock_released(&m->lock_object);
	hf_lock_destroy(&m->lock_object);
}

int
hf_mtx_owned(const struct mtx *m)
{
	return ((m->mtx_lock & ~MTX_WAITERS) == (uintptr_t)curthread);
}

/* Sleeps until the owner has let go; the lock was seen held. */
static void
mtx_wait(struct mtx *m)
{
	uintptr_t v;

	hf_sleepq_lock(m);
	v = m->mtx_lock;
	if ((v & ~MTX_WAITERS) == 0 ||
	    ((v & MTX_WAITERS) == 0 &&
		!atomic_cmpset_ptr(&m->mtx_lock, v, v | MTX_WAITERS))) {
		hf_sleepq_unlock(m);
		return;
	}
	curthread->td_blocked = &m->lock_object;
	hf_sleepq_wait(m, mtx_name(m), 0);
	curthread->td_blocked = NULL;
}

/* The free lock, with or without waiters, becomes ours. */
static int
mtx_take(struct mtx *m)
{
	uintptr_t v = m->mtx_lock;

	return ((v & ~MTX_WAITERS) == 0 &&
	    atomic_cmpset_acq_ptr(&m->mtx_lock, v, v | (uintptr_t)curthread));
}

void
hf_mtx_lock(struct mtx *m)
{
	KASSERT(m->lock_object.lo_class == HF_LOCK_MTX,
	    ("mtx_lock: %s is a spin mutex or not initialised", mtx_name(m)));
	if (mtx_owned(m)) {
		KASSERT((m->lock_object.lo_flags & LO_RECURSABLE) != 0,
		    ("mtx_lock: recursion on %s", mtx_name(m)));
		m->mtx_recurse++;
		return;
	}
	hf_assert_may_block(mtx_name(m));
	hf_lock_check(&m->lock_object);
	HF_EXPLORE_POINT();
	if (!atomic_cmpset_acq_ptr(&m->mtx_lock, 0, (uintptr_t)curthread))
		while (!mtx_take(m))
			mtx_wait(m);
	hf_lock_acquired(&m->lock_object, HF_HOLD_EXCLUSIVE);
}

int
hf_mtx_trylock(struct mtx *m)
{
	KASSERT(m->lock_object.lo_class == HF_LOCK_MTX,
	    ("mtx_trylock: %s is a spin mutex", mtx_name(m)));
	if (mtx_owned(m)) {
		if ((m->lock_object.lo_flags & LO_RECURSABLE) == 0)
			return (0);
		m->mtx_recurse++;
		return (1);
	}
	HF_EXPLORE_POINT();
	if (!mtx_take(m))
		return (0);
	hf_lock_acquired(&m->lock_object, HF_HOLD_EXCLUSIVE);
	return (1);
}

void
hf_mtx_unlock(struct mtx *m)
{
	KASSERT(mtx_owned(m), ("mtx_unlock: %s is not ours", mtx_name(m)));
	if (m->mtx_recurse > 0) {
		m->mtx_recurse--;
		return;
	}
	hf_lock_released(&m->lock_object);
	if (atomic_cmpset_rel_ptr(&m->mtx_lock, (uintptr_t)curthread, 0)) {
		HF_EXPLORE_POINT();
		return;
	}
	hf_sleepq_lock(m);
	atomic_store_rel_ptr(
	    &m->mtx_lock, hf_sleepq_wake(m, 1) > 0 ? MTX_WAITERS : 0);
	hf_sleepq_unlock(m);
}

void
hf_mtx_assert(const struct mtx *m, int what, const char *file, int line)
{
	bool owned = mtx_owned(m);

	if ((what & MA_OWNED) != 0 ? !owned : owned)
		panic("mutex %s %s at %s:%d", mtx_name(m),
		    owned ? "owned" : "not owned", file, line);
	if ((what & MA_NOTRECURSED) != 0 && m->mtx_recurse != 0)
		panic("mutex %s recursed at %s:%d", mtx_name(m), file, line);
}
