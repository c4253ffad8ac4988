/* SPDX-License-Identifier: BSD-2-Clause */
/* insert.c: what an insertion does to a map, and when it is refused. */

#include <test/scenario.h>
#include <test/space.h>

#define LO HF_SPACE_BASE

/* vm_map_insert() of [LO + start, LO + end) pages, locks and all. */
static int
insert(vm_map_t map, vm_object_t object, vm_ooffset_t offset, u_long start,
    u_long end, vm_prot_t prot, vm_prot_t max, int cow)
{
	int rv;

	vm_map_lock(map);
	rv = vm_map_insert(map, object, offset, LO + ptoa(start),
	    LO + ptoa(end), prot, max, cow);
	vm_map_unlock(map);
	return (rv);
}

static int
insert_anon(vm_map_t map, u_long start, u_long end)
{
	return (insert(map, NULL, 0, start, end, VM_PROT_RW, VM_PROT_ALL, 0));
}

HF_SCENARIO(
    map_empty, "map.empty", "MP-01", "a new map has no entries and its bounds")
{
	vm_map_entry_t entry;
	vm_map_t map;

	map = hf_space_enter();
	hf_expect_eq(map->nentries, 0);
	hf_expect_eq(map->size, 0);
	hf_expect_eq(vm_map_min(map), VM_MINUSER_ADDRESS);
	hf_expect_eq(vm_map_max(map), VM_MAXUSER_ADDRESS);
	vm_map_lock_read(map);
	hf_expect(!vm_map_lookup_entry(map, LO, &entry));
	vm_map_unlock_read(map);
	hf_expect_eq(entry, &map->header);
}

HF_SCENARIO(map_insert_lookup, "map.insert_lookup", "MP-06",
    "an inserted range is found at its first and last byte, not after")
{
	vm_map_entry_t first, last, after;
	vm_map_t map;

	map = hf_space_enter();
	hf_require_eq(insert_anon(map, 4, 8), KERN_SUCCESS);
	vm_map_lock_read(map);
	hf_expect(vm_map_lookup_entry(map, LO + ptoa(4), &first));
	hf_expect(vm_map_lookup_entry(map, LO + ptoa(8) - 1, &last));
	hf_expect(!vm_map_lookup_entry(map, LO + ptoa(8), &after));
	vm_map_unlock_read(map);
	hf_expect_eq(first, last);
	hf_expect_eq(after, first);
	hf_expect_eq(map->size, ptoa(4));
}

HF_SCENARIO(map_insert_range, "map.insert_range", "MP-07",
    "empty ranges and ranges outside the map are invalid addresses")
{
	vm_map_t map;
	vm_offset_t max;
	int rv;

	map = hf_space_enter();
	max = vm_map_max(map);
	hf_expect_eq(insert_anon(map, 4, 4), KERN_INVALID_ADDRESS);
	vm_map_lock(map);
	rv = vm_map_insert(map, NULL, 0, max - PAGE_SIZE, max + PAGE_SIZE,
	    VM_PROT_RW, VM_PROT_ALL, 0);
	hf_expect_eq(rv, KERN_INVALID_ADDRESS);
	rv = vm_map_insert(
	    map, NULL, 0, max - PAGE_SIZE, max, VM_PROT_RW, VM_PROT_ALL, 0);
	hf_expect_eq(rv, KERN_SUCCESS);
	vm_map_unlock(map);
	hf_expect_eq(map->nentries, 1);
}

HF_SCENARIO(map_insert_overlap, "map.insert_overlap", "MP-08",
    "an overlap leaves the map and the object's reference alone")
{
	vm_object_t object;
	vm_map_t map;

	map = hf_space_enter();
	object = vm_object_allocate(OBJT_SWAP, 16);
	hf_require_eq(insert_anon(map, 4, 8), KERN_SUCCESS);
	/* Head, tail, inside, superset, exactly. */
	hf_expect_eq(insert(map, object, 0, 2, 5, VM_PROT_RW, VM_PROT_ALL, 0),
	    KERN_NO_SPACE);
	hf_expect_eq(insert(map, object, 0, 7, 9, VM_PROT_RW, VM_PROT_ALL, 0),
	    KERN_NO_SPACE);
	hf_expect_eq(insert(map, object, 0, 5, 6, VM_PROT_RW, VM_PROT_ALL, 0),
	    KERN_NO_SPACE);
	hf_expect_eq(insert(map, object, 0, 2, 9, VM_PROT_RW, VM_PROT_ALL, 0),
	    KERN_NO_SPACE);
	hf_expect_eq(insert(map, object, 0, 4, 8, VM_PROT_RW, VM_PROT_ALL, 0),
	    KERN_NO_SPACE);
	hf_expect_eq(map->nentries, 1);
	hf_expect_eq(object->ref_count, 1);
	vm_object_deallocate(object);
	hf_space_check();
}

HF_SCENARIO(map_insert_merge, "map.insert_merge", "MP-09",
    "adjacent anonymous memory becomes one entry iff all attributes agree")
{
	vm_map_t map;
	vm_offset_t last;

	map = hf_space_enter();
	hf_require_eq(insert_anon(map, 0, 2), KERN_SUCCESS);
	hf_poke(LO, 0x11);
	hf_require_eq(insert_anon(map, 2, 4), KERN_SUCCESS);
	hf_expect_eq(map->nentries, 1);
	/* Another maximum, another protection, another inheritance. */
	hf_require_eq(insert(map, NULL, 0, 4, 6, VM_PROT_RW, VM_PROT_RW, 0),
	    KERN_SUCCESS);
	hf_expect_eq(map->nentries, 2);
	hf_require_eq(insert(map, NULL, 0, 6, 8, VM_PROT_READ, VM_PROT_RW, 0),
	    KERN_SUCCESS);
	hf_expect_eq(map->nentries, 3);
	hf_require_eq(insert(map, NULL, 0, 8, 10, VM_PROT_READ, VM_PROT_RW,
			  MAP_INHERIT_SHARE),
	    KERN_SUCCESS);
	hf_expect_eq(map->nentries, 4);
	/* After wiring the predecessor. */
	hf_require_eq(insert_anon(map, 20, 21), KERN_SUCCESS);
	hf_require_eq(vm_map_wire(map, LO + ptoa(20), LO + ptoa(21),
			  VM_MAP_WIRE_SYSTEM | VM_MAP_WIRE_NOHOLES),
	    KERN_SUCCESS);
	hf_require_eq(insert_anon(map, 21, 22), KERN_SUCCESS);
	hf_expect_eq(map->nentries, 6);
	last = LO + ptoa(21);
	hf_poke(last, 0x22);
	hf_poke(LO + ptoa(3), 0x33);
	hf_expect_eq(hf_peek(LO), 0x11);
	hf_expect_eq(hf_peek(LO + ptoa(20)), 0);
	hf_expect_eq(hf_peek(last), 0x22);
	hf_expect_eq(hf_peek(LO + ptoa(3)), 0x33);
	hf_space_check();
	hf_require_eq(vm_map_unwire(map, LO + ptoa(20), LO + ptoa(21),
			  VM_MAP_WIRE_SYSTEM | VM_MAP_WIRE_NOHOLES),
	    KERN_SUCCESS);
	hf_space_check();
}

HF_SCENARIO(map_insert_same_object, "map.insert_same_object", "MP-10 IM-7",
    "one object at contiguous offsets is one entry and one reference")
{
	vm_object_t object;
	vm_map_t map;

	map = hf_space_enter();
	object = vm_object_allocate(OBJT_SWAP, 16);
	vm_object_reference(object);
	vm_object_reference(object);
	vm_object_reference(object);
	hf_expect_eq(object->ref_count, 4);
	hf_require_eq(insert(map, object, 0, 0, 2, VM_PROT_RW, VM_PROT_ALL, 0),
	    KERN_SUCCESS);
	hf_require_eq(
	    insert(map, object, ptoa(2), 2, 4, VM_PROT_RW, VM_PROT_ALL, 0),
	    KERN_SUCCESS);
	hf_expect_eq(map->nentries, 1);
	hf_expect_eq(object->ref_count, 3);
	hf_require_eq(
	    insert(map, object, ptoa(8), 4, 6, VM_PROT_RW, VM_PROT_ALL, 0),
	    KERN_SUCCESS);
	hf_expect_eq(map->nentries, 2);
	hf_expect_eq(object->ref_count, 3);
	hf_poke(LO + ptoa(4), 0x88);
	hf_expect_eq(vm_map_remove(map, LO, LO + ptoa(6)), KERN_SUCCESS);
	hf_expect_eq(object->ref_count, 1);
	vm_object_deallocate(object);
}
