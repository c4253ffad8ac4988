/* SPDX-License-Identifier: BSD-2-Clause */
/* advise.c: inheritance values, MADV_FREE, WILLNEED and msync's checks. */

#include <sys/mman.h>
#include <sys/proc.h>
#include <test/probe.h>
#include <test/scenario.h>
#include <test/space.h>
#include <test/whole.h>

HF_SCENARIO(map_inherit_values, "map.inherit_values", "MP-30",
    "unknown inheritance is refused; ZERO passes over guards")
{
	vm_map_t map;
	vm_offset_t va;

	va = hf_space_anon(1);
	map = hf_space_map();
	vm_map_lock(map);
	hf_require_eq(vm_map_insert(map, NULL, 0, va + ptoa(1), va + ptoa(2),
			  VM_PROT_NONE, VM_PROT_NONE, MAP_CREATE_GUARD),
	    KERN_SUCCESS);
	vm_map_unlock(map);
	hf_expect_eq(vm_map_inherit(map, va, va, 4), KERN_INVALID_ARGUMENT);
	hf_expect_eq(vm_map_inherit(map, va, va + ptoa(2), VM_INHERIT_ZERO),
	    KERN_SUCCESS);
	hf_expect_eq(hf_space_entry(va)->inheritance, VM_INHERIT_ZERO);
	hf_expect_eq(
	    hf_space_entry(va + ptoa(1))->inheritance, VM_INHERIT_COPY);
	hf_expect_eq(vm_map_inherit(map, va, va + ptoa(2), VM_INHERIT_NONE),
	    KERN_SUCCESS);
	hf_expect_eq(
	    hf_space_entry(va + ptoa(1))->inheritance, VM_INHERIT_NONE);
	hf_space_check();
}

HF_SCENARIO(map_madvise_free, "map.madvise_free", "MP-32",
    "MADV_FREE never brings older contents back")
{
	struct proc *parent, *child;
	vm_map_t map;
	vm_offset_t va;
	uint64_t got;

	va = hf_space_anon(2);
	map = hf_space_map();
	parent = curproc;
	hf_fill(va, 0x01d);
	hf_fill(va + ptoa(1), 0x01d);
	/* Now both shadow that memory, and the parent writes anew. */
	child = hf_space_fork("child");
	hf_store(va, 0x2e3);
	hf_expect_eq(vm_map_madvise(map, va, va + ptoa(2), MADV_FREE), 0);
	hf_expect_eq(hf_load(va), 0x2e3);
	/* Not even a candidate: clean, it could be dropped at any time. */
	hf_expect_eq(hf_space_page(va)->dirty, VM_PAGE_BITS_ALL);
	hf_space_run(child);
	hf_expect_eq(hf_load(va), 0x01d);
	hf_space_run(parent);
	hf_space_end(child);
	/* Without a backing object: old data or zeros. */
	hf_space_anon_at(va + ptoa(8), 1);
	hf_poke(va + ptoa(8), 0x3a7);
	hf_expect_eq(
	    vm_map_madvise(map, va + ptoa(8), va + ptoa(9), MADV_FREE), 0);
	got = hf_peek(va + ptoa(8));
	hf_expect(got == 0x3a7 || got == 0);
	hf_space_check();
}

HF_SCENARIO(map_willneed_wired, "map.willneed_wired", "MP-33 WI-18",
    "WILLNEED on a wired entry makes no unwired mapping")
{
	vm_map_t map;
	vm_offset_t va;

	va = hf_space_anon(1);
	map = hf_space_map();
	hf_expect_eq(vm_map_protect(map, va, va + ptoa(1), VM_PROT_READ, 0,
			 VM_MAP_PROTECT_SET_PROT),
	    KERN_SUCCESS);
	hf_require_eq(
	    vm_map_wire(map, va, va + ptoa(1), VM_MAP_WIRE_USER), KERN_SUCCESS);
	hf_expect((hf_space_leaf(va) & PG_W) != 0);
	/* EXECUTE alone takes READ, and so the mapping, away. */
	hf_expect_eq(vm_map_protect(map, va, va + ptoa(1), VM_PROT_NONE, 0,
			 VM_MAP_PROTECT_SET_PROT),
	    KERN_SUCCESS);
	hf_expect_eq(vm_map_protect(map, va, va + ptoa(1), VM_PROT_EXECUTE, 0,
			 VM_MAP_PROTECT_SET_PROT),
	    KERN_SUCCESS);
	hf_expect((hf_space_leaf(va) & X86_PG_V) == 0);
	hf_expect_eq(vm_map_madvise(map, va, va + ptoa(1), MADV_WILLNEED), 0);
	hf_expect((hf_space_leaf(va) & X86_PG_V) == 0 ||
	    (hf_space_leaf(va) & PG_W) != 0);
	hf_expect_eq(vm_map_unwire(map, va, va + ptoa(1), VM_MAP_WIRE_USER),
	    KERN_SUCCESS);
	hf_space_check();
}

HF_SCENARIO(map_sync_checks, "map.sync_checks", "MP-34 WI-21",
    "a sync with a hole, or one that would invalidate locked memory, does "
    "nothing")
{
	vm_map_t map;
	vm_offset_t va;

	va = hf_space_anon(4);
	map = hf_space_map();
	hf_poke(va, 0x5a);
	hf_expect_eq(
	    vm_map_remove(map, va + ptoa(2), va + ptoa(3)), KERN_SUCCESS);
	hf_expect_eq(vm_map_sync(map, va, va + ptoa(4), TRUE, TRUE),
	    KERN_INVALID_ADDRESS);
	hf_expect((hf_space_leaf(va) & X86_PG_V) != 0);
	hf_expect_eq(vm_map_sync(map, va + ptoa(2), va + ptoa(2), TRUE, FALSE),
	    KERN_INVALID_ADDRESS);
	hf_require_eq(
	    vm_map_wire(map, va, va + ptoa(1), VM_MAP_WIRE_USER), KERN_SUCCESS);
	hf_expect_eq(vm_map_sync(map, va, va + ptoa(2), TRUE, TRUE),
	    KERN_INVALID_ARGUMENT);
	hf_expect((hf_space_leaf(va) & PG_W) != 0);
	hf_expect_eq(vm_map_unwire(map, va, va + ptoa(1), VM_MAP_WIRE_USER),
	    KERN_SUCCESS);
	hf_expect_eq(vm_map_sync(map, va, va, TRUE, FALSE), KERN_SUCCESS);
	hf_expect_eq(
	    vm_map_sync(map, va, va + ptoa(2), TRUE, TRUE), KERN_SUCCESS);
	hf_expect((hf_space_leaf(va) & X86_PG_V) == 0);
	hf_expect_eq(hf_peek(va), 0x5a);
	hf_space_check();
}
