/* SPDX-License-Identifier: BSD-2-Clause */
/* holes.c: ranges with holes and with mappings that cannot be wired. */

#include <test/scenario.h>
#include <test/script_pager.h>
#include <test/space.h>
#include <vm/vm_pager.h>

#define VA	HF_SPACE_BASE
#define NOHOLES (VM_MAP_WIRE_SYSTEM | VM_MAP_WIRE_NOHOLES)
#define HOLESOK (VM_MAP_WIRE_SYSTEM | VM_MAP_WIRE_HOLESOK)

static void
expect_none_wired(vm_map_t map)
{
	vm_map_entry_t e;

	vm_map_lock_read(map);
	VM_MAP_ENTRY_FOREACH (e, map) {
		hf_expect_eq(e->wired_count, 0);
		hf_expect((e->eflags &
			      (MAP_ENTRY_IN_TRANSITION |
				  MAP_ENTRY_WIRE_SKIPPED)) == 0);
	}
	vm_map_unlock_read(map);
	hf_expect_eq(pmap_wired_count(map->pmap), 0);
	hf_space_check();
}

HF_SCENARIO(wire_noholes, "wire.noholes", "WI-05 IW-9",
    "a hole at the start, in the middle or at the end wires nothing")
{
	vm_map_t map;

	hf_space_anon_at(VA, 2);
	hf_space_anon_at(VA + ptoa(3), 2);
	map = hf_space_map();
	hf_poke(VA, 1);
	hf_expect_eq(vm_map_wire(map, VA - ptoa(1), VA + ptoa(2), NOHOLES),
	    KERN_INVALID_ADDRESS);
	expect_none_wired(map);
	hf_expect_eq(
	    vm_map_wire(map, VA, VA + ptoa(5), NOHOLES), KERN_INVALID_ADDRESS);
	expect_none_wired(map);
	hf_expect_eq(vm_map_wire(map, VA + ptoa(3), VA + ptoa(6), NOHOLES),
	    KERN_INVALID_ADDRESS);
	expect_none_wired(map);
	hf_expect_eq(vm_map_unwire(map, VA, VA + ptoa(5), NOHOLES),
	    KERN_INVALID_ADDRESS);
	hf_expect_eq(vm_map_wire(map, VA, VA, NOHOLES), KERN_SUCCESS);
}

HF_SCENARIO(wire_holesok, "wire.holesok", "WI-06 WI-26",
    "holes, guards and unreadable mappings are passed over")
{
	vm_map_t map;

	hf_space_anon_at(VA, 2);
	map = hf_space_map();
	vm_map_lock(map);
	hf_require_eq(vm_map_insert(map, NULL, 0, VA + ptoa(2), VA + ptoa(3),
			  VM_PROT_NONE, VM_PROT_NONE, MAP_CREATE_GUARD),
	    KERN_SUCCESS);
	vm_map_unlock(map);
	hf_space_map_at(VA + ptoa(4), 1, NULL, 0, VM_PROT_NONE, 0);
	hf_space_map_at(VA + ptoa(5), 1, NULL, 0, VM_PROT_WRITE, 0);
	hf_space_map_at(VA + ptoa(6), 1, NULL, 0, VM_PROT_EXECUTE, 0);
	hf_expect_eq(vm_map_wire(map, VA + ptoa(1), VA + ptoa(4), NOHOLES),
	    KERN_INVALID_ADDRESS);
	expect_none_wired(map);
	hf_expect_eq(vm_map_wire(map, VA - ptoa(4), VA + ptoa(12), HOLESOK),
	    KERN_SUCCESS);
	hf_expect_eq(hf_space_entry(VA)->wired_count, 1);
	hf_expect_eq(hf_space_entry(VA + ptoa(2))->wired_count, 0);
	hf_expect_eq(hf_space_entry(VA + ptoa(4))->wired_count, 0);
	hf_expect_eq(hf_space_entry(VA + ptoa(5))->wired_count, 0);
	hf_expect_eq(hf_space_entry(VA + ptoa(6))->wired_count, 1);
	hf_space_check();
	hf_expect_eq(
	    vm_map_unwire(map, VA, VA + ptoa(2), NOHOLES), KERN_SUCCESS);
	hf_expect_eq(vm_map_unwire(map, VA + ptoa(6), VA + ptoa(7), NOHOLES),
	    KERN_SUCCESS);
	expect_none_wired(map);
}

HF_SCENARIO(wire_unreadable, "wire.unreadable", "WI-07 WI-08",
    "without HOLESOK an unreadable or unwritable entry unwinds the rest")
{
	vm_map_t map;

	hf_space_anon_at(VA, 2);
	hf_space_map_at(VA + ptoa(2), 1, NULL, 0, VM_PROT_NONE, 0);
	hf_space_map_at(VA + ptoa(3), 1, NULL, 0, VM_PROT_READ, 0);
	map = hf_space_map();
	hf_expect_eq(
	    vm_map_wire(map, VA, VA + ptoa(4), NOHOLES), KERN_INVALID_ADDRESS);
	expect_none_wired(map);
	hf_expect_eq(vm_map_wire(map, VA + ptoa(3), VA + ptoa(4),
			 NOHOLES | VM_MAP_WIRE_WRITE),
	    KERN_INVALID_ADDRESS);
	expect_none_wired(map);
	hf_expect_eq(
	    vm_map_wire(map, VA, VA + ptoa(2), NOHOLES | VM_MAP_WIRE_WRITE),
	    KERN_SUCCESS);
	hf_expect_eq(
	    vm_map_unwire(map, VA, VA + ptoa(2), NOHOLES), KERN_SUCCESS);
	expect_none_wired(map);
}

HF_SCENARIO(wire_pager_error, "wire.pager_error", "WI-09",
    "a page-in error on page k gives pages 0 to k - 1 back")
{
	struct hf_script s;
	vm_map_t map;
	vm_page_t m;
	int i;

	hf_script_map(&s, VA, 6);
	s.fail_index = 3;
	s.fail_times = 1;
	map = hf_space_map();
	hf_expect_eq(vm_map_wire(map, VA, VA + ptoa(6),
			 VM_MAP_WIRE_USER | VM_MAP_WIRE_NOHOLES),
	    KERN_OUT_OF_BOUNDS);
	expect_none_wired(map);
	hf_expect_eq(vm_user_wire_count, 0);
	VM_OBJECT_RLOCK(s.object);
	for (i = 0; i < 6; i++) {
		m = vm_page_lookup(s.object, i);
		hf_expect_eq(m != NULL, i < 3);
		if (m != NULL)
			hf_expect_eq(vm_page_wire_count(m), 0);
	}
	VM_OBJECT_RUNLOCK(s.object);
	hf_expect_eq(
	    vm_map_wire(map, VA, VA + ptoa(6), VM_MAP_WIRE_USER), KERN_SUCCESS);
	hf_expect_eq(vm_user_wire_count, 6);
	/* Unmapping undoes the user's wiring. */
	hf_expect_eq(vm_map_remove(map, VA, VA + ptoa(6)), KERN_SUCCESS);
	hf_expect_eq(vm_user_wire_count, 0);
	hf_script_end(&s);
}
