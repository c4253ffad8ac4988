/* SPDX-License-Identifier: BSD-2-Clause */
/* spin.c: spin mutexes. */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/proc.h>
#include <sys/mutex.h>
#include <kern/explore.h>
#include <kern/sched.h>

static void
spin_for(struct mtx *m, uintptr_t me)
{
	curthread->td_blocked = &m->lock_object;
	do
		while (atomic_load_ptr(&m->mtx_lock) != 0)
			cpu_spinwait();
	while (!atomic_cmpset_acq_ptr(&m->mtx_lock, 0, me));
	curthread->td_blocked = NULL;
}

void
hf_mtx_lock_spin(struct mtx *m)
{
	uintptr_t me = (uintptr_t)curthread;

	KASSERT(m->lock_object.lo_class == HF_LOCK_SPIN,
	    ("mtx_lock_spin: %s is not a spin mutex", mtx_name(m)));
	KASSERT(
	    m->mtx_lock != me, ("mtx_lock_spin: recursion on %s", mtx_name(m)));
	hf_lock_check(&m->lock_object);
	HF_EXPLORE_POINT();
	hf_spinlock_enter();
	if (!atomic_cmpset_acq_ptr(&m->mtx_lock, 0, me))
		spin_for(m, me);
	hf_lock_acquired(&m->lock_object, HF_HOLD_EXCLUSIVE);
}

int
hf_mtx_trylock_spin(struct mtx *m)
{
	HF_EXPLORE_POINT();
	hf_spinlock_enter();
	if (!atomic_cmpset_acq_ptr(&m->mtx_lock, 0, (uintptr_t)curthread)) {
		hf_spinlock_exit();
		return (0);
	}
	hf_lock_acquired(&m->lock_object, HF_HOLD_EXCLUSIVE);
	return (1);
}

void
hf_mtx_unlock_spin(struct mtx *m)
{
	KASSERT(m->mtx_lock == (uintptr_t)curthread,
	    ("mtx_unlock_spin: %s is not ours", mtx_name(m)));
	hf_lock_released(&m->lock_object);
	atomic_store_rel_ptr(&m->mtx_lock, 0);
	hf_spinlock_exit();
	HF_EXPLORE_POINT();
}
