/* SPDX-License-Identifier: BSD-2-Clause */
/* vm_object_clean.c: writing an object's dirty pages to its pager. */
#include <sys/param.h>
#include <sys/systm.h>
#include <vm/vm.h>
#include <vm/vm_object.h>
#include <vm/vm_page.h>
#include <vm/vm_pageout.h>
#include <vm/vm_pager.h>
#include "vm_page_priv.h"

struct clean {
	vm_object_t object;
	int flags;	/* OBJPC_ */
	int pagerflags; /* VM_PAGER_PUT_ */
	bool allclean;	/* nothing was skipped, nothing failed */
	bool eio;
};

/*
 * Takes write access from a busied page, then looks whether it is dirty: in the
 * other order a store in between would be lost.
 */
static bool
write_protect(struct clean *c, vm_page_t p)
{
	if ((c->flags & OBJPC_NOSYNC) != 0 &&
	    (vm_page_aflags(p) & PGA_NOSYNC) != 0) {
		c->allclean = false;
		return (false);
	}
	if (vm_page_is_managed(p))
		pmap_remove_write(p);
	return (p->dirty != 0);
}

/* Busies a neighbour if it is to be written along. */
static bool
take_neighbour(struct clean *c, vm_page_t p)
{
	if (p == NULL || !vm_page_all_valid(p) || !vm_page_tryxbusy(p))
		return (false);
	if (vm_page_all_valid(p) && write_protect(c, p))
		return (true);
	vm_page_xunbusy(p);
	return (false);
}

/*
 * Writes p, busied and dirty, with dirty neighbours, forward first.  How many
 * pages from p on are dealt with; 0: not even p.
 */
static int
flush_run(struct clean *c, vm_page_t p)
{
	vm_page_t ma[2 * vm_pageout_page_count - 1], tp;
	const int mid = vm_pageout_page_count - 1;
	boolean_t eio;
	int base, count, runlen;

	base = mid;
	ma[mid] = tp = p;
	for (count = 1; count < vm_pageout_page_count; count++) {
		tp = vm_page_next(tp);
		if (!take_neighbour(c, tp))
			break;
		ma[mid + count] = tp;
	}
	for (tp = p; count < vm_pageout_page_count; count++) {
		tp = vm_page_prev(tp);
		if (!take_neighbour(c, tp))
			break;
		ma[--base] = tp;
	}
	eio = FALSE;
	(void)vm_pageout_flush(
	    &ma[base], count, c->pagerflags, mid - base, &runlen, &eio);
	if (eio)
		c->eio = true;
	return (runlen);
}

/* The pass over [start, end); false: a new pass must begin. */
static bool
clean_pass(struct clean *c, vm_pindex_t start, vm_pindex_t end)
{
	vm_object_t object = c->object;
	const int generation = object->generation;
	const bool sync = (c->flags & OBJPC_SYNC) != 0;
	vm_pindex_t pi;
	vm_page_t p;
	int n;

	for (p = vm_page_find_least(object, start);
	     p != NULL && p->pindex < end; p = vm_page_find_least(object, pi)) {
		pi = p->pindex;
		if (vm_page_none_valid(p)) {
			pi++;
			continue;
		}
		if (!vm_page_busy_acquire(p, VM_ALLOC_WAITFAIL)) {
			if (sync && object->generation != generation)
				return (false);
			continue;
		}
		if (vm_page_none_valid(p) || !write_protect(c, p)) {
			vm_page_xunbusy(p);
			pi++;
			continue;
		}
		n = flush_run(c, p);
		if (sync && object->generation != generation)
			return (false);
		/* A pager that gets nowhere must not keep us here. */
		if (n == 0) {
			c->allclean = false;
			n = 1;
		}
		pi += n;
	}
	return (true);
}

/*
 * Writes the dirty pages that the bytes [start, end) touch (end 0: to the end).
 * Object write-locked; may sleep, dropping the lock.  FALSE iff the pager
 * reported an error.  See OBJPC_ in vm_object.h and vm_object_pageout.md 2.2.
 */
boolean_t
vm_object_page_clean(
    vm_object_t object, vm_ooffset_t start, vm_ooffset_t end, int flags)
{
	struct clean c = { .object = object, .flags = flags };
	vm_pindex_t first, last;
	int generation;

	VM_OBJECT_ASSERT_WLOCKED(object);
	if (!vm_object_mightbedirty(object) || object->resident_page_count == 0)
		return (TRUE);
	c.pagerflags = (flags & (OBJPC_SYNC | OBJPC_INVAL)) != 0
	    ? VM_PAGER_PUT_SYNC
	    : VM_PAGER_CLUSTER_OK;
	if ((flags & OBJPC_INVAL) != 0)
		c.pagerflags |= VM_PAGER_PUT_INVAL;
	first = OFF_TO_IDX(start);
	last = end == 0 ? object->size : OFF_TO_IDX(end + PAGE_MASK);
	do {
		c.allclean = first == 0 && last >= object->size;
		generation = object->generation;
	} while (!clean_pass(&c, first, last));
	if (c.allclean && !c.eio)
		object->cleangeneration = generation;
	return (!c.eio);
}

/*
 * msync(2): writes what lies behind [offset, offset + size) at the bottom of
 * the chain if that is a file; with invalidate drops the clean pages too.
 * FALSE on a write error.  Unlocked, referenced; may sleep for the vnode.
 */
boolean_t
vm_object_sync(vm_object_t object, vm_ooffset_t offset, vm_size_t size,
    boolean_t syncio, boolean_t invalidate)
{
	vm_object_t backing;
	boolean_t res;
	int flags;

	if (object == NULL)
		return (TRUE);
	res = TRUE;
	VM_OBJECT_WLOCK(object);
	while ((backing = object->backing_object) != NULL) {
		VM_OBJECT_WLOCK(backing);
		offset += object->backing_object_offset;
		VM_OBJECT_WUNLOCK(object);
		object = backing;
		if (object->size < OFF_TO_IDX(offset + size))
			size = ptoa(object->size) > offset
			    ? ptoa(object->size) - offset
			    : 0;
	}
	if (object->type == OBJT_VNODE && size != 0 &&
	    (vm_object_mightbedirty(object) ||
		(syncio && object->pgops->hf_pgo_unstable != NULL &&
		    object->pgops->hf_pgo_unstable(object)))) {
		flags = (syncio || invalidate) ? OBJPC_SYNC : 0;
		if (invalidate)
			flags |= OBJPC_INVAL;
		/* Our reference to the top keeps the bottom. */
		VM_OBJECT_WUNLOCK(object);
		if (object->pgops->hf_pgo_clean_begin != NULL &&
		    !object->pgops->hf_pgo_clean_begin(object))
			return (TRUE);
		VM_OBJECT_WLOCK(object);
		res =
		    vm_object_page_clean(object, offset, offset + size, flags);
		VM_OBJECT_WUNLOCK(object);
		if (object->pgops->hf_pgo_clean_end != NULL &&
		    !object->pgops->hf_pgo_clean_end(
			object, syncio || invalidate))
			res = FALSE;
		VM_OBJECT_WLOCK(object);
	}
	if (invalidate && size != 0 &&
	    (object->type == OBJT_VNODE || object->type == OBJT_DEVICE))
		vm_object_page_remove(object, OFF_TO_IDX(offset),
		    OFF_TO_IDX(offset + size + PAGE_MASK),
		    object->type == OBJT_DEVICE ? OBJPR_NOTMAPPED
						: OBJPR_CLEANONLY);
	VM_OBJECT_WUNLOCK(object);
	return (res);
}
