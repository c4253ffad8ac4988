/* SPDX-License-Identifier: BSD-2-Clause */
/* vm_map_entry.c: making, splitting, joining and releasing map entries. */

#include <sys/param.h>
#include <sys/systm.h>
#include <vm/uma.h>
#include <vm/vm.h>
#include <vm/vm_map.h>
#include <vm/vm_map_priv.h>
#include <vm/vm_object.h>
#include <vm/vm_pager.h>

static uma_zone_t mapent_zone;
volatile u_long hf_map_entries;

void
hf_map_entry_init(void)
{
	mapent_zone = uma_zcreate("map entry", sizeof(struct vm_map_entry),
	    NULL, NULL, NULL, NULL, UMA_ALIGN_PTR, 0);
}

/*
 * A zeroed entry that belongs to no list.  May sleep for a user map; NULL is
 * possible only for a system map.
 */
vm_map_entry_t
vm_map_entry_create(vm_map_t map)
{
	return (uma_zalloc(
	    mapent_zone, M_ZERO | (map->system_map ? M_NOWAIT : M_WAITOK)));
}

void
vm_map_entry_dispose(vm_map_t map, vm_map_entry_t entry)
{
	(void)map;
	uma_zfree(mapent_zone, entry);
}

/* Map locked exclusively: puts entry after prev on the list and in the tree. */
void
vm_map_entry_link(vm_map_t map, vm_map_entry_t prev, vm_map_entry_t entry)
{
	VM_MAP_ASSERT_LOCKED(map);
	KASSERT(prev->end <= entry->start || prev == &map->header,
	    ("vm_map_entry_link: overlaps the entry below"));
	KASSERT(entry->end <= prev->next->start,
	    ("vm_map_entry_link: overlaps the entry above"));
	entry->prev = prev;
	entry->next = prev->next;
	prev->next->prev = entry;
	prev->next = entry;
	map->nentries++;
	if (!map->system_map)
		atomic_add_long(&hf_map_entries, 1);
	hf_map_tree_insert(map, entry);
}

/* Map locked exclusively; the entry's own links stay readable. */
void
vm_map_entry_unlink(vm_map_t map, vm_map_entry_t entry)
{
	VM_MAP_ASSERT_LOCKED(map);
	entry->prev->next = entry->next;
	entry->next->prev = entry->prev;
	hf_map_tree_remove(map, entry);
	map->nentries--;
	if (!map->system_map)
		atomic_subtract_long(&hf_map_entries, 1);
}

/* Map locked exclusively: moves the end, within the gap that follows. */
void
vm_map_entry_resize(vm_map_t map, vm_map_entry_t entry, vm_offset_t new_end)
{
	VM_MAP_ASSERT_LOCKED(map);
	KASSERT(new_end > entry->start && new_end <= entry->next->start,
	    ("vm_map_entry_resize: bad end %#lx", new_end));
	entry->end = new_end;
	hf_map_tree_update(entry);
}

/* Gives an entry of a user map that has no object an anonymous one. */
void
vm_map_entry_back(vm_map_entry_t entry)
{
	KASSERT(entry->object.vm_object == NULL,
	    ("vm_map_entry_back: already backed"));
	KASSERT((entry->eflags & MAP_ENTRY_GUARD) == 0,
	    ("vm_map_entry_back: eflags %#x", entry->eflags));
	entry->object.vm_object = vm_object_allocate_anon(
	    atop(hf_entry_bytes(entry)), NULL, entry->cred, 0);
	entry->offset = 0;
	/* Nothing was there that would have to be copied. */
	entry->eflags &= ~MAP_ENTRY_NEEDS_COPY;
}

/*
 * Ends an unlinked entry: its object reference, its count of a writable file
 * mapping and its memory.  No map lock held if system_map is FALSE; may sleep.
 */
void
vm_map_entry_deallocate(vm_map_entry_t entry, boolean_t system_map)
{
	vm_object_t object;

	object = entry->object.vm_object;
	if ((entry->eflags & MAP_ENTRY_IS_SUB_MAP) == 0 && object != NULL) {
		if ((entry->eflags & MAP_ENTRY_WRITECNT) != 0)
			vm_pager_release_writecount(
			    object, entry->start, entry->end);
		vm_object_deallocate(object);
	}
	vm_map_entry_dispose(NULL, entry);
}

/* A copy of entry, of which both will be part; it is given an object first. */
static vm_map_entry_t
vm_map_entry_clone(vm_map_t map, vm_map_entry_t entry)
{
	vm_map_entry_t new_entry;

	if (entry->object.vm_object == NULL && !map->system_map &&
	    (entry->eflags & MAP_ENTRY_GUARD) == 0)
		vm_map_entry_back(entry);
	new_entry = vm_map_entry_create(map);
	if (new_entry == NULL)
		return (NULL);
	*new_entry = *entry;
	if ((entry->eflags & MAP_ENTRY_IS_SUB_MAP) == 0)
		vm_object_reference(entry->object.vm_object);
	return (new_entry);
}

/*
 * What the offset and next_read of the two parts of a clipped entry say, from
 * what both have: of a stack's gap, its rights and its guard, which is at the
 * low end.
 */
static void
vm_map_clip_offset(vm_map_entry_t low, vm_map_entry_t high)
{
	vm_offset_t guard;

	if (!hf_entry_is_gap(low)) {
		high->offset += hf_entry_bytes(low);
		return;
	}
	guard = low->next_read;
	low->next_read = ulmin(guard, hf_entry_bytes(low));
	high->next_read = guard - low->next_read;
}

/*
 * Map locked exclusively.  Splits entry at start if that lies strictly inside;
 * entry stays the upper part.  KERN_SUCCESS, or
 * KERN_RESOURCE_SHORTAGE in a system map.
 */
int
vm_map_clip_start(vm_map_t map, vm_map_entry_t entry, vm_offset_t start)
{
	vm_map_entry_t low;

	VM_MAP_ASSERT_LOCKED(map);
	if (start <= entry->start)
		return (KERN_SUCCESS);
	low = vm_map_entry_clone(map, entry);
	if (low == NULL)
		return (KERN_RESOURCE_SHORTAGE);
	low->end = start;
	entry->start = start;
	vm_map_clip_offset(low, entry);
	/* The gap after entry is what it was: only its start moved. */
	vm_map_entry_link(map, entry->prev, low);
	return (KERN_SUCCESS);
}

/* The same at end; entry stays the lower part. */
int
vm_map_clip_end(vm_map_t map, vm_map_entry_t entry, vm_offset_t end)
{
	vm_map_entry_t high;

	VM_MAP_ASSERT_LOCKED(map);
	if (end >= entry->end)
		return (KERN_SUCCESS);
	high = vm_map_entry_clone(map, entry);
	if (high == NULL)
		return (KERN_RESOURCE_SHORTAGE);
	high->start = end;
	entry->end = end;
	vm_map_clip_offset(entry, high);
	vm_map_entry_link(map, entry, high);
	return (KERN_SUCCESS);
}

#define HF_NEVER_MERGED                                                        \
	(MAP_ENTRY_GROWS_DOWN | MAP_ENTRY_GROWS_UP | MAP_ENTRY_IN_TRANSITION | \
	    MAP_ENTRY_IS_SUB_MAP | MAP_ENTRY_VN_EXEC | MAP_ENTRY_HEADER)

/*
 * Do the offsets continue?  A gap continues what it was clipped from, which has
 * the guard; one with a guard of its own belongs to another stack.
 */
static bool
offsets_join(vm_map_entry_t prev, vm_map_entry_t entry)
{
	if (hf_entry_is_gap(entry))
		return (entry->next_read == 0 && prev->offset == entry->offset);
	return (prev->object.vm_object == NULL ||
	    prev->offset + hf_entry_bytes(prev) == entry->offset);
}

static bool
vm_map_mergeable_neighbors(vm_map_entry_t prev, vm_map_entry_t entry)
{
	return (prev->end == entry->start &&
	    prev->object.vm_object == entry->object.vm_object &&
	    offsets_join(prev, entry) && prev->eflags == entry->eflags &&
	    prev->protection == entry->protection &&
	    prev->max_protection == entry->max_protection &&
	    prev->inheritance == entry->inheritance &&
	    prev->wired_count == entry->wired_count &&
	    prev->cred == entry->cred &&
	    (entry->eflags & HF_NEVER_MERGED) == 0);
}

/*
 * Map locked exclusively; prev is directly below entry.  Makes one of them if
 * they are alike.  Returns the entry that covers the start of entry.  A system
 * map's entries stay as they were made: to give addresses back no memory may be
 * needed.
 */
vm_map_entry_t
vm_map_try_merge_entries(
    vm_map_t map, vm_map_entry_t prev, vm_map_entry_t entry)
{
	VM_MAP_ASSERT_LOCKED(map);
	if (map->system_map || prev == &map->header || entry == &map->header ||
	    !vm_map_mergeable_neighbors(prev, entry))
		return (entry);
	vm_map_entry_unlink(map, entry);
	vm_map_entry_resize(map, prev, entry->end);
	/* Never the last reference: prev has one too. */
	if (entry->object.vm_object != NULL)
		vm_object_deallocate(entry->object.vm_object);
	vm_map_entry_dispose(map, entry);
	return (prev);
}
