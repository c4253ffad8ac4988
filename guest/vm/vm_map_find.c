/* SPDX-License-Identifier: BSD-2-Clause */
/* vm_map_find.c: mappings at addresses that the map chooses, or fixed ones. */

#include <sys/param.h>
#include <sys/systm.h>
#include <vm/vm.h>
#include <vm/vm_map.h>
#include <vm/vm_map_priv.h>
#include <vm/vm_object.h>

#define HF_SUPERPAGE_SHIFT 21

/*
 * Any map lock.  The lowest address >= start with length free bytes; if there
 * is none, an address for which address + length > vm_map_max(map).
 */
vm_offset_t
vm_map_findspace(vm_map_t map, vm_offset_t start, vm_size_t length)
{
	vm_map_entry_t e;
	vm_offset_t none, at;

	VM_MAP_ASSERT_RLOCKED(map);
	none = vm_map_max(map) - length + 1;
	if (start < vm_map_min(map))
		start = vm_map_min(map);
	if (start >= vm_map_max(map) || length > vm_map_max(map) - start)
		return (none);
	/* e: the entry at or below start; is the gap after it enough? */
	vm_map_lookup_entry(map, start, &e);
	at = e->end > start ? e->end : start;
	if (at < e->next->start && e->next->start - at >= length)
		return (at);
	if (at == e->next->start && length == 0)
		return (at);
	e = hf_map_tree_gap(map, e, length);
	return (e != NULL ? e->end : none);
}

/* find_space to an alignment in bytes, 0 for none. */
static vm_offset_t
alignment_of(int find_space)
{
	switch (find_space) {
	case VMFS_NO_SPACE:
	case VMFS_ANY_SPACE:
		return (0);
	case VMFS_OPTIMAL_SPACE:
	case VMFS_SUPER_SPACE:
		return ((vm_offset_t)1 << HF_SUPERPAGE_SHIFT);
	default:
		return ((vm_offset_t)1 << (find_space >> 8));
	}
}

/*
 * The lowest aligned free address >= *addr of the right size, all of it below
 * max_addr (0: the map's end).  KERN_NO_SPACE changes nothing.
 */
static int
find_room(vm_map_t map, vm_offset_t *addr, vm_size_t length,
    vm_offset_t max_addr, vm_offset_t alignment)
{
	vm_offset_t at, aligned, limit;

	limit = max_addr != 0 && max_addr < vm_map_max(map) ? max_addr
							    : vm_map_max(map);
	at = *addr;
	for (;;) {
		at = vm_map_findspace(map, at, length);
		if (at > limit || length > limit - at)
			return (KERN_NO_SPACE);
		if (alignment == 0)
			break;
		aligned = roundup2(at, alignment);
		if (aligned < at)
			return (KERN_NO_SPACE);
		if (aligned == at)
			break;
		at = aligned;
	}
	*addr = at;
	return (KERN_SUCCESS);
}

static int
insert_or_stack(vm_map_t map, vm_object_t object, vm_ooffset_t offset,
    vm_offset_t start, vm_size_t length, vm_prot_t prot, vm_prot_t max, int cow)
{
	if ((cow & MAP_STACK_GROWS_DOWN) != 0)
		return (vm_map_stack_locked(
		    map, start, length, HF_STACK_GROW_BYTES, prot, max, cow));
	return (vm_map_insert(
	    map, object, offset, start, start + length, prot, max, cow));
}

/* vm_map_find() with the map locked exclusively. */
static int
find_locked(vm_map_t map, vm_object_t object, vm_ooffset_t offset,
    vm_offset_t *addr, vm_size_t length, vm_offset_t max_addr, int find_space,
    vm_prot_t prot, vm_prot_t max, int cow)
{
	vm_offset_t at;
	int rv;

	at = *addr;
	if (find_space != VMFS_NO_SPACE) {
		rv = find_room(
		    map, &at, length, max_addr, alignment_of(find_space));
		if (rv != KERN_SUCCESS && find_space == VMFS_OPTIMAL_SPACE) {
			at = *addr;
			rv = find_room(map, &at, length, max_addr, 0);
		}
		if (rv != KERN_SUCCESS)
			return (rv);
	} else if ((cow & MAP_REMAP) != 0) {
		if (at + length < at ||
		    !vm_map_range_valid(map, at, at + length))
			return (KERN_INVALID_ADDRESS);
		rv = vm_map_delete(map, at, at + length);
		if (rv != KERN_SUCCESS)
			return (rv);
	}
	rv = insert_or_stack(map, object, offset, at, length, prot, max, cow);
	if (rv == KERN_SUCCESS)
		*addr = at;
	return (rv);
}

/*
 * No map lock held.  Maps length bytes at the first fit at or above *addr, and
 * below max_addr unless that is 0. With find_space VMFS_NO_SPACE it is *addr
 * itself; MAP_REMAP deletes what is there.  *addr and the reference to object
 * are as for vm_map_insert().
 */
int
vm_map_find(vm_map_t map, vm_object_t object, vm_ooffset_t offset,
    vm_offset_t *addr, vm_size_t length, vm_offset_t max_addr, int find_space,
    vm_prot_t prot, vm_prot_t max, int cow)
{
	int rv;

	KASSERT((cow & MAP_STACK_GROWS_DOWN) == 0 || object == NULL,
	    ("vm_map_find: stack with an object"));
	vm_map_lock(map);
	rv = find_locked(map, object, offset, addr, length, max_addr,
	    find_space, prot, max, cow);
	vm_map_unlock(map);
	return (rv);
}

/*
 * vm_map_find() for which *addr is a hint only (0: none): a second attempt
 * starts at min_addr if that is below the hint.
 */
int
vm_map_find_min(vm_map_t map, vm_object_t object, vm_ooffset_t offset,
    vm_offset_t *addr, vm_size_t length, vm_offset_t min_addr,
    vm_offset_t max_addr, int find_space, vm_prot_t prot, vm_prot_t max,
    int cow)
{
	vm_offset_t hint, at;
	int rv;

	hint = *addr;
	if (hint == 0) {
		cow |= MAP_NO_HINT;
		hint = min_addr;
	}
	for (;;) {
		at = hint;
		rv = vm_map_find(map, object, offset, &at, length, max_addr,
		    find_space, prot, max, cow);
		if (rv == KERN_SUCCESS)
			*addr = at;
		if (rv == KERN_SUCCESS || min_addr >= hint)
			return (rv);
		hint = min_addr;
	}
}

/*
 * No map lock held.  Maps exactly [start, start + length), clamped to the map
 * (what is left maps what it would have, unclamped).  What is there is deleted
 * first, and stays so even if the insertion fails; with MAP_CHECK_EXCL
 * KERN_NO_SPACE instead.  KERN_INVALID_ADDRESS: nothing is left, or start +
 * length wraps.
 */
int
vm_map_fixed(vm_map_t map, vm_object_t object, vm_ooffset_t offset,
    vm_offset_t start, vm_size_t length, vm_prot_t prot, vm_prot_t max, int cow)
{
	vm_offset_t from, end;
	int rv;

	KASSERT((cow & MAP_STACK_GROWS_DOWN) == 0 || object == NULL,
	    ("vm_map_fixed: stack with an object"));
	end = start + length;
	if (end < start)
		return (KERN_INVALID_ADDRESS);
	vm_map_lock(map);
	from = start;
	(void)hf_map_clamp(map, &start, &end);
	if (start > from)
		offset += start - from;
	rv = KERN_SUCCESS;
	if ((cow & MAP_CHECK_EXCL) == 0)
		rv = vm_map_delete(map, start, end);
	if (rv == KERN_SUCCESS)
		rv = insert_or_stack(
		    map, object, offset, start, end - start, prot, max, cow);
	vm_map_unlock(map);
	return (rv);
}

/* There are no submaps here; the range is never suited. */
int
vm_map_submap(vm_map_t map, vm_offset_t start, vm_offset_t end, vm_map_t submap)
{
	return (KERN_INVALID_ARGUMENT);
}
