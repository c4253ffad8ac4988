/* SPDX-License-Identifier: BSD-2-Clause */
/* vm_pageout.c: the page daemon: its thread and its loop. */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/kernel.h>
#include <sys/lock.h>
#include <sys/mutex.h>
#include <sys/proc.h>
#include <sys/vmmeter.h>
#include <kern/thread.h>
#include <vm/vm.h>
#include <vm/vm_page.h>
#include <vm/vm_pagequeue.h>
#include <vm/vm_pageout.h>
#include "vm_pageout_internal.h"

/* Between two scans that missed their target: vm_object_pageout.md 6.1. */
#define RETRY_TICKS (hz / 10)

u_int
vm_pageout_deficit(void)
{
	return (atomic_load_int(&vm_dom[0].vmd_pageout_deficit));
}

void
pagedaemon_wakeup(int domain)
{
	struct vm_domain *vmd = &vm_dom[domain];

	mtx_lock_spin(&vmd->vmd_wait_mtx);
	if (!vmd->vmd_pageout_wanted) {
		vmd->vmd_pageout_wanted = 1;
		wakeup((const void *)(uintptr_t)&vmd->vmd_pageout_wanted);
	}
	mtx_unlock_spin(&vmd->vmd_wait_mtx);
}

/*
 * Sleeps until asked to run, or for the retry time when memory is short; true
 * if the daemon may touch pages.
 */
static bool
await_work(struct vm_domain *vmd, bool missed)
{
	bool held;

	mtx_lock_spin(&vmd->vmd_wait_mtx);
	vmd->vmd_pageout_scanning = false;
	wakeup(&vmd->vmd_pageout_scanning);
	if (!vmd->vmd_pageout_wanted)
		(void)msleep_spin(
		    (const void *)(uintptr_t)&vmd->vmd_pageout_wanted,
		    &vmd->vmd_wait_mtx, "psleep", missed ? RETRY_TICKS : 0);
	if (vmd->vmd_pageout_wanted)
		VM_CNT_INC(v_pdwakeups);
	vmd->vmd_pageout_wanted = 0;
	held = vmd->vmd_pageout_held != 0;
	vmd->vmd_pageout_scanning = !held;
	mtx_unlock_spin(&vmd->vmd_wait_mtx);
	return (!held);
}

static void
pageout_thread(void *arg)
{
	struct vm_domain *vmd = arg;
	u_int free, target, freed;
	bool missed;

	for (missed = false;;) {
		if (!await_work(vmd, missed || vmd->vmd_reap != 0)) {
			missed = false;
			continue;
		}
		hf_pageout_reap(vmd);
		free = vm_free_count();
		target = atomic_readandclear_int(&vmd->vmd_pageout_deficit);
		if (free < vmd->vmd_free_target)
			target += vmd->vmd_free_target - free;
		freed = target != 0 ? hf_pageout_scan_inactive(vmd, target) : 0;
		missed = freed < target &&
		    vm_free_count() < vmd->vmd_free_min &&
		    vmd->vmd_waiting != 0;
	}
}

/* Boot, after threads. */
void
vm_pageout_init(void)
{
	struct vm_domain *vmd = &vm_dom[0];

	pageproc = hf_proc_create("pagedaemon");
	(void)hf_thread_create_in(
	    pageproc, pageout_thread, vmd, "pagedaemon", -1);
	mtx_lock_spin(&vmd->vmd_wait_mtx);
	vmd->vmd_pageout_ready = true;
	mtx_unlock_spin(&vmd->vmd_wait_mtx);
}

void
hf_pageout_hold(void)
{
	struct vm_domain *vmd = &vm_dom[0];

	mtx_lock_spin(&vmd->vmd_wait_mtx);
	vmd->vmd_pageout_held++;
	while (vmd->vmd_pageout_scanning)
		(void)msleep_spin(&vmd->vmd_pageout_scanning,
		    &vmd->vmd_wait_mtx, "pdhold", 0);
	mtx_unlock_spin(&vmd->vmd_wait_mtx);
}

void
hf_pageout_unhold(void)
{
	struct vm_domain *vmd = &vm_dom[0];

	mtx_lock_spin(&vmd->vmd_wait_mtx);
	KASSERT(vmd->vmd_pageout_held > 0, ("hf_pageout_unhold: not held"));
	vmd->vmd_pageout_held--;
	mtx_unlock_spin(&vmd->vmd_wait_mtx);
}
