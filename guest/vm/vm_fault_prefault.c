/* SPDX-License-Identifier: BSD-2-Clause */
/* vm_fault_prefault.c: mapping resident neighbours, and dropping behind. */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/proc.h>
#include <sys/mman.h>
#include <vm/vm.h>
#include <vm/pmap.h>
#include <vm/vm_fault_priv.h>
#include <vm/vm_map.h>
#include <vm/vm_object.h>
#include <vm/vm_page.h>

/*
 * Maps what a read fault at addr would find resident.  False: nothing there.
 * Object locks are handed down the chain; obj_locked: the first is held.
 */
static bool
prefault_one(const struct faultstate *fs, vm_offset_t addr, bool obj_locked)
{
	vm_map_entry_t entry;
	vm_object_t top, object, backing;
	vm_pindex_t pindex;
	vm_page_t m;

	entry = fs->entry;
	top = object = entry->object.vm_object;
	pindex = OFF_TO_IDX((addr - entry->start) + entry->offset);
	if (!obj_locked)
		VM_OBJECT_RLOCK(object);
	for (;;) {
		m = vm_page_lookup(object, pindex);
		if (m != NULL || vm_fault_object_needs_getpages(object) ||
		    (backing = object->backing_object) == NULL)
			break;
		pindex += OFF_TO_IDX(object->backing_object_offset);
		VM_OBJECT_RLOCK(backing);
		if (!obj_locked || object != top)
			VM_OBJECT_RUNLOCK(object);
		object = backing;
	}
	/* Never writable: that would pass by dirty tracking and copying. */
	if (m != NULL && vm_page_all_valid(m) &&
	    (m->flags & PG_FICTITIOUS) == 0)
		pmap_enter_quick(
		    fs->map->pmap, addr, m, entry->protection & ~VM_PROT_WRITE);
	if (!obj_locked || object != top)
		VM_OBJECT_RUNLOCK(object);
	return (m != NULL);
}

#define TABLE_SPAN (PAGE_SIZE / sizeof(uint64_t) * PAGE_SIZE)

/*
 * The same for all pages behind fs->vaddr up to last, when they can only be in
 * one object: one look-up, and the pmap is locked once.  Not beyond the page
 * table that fs->vaddr is in, which is there.
 */
static void
prefault_run(const struct faultstate *fs, vm_offset_t last, bool obj_locked)
{
	vm_offset_t start, end, va;
	vm_object_t object;
	vm_page_t first, m;
	vm_pindex_t pindex;

	start = fs->vaddr + PAGE_SIZE;
	end = MIN(last + PAGE_SIZE, roundup2(start, TABLE_SPAN));
	if (start >= end)
		return;
	object = fs->entry->object.vm_object;
	pindex = OFF_TO_IDX((start - fs->entry->start) + fs->entry->offset);
	if (!obj_locked)
		VM_OBJECT_RLOCK(object);
	first = vm_page_lookup(object, pindex);
	va = start;
	for (m = first; va < end && m != NULL && m->pindex == pindex++ &&
	     (m->flags & PG_FICTITIOUS) == 0;
	     m = TAILQ_NEXT(m, listq))
		va += PAGE_SIZE;
	if (start < va)
		pmap_enter_object(fs->map->pmap, start, va, first,
		    fs->entry->protection & ~VM_PROT_WRITE);
	if (!obj_locked)
		VM_OBJECT_RUNLOCK(object);
}

/*
 * Map locked shared.  Around fs->vaddr, in an outward spiral, maps what is
 * resident until something is not.  Never sleeps for memory or a page.
 */
void
vm_fault_prefault(
    const struct faultstate *fs, int backward, int forward, bool obj_locked)
{
	vm_map_entry_t entry;
	vm_offset_t addr, first, last;
	pmap_t pmap;
	int i, limit;

	pmap = fs->map->pmap;
	entry = fs->entry;
	if (curproc->p_vmspace == NULL ||
	    pmap != vmspace_pmap(curproc->p_vmspace) ||
	    (entry->protection & (VM_PROT_READ | VM_PROT_EXECUTE)) == 0)
		return;
	first = fs->vaddr - ulmin(ptoa(backward), fs->vaddr - entry->start);
	last = fs->vaddr +
	    ulmin(ptoa(forward), entry->end - fs->vaddr - PAGE_SIZE);
	if (first == fs->vaddr &&
	    entry->object.vm_object->backing_object == NULL) {
		prefault_run(fs, last, obj_locked);
		return;
	}
	limit = imax(backward, forward);
	for (i = 2; i < 2 * limit + 2; i++) {
		if ((i & 1) == 0) {
			if (fs->vaddr - first < ptoa(i / 2))
				continue;
			addr = fs->vaddr - ptoa(i / 2);
		} else {
			addr = fs->vaddr + ptoa(i / 2);
			if (addr > last)
				continue;
		}
		if (!pmap_is_prefaultable(pmap, addr))
			continue;
		if (!prefault_one(fs, addr, obj_locked))
			return;
	}
}

/* What a sequential reader left this far behind is not needed soon. */
#define HF_DROP_BEHIND_PAGES 64

/*
 * Map locked shared, no object locked.  Puts resident pages well behind
 * fs->vaddr on the inactive queue; they stay mapped and valid.
 */
void
vm_fault_dontneed(const struct faultstate *fs, int ahead)
{
	vm_map_entry_t entry;
	vm_object_t object;
	vm_offset_t start, end;
	vm_pindex_t pindex, last;
	vm_page_t m;

	entry = fs->entry;
	if (fs->vaddr - entry->start < ptoa(HF_DROP_BEHIND_PAGES))
		return;
	end = fs->vaddr - ptoa(HF_DROP_BEHIND_PAGES);
	start = end - ulmin(ptoa(2 * (ahead + 1)), end - entry->start);
	if (start == end)
		return;
	pmap_advise(fs->map->pmap, start, end, MADV_DONTNEED);
	object = fs->first_object;
	VM_OBJECT_RLOCK(object);
	pindex = OFF_TO_IDX(entry->offset + (start - entry->start));
	last = pindex + atop(end - start);
	for (m = vm_page_find_least(object, pindex);
	     m != NULL && m->pindex < last; m = TAILQ_NEXT(m, listq))
		if (vm_page_all_valid(m) && !vm_page_busied(m) &&
		    !vm_page_inactive(m))
			vm_page_deactivate(m);
	VM_OBJECT_RUNLOCK(object);
}
