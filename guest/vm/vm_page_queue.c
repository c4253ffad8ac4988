/* SPDX-License-Identifier: BSD-2-Clause */
/* vm_page_queue.c: the paging queues, from the page's side. */

/*
 * A page is linked on the queue a.queue names, under the page queue lock.
 * Wiring it does not unlink it: a wired page is logically on no queue, and what
 * finds it linked passes it by.
 */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/mman.h>
#include <sys/vmmeter.h>
#include <kern/failpoint.h>
#include <vm/vm.h>
#include <vm/vm_object.h>
#include <vm/vm_page.h>
#include <vm/vm_pagequeue.h>
#include "vm_page_priv.h"

enum where { AT_TAIL, NEAR_HEAD };

static void
unlink_locked(vm_page_t m)
{
	struct vm_pagequeue *pq;

	vm_pagequeue_assert_locked();
	if (m->a.queue == PQ_NONE)
		return;
	pq = &vm_dom[0].vmd_pagequeues[m->a.queue];
	TAILQ_REMOVE(&pq->pq_pl, m, plinks.q);
	atomic_store_int(&pq->pq_cnt, pq->pq_cnt - 1);
	vm_page_aflag_clear(m, PGA_ENQUEUED);
	__atomic_store_n(&m->a.queue, PQ_NONE, __ATOMIC_RELAXED);
}

static void
link_locked(vm_page_t m, uint8_t queue, enum where where)
{
	struct vm_pagequeue *pq = &vm_dom[0].vmd_pagequeues[queue];

	unlink_locked(m);
	if (where == NEAR_HEAD)
		TAILQ_INSERT_BEFORE(&vm_dom[0].vmd_inacthead, m, plinks.q);
	else
		TAILQ_INSERT_TAIL(&pq->pq_pl, m, plinks.q);
	atomic_store_int(&pq->pq_cnt, pq->pq_cnt + 1);
	__atomic_store_n(&m->a.queue, queue, __ATOMIC_RELAXED);
	vm_page_aflag_set(m, PGA_ENQUEUED);
}

static bool
can_queue(vm_page_t m)
{
	return (vm_page_is_managed(m) && !vm_page_wired(m) &&
	    (m->flags & PG_FICTITIOUS) == 0);
}

static void
move_to(vm_page_t m, uint8_t queue, enum where where)
{
	KASSERT(m->ref_count != 0,
	    ("page %p is queued without a reference", (void *)m));
	if (!can_queue(m))
		return;
	vm_pagequeue_lock();
	/* A wiring may have come meanwhile; linked and wired is harmless. */
	link_locked(m, queue, where);
	vm_pagequeue_unlock();
}

/*
 * To the tail of ACTIVE, or left in place there; act_count at least ACT_INIT.
 * Nothing if unmanaged or wired.
 */
void
vm_page_activate(vm_page_t m)
{
	if (!can_queue(m))
		return;
	if (m->a.queue == PQ_ACTIVE && m->a.act_count >= ACT_INIT)
		return;
	vm_pagequeue_lock();
	if (m->a.queue != PQ_ACTIVE)
		link_locked(m, PQ_ACTIVE, AT_TAIL);
	if (m->a.act_count < ACT_INIT)
		m->a.act_count = ACT_INIT;
	vm_pagequeue_unlock();
}

/* To the tail of INACTIVE.  Nothing if unmanaged or wired. */
void
vm_page_deactivate(vm_page_t m)
{
	move_to(m, PQ_INACTIVE, AT_TAIL);
}

/* Near the head of INACTIVE, after others that came here so. */
void
vm_page_deactivate_noreuse(vm_page_t m)
{
	move_to(m, PQ_INACTIVE, NEAR_HEAD);
}

/* To the tail of LAUNDRY.  Nothing if unmanaged or wired. */
void
vm_page_launder(vm_page_t m)
{
	move_to(m, PQ_LAUNDRY, AT_TAIL);
}

/* To the tail of UNSWAPPABLE.  Object locked. */
void
vm_page_unswappable(vm_page_t m)
{
	VM_OBJECT_ASSERT_LOCKED(m->object);
	move_to(m, PQ_UNSWAPPABLE, AT_TAIL);
}

/* E16: a queued page goes to the tail of its queue. */
void
vm_page_requeue(vm_page_t m)
{
	KASSERT(vm_page_queue(m) != PQ_NONE,
	    ("vm_page_requeue: page %p is not queued", (void *)m));
	move_to(m, m->a.queue, AT_TAIL);
}

/* Off any queue before it returns. */
void
vm_page_dequeue(vm_page_t m)
{
	vm_pagequeue_lock();
	unlink_locked(m);
	vm_pagequeue_unlock();
}

vm_page_t
hf_vm_page_rotate(uint8_t queue)
{
	struct pglist *pl = &vm_dom[0].vmd_pagequeues[queue].pq_pl;
	vm_page_t m;

	vm_pagequeue_lock();
	while ((m = TAILQ_FIRST(pl)) != NULL && vm_page_wired(m))
		unlink_locked(m);
	if (m != NULL) {
		TAILQ_REMOVE(pl, m, plinks.q);
		TAILQ_INSERT_TAIL(pl, m, plinks.q);
	}
	vm_pagequeue_unlock();
	return (m);
}

/* vm_page_dequeue(), which here is never put off. */
void
vm_page_dequeue_deferred(vm_page_t m)
{
	if (m->a.queue != PQ_NONE)
		vm_page_dequeue(m);
}

void
hf_vm_page_unqueue(vm_page_t m)
{
	vm_page_dequeue(m);
}

/* Notes a reference; the daemon looks at it. */
void
vm_page_reference(vm_page_t m)
{
	if (vm_page_is_managed(m))
		vm_page_aflag_set(m, PGA_REFERENCED);
}

void
hf_vm_page_release_toq(vm_page_t m, uint8_t nqueue, bool noreuse)
{
	vm_pagequeue_assert_locked();
	/* Without a wiring anybody might free it just now. */
	KASSERT(vm_page_wired(m),
	    ("vm_page_unwire: page %p has no wiring any more", (void *)m));
	if ((m->flags & PG_FICTITIOUS) != 0)
		return;
	if (noreuse || vm_page_none_valid(m))
		link_locked(m, PQ_INACTIVE, NEAR_HEAD);
	else if (m->a.queue == PQ_ACTIVE)
		vm_page_aflag_set(m, PGA_REFERENCED);
	else {
		link_locked(m, nqueue, AT_TAIL);
		if (nqueue == PQ_ACTIVE && m->a.act_count < ACT_INIT)
			m->a.act_count = ACT_INIT;
	}
}

/*
 * Ends a page-in around what was asked for: a page with a valid block,
 * exclusively busied by anyone, becomes ACTIVE if somebody waits for it, else
 * INACTIVE, and is unbusied.
 */
void
vm_page_readahead_finish(vm_page_t m)
{
	KASSERT(vm_page_any_valid(m),
	    ("vm_page_readahead_finish: page %p is invalid", (void *)m));
	vm_page_assert_xbusied_unchecked(m);
	if ((vm_page_busy_fetch(m) & VPB_BIT_WAITERS) != 0)
		vm_page_activate(m);
	else
		vm_page_deactivate(m);
	vm_page_xunbusy_unchecked(m);
}

/*
 * madvise(2) for one page.  Object write-locked, page exclusively busied.
 * FREE: its contents may be lost, unless it is wired: a holder's stores leave
 * no other trace than `dirty'.  DONTNEED: not needed soon.  WILLNEED: soon.
 */
void
vm_page_advise(vm_page_t m, int advice)
{
	VM_OBJECT_ASSERT_WLOCKED(m->object);
	vm_page_assert_xbusied(m);
	switch (advice) {
	case MADV_FREE:
		(void)HF_FAILPOINT("advise.free");
		if (!hf_vm_page_try_unwired(m, vm_page_undirty))
			return;
		break;
	case MADV_DONTNEED:
		vm_page_test_dirty(m);
		break;
	case MADV_WILLNEED:
		vm_page_activate(m);
		return;
	default:
		return;
	}
	vm_page_aflag_clear(m, PGA_REFERENCED);
	if (m->dirty == 0)
		vm_page_deactivate_noreuse(m);
	else if (!vm_page_in_laundry(m))
		vm_page_launder(m);
}
