/* SPDX-License-Identifier: BSD-2-Clause */
/* vm_pageout.c: the page daemon: its thread and its loop. */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/kernel.h>
#include <sys/lock.h>
#include <sys/mutex.h>
#include <sys/proc.h>
#include <sys/vmmeter.h>
#include <kern/clock.h>
#include <kern/thread.h>
#include <vm/vm.h>
#include <vm/vm_page.h>
#include <vm/vm_pagequeue.h>
#include <vm/vm_pageout.h>
#include "vm_pageout_priv.h"

/* Between two passes that missed their target: vm_object_pageout.md 6.1. */
#define RETRY_TICKS (hz / 10)
#define RETRY_NS    100000000ull
/* The same when it is known that nothing can be got back. */
#define EXHAUSTED_TICKS hz
/* Between two looks at the active queue when there is no shortage. */
#define IDLE_TICKS (60 * hz)

/* Passes in a row that freed nothing, RETRY_NS apart, while somebody waits. */
#define FRUITLESS_URGENT 6  /* uses do not protect clean pages any more */
#define FRUITLESS_MAX	 12 /* memory is exhausted */

u_int
vm_pageout_deficit(void)
{
	return (atomic_load_int(&vm_dom[0].vmd_pageout_deficit));
}

void
hf_pageout_want(struct vm_domain *vmd)
{
	if (vmd->vmd_pageout_wanted)
		return;
	vmd->vmd_pageout_wanted = 1;
	wakeup((const void *)(uintptr_t)&vmd->vmd_pageout_wanted);
}

void
pagedaemon_wakeup(int domain)
{
	struct vm_domain *vmd = &vm_dom[domain];

	mtx_lock_spin(&vmd->vmd_wait_mtx);
	hf_pageout_want(vmd);
	mtx_unlock_spin(&vmd->vmd_wait_mtx);
}

/* What a pass came to. */
enum outcome {
	IDLE,  /* enough is free, or nobody looked */
	AGAIN, /* the next pass will find pages that this one made inactive */
	MISSED /* less was freed than there should be */
};

/* How long to sleep unless asked to run; 0: for ever.  Wait lock held. */
static int
patience(struct vm_domain *vmd, enum outcome last)
{
	if (vmd->vmd_pageout_held != 0)
		return (0);
	if (last == MISSED)
		return ((vmd->vmd_waiting & VMD_EXHAUSTED) != 0
			? EXHAUSTED_TICKS
			: RETRY_TICKS);
	return (vm_active_count() != 0 ? IDLE_TICKS : 0);
}

/*
 * Sleeps until asked to run, or until it is time for another look; true if the
 * daemon may touch pages.
 */
static bool
await_work(struct vm_domain *vmd, enum outcome last)
{
	bool held;

	mtx_lock_spin(&vmd->vmd_wait_mtx);
	vmd->vmd_pageout_scanning = false;
	wakeup(&vmd->vmd_pageout_scanning);
	if (!vmd->vmd_pageout_wanted && last != AGAIN)
		(void)msleep_spin(
		    (const void *)(uintptr_t)&vmd->vmd_pageout_wanted,
		    &vmd->vmd_wait_mtx, "psleep", patience(vmd, last));
	if (vmd->vmd_pageout_wanted)
		VM_CNT_INC(v_pdwakeups);
	vmd->vmd_pageout_wanted = 0;
	held = vmd->vmd_pageout_held != 0;
	vmd->vmd_pageout_scanning = !held;
	mtx_unlock_spin(&vmd->vmd_wait_mtx);
	return (!held);
}

/*
 * After a pass: is there hope?  Passes count only while somebody waits, and not
 * faster than pages under I/O may become free.
 */
static void
judge(struct vm_domain *vmd, const struct hf_pageout *po)
{
	const uint64_t now = hf_uptime_ns();

	const bool exhausted = (vmd->vmd_waiting & VMD_EXHAUSTED) != 0;

	if (po->freed != 0 || po->target == 0 || !vm_page_count_min() ||
	    (vmd->vmd_fruitless == FRUITLESS_MAX && !exhausted)) {
		vmd->vmd_fruitless = 0;
		if (exhausted)
			hf_vm_clear_exhausted(vmd);
		return;
	}
	if (vmd->vmd_fruitless == FRUITLESS_MAX || vmd->vmd_waiting == 0 ||
	    now - vmd->vmd_fruitless_ns < RETRY_NS)
		return;
	vmd->vmd_fruitless_ns = now;
	if (++vmd->vmd_fruitless < FRUITLESS_MAX)
		return;
	printf("out of memory: %u of %u pages are free, nothing can be got "
	       "back: %u active, %u inactive, %u in the laundry, %u wired\n",
	    vm_free_count(), vmd->vmd_page_count, vm_active_count(),
	    vm_inactive_count(), vm_laundry_count(), vm_wire_count());
	hf_vm_set_exhausted(vmd);
}

static enum outcome
outcome_of(struct vm_domain *vmd, const struct hf_pageout *po)
{
	if (po->freed >= po->target || !vm_paging_needed(vmd, vm_free_count()))
		return (IDLE);
	return (po->moved != 0 && vmd->vmd_waiting != 0 ? AGAIN : MISSED);
}

/* One look at the queues. */
static enum outcome
pageout_pass(struct vm_domain *vmd)
{
	struct hf_pageout po = { .vmd = vmd };
	u_int active, deficit, free;
	int lacking;

	po.urgent = vmd->vmd_fruitless >= FRUITLESS_URGENT;
	/* What the first scan activates is not looked at by the second. */
	active = vm_active_count();
	free = vm_free_count();
	deficit = atomic_readandclear_int(&vmd->vmd_pageout_deficit);
	po.target = deficit;
	if (free < vmd->vmd_free_target)
		po.target += vmd->vmd_free_target - free;
	hf_pageout_scan(&po, PQ_INACTIVE);
	/* Dirty pages that somebody has cleaned.  Not often: they are many. */
	if (vmd->vmd_fruitless == FRUITLESS_URGENT ||
	    vmd->vmd_fruitless == FRUITLESS_MAX - 1) {
		hf_pageout_scan(&po, PQ_LAUNDRY);
		hf_pageout_scan(&po, PQ_UNSWAPPABLE);
	}
	judge(vmd, &po);
	/*
	 * What waits in the laundry does not count as inactive before long, as
	 * it does in FreeBSD: nothing launders yet.
	 */
	lacking = 3 *
		((int)(vmd->vmd_inactive_target + vmd->vmd_free_target) -
		    (int)(vm_free_count() + vm_inactive_count())) +
	    (int)(po.stuck + deficit);
	hf_pageout_scan_active(&po, active, lacking);
	return (outcome_of(vmd, &po));
}

static void
pageout_thread(void *arg)
{
	struct vm_domain *vmd = arg;
	enum outcome last;

	for (last = IDLE;;) {
		/* Emptied pages that were busy are looked at again soon. */
		if (last == IDLE && vmd->vmd_reap != 0)
			last = MISSED;
		if (!await_work(vmd, last)) {
			last = IDLE;
			continue;
		}
		hf_pageout_reap(vmd);
		last = pageout_pass(vmd);
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
	/* Those who began to wait meanwhile have asked a daemon that forgot. */
	if (--vmd->vmd_pageout_held == 0 &&
	    (vmd->vmd_waiting != 0 || vmd->vmd_reap != 0))
		hf_pageout_want(vmd);
	mtx_unlock_spin(&vmd->vmd_wait_mtx);
}
