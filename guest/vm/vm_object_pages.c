/* SPDX-License-Identifier: BSD-2-Clause */
/* vm_object_pages.c: operations on a range of an object's pages. */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/mman.h>
#include <kern/failpoint.h>
#include <vm/vm.h>
#include <vm/vm_object.h>
#include <vm/vm_page.h>
#include <vm/vm_pager.h>
#include "vm_page_priv.h"

/* May the page's mappings exist and be ours to remove? */
static bool
may_be_mapped(vm_object_t object, int options)
{
	return ((options & OBJPR_NOTMAPPED) == 0 && object->ref_count != 0);
}

/* Without CLEANONLY its contents are given up: see vm_page_emptied.c. */
static void
remove_wired(vm_object_t object, vm_page_t p, int options)
{
	if (may_be_mapped(object, options))
		pmap_remove_all(p);
	if ((options & OBJPR_CLEANONLY) != 0) {
		vm_page_xunbusy(p);
		return;
	}
	vm_page_invalid(p);
	vm_page_undirty(p);
	hf_vm_page_settle(p, (options & HF_OBJPR_LEAVE) != 0);
}

/* One exclusively busied page of the range; consumes the busy lock. */
static void
remove_page(vm_object_t object, vm_page_t p, int options)
{
	if (vm_page_wired(p)) {
		remove_wired(object, p, options);
		return;
	}
	(void)HF_FAILPOINT("object.remove");
	KASSERT((p->flags & PG_FICTITIOUS) == 0,
	    ("vm_object_page_remove: page %p is fictitious", (void *)p));
	if ((options & OBJPR_CLEANONLY) != 0 && vm_page_any_valid(p)) {
		if (may_be_mapped(object, options) &&
		    !vm_page_try_remove_write(p)) {
			remove_wired(object, p, options);
			return;
		}
		if (p->dirty != 0) {
			vm_page_xunbusy(p);
			return;
		}
	}
	if (may_be_mapped(object, options) && !vm_page_try_remove_all(p)) {
		remove_wired(object, p, options);
		return;
	}
	vm_page_free(p);
}

/*
 * Removes the pages [start, end) (end 0: all from start on) and their backing
 * store.  OBJPR_: CLEANONLY keeps dirty pages, NOTMAPPED vouches that none is
 * mapped (unmanaged objects: always), VALIDONLY skips invalid pages.  Wired
 * pages stay, unmapped, and without CLEANONLY invalid; those that no map entry
 * wires leave the object when the index is used again, with HF_OBJPR_LEAVE at
 * once.  Object write-locked; sleeps for busy pages, dropping the lock.
 */
void
vm_object_page_remove(
    vm_object_t object, vm_pindex_t start, vm_pindex_t end, int options)
{
	vm_page_t next, p;

	VM_OBJECT_ASSERT_WLOCKED(object);
	KASSERT((object->flags & OBJ_UNMANAGED) == 0 ||
		(options & (OBJPR_CLEANONLY | OBJPR_NOTMAPPED)) ==
		    OBJPR_NOTMAPPED,
	    ("vm_object_page_remove: options %#x of an unmanaged object",
		options));
	vm_object_pip_add(object, 1);
again:
	for (p = vm_page_find_least(object, start);
	     p != NULL && (p->pindex < end || end == 0); p = next) {
		next = TAILQ_NEXT(p, listq);
		if ((options & OBJPR_VALIDONLY) != 0 && vm_page_none_valid(p))
			continue;
		if (!vm_page_tryxbusy(p)) {
			if (vm_page_busy_sleep(p, "vmopar", 0))
				VM_OBJECT_WLOCK(object);
			goto again;
		}
		if ((options & OBJPR_VALIDONLY) != 0 && vm_page_none_valid(p))
			vm_page_xunbusy(p);
		else
			remove_page(object, p, options);
	}
	vm_object_pip_wakeup(object);
	if (end == 0)
		end = object->size;
	if (end > start)
		vm_pager_freespace(object, start, end - start);
}

/* Each page of [start, end) to near the head of INACTIVE.  Object locked. */
void
vm_object_page_noreuse(vm_object_t object, vm_pindex_t start, vm_pindex_t end)
{
	vm_page_t p;

	VM_OBJECT_ASSERT_LOCKED(object);
	for (p = vm_page_find_least(object, start);
	     p != NULL && (p->pindex < end || end == 0);
	     p = TAILQ_NEXT(p, listq))
		vm_page_deactivate_noreuse(p);
}

/* Makes [start, end) resident and valid.  Object write-locked; may sleep. */
boolean_t
vm_object_populate(vm_object_t object, vm_pindex_t start, vm_pindex_t end)
{
	vm_pindex_t pindex;
	vm_page_t m;

	VM_OBJECT_ASSERT_WLOCKED(object);
	for (pindex = start; pindex < end; pindex++) {
		if (vm_page_grab_valid(&m, object, pindex, VM_ALLOC_NORMAL) !=
		    VM_PAGER_OK)
			return (FALSE);
		vm_page_xunbusy(m);
	}
	return (TRUE);
}

/* FREE may only be done where the pages are one mapping's alone. */
static bool
advice_applies(vm_object_t object, int advice)
{
	if ((object->flags & OBJ_UNMANAGED) != 0)
		return (false);
	return (advice != MADV_FREE ||
	    (object->flags & (OBJ_ONEMAPPING | OBJ_ANON)) ==
		(OBJ_ONEMAPPING | OBJ_ANON));
}

static void
advise_space(vm_object_t object, vm_pindex_t pindex, int advice)
{
	if (advice == MADV_FREE)
		vm_pager_freespace(object, pindex, 1);
}

/*
 * The topmost page of the chain at pindex, its object *tobjectp write-locked
 * besides the first; NULL with only the first one locked.
 */
static vm_page_t
find_advised(
    vm_object_t object, vm_pindex_t pindex, int advice, vm_object_t *tobjectp)
{
	vm_object_t backing, tobject;
	vm_page_t m;

	tobject = object;
	while ((m = vm_page_lookup(tobject, pindex)) == NULL) {
		advise_space(tobject, pindex, advice);
		backing = tobject->backing_object;
		if (backing == NULL)
			break;
		pindex += OFF_TO_IDX(tobject->backing_object_offset);
		VM_OBJECT_WLOCK(backing);
		if (tobject != object)
			VM_OBJECT_WUNLOCK(tobject);
		tobject = backing;
		if (!advice_applies(tobject, advice))
			break;
	}
	*tobjectp = tobject;
	if (m == NULL && tobject != object)
		VM_OBJECT_WUNLOCK(tobject);
	return (m);
}

/* With the page found; false: it was busy, nothing is locked any more. */
static bool
advise_page(vm_object_t object, vm_object_t tobject, vm_page_t m, int advice)
{
	if (vm_page_all_valid(m) && !vm_page_wired(m)) {
		if (!vm_page_tryxbusy(m)) {
			/* Keep tobject: the chain may change while asleep. */
			vm_object_pip_add(tobject, 1);
			if (object != tobject)
				VM_OBJECT_WUNLOCK(object);
			vm_page_reference(m);
			if (!vm_page_busy_sleep(m, "madvpo", 0))
				VM_OBJECT_WUNLOCK(tobject);
			vm_object_pip_wakeup(tobject);
			return (false);
		}
		vm_page_advise(m, advice);
		vm_page_xunbusy(m);
		advise_space(tobject, m->pindex, advice);
	}
	if (object != tobject)
		VM_OBJECT_WUNLOCK(tobject);
	return (true);
}

/*
 * madvise(2) for indices [pindex, end): applied to the topmost page of each.
 * Unlocked; may sleep.
 */
void
vm_object_madvise(
    vm_object_t object, vm_pindex_t pindex, vm_pindex_t end, int advice)
{
	vm_object_t tobject;
	vm_page_t m;

	if (object == NULL)
		return;
	VM_OBJECT_WLOCK(object);
	while (pindex < end && advice_applies(object, advice)) {
		if (object->backing_object == NULL && advice != MADV_FREE) {
			m = vm_page_find_least(object, pindex);
			if (m == NULL || m->pindex >= end)
				break;
			pindex = m->pindex;
		}
		m = find_advised(object, pindex, advice, &tobject);
		if (m != NULL && !advise_page(object, tobject, m, advice)) {
			VM_OBJECT_WLOCK(object);
			continue;
		}
		pindex++;
	}
	VM_OBJECT_WUNLOCK(object);
}

static void
lock_object(vm_object_t object, bool write)
{
	if (write)
		VM_OBJECT_WLOCK(object);
	else
		VM_OBJECT_RLOCK(object);
}

/*
 * The topmost page at pindex of the chain; its object, *where, is locked, for
 * writing if "write".
 */
static vm_page_t
find_wired(
    vm_object_t object, vm_pindex_t pindex, bool write, vm_object_t *where)
{
	vm_object_t backing, tobject;
	vm_pindex_t tpindex;
	vm_page_t m;

	tobject = object;
	tpindex = pindex;
	lock_object(tobject, write);
	while ((m = vm_page_lookup(tobject, tpindex)) == NULL ||
	    hf_vm_page_is_placeholder(m)) {
		backing = tobject->backing_object;
		if (backing == NULL)
			panic("vm_object_unwire: no page at %#lx", pindex);
		tpindex += OFF_TO_IDX(tobject->backing_object_offset);
		lock_object(backing, write);
		VM_OBJECT_UNLOCK(tobject);
		tobject = backing;
	}
	*where = tobject;
	return (m);
}

/*
 * Drops an entry's wiring of m, whose object is locked.  False: m is busy, or
 * invalid and not to be settled without the write lock.
 */
static bool
unwire_page(vm_page_t m, bool write, uint8_t queue)
{
	if (!write) {
		if (vm_page_none_valid(m) || !vm_page_trysbusy(m))
			return (false);
		hf_vm_page_unwire_entry(m, queue);
		vm_page_sunbusy(m);
		return (true);
	}
	return (hf_vm_page_unwire_settle(m, queue));
}

/*
 * Drops an entry's wiring of the topmost page at each index of [offset, offset
 * + length), which goes to queue with the last one; a page that was truncated
 * meanwhile is freed.  A fault's placeholder is no page; a missing page or
 * wiring panics.  Unlocked; sleeps for busy pages.
 */
void
vm_object_unwire(
    vm_object_t object, vm_ooffset_t offset, vm_size_t length, uint8_t queue)
{
	vm_object_t where;
	vm_pindex_t end, pindex;
	vm_page_t m;
	bool write;

	if (length == 0 || (object->flags & OBJ_FICTITIOUS) != 0)
		return;
	pindex = OFF_TO_IDX(offset);
	end = pindex + atop(length);
	write = false;
	while (pindex < end) {
		m = find_wired(object, pindex, write, &where);
		if (unwire_page(m, write, queue)) {
			VM_OBJECT_UNLOCK(where);
			pindex++;
			write = false;
		} else if (!write && vm_page_none_valid(m)) {
			VM_OBJECT_UNLOCK(where);
			write = true;
		} else if (!vm_page_busy_sleep(
			       m, "unwbo", write ? 0 : VM_ALLOC_IGN_SBUSY))
			VM_OBJECT_UNLOCK(where);
	}
}
