/* SPDX-License-Identifier: BSD-2-Clause */
/* count.c: wirings by the system nest, the user's are one, and both add up. */

#include <test/scenario.h>
#include <test/space.h>
#include <vm/vm_kern.h>

#define SYS  (VM_MAP_WIRE_SYSTEM | VM_MAP_WIRE_NOHOLES)
#define USER (VM_MAP_WIRE_USER | VM_MAP_WIRE_NOHOLES)

/* Entry, leaf and page agree that the page at va is wired n times over. */
static void
expect_wired(vm_offset_t va, int n)
{
	vm_page_t m;

	m = hf_space_page(va);
	hf_require(m != NULL);
	hf_expect_eq(hf_space_entry(va)->wired_count, n);
	hf_expect_eq(vm_page_wire_count(m), n != 0);
	hf_expect_eq((hf_space_leaf(va) & PG_W) != 0, n != 0);
}

HF_SCENARIO(wire_system, "wire.system", "WI-01 IW-3",
    "wiring three pages makes them resident, wired in all layers, and back")
{
	vm_map_t map;
	vm_offset_t va;
	vm_page_t m;
	long wired;
	u_long wirings;
	int i;

	va = hf_space_anon(3);
	map = hf_space_map();
	hf_poke(va + ptoa(1), 0x99);
	wired = pmap_wired_count(map->pmap);
	wirings = VM_CNT_FETCH(v_wire_count);
	hf_expect_eq(vm_map_wire(map, va, va + ptoa(3), SYS), KERN_SUCCESS);
	for (i = 0; i < 3; i++)
		expect_wired(va + ptoa(i), 1);
	hf_expect_eq(pmap_wired_count(map->pmap), wired + 3);
	hf_expect_le(wirings + 3, VM_CNT_FETCH(v_wire_count));
	hf_expect_eq(vm_user_wire_count, 0);
	hf_space_check();
	hf_expect_eq(vm_map_unwire(map, va, va + ptoa(3), SYS), KERN_SUCCESS);
	for (i = 0; i < 3; i++) {
		expect_wired(va + ptoa(i), 0);
		m = hf_space_page(va + ptoa(i));
		hf_expect_eq(vm_page_queue(m), PQ_ACTIVE);
	}
	hf_expect_eq(pmap_wired_count(map->pmap), wired);
	hf_expect_eq(hf_peek(va + ptoa(1)), 0x99);
	hf_space_check();
}

HF_SCENARIO(wire_nesting, "wire.nesting", "WI-02 WI-03",
    "system wirings are counted, a user's second one is not")
{
	vm_map_t map;
	vm_offset_t va;

	va = hf_space_anon(1);
	map = hf_space_map();
	hf_expect_eq(vm_map_wire(map, va, va + ptoa(1), SYS), KERN_SUCCESS);
	hf_expect_eq(vm_map_wire(map, va, va + ptoa(1), SYS), KERN_SUCCESS);
	expect_wired(va, 2);
	hf_expect_eq(vm_map_unwire(map, va, va + ptoa(1), SYS), KERN_SUCCESS);
	expect_wired(va, 1);
	hf_expect_eq(vm_map_unwire(map, va, va + ptoa(1), SYS), KERN_SUCCESS);
	expect_wired(va, 0);
	hf_expect_eq(
	    vm_map_unwire(map, va, va + ptoa(1), SYS), KERN_INVALID_ARGUMENT);
	hf_expect_eq(vm_map_wire(map, va, va + ptoa(1), USER), KERN_SUCCESS);
	hf_expect_eq(vm_map_wire(map, va, va + ptoa(1), USER), KERN_SUCCESS);
	expect_wired(va, 1);
	hf_expect_eq(vm_user_wire_count, 1);
	/* The user's unit is none of the system's. */
	hf_expect_eq(
	    vm_map_unwire(map, va, va + ptoa(1), SYS), KERN_INVALID_ARGUMENT);
	expect_wired(va, 1);
	hf_expect_eq(vm_map_unwire(map, va, va + ptoa(1), USER), KERN_SUCCESS);
	expect_wired(va, 0);
	hf_expect_eq(vm_map_unwire(map, va, va + ptoa(1), USER), KERN_SUCCESS);
	hf_expect_eq(vm_user_wire_count, 0);
	hf_space_check();
}

HF_SCENARIO(wire_both, "wire.both", "WI-04 IW-5",
    "user and system, in all four orders: wired until both are gone")
{
	vm_map_t map;
	vm_offset_t va;
	int order, first_in, first_out;

	va = hf_space_anon(2);
	map = hf_space_map();
	for (order = 0; order < 4; order++) {
		first_in = (order & 1) != 0 ? USER : SYS;
		first_out = (order & 2) != 0 ? USER : SYS;
		hf_expect_eq(
		    vm_map_wire(map, va, va + ptoa(2), first_in), KERN_SUCCESS);
		hf_expect_eq(vm_map_wire(map, va, va + ptoa(2),
				 first_in == USER ? SYS : USER),
		    KERN_SUCCESS);
		expect_wired(va, 2);
		hf_expect_eq(vm_user_wire_count, 2);
		hf_expect_eq(vm_map_unwire(map, va, va + ptoa(2), first_out),
		    KERN_SUCCESS);
		expect_wired(va + ptoa(1), 1);
		hf_expect_eq(vm_user_wire_count, first_out == USER ? 0 : 2);
		hf_space_check();
		hf_expect_eq(vm_map_unwire(map, va, va + ptoa(2),
				 first_out == USER ? SYS : USER),
		    KERN_SUCCESS);
		expect_wired(va + ptoa(1), 0);
		hf_expect_eq(vm_user_wire_count, 0);
	}
	hf_space_check();
}

HF_SCENARIO(wire_limit, "wire.limit", "WI-10 IW-9",
    "over the user's limit nothing is wired; the system has no limit")
{
	vm_map_t map;
	vm_offset_t va;
	u_long limit;

	va = hf_space_anon(4);
	map = hf_space_map();
	hf_poke(va, 1);
	limit = vm_page_max_user_wired;
	vm_page_max_user_wired = vm_user_wire_count + 3;
	hf_expect_eq(
	    vm_map_wire(map, va, va + ptoa(4), USER), KERN_RESOURCE_SHORTAGE);
	expect_wired(va, 0);
	hf_expect_eq(vm_user_wire_count, 0);
	hf_space_check();
	hf_expect_eq(vm_map_wire(map, va, va + ptoa(3), USER), KERN_SUCCESS);
	/* Over it on the second entry, with a system unit there already. */
	hf_expect_eq(
	    vm_map_wire(map, va + ptoa(3), va + ptoa(4), SYS), KERN_SUCCESS);
	hf_expect_eq(
	    vm_map_wire(map, va, va + ptoa(4), USER), KERN_RESOURCE_SHORTAGE);
	expect_wired(va + ptoa(3), 1);
	expect_wired(va, 1);
	hf_expect_eq(vm_user_wire_count, 3);
	hf_expect_eq(
	    vm_map_unwire(map, va + ptoa(3), va + ptoa(4), SYS), KERN_SUCCESS);
	hf_expect_eq(vm_map_unwire(map, va, va + ptoa(4), USER), KERN_SUCCESS);
	vm_page_max_user_wired = limit;
	hf_space_check();
}

HF_SCENARIO(wire_kernel, "wire.kernel", "WI-28",
    "kernel_map is wired by the same rules, without a user count")
{
	vm_object_t object;
	vm_offset_t kva;
	vm_page_t m;

	(void)hf_space_enter();
	object = vm_object_allocate(OBJT_SWAP, 2);
	vm_object_reference(object);
	kva = vm_map_min(kernel_map);
	hf_require_eq(vm_map_find(kernel_map, object, 0, &kva, ptoa(2), 0,
			  VMFS_ANY_SPACE, VM_PROT_RW, VM_PROT_RW, 0),
	    KERN_SUCCESS);
	hf_expect_eq(
	    vm_map_wire(kernel_map, kva, kva + ptoa(2), SYS), KERN_SUCCESS);
	m = PHYS_TO_VM_PAGE(pmap_kextract(kva + ptoa(1)));
	hf_require(m != NULL);
	hf_expect_eq(vm_page_wire_count(m), 1);
	hf_expect_eq(m->object, object);
	hf_expect_eq(vm_user_wire_count, 0);
	hf_expect_eq(
	    vm_map_unwire(kernel_map, kva, kva + ptoa(2), SYS), KERN_SUCCESS);
	hf_expect_eq(vm_page_wire_count(m), 0);
	/* A deletion does not wait for the system's wiring here. */
	hf_expect_eq(
	    vm_map_wire(kernel_map, kva, kva + ptoa(2), SYS), KERN_SUCCESS);
	hf_expect_eq(
	    vm_map_remove(kernel_map, kva, kva + ptoa(2)), KERN_SUCCESS);
	hf_expect_eq(vm_page_wire_count(m), 0);
	vm_object_deallocate(object);
}

HF_SCENARIO(wire_vslock, "wire.vslock", "WI-29 IW-10",
    "vslock fails with EFAULT for unmapped memory, and pairs nest")
{
	vm_offset_t va;
	vm_page_t m;
	u_long limit;

	va = hf_space_anon(2);
	hf_expect_eq(vslock((void *)(va + 100), ptoa(1)), 0);
	expect_wired(va, 1);
	expect_wired(va + ptoa(1), 1);
	hf_expect_eq(vslock((void *)(va + 100), 8), 0);
	expect_wired(va, 2);
	hf_expect_eq(curthread->td_vslock_sz, ptoa(1) + 8);
	/* The buffer is there: no fault, so it may be written right here. */
	m = hf_space_page(va);
	critical_enter();
	*(volatile uint64_t *)(PHYS_TO_DMAP(VM_PAGE_TO_PHYS(m)) + 104) = 7;
	critical_exit();
	hf_expect_eq(hf_peek(va + 104), 7);
	vsunlock((void *)(va + 100), 8);
	vsunlock((void *)(va + 100), ptoa(1));
	expect_wired(va, 0);
	hf_expect_eq(curthread->td_vslock_sz, 0);
	hf_expect_eq(vslock((void *)(va + ptoa(1)), ptoa(2)), EFAULT);
	expect_wired(va, 0);
	hf_expect_eq(vslock((void *)(va + 1), ~0ul), EINVAL);
	limit = vm_page_max_user_wired;
	vm_page_max_user_wired = 1;
	hf_expect_eq(vslock((void *)va, ptoa(2)), ENOMEM);
	vm_page_max_user_wired = limit;
	hf_expect(useracc((void *)va, ptoa(2), VM_PROT_RW));
	hf_expect(!useracc((void *)va, ptoa(3), VM_PROT_READ));
	hf_space_check();
}
