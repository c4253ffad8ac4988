/* SPDX-License-Identifier: BSD-2-Clause */
/* vm_map_priv.h: what the files of the address map share among themselves. */

#ifndef HF_VM_VM_MAP_PRIV_H
#define HF_VM_VM_MAP_PRIV_H

#include <vm/vm_map.h>

#define HF_STACK_GUARD_PAGES 1
#define HF_STACK_GROW_BYTES  (128 * 1024)

/* Page-in work of MAP_PREFAULT_PARTIAL and MADV_WILLNEED, in pages. */
#define HF_PREFAULT_PARTIAL_PAGES 96

#define VM_MAP_ASSERT_LOCKED(map)  hf_map_assert(map, LA_XLOCKED)
#define VM_MAP_ASSERT_RLOCKED(map) hf_map_assert(map, LA_LOCKED)

/* vm_map_lock.c */
void hf_map_assert(vm_map_t map, int what);
void hf_map_unlock_raw(vm_map_t map);
void hf_map_defer(vm_map_entry_t entry);

/* vm_map_tree.c */
void hf_map_tree_insert(vm_map_t map, vm_map_entry_t entry);
void hf_map_tree_remove(vm_map_t map, vm_map_entry_t entry);
void hf_map_tree_update(vm_map_entry_t entry);
vm_map_entry_t hf_map_tree_gap(
    vm_map_t map, vm_map_entry_t after, vm_size_t length);

/* vm_map_entry.c */
vm_map_entry_t vm_map_entry_create(vm_map_t map);
void vm_map_entry_dispose(vm_map_t map, vm_map_entry_t entry);
void vm_map_entry_link(vm_map_t map, vm_map_entry_t prev, vm_map_entry_t entry);
void vm_map_entry_unlink(vm_map_t map, vm_map_entry_t entry);
void vm_map_entry_resize(
    vm_map_t map, vm_map_entry_t entry, vm_offset_t new_end);
void vm_map_entry_back(vm_map_entry_t entry);
void vm_map_entry_deallocate(vm_map_entry_t entry, boolean_t system_map);
int vm_map_clip_start(vm_map_t map, vm_map_entry_t entry, vm_offset_t start);
int vm_map_clip_end(vm_map_t map, vm_map_entry_t entry, vm_offset_t end);

/* vm_map_insert.c */
int vm_map_insert1(vm_map_t map, vm_object_t object, vm_ooffset_t offset,
    vm_offset_t start, vm_offset_t end, vm_prot_t prot, vm_prot_t max, int cow,
    vm_map_entry_t *res);
void vm_map_pmap_enter(vm_map_t map, vm_offset_t addr, vm_prot_t prot,
    vm_object_t object, vm_pindex_t pindex, vm_size_t size, int flags);

/* vm_map_delete.c */
void vm_map_entry_delete(vm_map_t map, vm_map_entry_t entry);

/* vm_map_stack.c */
int vm_map_growstack(vm_map_t map, vm_offset_t addr, vm_map_entry_t gap_entry);
int vm_map_stack_locked(vm_map_t map, vm_offset_t addrbos, vm_size_t max_ssize,
    vm_size_t growsize, vm_prot_t prot, vm_prot_t max, int cow);

/* vm_map_wire.c */
void vm_map_entry_unwire(vm_map_t map, vm_map_entry_t entry);

/* vm_map_check.c */
/* Boot. */
void hf_map_entry_init(void);
void hf_map_list_add(vm_map_t map);
void hf_map_list_remove(vm_map_t map);

/*
 * Clamps [start, end) to the map.  What is backwards, wraps or lies outside
 * becomes empty; false then, and no entry is to be looked at: the one that
 * contains start is not in the range.
 */
static inline bool
hf_map_clamp(vm_map_t map, vm_offset_t *start, vm_offset_t *end)
{
	if (*start < vm_map_min(map))
		*start = vm_map_min(map);
	if (*end > vm_map_max(map))
		*end = vm_map_max(map);
	if (*start > *end)
		*start = *end;
	KASSERT(((*start | *end) & PAGE_MASK) == 0,
	    ("map: range %#lx %#lx is not of whole pages", *start, *end));
	return (*start < *end);
}

/* The entry that contains addr, or the first one above it (or the header). */
static inline vm_map_entry_t
hf_map_first_at(vm_map_t map, vm_offset_t addr)
{
	vm_map_entry_t entry;

	if (!vm_map_lookup_entry(map, addr, &entry))
		entry = vm_map_entry_succ(entry);
	return (entry);
}

/* Both clips; an entry that only partly lies in [start, end) is split. */
static inline int
hf_map_clip(
    vm_map_t map, vm_map_entry_t entry, vm_offset_t start, vm_offset_t end)
{
	int rv;

	rv = vm_map_clip_start(map, entry, start);
	if (__predict_false(rv != KERN_SUCCESS))
		return (rv);
	return (vm_map_clip_end(map, entry, end));
}

static inline bool
hf_entry_is_gap(vm_map_entry_t entry)
{
	return ((entry->eflags &
		    (MAP_ENTRY_STACK_GAP_DN | MAP_ENTRY_STACK_GAP_UP)) != 0);
}

static inline vm_size_t
hf_entry_bytes(vm_map_entry_t entry)
{
	return (entry->end - entry->start);
}

#endif
