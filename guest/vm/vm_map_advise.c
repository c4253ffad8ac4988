/* SPDX-License-Identifier: BSD-2-Clause */
/* vm_map_advise.c: inheritance, advice and write-back of a range. */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/mman.h>
#include <vm/vm.h>
#include <vm/pmap.h>
#include <vm/vm_map.h>
#include <vm/vm_map_priv.h>
#include <vm/vm_object.h>

/*
 * No map lock held.  What a child gets of the mappings in the range.
 * KERN_SUCCESS, or KERN_INVALID_ARGUMENT for an unknown value, even if the
 * range is empty.  VM_INHERIT_ZERO passes over guards.
 */
int
vm_map_inherit(vm_map_t map, vm_offset_t start, vm_offset_t end,
    vm_inherit_t new_inheritance)
{
	vm_map_entry_t entry, prev;
	int rv;

	switch (new_inheritance) {
	case VM_INHERIT_NONE:
	case VM_INHERIT_COPY:
	case VM_INHERIT_SHARE:
	case VM_INHERIT_ZERO:
		break;
	default:
		return (KERN_INVALID_ARGUMENT);
	}
	rv = KERN_SUCCESS;
	vm_map_lock(map);
	if (!hf_map_clamp(map, &start, &end)) {
		vm_map_unlock(map);
		return (KERN_SUCCESS);
	}
	entry = hf_map_first_at(map, start);
	prev = vm_map_entry_pred(entry);
	for (; entry != &map->header && entry->start < end;
	     prev = entry, entry = vm_map_entry_succ(entry)) {
		rv = hf_map_clip(map, entry, start, end);
		if (rv != KERN_SUCCESS)
			break;
		prev = vm_map_entry_pred(entry);
		if ((entry->eflags & MAP_ENTRY_GUARD) == 0 ||
		    new_inheritance != VM_INHERIT_ZERO)
			entry->inheritance = new_inheritance;
		entry = vm_map_try_merge_entries(map, prev, entry);
	}
	vm_map_try_merge_entries(map, prev, entry);
	vm_map_unlock(map);
	return (rv);
}

/* Advice that is kept in the entry. */
static void
advise_entry(vm_map_entry_t entry, int behav)
{
	vm_eflags_t policy;

	policy = entry->eflags & MAP_ENTRY_BEHAV_MASK;
	switch (behav) {
	case MADV_NORMAL:
		policy = MAP_ENTRY_BEHAV_NORMAL;
		break;
	case MADV_SEQUENTIAL:
		policy = MAP_ENTRY_BEHAV_SEQUENTIAL;
		break;
	case MADV_RANDOM:
		policy = MAP_ENTRY_BEHAV_RANDOM;
		break;
	case MADV_NOSYNC:
		entry->eflags |= MAP_ENTRY_NOSYNC;
		break;
	case MADV_AUTOSYNC:
		entry->eflags &= ~MAP_ENTRY_NOSYNC;
		break;
	case MADV_NOCORE:
		entry->eflags |= MAP_ENTRY_NOCOREDUMP;
		break;
	case MADV_CORE:
		entry->eflags &= ~MAP_ENTRY_NOCOREDUMP;
		break;
	}
	entry->eflags = (entry->eflags & ~MAP_ENTRY_BEHAV_MASK) | policy;
}

static void
advise_entries(vm_map_t map, vm_offset_t start, vm_offset_t end, int behav)
{
	vm_map_entry_t entry, prev;

	vm_map_lock(map);
	if (!hf_map_clamp(map, &start, &end)) {
		vm_map_unlock(map);
		return;
	}
	entry = hf_map_first_at(map, start);
	prev = vm_map_entry_pred(entry);
	for (; entry != &map->header && entry->start < end;
	     prev = entry, entry = vm_map_entry_succ(entry)) {
		if ((entry->eflags & MAP_ENTRY_IS_SUB_MAP) != 0)
			continue;
		if (hf_map_clip(map, entry, start, end) != KERN_SUCCESS)
			break;
		prev = vm_map_entry_pred(entry);
		advise_entry(entry, behav);
		entry = vm_map_try_merge_entries(map, prev, entry);
	}
	vm_map_try_merge_entries(map, prev, entry);
	vm_map_unlock(map);
}

/*
 * Advice about the pages of [from, to), part of one entry; map locked shared.
 */
static void
advise_pages(vm_map_t map, vm_map_entry_t entry, vm_offset_t from,
    vm_offset_t to, int behav)
{
	vm_object_t object;
	vm_pindex_t first;

	object = entry->object.vm_object;
	if (object == NULL)
		return;
	/*
	 * Dropping pages of a shadow would bring back what the backing object
	 * has (scenario map.madvise_free), and of a shared object lose stores
	 * that only the mappings know of.
	 */
	if (behav == MADV_FREE &&
	    (object->backing_object != NULL ||
		(object->flags & OBJ_ONEMAPPING) == 0))
		return;
	first = OFF_TO_IDX(entry->offset + (from - entry->start));
	/* The pages' bits must be seen by the page advice: pmap first. */
	if (behav == MADV_DONTNEED || behav == MADV_FREE)
		pmap_advise(map->pmap, from, to, behav);
	vm_object_madvise(object, first, first + atop(to - from), behav);
	/* A wired entry may lack mappings, and must not get unwired ones. */
	if (behav == MADV_WILLNEED && entry->wired_count == 0)
		vm_map_pmap_enter(map, from, entry->protection, object, first,
		    to - from, MAP_PREFAULT_PARTIAL | MAP_PREFAULT_MADVISE);
}

/*
 * No map lock held; may sleep.  Returns 0 or EINVAL (unknown advice).  Holes do
 * not matter.
 */
int
vm_map_madvise(vm_map_t map, vm_offset_t start, vm_offset_t end, int behav)
{
	vm_map_entry_t entry;

	switch (behav) {
	case MADV_NORMAL:
	case MADV_SEQUENTIAL:
	case MADV_RANDOM:
	case MADV_NOSYNC:
	case MADV_AUTOSYNC:
	case MADV_NOCORE:
	case MADV_CORE:
		advise_entries(map, start, end, behav);
		return (0);
	case MADV_WILLNEED:
	case MADV_DONTNEED:
	case MADV_FREE:
		break;
	default:
		return (EINVAL);
	}
	vm_map_lock_read(map);
	if (!hf_map_clamp(map, &start, &end)) {
		vm_map_unlock_read(map);
		return (0);
	}
	for (entry = hf_map_first_at(map, start);
	     entry != &map->header && entry->start < end;
	     entry = vm_map_entry_succ(entry))
		if ((entry->eflags &
			(MAP_ENTRY_IS_SUB_MAP | MAP_ENTRY_GUARD)) == 0)
			advise_pages(map, entry, ulmax(start, entry->start),
			    ulmin(end, entry->end), behav);
	vm_map_unlock_read(map);
	return (0);
}

/* Is [start, end) mapped without holes, and may it be invalidated? */
static int
check_sync(vm_map_t map, vm_offset_t start, vm_offset_t end,
    vm_map_entry_t entry, boolean_t invalidate)
{
	for (;; entry = vm_map_entry_succ(entry)) {
		if (invalidate && (entry->eflags & MAP_ENTRY_USER_WIRED) != 0)
			return (KERN_INVALID_ARGUMENT);
		if (entry->end >= end)
			return (KERN_SUCCESS);
		if (entry->next->start != entry->end ||
		    entry->next == &map->header)
			return (KERN_INVALID_ADDRESS);
	}
}

/*
 * No map lock held; may sleep for I/O.  Writes what is dirty in [start, end)
 * (the entry that contains start, if both are equal) to its files; invalidate
 * also drops the mappings and clean pages.  KERN_INVALID_ADDRESS: a hole, or a
 * range that is backwards (it names no entry, and FreeBSD's clamp takes one
 * that contains end); KERN_INVALID_ARGUMENT: invalidate meets locked memory;
 * then nothing was done. KERN_FAILURE: done, but with write errors.
 */
int
vm_map_sync(vm_map_t map, vm_offset_t start, vm_offset_t end, boolean_t syncio,
    boolean_t invalidate)
{
	vm_map_entry_t entry;
	vm_object_t object;
	vm_ooffset_t offset;
	vm_size_t size;
	u_int last_timestamp;
	boolean_t failed;
	int rv;

	if (start > end)
		return (KERN_INVALID_ADDRESS);
	vm_map_lock_read(map);
	(void)hf_map_clamp(map, &start, &end);
	if (!vm_map_lookup_entry(map, start, &entry)) {
		vm_map_unlock_read(map);
		return (KERN_INVALID_ADDRESS);
	}
	if (start == end) {
		start = entry->start;
		end = entry->end;
	}
	rv = check_sync(map, start, end, entry, invalidate);
	if (rv != KERN_SUCCESS) {
		vm_map_unlock_read(map);
		return (rv);
	}
	if (invalidate)
		pmap_remove(map->pmap, start, end);
	failed = FALSE;
	while (entry != &map->header && entry->start < end) {
		if (start < entry->start)
			start = entry->start;
		size = ulmin(end, entry->end) - start;
		offset = entry->offset + (start - entry->start);
		object = (entry->eflags & MAP_ENTRY_GUARD) == 0
		    ? entry->object.vm_object
		    : NULL;
		vm_object_reference(object);
		last_timestamp = map->timestamp;
		vm_map_unlock_read(map);
		if (!vm_object_sync(object, offset, size, syncio, invalidate))
			failed = TRUE;
		start += size;
		vm_object_deallocate(object);
		vm_map_lock_read(map);
		if (last_timestamp == map->timestamp)
			entry = vm_map_entry_succ(entry);
		else
			entry = hf_map_first_at(map, start);
	}
	vm_map_unlock_read(map);
	return (failed ? KERN_FAILURE : KERN_SUCCESS);
}
