/* SPDX-License-Identifier: BSD-2-Clause */
/* vm_object_collapse.c: shortening shadow chains: collapse and bypass. */

/*
 * While a front takes over its backing, the front is COLLAPSING, the backing is
 * DEAD, and both have paging in progress.  So neither goes away while locks are
 * dropped to wait for a page.  A thread that meets the dead backing waits until
 * its paging has ended, and looks again.
 */
#include <sys/param.h>
#include <sys/systm.h>
#include <vm/vm.h>
#include <vm/vm_object.h>
#include <vm/vm_page.h>
#include <vm/vm_pager.h>
#include "vm_object_priv.h"

/*
 * The backing object, write-locked, once nobody else collapses it; NULL if it
 * is not anonymous or there is none.  object write-locked; may be dropped.
 */
static vm_object_t
lock_backing(vm_object_t object)
{
	vm_object_t backing;

	for (;;) {
		backing = object->backing_object;
		if (backing == NULL || (backing->flags & OBJ_ANON) == 0)
			return (NULL);
		VM_OBJECT_WLOCK(backing);
		if ((backing->flags & (OBJ_DEAD | OBJ_COLLAPSING)) == 0)
			return (backing);
		vm_object_pip_add(object, 1);
		VM_OBJECT_WUNLOCK(backing);
		VM_OBJECT_WUNLOCK(object);
		vm_object_pip_wait_unlocked(backing, "vmcolw");
		VM_OBJECT_WLOCK(object);
		vm_object_pip_wakeup(object);
		if ((object->flags & OBJ_DEAD) != 0)
			return (NULL);
	}
}

/*
 * Waits for page p (of either object; NULL: for memory) with both objects
 * write-locked before and after.
 */
static void
scan_wait(vm_object_t object, vm_object_t backing, vm_page_t p)
{
	if (p == NULL) {
		VM_OBJECT_WUNLOCK(backing);
		VM_OBJECT_WUNLOCK(object);
		vm_radix_wait();
	} else if (p->object == object) {
		VM_OBJECT_WUNLOCK(backing);
		if (!vm_page_busy_sleep(p, "vmocol", 0))
			VM_OBJECT_WUNLOCK(object);
	} else {
		VM_OBJECT_WUNLOCK(object);
		if (!vm_page_busy_sleep(p, "vmocol", 0))
			VM_OBJECT_WUNLOCK(backing);
	}
	VM_OBJECT_WLOCK(object);
	VM_OBJECT_WLOCK(backing);
}

static void
discard(vm_page_t p)
{
	if (vm_page_remove(p))
		vm_page_free(p);
}

/*
 * Has a wired entry this page, which waits for its contents?  Where it is the
 * topmost one of a chain it must stay that.  Busied.
 */
static bool
is_awaited(vm_page_t p)
{
	return (vm_page_none_valid(p) && p->hf_entry_wirings != 0);
}

/* The contents of p, wanted by the wired page above it, go there. */
static void
fill_awaited(vm_page_t p, vm_page_t pp)
{
	pmap_remove_all(p);
	pmap_copy_page(p, pp);
	vm_page_valid(pp);
	vm_page_dirty(pp);
}

/*
 * One busied page of the backing.  True: settled.  False: wait for *blocker
 * (NULL: for memory) and begin again; p is unbusied then.
 */
static bool
collapse_page(
    vm_object_t object, vm_object_t backing, vm_page_t p, vm_page_t *blocker)
{
	const vm_pindex_t window = OFF_TO_IDX(object->backing_object_offset);
	const vm_pindex_t pindex = p->pindex;
	const vm_pindex_t new_pindex = pindex - window;
	vm_page_t pp;

	if (pindex < window || new_pindex >= object->size) {
		vm_pager_freespace(backing, pindex, 1);
		discard(p);
		return (true);
	}
	if (!vm_page_all_valid(p) && !is_awaited(p)) {
		/* The data, if any, is in swap, which moves by itself. */
		discard(p);
		return (true);
	}
	pp = vm_page_lookup(object, new_pindex);
	if (pp != NULL && !vm_page_tryxbusy(pp)) {
		vm_page_xunbusy(p);
		*blocker = pp;
		return (false);
	}
	if (pp != NULL && is_awaited(pp)) {
		if (vm_page_all_valid(p))
			fill_awaited(p, pp);
	} else if (pp != NULL && vm_page_none_valid(pp)) {
		discard(pp);
		pp = NULL;
	}
	if (pp != NULL || vm_pager_has_page(object, new_pindex, NULL, NULL)) {
		vm_pager_freespace(backing, pindex, 1);
		discard(p);
		if (pp != NULL)
			vm_page_xunbusy(pp);
		return (true);
	}
	if (vm_page_rename(p, object, new_pindex) != 0) {
		vm_page_xunbusy(p);
		*blocker = NULL;
		return (false);
	}
	/* Its block is named by the old index. */
	vm_pager_freespace(backing, pindex, 1);
	vm_page_xunbusy(p);
	return (true);
}

/* Empties the backing into object; both write-locked before and after. */
static void
collapse_scan(vm_object_t object, vm_object_t backing)
{
	vm_page_t blocker, next, p;

	for (p = TAILQ_FIRST(&backing->memq); p != NULL; p = next) {
		next = TAILQ_NEXT(p, listq);
		blocker = p;
		if (vm_page_tryxbusy(p) &&
		    collapse_page(object, backing, p, &blocker))
			continue;
		scan_wait(object, backing, blocker);
		next = TAILQ_FIRST(&backing->memq);
	}
}

/*
 * object takes over its only referencer's place in backing.  Both write-locked;
 * backing is consumed, object is write-locked on return.
 */
static void
collapse_backing(vm_object_t object, vm_object_t backing)
{
	vm_object_t grand;

	KASSERT(backing->shadow_count == 1 &&
		LIST_FIRST(&backing->shadow_head) == object,
	    ("vm_object_collapse: object %p has another front",
		(void *)backing));
	vm_object_pip_add(object, 1);
	vm_object_set_flag(object, OBJ_COLLAPSING);
	vm_object_pip_add(backing, 1);
	vm_object_set_flag(backing, OBJ_DEAD);

	collapse_scan(object, backing);

	grand = backing->backing_object;
	hf_vm_object_backing_unlink(object, backing);
	if (grand != NULL) {
		VM_OBJECT_WLOCK(grand);
		hf_vm_object_backing_unlink(backing, grand);
		hf_vm_object_backing_link(object, grand);
		VM_OBJECT_WUNLOCK(grand);
		object->backing_object_offset += backing->backing_object_offset;
	} else
		object->backing_object_offset = 0;
	vm_object_clear_flag(object, OBJ_COLLAPSING);
	VM_OBJECT_WUNLOCK(object);

	KASSERT(backing->ref_count == 1,
	    ("vm_object_collapse: object %p got a reference", (void *)backing));
	atomic_store_int(&backing->ref_count, 0);
	vm_object_pip_wakeup(backing);
	vm_object_terminate(backing);

	VM_OBJECT_WLOCK(object);
	vm_object_pip_wakeup(object);
}

/* Does object hide every page that backing has in its window? */
static bool
all_shadowed(vm_object_t object, vm_object_t backing)
{
	const vm_pindex_t window = OFF_TO_IDX(object->backing_object_offset);
	vm_page_t p, pp;

	for (p = vm_page_find_least(backing, window);
	     p != NULL && p->pindex - window < object->size;
	     p = TAILQ_NEXT(p, listq)) {
		if (vm_page_busied(p) || !vm_page_all_valid(p))
			return (false);
		pp = vm_page_lookup(object, p->pindex - window);
		if (pp != NULL &&
		    (vm_page_busied(pp) || vm_page_none_valid(pp)))
			return (false);
		if (pp == NULL &&
		    !vm_pager_has_page(object, p->pindex - window, NULL, NULL))
			return (false);
	}
	return (true);
}

/* object links to what is behind backing.  Both write-locked and stay so. */
static void
bypass_backing(vm_object_t object, vm_object_t backing)
{
	vm_object_t grand;

	grand = backing->backing_object;
	hf_vm_object_backing_unlink(object, backing);
	if (grand != NULL) {
		vm_object_backing_insert_ref(object, grand);
		object->backing_object_offset += backing->backing_object_offset;
	} else
		object->backing_object_offset = 0;
	(void)atomic_fetchadd_int(&backing->ref_count, -1);
}

/*
 * Shortens the chain behind an anonymous, living, write-locked object as far as
 * possible.  May sleep, dropping the lock; write-locked on return.  What
 * the object shows does not change.
 */
void
vm_object_collapse(vm_object_t object)
{
	vm_object_t backing;

	VM_OBJECT_ASSERT_WLOCKED(object);
	while ((object->flags & (OBJ_ANON | OBJ_DEAD)) == OBJ_ANON) {
		backing = lock_backing(object);
		if (backing == NULL)
			return;
		if (backing->ref_count == 1)
			collapse_backing(object, backing);
		else if (all_shadowed(object, backing)) {
			bypass_backing(object, backing);
			VM_OBJECT_WUNLOCK(backing);
		} else {
			VM_OBJECT_WUNLOCK(backing);
			return;
		}
	}
}
