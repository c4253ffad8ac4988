/* SPDX-License-Identifier: BSD-2-Clause */
/* findspace.c: where a map puts a mapping that may choose its place. */

#include <test/scenario.h>
#include <test/space.h>
#include <vm/vm_kern.h>

#define LO HF_SPACE_BASE

static int
find(vm_offset_t *addr, u_long npages, vm_offset_t max_addr, int how)
{
	return (vm_map_find(hf_space_map(), NULL, 0, addr, ptoa(npages),
	    max_addr, how, VM_PROT_RW, VM_PROT_ALL, MAP_INHERIT_SHARE));
}

HF_SCENARIO(map_findspace, "map.findspace", "MP-11 MP-17",
    "the lowest gap that fits is found, also the one that contains the start")
{
	vm_map_t map;
	vm_offset_t low, max;

	map = hf_space_enter();
	max = vm_map_max(map);
	hf_space_anon_at(LO, 4);
	hf_space_anon_at(LO + ptoa(6), 4);
	hf_space_anon_at(LO + ptoa(13), 4);
	/* Two entries without a gap between them. */
	hf_expect_eq(vm_map_protect(map, LO + ptoa(6), LO + ptoa(8),
			 VM_PROT_READ, 0, VM_MAP_PROTECT_SET_PROT),
	    KERN_SUCCESS);
	vm_map_lock(map);
	hf_expect_eq(vm_map_findspace(map, 0, ptoa(1)), 0);
	hf_expect_eq(vm_map_findspace(map, LO, ptoa(2)), LO + ptoa(4));
	hf_expect_eq(vm_map_findspace(map, LO, ptoa(3)), LO + ptoa(10));
	hf_expect_eq(vm_map_findspace(map, LO, ptoa(4)), LO + ptoa(17));
	/* Starts inside a gap: what is left of it counts. */
	hf_expect_eq(
	    vm_map_findspace(map, LO + ptoa(5), ptoa(1)), LO + ptoa(5));
	hf_expect_eq(
	    vm_map_findspace(map, LO + ptoa(5), ptoa(2)), LO + ptoa(10));
	/* Nothing fits anywhere, also where nothing is free. */
	hf_expect_eq(vm_map_findspace(map, LO + ptoa(4), 0), LO + ptoa(4));
	hf_expect_eq(
	    vm_map_findspace(map, LO + ptoa(6) - 1, 0), LO + ptoa(6) - 1);
	/* Nothing at all fits between two that meet. */
	hf_expect_eq(vm_map_findspace(map, LO + ptoa(7), 0), LO + ptoa(8));
	/* From before all there is, where what comes first is too little. */
	hf_expect_eq(vm_map_findspace(map, 0, LO), 0);
	hf_expect_eq(vm_map_findspace(map, 0, LO + ptoa(1)), LO + ptoa(17));
	hf_expect_lt(max, vm_map_findspace(map, LO, max) + max);
	/* More than what is free on either side, less than all. */
	hf_expect_lt(max, vm_map_findspace(map, 0, max - LO) + max - LO);
	hf_expect_lt(
	    max, vm_map_findspace(map, max - ptoa(1), ptoa(2)) + ptoa(2));
	vm_map_unlock(map);
	/* Nothing is below what a map has at all. */
	vm_map_lock(kernel_map);
	low = vm_map_findspace(kernel_map, 0, PAGE_SIZE);
	vm_map_unlock(kernel_map);
	hf_expect_le(vm_map_min(kernel_map), low);
	hf_expect_le(low + PAGE_SIZE, vm_map_max(kernel_map));
	/* Holes do not matter, and size falls by what was mapped. */
	hf_expect_eq(map->size, ptoa(12));
	hf_expect_eq(
	    vm_map_remove(map, LO + ptoa(2), LO + ptoa(14)), KERN_SUCCESS);
	hf_expect_eq(map->size, ptoa(5));
	hf_expect_eq(
	    vm_map_remove(map, LO + ptoa(4), LO + ptoa(8)), KERN_SUCCESS);
	hf_expect_eq(map->size, ptoa(5));
	hf_space_check();
}

HF_SCENARIO(map_find_aligned, "map.find_aligned", "MP-12",
    "alignment and the upper bound are honoured, or nothing is mapped")
{
	vm_map_t map;
	vm_offset_t addr, super;
	int entries;

	map = hf_space_enter();
	super = 1ul << 21;
	hf_space_anon_at(LO, 1);
	addr = LO;
	hf_expect_eq(find(&addr, 1, 0, VMFS_ALIGNED_SPACE(21)), KERN_SUCCESS);
	hf_expect_eq(addr & (super - 1), 0);
	hf_expect_eq(addr, LO + super);
	entries = map->nentries;
	addr = LO;
	hf_expect_eq(
	    find(&addr, 2, LO + ptoa(2), VMFS_ANY_SPACE), KERN_NO_SPACE);
	hf_expect_eq(addr, LO);
	hf_expect_eq(
	    find(&addr, 1, LO + ptoa(2), VMFS_ANY_SPACE), KERN_SUCCESS);
	hf_expect_eq(addr, LO + ptoa(1));
	addr = LO;
	hf_expect_eq(find(&addr, 1, 0, VMFS_ALIGNED_SPACE(62)), KERN_NO_SPACE);
	hf_expect_le(map->nentries, entries + 1);
	hf_space_check();
}

HF_SCENARIO(map_find_min, "map.find_min", "MP-13",
    "a hint above all free space falls back to the default address")
{
	vm_map_t map;
	vm_offset_t addr, top;

	map = hf_space_enter();
	top = vm_map_max(map) - ptoa(4);
	hf_space_anon_at(top, 4);
	addr = top;
	hf_expect_eq(vm_map_find_min(map, NULL, 0, &addr, ptoa(2), LO, 0,
			 VMFS_ANY_SPACE, VM_PROT_RW, VM_PROT_ALL, 0),
	    KERN_SUCCESS);
	hf_expect_eq(addr, LO);
	addr = 0;
	hf_expect_eq(vm_map_find_min(map, NULL, 0, &addr, ptoa(2), LO, 0,
			 VMFS_ANY_SPACE, VM_PROT_READ, VM_PROT_ALL, 0),
	    KERN_SUCCESS);
	hf_expect_eq(addr, LO + ptoa(2));
	addr = LO + ptoa(64);
	hf_expect_eq(vm_map_find_min(map, NULL, 0, &addr, ptoa(2), LO, 0,
			 VMFS_ANY_SPACE, VM_PROT_RW, VM_PROT_ALL, 0),
	    KERN_SUCCESS);
	hf_expect_eq(addr, LO + ptoa(64));
}

HF_SCENARIO(map_fixed, "map.fixed", "MP-14",
    "a fixed mapping replaces what is there, unless it must be exclusive")
{
	vm_map_t map;

	map = hf_space_enter();
	hf_space_anon_at(LO, 3);
	hf_space_map_at(LO + ptoa(3), 3, NULL, 0, VM_PROT_READ, 0);
	hf_space_anon_at(LO + ptoa(6), 3);
	hf_poke(LO, 1);
	hf_poke(LO + ptoa(2), 2);
	hf_poke(LO + ptoa(6), 3);
	hf_poke(LO + ptoa(8), 4);
	hf_expect_eq(vm_map_fixed(map, NULL, 0, LO + ptoa(1), ptoa(7),
			 VM_PROT_RW, VM_PROT_ALL, MAP_CHECK_EXCL),
	    KERN_NO_SPACE);
	hf_expect_eq(hf_peek(LO + ptoa(2)), 2);
	hf_expect_eq(hf_peek(LO + ptoa(6)), 3);
	hf_expect_eq(vm_map_fixed(map, NULL, 0, LO + ptoa(1), ptoa(7),
			 VM_PROT_RW, VM_PROT_ALL, MAP_INHERIT_SHARE),
	    KERN_SUCCESS);
	hf_expect_eq(hf_peek(LO), 1);
	hf_expect_eq(hf_peek(LO + ptoa(2)), 0);
	hf_expect_eq(hf_peek(LO + ptoa(6)), 0);
	hf_expect_eq(hf_peek(LO + ptoa(8)), 4);
	hf_expect_eq(
	    hf_space_entry(LO + ptoa(1)), hf_space_entry(LO + ptoa(7)));
	hf_expect_eq(map->nentries, 3);
	hf_space_check();
}
