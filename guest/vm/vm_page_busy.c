/* SPDX-License-Identifier: BSD-2-Clause */
/* vm_page_busy.c: the busy lock of a page, and sleeping for it. */

/*
 * A waiter sets the waiters bit while the word still shows a conflict, then
 * sleeps under the sleep lock after looking again.  Whoever changes the word
 * and saw the bit takes the sleep lock before waking; so no wakeup falls
 * between the look and the sleep.  Wakeups are hints: look the page up again.
 */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/lock.h>
#include <sys/mutex.h>
#include <sys/proc.h>
#include <kern/explore.h>
#include <kern/lock_order.h>
#include <vm/vm.h>
#include <vm/vm_object.h>
#include <vm/vm_page.h>
#include "vm_page_priv.h"

#define SLEEP_LOCKS 16

/* "vm page busy", spin: hashed by address; serves blockcounts as well. */
static struct mtx sleep_mtx[SLEEP_LOCKS];

#ifdef INVARIANTS
static bool
is_mine(const void *page)
{
	return (vm_page_xbusied_by_me((const struct vm_page *)page));
}
#endif

void
hf_vm_page_sleep_init(void)
{
	int i;

	for (i = 0; i < SLEEP_LOCKS; i++)
		mtx_init(&sleep_mtx[i], "vm page busy", NULL, MTX_SPIN);
#ifdef INVARIANTS
	hf_node_set_busy_probe(is_mine);
#endif
}

static struct mtx *
sleep_lock(const volatile void *chan)
{
	return (&sleep_mtx[((uintptr_t)chan >> 6) % SLEEP_LOCKS]);
}

void
hf_vm_sleepers_wake(const volatile void *chan)
{
	struct mtx *mtx = sleep_lock(chan);

	mtx_lock_spin(mtx);
	wakeup((const void *)(uintptr_t)chan);
	mtx_unlock_spin(mtx);
}

void
hf_vm_sleep_while(const volatile void *chan, bool (*still)(void *), void *arg,
    const char *wmesg)
{
	struct mtx *mtx = sleep_lock(chan);

	mtx_lock_spin(mtx);
	if (still(arg))
		(void)msleep_spin((const void *)(uintptr_t)chan, mtx, wmesg, 0);
	mtx_unlock_spin(mtx);
}

static bool
object_is_busied(vm_page_t m)
{
	vm_object_t object;

	object = __atomic_load_n(&m->object, __ATOMIC_RELAXED);
	return (object != NULL && vm_object_busied(object));
}

/* The word as an exclusive holder of this thread leaves it. */
static void
unbusy_and_wake(vm_page_t m)
{
	u_int old;

	old =
	    __atomic_exchange_n(&m->busy_lock, VPB_UNBUSIED, __ATOMIC_SEQ_CST);
	if ((old & VPB_BIT_WAITERS) != 0)
		hf_vm_sleepers_wake(m);
	HF_EXPLORE_POINT();
}

/*
 * 1: m is exclusively busied by this thread.  0: somebody has it busied or its
 * object is busied, or m is free.  Never sleeps.
 */
int
vm_page_tryxbusy(vm_page_t m)
{
	HF_EXPLORE_POINT();
	if (!atomic_cmpset_acq_int(
		&m->busy_lock, VPB_UNBUSIED, VPB_CURTHREAD_EXCLUSIVE))
		return (0);
	if (__predict_false(object_is_busied(m))) {
		unbusy_and_wake(m);
		return (0);
	}
	hf_node_busied(m, __builtin_return_address(0));
	return (1);
}

/* 1: one more share of m.  0: exclusively busied, free, or its object busied. */
int
vm_page_trysbusy(vm_page_t m)
{
	u_int x;

	HF_EXPLORE_POINT();
	if (__predict_false(object_is_busied(m)))
		return (0);
	x = vm_page_busy_fetch(m);
	do {
		if ((x & VPB_BIT_SHARED) == 0)
			return (0);
	} while (
	    !atomic_fcmpset_acq_int(&m->busy_lock, &x, x + VPB_ONE_SHARER));
	if (__predict_false(object_is_busied(m))) {
		vm_page_sunbusy(m);
		return (0);
	}
	return (1);
}

/* vm_page_tryxbusy() that must succeed. */
void
vm_page_xbusy(vm_page_t m)
{
	if (!vm_page_tryxbusy(m))
		panic("vm_page_xbusy: page %p is busy", (void *)m);
}

/* vm_page_trysbusy() that must succeed. */
void
vm_page_sbusy(vm_page_t m)
{
	if (!vm_page_trysbusy(m))
		panic("vm_page_sbusy: page %p is exclusive busy", (void *)m);
}

/* Releases this thread's exclusive busy; wakes all sleepers. */
void
vm_page_xunbusy(vm_page_t m)
{
	vm_page_assert_xbusied(m);
	if (!atomic_cmpset_rel_int(
		&m->busy_lock, VPB_CURTHREAD_EXCLUSIVE, VPB_UNBUSIED))
		unbusy_and_wake(m);
	else
		HF_EXPLORE_POINT();
}

/* vm_page_xunbusy() for whoever finishes the work; interrupts may call it. */
void
vm_page_xunbusy_unchecked(vm_page_t m)
{
	vm_page_assert_xbusied_unchecked(m);
	unbusy_and_wake(m);
}

/* One share less; the last wakes all sleepers.  Any context. */
void
vm_page_sunbusy(vm_page_t m)
{
	u_int x;

	vm_page_assert_sbusied(m);
	x = vm_page_busy_fetch(m);
	for (;;) {
		if (VPB_SHARERS(x) > 1) {
			if (atomic_fcmpset_int(
				&m->busy_lock, &x, x - VPB_ONE_SHARER))
				return;
			continue;
		}
		if (atomic_fcmpset_rel_int(&m->busy_lock, &x, VPB_UNBUSIED))
			break;
	}
	if ((x & VPB_BIT_WAITERS) != 0)
		hf_vm_sleepers_wake(m);
	HF_EXPLORE_POINT();
}

/* Exclusive becomes one share without a gap; wakes all sleepers. */
void
vm_page_busy_downgrade(vm_page_t m)
{
	u_int old;

	vm_page_assert_xbusied(m);
	old = __atomic_exchange_n(
	    &m->busy_lock, VPB_SHARERS_WORD(1), __ATOMIC_SEQ_CST);
	if ((old & VPB_BIT_WAITERS) != 0)
		hf_vm_sleepers_wake(m);
}

/* 1: the caller's share was the only one and is exclusive now. */
int
vm_page_busy_tryupgrade(vm_page_t m)
{
	u_int x;

	vm_page_assert_sbusied(m);
	HF_EXPLORE_POINT();
	x = vm_page_busy_fetch(m);
	do {
		if (VPB_SHARERS(x) > 1)
			return (0);
	} while (!atomic_fcmpset_acq_int(&m->busy_lock, &x,
	    VPB_CURTHREAD_EXCLUSIVE | (x & VPB_BIT_WAITERS)));
	hf_node_busied(m, __builtin_return_address(0));
	return (1);
}

void
hf_vm_page_busy_claim(vm_page_t m)
{
	u_int x;

	vm_page_assert_xbusied_unchecked(m);
	x = vm_page_busy_fetch(m);
	while (!atomic_fcmpset_acq_int(
	    &m->busy_lock, &x, VPB_CURTHREAD_EXCLUSIVE | (x & VPB_BIT_WAITERS)))
		continue;
	hf_node_busied(m, __builtin_return_address(0));
}

void
hf_vm_page_busy_free(vm_page_t m)
{
	u_int old;

	old = __atomic_exchange_n(&m->busy_lock, VPB_FREED, __ATOMIC_SEQ_CST);
	if (old != VPB_FREED && (old & VPB_BIT_WAITERS) != 0)
		hf_vm_sleepers_wake(m);
}

/* Does the word stand in the way of what allocflags want? */
static bool
conflicts(u_int x, int allocflags)
{
	if (x == VPB_UNBUSIED || x == VPB_FREED)
		return (false);
	if ((x & VPB_BIT_SHARED) == 0)
		return (true);
	return ((allocflags & (VM_ALLOC_SBUSY | VM_ALLOC_IGN_SBUSY)) == 0 &&
	    VPB_SHARERS(x) != 0);
}

struct busy_wait {
	vm_page_t m;
	vm_object_t object;
	vm_pindex_t pindex;
	int allocflags;
};

/* Under the sleep lock: still the same page, still in the way, noted. */
static bool
still_busy(void *arg)
{
	const struct busy_wait *bw = arg;
	u_int x;

	if (__atomic_load_n(&bw->m->object, __ATOMIC_RELAXED) != bw->object ||
	    __atomic_load_n(&bw->m->pindex, __ATOMIC_RELAXED) != bw->pindex)
		return (false);
	x = vm_page_busy_fetch(bw->m);
	do {
		if (!conflicts(x, bw->allocflags))
			return (false);
		if ((x & VPB_BIT_WAITERS) != 0)
			return (true);
	} while (
	    !atomic_fcmpset_int(&bw->m->busy_lock, &x, x | VPB_BIT_WAITERS));
	return (true);
}

#ifdef INVARIANTS
/* Whoever has pages busied waits for later ones of the same object only. */
static void
check_order(const void *page, const void *pc, void *arg)
{
	const struct busy_wait *bw = arg;
	const struct vm_page *m = page;

	if (m->object != bw->object || m->pindex >= bw->pindex)
		hf_lock_out_of_order("page busy", "page busy", pc);
}
#endif

/* Nothing is locked.  May return early. */
static void
sleep_for_page(struct busy_wait *bw, const char *wmesg)
{
#ifdef INVARIANTS
	hf_node_check(HF_NODE_BUSY, NULL);
	hf_node_busy_foreach(check_order, bw);
#endif
	if (bw->object != NULL && vm_object_busied(bw->object))
		vm_object_busy_wait(bw->object, wmesg);
	else
		hf_vm_sleep_while(bw->m, still_busy, bw, wmesg);
}

/*
 * If m is busied in a way that conflicts with allocflags (shares do not, with
 * SBUSY or IGN_SBUSY), or its object is busied, drops the object's lock and
 * sleeps until that may have changed.  True then, with the lock not held.  Else
 * false, the lock held.  Object locked on entry, in either mode; the caller has
 * a reference to it.
 */
bool
vm_page_busy_sleep(vm_page_t m, const char *wmesg, int allocflags)
{
	vm_object_t object = m->object;
	struct busy_wait bw = { m, object, m->pindex, allocflags };

	VM_OBJECT_ASSERT_LOCKED(object);
	if (!vm_object_busied(object) &&
	    !conflicts(vm_page_busy_fetch(m), allocflags))
		return (false);
	VM_OBJECT_UNLOCK(object);
	sleep_for_page(&bw, wmesg);
	return (true);
}

/*
 * The same for a caller without the object's lock, or of a page without object
 * (NULL); it may not sleep at all.
 */
void
vm_page_busy_sleep_unlocked(vm_object_t object, vm_page_t m, vm_pindex_t pindex,
    const char *wmesg, int allocflags)
{
	struct busy_wait bw = { m, object, pindex, allocflags };

	if (object != NULL)
		VM_OBJECT_ASSERT_UNLOCKED(object);
	sleep_for_page(&bw, wmesg);
}

static int
sleep_if(vm_page_t m, const char *wmesg, int allocflags)
{
	vm_object_t object = m->object;

	VM_OBJECT_ASSERT_WLOCKED(object);
	if (!vm_page_busy_sleep(m, wmesg, allocflags))
		return (0);
	VM_OBJECT_WLOCK(object);
	return (1);
}

/*
 * Sleeps if m is busied; non-zero if so, the object's write lock having been
 * dropped and taken again.
 */
int
vm_page_sleep_if_busy(vm_page_t m, const char *wmesg)
{
	return (sleep_if(m, wmesg, 0));
}

/* The same if m is exclusively busied. */
int
vm_page_sleep_if_xbusy(vm_page_t m, const char *wmesg)
{
	return (sleep_if(m, wmesg, VM_ALLOC_IGN_SBUSY));
}

static bool
relock(vm_object_t object, int wlocked)
{
	if (wlocked)
		VM_OBJECT_WLOCK(object);
	else
		VM_OBJECT_RLOCK(object);
	return (true);
}

/*
 * Busies m as allocflags say (a share with SBUSY or IGN_SBUSY, else
 * exclusively), sleeping as often as needed: true.  NOWAIT: false at once
 * instead of sleeping; WAITFAIL: false after one sleep.  False as well if m
 * lost its identity meanwhile.  The object is locked (dropped for a sleep, then
 * taken again in the same mode), or m is wired.
 */
bool
vm_page_busy_acquire(vm_page_t m, int allocflags)
{
	const bool share =
	    (allocflags & (VM_ALLOC_SBUSY | VM_ALLOC_IGN_SBUSY)) != 0;
	vm_object_t object = m->object;
	const vm_pindex_t pindex = m->pindex;
	const bool wlocked = object != NULL && VM_OBJECT_WOWNED(object);
	const bool locked = wlocked || !vm_page_wired(m);

	for (;;) {
		if (share ? vm_page_trysbusy(m) : vm_page_tryxbusy(m))
			return (true);
		if ((allocflags & VM_ALLOC_NOWAIT) != 0)
			return (false);
		if (locked) {
			if (vm_page_busy_sleep(m, "vmpba", allocflags))
				relock(object, wlocked);
		} else
			vm_page_busy_sleep_unlocked(
			    object, m, pindex, "vmpba", allocflags);
		if ((allocflags & VM_ALLOC_WAITFAIL) != 0)
			return (false);
		if (m->object != object || m->pindex != pindex)
			return (false);
	}
}
