/* SPDX-License-Identifier: BSD-2-Clause */
/* vm_map_delete.c: taking mappings away. */

#include <sys/param.h>
#include <sys/systm.h>
#include <vm/vm.h>
#include <vm/pmap.h>
#include <vm/vm_map.h>
#include <vm/vm_map_priv.h>
#include <vm/vm_object.h>

/*
 * The pages of [start, end) go at once when no other entry can reach them,
 * even though pieces of the same mapping keep the object.
 */
static void
free_unreachable(vm_object_t object, vm_pindex_t start, vm_pindex_t end)
{
	VM_OBJECT_WLOCK(object);
	if (object == kernel_object ||
	    (object->ref_count != 1 && (object->flags & OBJ_ONEMAPPING) != 0)) {
		if (object != kernel_object)
			vm_object_collapse(object);
		/* Held pages are the holders' alone from now on. */
		vm_object_page_remove(
		    object, start, end, OBJPR_NOTMAPPED | HF_OBJPR_LEAVE);
		if (object != kernel_object && end >= object->size &&
		    start < object->size)
			object->size = start;
	}
	VM_OBJECT_WUNLOCK(object);
}

/*
 * Map locked exclusively, nothing of the entry mapped any more.  Unlinks it; a
 * user map releases object and entry when it is unlocked.
 */
void
vm_map_entry_delete(vm_map_t map, vm_map_entry_t entry)
{
	vm_object_t object;
	vm_pindex_t first;

	KASSERT(entry->wired_count == 0,
	    ("vm_map_entry_delete: wired %d", entry->wired_count));
	vm_map_entry_unlink(map, entry);
	if ((entry->eflags & MAP_ENTRY_GUARD) == 0)
		map->size -= hf_entry_bytes(entry);
	object = entry->object.vm_object;
	if ((entry->eflags & MAP_ENTRY_IS_SUB_MAP) == 0 && object != NULL &&
	    ((object->flags & OBJ_ANON) != 0 || object == kernel_object)) {
		first = OFF_TO_IDX(entry->offset);
		free_unreachable(
		    object, first, first + atop(hf_entry_bytes(entry)));
	}
	if (map->system_map)
		vm_map_entry_deallocate(entry, TRUE);
	else
		hf_map_defer(entry);
}

/* Must this entry stay for now?  User wiring is no reason. */
static bool
must_wait(vm_map_t map, vm_map_entry_t entry)
{
	return ((entry->eflags & MAP_ENTRY_IN_TRANSITION) != 0 ||
	    (vm_map_pmap(map) != kernel_pmap &&
		vm_map_entry_system_wired_count(entry) != 0));
}

/*
 * Map locked exclusively before and after, but it may be dropped to wait for a
 * wiring; may sleep.  Unmaps [start, end), holes and all.  KERN_SUCCESS, or
 * KERN_RESOURCE_SHORTAGE when a system map cannot split an entry.
 */
int
vm_map_delete(vm_map_t map, vm_offset_t start, vm_offset_t end)
{
	vm_map_entry_t entry, next;
	vm_offset_t resume;
	u_int last_timestamp;
	int rv;

	VM_MAP_ASSERT_LOCKED(map);
	if (start >= end)
		return (KERN_SUCCESS);
	KASSERT(((start | end) & PAGE_MASK) == 0,
	    ("vm_map_delete: range %#lx %#lx is not of whole pages", start,
		end));
	entry = hf_map_first_at(map, start);
	while (entry != &map->header && entry->start < end) {
		if (must_wait(map, entry)) {
			resume = entry->start > start ? entry->start : start;
			entry->eflags |= MAP_ENTRY_NEEDS_WAKEUP;
			last_timestamp = map->timestamp;
			vm_map_unlock_and_wait(map, 0);
			vm_map_lock(map);
			if (last_timestamp + 1 != map->timestamp)
				entry = hf_map_first_at(map, resume);
			continue;
		}
		rv = hf_map_clip(map, entry, start, end);
		if (rv != KERN_SUCCESS)
			return (rv);
		next = vm_map_entry_succ(entry);
		if (entry->wired_count != 0)
			vm_map_entry_unwire(map, entry);
		/* Before the pages can be used for anything else. */
		if (entry->object.vm_object != NULL)
			pmap_remove(map->pmap, entry->start, entry->end);
		vm_map_entry_delete(map, entry);
		entry = next;
	}
	return (KERN_SUCCESS);
}

/* vm_map_delete() of the range clamped to the map; no lock held. */
int
vm_map_remove(vm_map_t map, vm_offset_t start, vm_offset_t end)
{
	int rv;

	vm_map_lock(map);
	(void)hf_map_clamp(map, &start, &end);
	rv = vm_map_delete(map, start, end);
	vm_map_unlock(map);
	return (rv);
}
