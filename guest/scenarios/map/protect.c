/* SPDX-License-Identifier: BSD-2-Clause */
/* protect.c: what a range may be protected to, and what follows. */

#include <test/probe.h>
#include <test/scenario.h>
#include <test/space.h>

#define SET  VM_MAP_PROTECT_SET_PROT
#define SETM VM_MAP_PROTECT_SET_MAXPROT

HF_SCENARIO(map_protect_max, "map.protect_max", "MP-22 MP-23 MP-24 IM-3",
    "the maximum only shrinks, and a refusal changes nothing")
{
	vm_map_t map;
	vm_offset_t va;

	va = hf_space_anon(2);
	map = hf_space_map();
	hf_space_map_at(va + ptoa(2), 2, NULL, 0, VM_PROT_READ, 0);
	hf_expect_eq(vm_map_protect(map, va + ptoa(2), va + ptoa(4),
			 VM_PROT_NONE, VM_PROT_READ, SETM),
	    KERN_SUCCESS);
	hf_expect_eq(
	    hf_space_entry(va + ptoa(2))->max_protection, VM_PROT_READ);
	/* The second entry forbids it, so the first is not changed either. */
	hf_expect_eq(vm_map_protect(map, va, va + ptoa(4), VM_PROT_ALL, 0, SET),
	    KERN_PROTECTION_FAILURE);
	hf_expect_eq(hf_space_entry(va)->protection, VM_PROT_RW);
	hf_expect_eq(
	    vm_map_protect(map, va, va + ptoa(2), 0, VM_PROT_READ, SETM),
	    KERN_SUCCESS);
	hf_expect_eq(hf_space_entry(va)->protection, VM_PROT_READ);
	hf_expect_eq(vm_map_protect(map, va, va + ptoa(2), VM_PROT_RW, 0, SET),
	    KERN_PROTECTION_FAILURE);
	hf_expect_eq(vm_map_protect(map, va, va + ptoa(2), 0, VM_PROT_RW, SETM),
	    KERN_PROTECTION_FAILURE);
	hf_expect_eq(vm_map_protect(map, va, va + ptoa(2), VM_PROT_READ,
			 VM_PROT_NONE, SET | SETM),
	    KERN_OUT_OF_BOUNDS);
	hf_expect_eq(hf_space_entry(va)->protection, VM_PROT_READ);
	hf_space_check();
}

HF_SCENARIO(map_protect_write, "map.protect_write", "MP-25 MP-26",
    "a withdrawn right faults at once, a granted one comes with the fault")
{
	vm_map_t map;
	vm_offset_t va;

	va = hf_space_anon(1);
	map = hf_space_map();
	hf_poke(va, 0x77);
	hf_expect((hf_space_leaf(va) & X86_PG_RW) != 0);
	hf_expect_eq(
	    vm_map_protect(map, va, va + ptoa(1), VM_PROT_READ, 0, SET),
	    KERN_SUCCESS);
	hf_expect((hf_space_leaf(va) & X86_PG_RW) == 0);
	hf_expect_segv_acc(hf_probe_write(va, 1));
	hf_expect_eq(hf_peek(va), 0x77);
	hf_expect_eq(vm_map_protect(map, va, va + ptoa(1), VM_PROT_RW, 0, SET),
	    KERN_SUCCESS);
	/* Not directly: dirty tracking and copying need the fault. */
	hf_expect((hf_space_leaf(va) & X86_PG_RW) == 0);
	hf_poke(va, 0x78);
	hf_expect_eq(hf_peek(va), 0x78);
	hf_space_check();
}

HF_SCENARIO(map_protect_guard, "map.protect_guard", "MP-27 MP-35",
    "protection passes over guards and holes")
{
	vm_map_t map;
	vm_offset_t va, at;

	va = hf_space_anon(1);
	map = hf_space_map();
	vm_map_lock(map);
	hf_expect_eq(vm_map_insert(map, NULL, 0, va + ptoa(1), va + ptoa(3),
			 VM_PROT_NONE, VM_PROT_NONE, MAP_CREATE_GUARD),
	    KERN_SUCCESS);
	vm_map_unlock(map);
	hf_expect_eq(map->size, ptoa(1));
	hf_space_anon_at(va + ptoa(3), 1);
	hf_expect_eq(
	    vm_map_protect(map, va, va + ptoa(4), VM_PROT_READ, 0, SET),
	    KERN_SUCCESS);
	hf_expect_segv_acc(hf_probe_read(va + ptoa(1)));
	hf_expect_segv_acc(hf_probe_write(va, 1));
	hf_expect_segv_acc(hf_probe_write(va + ptoa(3), 1));
	hf_expect_eq(vm_map_protect(map, va + ptoa(16), va + ptoa(32),
			 VM_PROT_READ, 0, SET),
	    KERN_SUCCESS);
	/* Its room is taken, except for a fixed mapping. */
	at = va;
	hf_expect_eq(vm_map_find(map, NULL, 0, &at, ptoa(1), 0, VMFS_ANY_SPACE,
			 VM_PROT_RW, VM_PROT_ALL, 0),
	    KERN_SUCCESS);
	hf_expect_eq(at, va + ptoa(4));
	hf_expect_eq(vm_map_fixed(map, NULL, 0, va + ptoa(1), ptoa(1),
			 VM_PROT_RW, VM_PROT_ALL, 0),
	    KERN_SUCCESS);
	hf_expect_read(va + ptoa(1), 0);
	hf_expect_segv_acc(hf_probe_read(va + ptoa(2)));
	hf_space_check();
}

HF_SCENARIO(map_check_protection, "map.check_protection", "MP-29",
    "check_protection answers for exactly the permitted bits, without holes")
{
	vm_map_t map;
	vm_offset_t va;
	int prot;

	va = hf_space_anon(2);
	map = hf_space_map();
	hf_space_map_at(
	    va + ptoa(2), 1, NULL, 0, VM_PROT_READ | VM_PROT_EXECUTE, 0);
	hf_space_anon_at(va + ptoa(4), 1);
	vm_map_lock_read(map);
	for (prot = 0; prot <= VM_PROT_ALL; prot++) {
		hf_expect_eq(
		    vm_map_check_protection(map, va, va + ptoa(2), prot),
		    (prot & ~VM_PROT_RW) == 0);
		hf_expect_eq(
		    vm_map_check_protection(map, va, va + ptoa(3), prot),
		    (prot & ~VM_PROT_READ) == 0);
	}
	hf_expect(
	    !vm_map_check_protection(map, va, va + ptoa(5), VM_PROT_NONE));
	hf_expect(vm_map_check_protection(
	    map, va + ptoa(4), va + ptoa(5), VM_PROT_READ));
	vm_map_unlock_read(map);
}
