/* SPDX-License-Identifier: BSD-2-Clause */
/* vm_page_wire.c: wirings: a page that keeps its frame. */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/vmmeter.h>
#include <kern/failpoint.h>
#include <vm/vm.h>
#include <vm/vm_object.h>
#include <vm/vm_page.h>
#include <vm/vm_pagequeue.h>
#include "vm_page_priv.h"

static void
count_new_wiring(vm_page_t m, u_int old)
{
	KASSERT(VPRC_WIRE_COUNT(old) != VPRC_WIRE_COUNT_MAX,
	    ("vm_page_wire: page %p has too many wirings", (void *)m));
	if (VPRC_WIRE_COUNT(old) == 0 && (m->flags & PG_FICTITIOUS) == 0)
		vm_wire_add(1);
}

/*
 * One more wiring.  The page has no object, or its object is locked, or the
 * page or its object is busied.  Never sleeps.
 */
void
vm_page_wire(vm_page_t m)
{
	KASSERT((m->flags & PG_FICTITIOUS) == 0 || vm_page_wired(m),
	    ("vm_page_wire: fictitious page %p has no wiring", (void *)m));
	KASSERT(!vm_page_busy_freed(m),
	    ("vm_page_wire: page %p is free", (void *)m));
	count_new_wiring(m, atomic_fetchadd_int(&m->ref_count, 1));
}

/*
 * The same through a mapping that the pmap lock pins.  False, nothing done,
 * when the page's mappings are just being removed: fault it in again.
 */
bool
vm_page_wire_mapped(vm_page_t m)
{
	u_int old;

	old = atomic_load_int(&m->ref_count);
	do {
		KASSERT(old != 0,
		    ("vm_page_wire_mapped: page %p is free", (void *)m));
		if ((old & VPRC_BLOCKED) != 0)
			return (false);
	} while (!atomic_fcmpset_int(&m->ref_count, &old, old + 1));
	count_new_wiring(m, old);
	return (true);
}

/* Drops a wiring; the count before it. */
static u_int
drop_wiring(vm_page_t m)
{
	u_int old;

	old = atomic_load_int(&m->ref_count);
	do {
		KASSERT(VPRC_WIRE_COUNT(old) != 0,
		    ("vm_page_unwire: page %p is not wired", (void *)m));
	} while (!atomic_fcmpset_int(&m->ref_count, &old, old - 1));
	if (VPRC_WIRE_COUNT(old) == 1 && (m->flags & PG_FICTITIOUS) == 0)
		vm_wire_sub(1);
	return (old);
}

/* True when the last wiring went.  The page is not queued, not freed. */
bool
vm_page_unwire_noq(vm_page_t m)
{
	return (VPRC_WIRE_COUNT(drop_wiring(m)) == 1);
}

/*
 * A managed page's last wiring goes while it is in an object: its queue is
 * decided first, for once the wiring is gone another thread may free it.
 */
static void
unwire_managed(vm_page_t m, uint8_t nqueue, bool noreuse)
{
	u_int old;
	bool emptied;

	old = atomic_load_int(&m->ref_count);
	for (;;) {
		KASSERT(VPRC_WIRE_COUNT(old) != 0,
		    ("vm_page_unwire: page %p is not wired", (void *)m));
		if (old != (VPRC_OBJREF | 1) && old != 1) {
			if (atomic_fcmpset_int(&m->ref_count, &old, old - 1))
				return;
			continue;
		}
		if (old == 1) {
			if (!atomic_fcmpset_int(&m->ref_count, &old, 0))
				continue;
			vm_wire_sub(1);
			vm_page_free(m);
			return;
		}
		vm_pagequeue_lock();
		hf_vm_page_release_toq(m, nqueue, noreuse);
		if (atomic_fcmpset_int(&m->ref_count, &old, old - 1)) {
			vm_wire_sub(1);
			emptied = hf_vm_page_is_emptied(m);
			vm_pagequeue_unlock();
			if (__predict_false(emptied))
				hf_vm_page_let_go(m);
			return;
		}
		vm_pagequeue_unlock();
	}
}

static void
unwire(vm_page_t m, uint8_t nqueue, bool noreuse)
{
	if (vm_page_is_managed(m)) {
		unwire_managed(m, nqueue, noreuse);
		return;
	}
	if (drop_wiring(m) == 1 && (m->flags & PG_FICTITIOUS) == 0)
		vm_page_free(m);
}

/*
 * One wiring less.  With the last one, a managed page of an object goes to
 * nqueue, and a page without object, or whose range was emptied, is freed.  No
 * lock needed.
 */
void
vm_page_unwire(vm_page_t m, uint8_t nqueue)
{
	KASSERT(nqueue < PQ_COUNT, ("vm_page_unwire: queue %u", nqueue));
	unwire(m, nqueue, false);
}

/*
 * Frees a page whose only wiring is the caller's, if it is clean and nobody
 * maps it (or nobody can: its object is unreferenced).  True if it was freed.
 */
static bool
release_tryfree(vm_page_t m)
{
	vm_object_t object __unused = m->object;

	VM_OBJECT_ASSERT_WLOCKED(object);
	if (!vm_page_is_managed(m) || vm_page_wire_count(m) != 1 ||
	    !vm_page_tryxbusy(m))
		return (false);
	vm_page_test_dirty(m);
	if (m->dirty == 0 && !pmap_page_is_mapped(m)) {
		if (vm_page_unwire_noq(m) && !vm_page_wired(m)) {
			vm_page_free(m);
			return (true);
		}
		/* Somebody else wired it meanwhile and owns its future. */
		vm_page_xunbusy(m);
		return (true);
	}
	vm_page_xunbusy(m);
	return (false);
}

/* vm_page_release() with the object write-locked. */
void
vm_page_release_locked(vm_page_t m, int flags)
{
	VM_OBJECT_ASSERT_WLOCKED(m->object);
	if ((flags & VPR_TRYFREE) != 0 && release_tryfree(m))
		return;
	unwire(m, PQ_INACTIVE, (flags & VPR_NOREUSE) != 0);
}

/*
 * Unwires to the inactive queue, with VPR_NOREUSE near its head.  VPR_TRYFREE
 * frees the page at once if it is clean, unmapped, not busy and not wired by
 * others.
 */
void
vm_page_release(vm_page_t m, int flags)
{
	vm_object_t object;

	if ((flags & VPR_TRYFREE) != 0) {
		/* Objects are type-stable: lock, then compare. */
		object = __atomic_load_n(&m->object, __ATOMIC_RELAXED);
		if (object != NULL && VM_OBJECT_TRYWLOCK(object)) {
			if (m->object == object) {
				vm_page_release_locked(m, flags);
				VM_OBJECT_WUNLOCK(object);
				return;
			}
			VM_OBJECT_WUNLOCK(object);
		}
	}
	unwire(m, PQ_INACTIVE, (flags & VPR_NOREUSE) != 0);
}

bool
hf_vm_page_try_unwired(vm_page_t m, void (*op)(vm_page_t))
{
	u_int old;

	VM_OBJECT_ASSERT_WLOCKED(m->object);
	vm_page_assert_busied(m);
	KASSERT(vm_page_is_managed(m), ("page %p is unmanaged", (void *)m));
	old = atomic_load_int(&m->ref_count);
	do {
		KASSERT((old & (VPRC_OBJREF | VPRC_BLOCKED)) == VPRC_OBJREF,
		    ("page %p: ref_count %#x", (void *)m, old));
		if (VPRC_WIRE_COUNT(old) != 0)
			return (false);
	} while (!atomic_fcmpset_int(&m->ref_count, &old, old | VPRC_BLOCKED));
	(void)HF_FAILPOINT("page.barred");
	op(m);
	atomic_clear_int(&m->ref_count, VPRC_BLOCKED);
	return (true);
}

/*
 * Removes all mappings of an unwired page; false and nothing done if it is
 * wired.  Object write-locked, page busied, managed.  If it is exclusively
 * busied, no wiring can appear until the lock is dropped.
 */
bool
vm_page_try_remove_all(vm_page_t m)
{
	return (hf_vm_page_try_unwired(m, pmap_remove_all));
}

/* The same for write access alone. */
bool
vm_page_try_remove_write(vm_page_t m)
{
	return (hf_vm_page_try_unwired(m, pmap_remove_write));
}

/*
 * A wiring on behalf of a map entry, which promises its process this frame:
 * the page keeps its place for it when the range is emptied.  m is busied.
 */
void
hf_vm_page_wire_entry(vm_page_t m)
{
	vm_page_assert_busied(m);
	vm_page_wire(m);
	atomic_add_int(&m->hf_entry_wirings, 1);
}

/*
 * The same backwards, as vm_page_unwire(); a wiring by other means, where there
 * is none of an entry.
 */
void
hf_vm_page_unwire_entry(vm_page_t m, uint8_t nqueue)
{
	u_int old;

	/* Before the wiring, with which the page may go. */
	old = atomic_load_int(&m->hf_entry_wirings);
	while (old != 0 &&
	    !atomic_fcmpset_int(&m->hf_entry_wirings, &old, old - 1))
		;
	vm_page_unwire(m, nqueue);
}

/* Ends the holds of vm_fault_quick_hold_pages(): a hold is a wiring. */
void
vm_page_unhold_pages(vm_page_t *ma, int count)
{
	for (; count > 0; count--)
		vm_page_unwire(*ma++, PQ_ACTIVE);
}
