/* SPDX-License-Identifier: BSD-2-Clause */
/* vm_page_wait.c: waiting for free memory, and waking those who wait. */

/*
 * A waiter sets its bit under the wait lock, looks at the count again and
 * sleeps; whoever raises the count does so before looking at the bits.
 * Both are full barriers, so one of the two sees the other.
 */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/kernel.h>
#include <sys/lock.h>
#include <sys/mutex.h>
#include <sys/proc.h>
#include <sys/vmmeter.h>
#include <vm/vm.h>
#include <vm/vm_page.h>
#include <vm/vm_pageout.h>
#include <vm/vm_pagequeue.h>
#include "vm_pageout_priv.h"

/* Each kind of waiter sleeps on an address of its own. */
static char wait_chan[4];

const void *
hf_vm_wait_channel(u_int kind)
{
	return (&wait_chan[__builtin_ctz(kind)]);
}

static u_int
mark_of(struct vm_domain *vmd, u_int kind)
{
	switch (kind) {
	case VMD_WAIT_PAGER:
		return (vmd->vmd_pageout_free_min);
	case VMD_WAIT_SEVERE:
		return (vmd->vmd_free_severe);
	default:
		return (vmd->vmd_free_min);
	}
}

static void
wake_kind(struct vm_domain *vmd, u_int kind)
{
	if ((vmd->vmd_waiting & kind) == 0 ||
	    atomic_load_int(&vmd->vmd_free_count) < mark_of(vmd, kind))
		return;
	atomic_clear_int(&vmd->vmd_waiting, kind);
	wakeup(hf_vm_wait_channel(kind));
}

/* n frames are free again; wakes everybody whose mark is reached.  Any context. */
void
vm_domain_freecnt_inc(struct vm_domain *vmd, u_int n)
{
	atomic_add_int(&vmd->vmd_free_count, n);
	if (__predict_true(atomic_load_int(&vmd->vmd_waiting) == 0))
		return;
	mtx_lock_spin(&vmd->vmd_wait_mtx);
	wake_kind(vmd, VMD_WAIT_PAGER);
	wake_kind(vmd, VMD_WAIT_SEVERE);
	wake_kind(vmd, VMD_WAIT_MIN);
	wake_kind(vmd, VMD_EXHAUSTED);
	mtx_unlock_spin(&vmd->vmd_wait_mtx);
}

void
hf_vm_set_exhausted(struct vm_domain *vmd)
{
	mtx_lock_spin(&vmd->vmd_wait_mtx);
	atomic_set_int(&vmd->vmd_waiting, VMD_EXHAUSTED);
	/* Frames may have come meanwhile. */
	wake_kind(vmd, VMD_EXHAUSTED);
	/* Faults give up; all others look in vain and sleep again. */
	atomic_clear_int(&vmd->vmd_waiting, VMD_WAIT_MIN);
	wakeup(hf_vm_wait_channel(VMD_WAIT_MIN));
	mtx_unlock_spin(&vmd->vmd_wait_mtx);
}

void
hf_vm_clear_exhausted(struct vm_domain *vmd)
{
	atomic_clear_int(&vmd->vmd_waiting, VMD_EXHAUSTED);
}

bool
hf_vm_exhausted(void)
{
	return (
	    (atomic_load_int(&vm_dom[0].vmd_waiting) & VMD_EXHAUSTED) != 0 &&
	    vm_page_count_min());
}

/* Sleeps once if the count is below the mark; true if it slept. */
static bool
wait_once(u_int kind, const char *wmesg, int timo)
{
	struct vm_domain *vmd = &vm_dom[0];
	bool sleep;

	/* Maps may be locked: FreeBSD's fork and pmap_enter() wait that way. */
	KASSERT(hf_locks_nonsleepable() == 0, ("%s: locks are held", wmesg));
	hf_assert_may_sleep(wmesg);
	if (!vmd->vmd_pageout_ready)
		panic("vm_wait: there is no page daemon yet");
	if (atomic_load_int(&vmd->vmd_free_count) >= mark_of(vmd, kind))
		return (false);
	mtx_lock_spin(&vmd->vmd_wait_mtx);
	atomic_set_int(&vmd->vmd_waiting, kind);
	/*
	 * Asked before the bit is there, a daemon that is held off would forget
	 * it, and hf_pageout_unhold() see nobody.
	 */
	hf_pageout_want(vmd);
	sleep = atomic_load_int(&vmd->vmd_free_count) < mark_of(vmd, kind);
	if (sleep)
		(void)msleep_spin(
		    hf_vm_wait_channel(kind), &vmd->vmd_wait_mtx, wmesg, timo);
	mtx_unlock_spin(&vmd->vmd_wait_mtx);
	return (sleep);
}

/*
 * Returns at once if free >= v_free_min, else when that has been reached (for
 * the pager process: v_pageout_free_min); the memory may be gone again.  No
 * lock is held.  The object's policy would matter with several domains.
 */
void
vm_wait(vm_object_t object)
{
	wait_once(pageproc != NULL && curproc == pageproc ? VMD_WAIT_PAGER
							  : VMD_WAIT_MIN,
	    "vmwait", 0);
}

/* vm_wait() for the fault handler: returns after timo ticks at the latest. */
void
vm_waitpfault(struct domainset *dset, int timo)
{
	wait_once(VMD_WAIT_MIN, "pfault", timo);
}

/* Returns with free >= v_free_min, which may be over again. */
void
vm_wait_min(void)
{
	while (vm_page_count_min())
		wait_once(VMD_WAIT_MIN, "vmwmin", 0);
}

/* Returns with free >= v_free_severe, which may be over again. */
void
vm_wait_severe(void)
{
	while (vm_page_count_severe())
		wait_once(VMD_WAIT_SEVERE, "vmwsev", 0);
}
