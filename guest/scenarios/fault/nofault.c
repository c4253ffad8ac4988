/* SPDX-License-Identifier: BSD-2-Clause */
/* nofault.c: sections in which a thread's faults fail at once. */

#include <sys/proc.h>
#include <sys/vmmeter.h>
#include <test/scenario.h>
#include <test/space.h>

HF_SCENARIO(fault_disabled, "fault.disabled", "FT-70 FT-84 QH-16 QH-17",
    "with faults disabled only what is mapped can be had; sections nest")
{
	vm_map_t map;
	vm_offset_t va;
	vm_page_t ma[2];
	u_long faults;
	int outer, inner;
	char buf[16];

	va = hf_space_anon(2);
	map = hf_space_map();
	hf_poke(va, 1);
	outer = vm_fault_disable_pagefaults();
	hf_expect_eq(vm_fault(map, va, VM_PROT_READ, VM_FAULT_NORMAL, NULL),
	    KERN_PROTECTION_FAILURE);
	hf_expect_eq(copyin((void *)va, buf, sizeof(buf)), 0);
	hf_expect_eq(copyin((void *)(va + ptoa(1)), buf, sizeof(buf)), EFAULT);
	inner = vm_fault_disable_pagefaults();
	vm_fault_enable_pagefaults(inner);
	hf_expect_eq(copyin((void *)(va + ptoa(1)), buf, sizeof(buf)), EFAULT);
	/* No fault is tried with QUICK_NOFAULT, one fails without. */
	faults = VM_CNT_FETCH(v_vm_faults);
	hf_expect_eq(vm_fault_quick_hold_pages(map, va, ptoa(2),
			 VM_PROT_READ | VM_PROT_QUICK_NOFAULT, ma, 2),
	    -1);
	hf_expect_eq(VM_CNT_FETCH(v_vm_faults), faults);
	hf_expect_eq(
	    vm_fault_quick_hold_pages(map, va, ptoa(2), VM_PROT_READ, ma, 2),
	    -1);
	hf_expect_eq(VM_CNT_FETCH(v_vm_faults), faults + 1);
	hf_expect_eq(vm_fault_quick_hold_pages(map, va, ptoa(1),
			 VM_PROT_READ | VM_PROT_QUICK_NOFAULT, ma, 2),
	    1);
	vm_page_unhold_pages(ma, 1);
	vm_fault_enable_pagefaults(outer);
	hf_expect_eq(copyin((void *)(va + ptoa(1)), buf, sizeof(buf)), 0);
	/* Outside a section the flag means nothing. */
	pmap_remove(map->pmap, va, va + ptoa(2));
	hf_expect_eq(vm_fault_quick_hold_pages(map, va, ptoa(2),
			 VM_PROT_READ | VM_PROT_QUICK_NOFAULT, ma, 2),
	    2);
	vm_page_unhold_pages(ma, 2);
	hf_expect_eq(vm_page_wire_count(hf_space_page(va)), 0);
	hf_space_check();
}

/*
 * A page whose mapping allows writing, and this CPU may still know that it did
 * not.
 */
static void
make_stale(vm_map_t map, vm_offset_t va)
{
	hf_poke(va, 1);
	hf_expect_eq(vm_map_protect(map, va, va + ptoa(1), VM_PROT_READ, 0,
			 VM_MAP_PROTECT_SET_PROT),
	    KERN_SUCCESS);
	hf_expect_eq(vm_map_protect(map, va, va + ptoa(1), VM_PROT_RW, 0,
			 VM_MAP_PROTECT_SET_PROT),
	    KERN_SUCCESS);
	hf_expect_eq(hf_peek(va), 1);
	/* A right that is added needs no flush. */
	hf_expect_eq(vm_fault(map, va, VM_PROT_WRITE, VM_FAULT_NORMAL, NULL),
	    KERN_SUCCESS);
}

HF_SCENARIO(fault_disabled_stale, "fault.disabled_stale", "FT-71",
    "with faults disabled a stale TLB entry costs another try, and no more")
{
	vm_map_t map;
	vm_offset_t va;
	uint64_t two = 2;
	u_long faults;
	int save;

	va = hf_space_anon(3);
	map = hf_space_map();
	make_stale(map, va);
	make_stale(map, va + ptoa(1));
	faults = VM_CNT_FETCH(v_vm_faults);
	save = vm_fault_disable_pagefaults();
	hf_expect_eq(copyout(&two, (void *)va, sizeof(two)), 0);
	hf_expect_eq(copyout(&two, (void *)(va + ptoa(1)), sizeof(two)), 0);
	/* What is not there stays so, the first time and the next. */
	hf_expect_eq(
	    copyout(&two, (void *)(va + ptoa(2)), sizeof(two)), EFAULT);
	hf_expect_eq(
	    copyout(&two, (void *)(va + ptoa(2)), sizeof(two)), EFAULT);
	hf_expect_eq(copyout(&two, (void *)va, sizeof(two)), 0);
	vm_fault_enable_pagefaults(save);
	hf_expect_eq(VM_CNT_FETCH(v_vm_faults), faults);
	hf_expect_eq(hf_peek(va), 2);
	hf_expect_eq(hf_peek(va + ptoa(1)), 2);
	hf_space_check();
}
