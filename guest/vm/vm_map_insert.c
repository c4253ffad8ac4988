/* SPDX-License-Identifier: BSD-2-Clause */
/* vm_map_insert.c: new mappings, and finding room for them. */

#include <sys/param.h>
#include <sys/systm.h>
#include <vm/vm.h>
#include <vm/vm_kern.h>
#include <vm/vm_map.h>
#include <vm/vm_map_priv.h>
#include <vm/vm_object.h>
#include <vm/vm_page.h>
#include <vm/vm_pager.h>

/*
 * Maps the resident, valid pages of the object's range at addr, read-only.
 * Never allocates or reads a page.  A hint.
 */
void
vm_map_pmap_enter(vm_map_t map, vm_offset_t addr, vm_prot_t prot,
    vm_object_t object, vm_pindex_t pindex, vm_size_t size, int flags)
{
	vm_pindex_t npages, done;
	vm_page_t p;

	if ((prot & (VM_PROT_READ | VM_PROT_EXECUTE)) == 0 || object == NULL ||
	    (object->flags & OBJ_FICTITIOUS) != 0)
		return;
	prot &= ~VM_PROT_WRITE;
	VM_OBJECT_RLOCK(object);
	npages = atop(size);
	if (pindex + npages > object->size)
		npages = object->size > pindex ? object->size - pindex : 0;
	if ((flags & MAP_PREFAULT_PARTIAL) != 0 &&
	    npages > HF_PREFAULT_PARTIAL_PAGES)
		npages = HF_PREFAULT_PARTIAL_PAGES;
	for (p = vm_page_find_least(object, pindex);
	     p != NULL && (done = p->pindex - pindex) < npages;
	     p = TAILQ_NEXT(p, listq)) {
		/* Advice must not take memory for tables when it is short. */
		if ((flags & MAP_PREFAULT_MADVISE) != 0 &&
		    vm_page_count_severe())
			break;
		if (vm_page_all_valid(p))
			pmap_enter_quick(map->pmap, addr + ptoa(done), p, prot);
	}
	VM_OBJECT_RUNLOCK(object);
}

static vm_eflags_t
eflags_of(int cow, vm_object_t object)
{
	vm_eflags_t eflags;

	eflags = 0;
	if ((cow & MAP_COPY_ON_WRITE) != 0)
		eflags |= MAP_ENTRY_COW | MAP_ENTRY_NEEDS_COPY;
	if ((cow & MAP_NOFAULT) != 0) {
		KASSERT(object == NULL, ("vm_map_insert: nofault with object"));
		eflags |= MAP_ENTRY_NOFAULT;
	}
	if ((cow & MAP_DISABLE_SYNCER) != 0)
		eflags |= MAP_ENTRY_NOSYNC;
	if ((cow & MAP_DISABLE_COREDUMP) != 0)
		eflags |= MAP_ENTRY_NOCOREDUMP;
	if ((cow & MAP_STACK_GROWS_DOWN) != 0)
		eflags |= MAP_ENTRY_GROWS_DOWN;
	if ((cow & MAP_WRITECOUNT) != 0)
		eflags |= MAP_ENTRY_WRITECNT;
	if ((cow & MAP_VN_EXEC) != 0)
		eflags |= MAP_ENTRY_VN_EXEC;
	if ((cow & MAP_CREATE_GUARD) != 0)
		eflags |= MAP_ENTRY_GUARD;
	if ((cow & MAP_CREATE_STACK_GAP_DN) != 0)
		eflags |= MAP_ENTRY_STACK_GAP_DN;
	return (eflags);
}

/* Everything that can be wrong with an insertion; *prev is the entry below. */
static int
check_insert(vm_map_t map, vm_object_t object, vm_offset_t start,
    vm_offset_t end, vm_prot_t prot, vm_prot_t max, int cow,
    vm_map_entry_t *prev)
{
	KASSERT((prot & ~max) == 0,
	    ("vm_map_insert: prot %#x is not within max %#x", prot, max));
	KASSERT(object != kernel_object || (cow & MAP_COPY_ON_WRITE) == 0,
	    ("vm_map_insert: copy-on-write of the kernel object"));
	if (start >= end || !vm_map_range_valid(map, start, end))
		return (KERN_INVALID_ADDRESS);
	KASSERT(((start | end) & PAGE_MASK) == 0,
	    ("vm_map_insert: unaligned %#lx %#lx", start, end));
	if ((map->flags & MAP_WXORX) != 0 &&
	    (prot & (VM_PROT_WRITE | VM_PROT_EXECUTE)) ==
		(VM_PROT_WRITE | VM_PROT_EXECUTE))
		return (KERN_PROTECTION_FAILURE);
	if (vm_map_lookup_entry(map, start, prev) || (*prev)->next->start < end)
		return (KERN_NO_SPACE);
	if ((cow & MAP_CREATE_GUARD) != 0 &&
	    (object != NULL || max != VM_PROT_NONE))
		return (KERN_INVALID_ARGUMENT);
	if ((cow & MAP_SPLIT_BOUNDARY_MASK) != 0)
		return (KERN_INVALID_ARGUMENT); /* no large-page objects */
	return (KERN_SUCCESS);
}

/*
 * True if a request without object may use the predecessor's: then that
 * object reaches over the new range, which has no page in it.
 */
static bool
extend_object(vm_map_entry_t prev, vm_offset_t start, vm_offset_t end,
    vm_eflags_t eflags, int cow)
{
	return ((prev->eflags & ~MAP_ENTRY_USER_WIRED) == eflags &&
	    (cow &
		(MAP_STACK_GROWS_DOWN | MAP_CREATE_STACK_GAP_DN |
		    MAP_VN_EXEC)) == 0 &&
	    prev->end == start &&
	    vm_object_coalesce(prev->object.vm_object, prev->offset,
		hf_entry_bytes(prev), end - start, FALSE));
}

/*
 * vm_map_insert(); *res is the entry that covers the range.
 */
int
vm_map_insert1(vm_map_t map, vm_object_t object, vm_ooffset_t offset,
    vm_offset_t start, vm_offset_t end, vm_prot_t prot, vm_prot_t max, int cow,
    vm_map_entry_t *res)
{
	vm_map_entry_t prev, entry;
	vm_inherit_t inheritance;
	vm_eflags_t eflags;
	int rv;

	VM_MAP_ASSERT_LOCKED(map);
	rv = check_insert(map, object, start, end, prot, max, cow, &prev);
	if (rv != KERN_SUCCESS)
		return (rv);
	eflags = eflags_of(cow, object);
	inheritance = (cow & MAP_INHERIT_SHARE) != 0 ? VM_INHERIT_SHARE
						     : VM_INHERIT_DEFAULT;
	entry = vm_map_entry_create(map);
	if (entry == NULL)
		return (KERN_RESOURCE_SHORTAGE);
	if (map == kernel_map)
		pmap_growkernel(end);
	if (object != NULL) {
		if ((object->flags & OBJ_ANON) != 0) {
			VM_OBJECT_WLOCK(object);
			if (object->ref_count > 1 || object->shadow_count != 0)
				hf_vm_object_share(object);
			VM_OBJECT_WUNLOCK(object);
		}
	} else if (!map->system_map &&
	    extend_object(prev, start, end, eflags, cow)) {
		if (prev->inheritance == inheritance &&
		    prev->protection == prot && prev->max_protection == max &&
		    prev->wired_count == 0) {
			vm_map_entry_dispose(map, entry);
			if ((eflags & MAP_ENTRY_GUARD) == 0)
				map->size += end - start;
			vm_map_entry_resize(map, prev, end);
			vm_map_try_merge_entries(map, prev, prev->next);
			*res = prev;
			return (KERN_SUCCESS);
		}
		object = prev->object.vm_object;
		offset = prev->offset + hf_entry_bytes(prev);
		vm_object_reference(object);
	}
	entry->start = start;
	entry->end = end;
	entry->object.vm_object = object;
	entry->offset = object != NULL ? offset : 0;
	entry->eflags = eflags;
	entry->protection = prot;
	entry->max_protection = max;
	entry->inheritance = inheritance;
	entry->read_ahead = VM_FAULT_READ_AHEAD_INIT;
	entry->next_read = start;
	vm_map_entry_link(map, prev, entry);
	if ((eflags & MAP_ENTRY_GUARD) == 0)
		map->size += end - start;
	entry = vm_map_try_merge_entries(map, prev, entry);
	vm_map_try_merge_entries(map, entry, entry->next);
	if ((cow & (MAP_PREFAULT | MAP_PREFAULT_PARTIAL)) != 0)
		vm_map_pmap_enter(map, start, prot, object, OFF_TO_IDX(offset),
		    end - start, cow & MAP_PREFAULT_PARTIAL);
	*res = entry;
	return (KERN_SUCCESS);
}

/*
 * Map locked exclusively, before and after; may sleep for memory on a user map.
 * Maps [start, end) to object (NULL: anonymous memory) from offset on.  On
 * KERN_SUCCESS one reference to the object now is the map's; otherwise it is
 * still the caller's and nothing changed: KERN_INVALID_ADDRESS (empty, out of
 * the map), KERN_NO_SPACE (overlap), KERN_INVALID_ARGUMENT,
 * KERN_PROTECTION_FAILURE.
 */
int
vm_map_insert(vm_map_t map, vm_object_t object, vm_ooffset_t offset,
    vm_offset_t start, vm_offset_t end, vm_prot_t prot, vm_prot_t max, int cow)
{
	vm_map_entry_t res;

	return (vm_map_insert1(
	    map, object, offset, start, end, prot, max, cow, &res));
}
