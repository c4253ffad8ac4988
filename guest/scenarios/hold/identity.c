/* SPDX-License-Identifier: BSD-2-Clause */
/* identity.c: a held page is not reused, but it may stop being what it was. */

#include <sys/proc.h>
#include <test/probe.h>
#include <test/scenario.h>
#include <test/space.h>
#include <test/whole.h>

#define VA HF_SPACE_BASE

static int
hold(vm_offset_t addr, vm_size_t len, vm_prot_t prot, vm_page_t *ma, int max)
{
	return (vm_fault_quick_hold_pages(
	    hf_space_map(), addr, len, prot, ma, max));
}

HF_SCENARIO(hold_unmap, "hold.unmap", "QH-13 QH-28 QH-34",
    "a held page survives unmapping, may be written, and is freed once")
{
	vm_page_t ma[3], swap;
	vm_map_t map;
	u_int free;
	int i;

	hf_space_anon_at(VA, 3);
	hf_space_anon_at(VA + ptoa(8), 1);
	hf_poke(VA + ptoa(8), 0x8);
	map = hf_space_map();
	hf_require_eq(hold(VA, ptoa(3), VM_PROT_RW, ma, 3), 3);
	hf_expect_eq(vm_map_remove(map, VA, VA + ptoa(3)), KERN_SUCCESS);
	hf_expect_segv_map(hf_probe_read(VA));
	for (i = 0; i < 3; i++) {
		hf_expect_eq(ma[i]->object, NULL);
		hf_expect_eq(vm_page_wire_count(ma[i]), 1);
		memset((void *)PHYS_TO_DMAP(VM_PAGE_TO_PHYS(ma[i])), 0xee,
		    PAGE_SIZE);
	}
	/* Whatever is allocated now is another frame. */
	hf_space_anon_at(VA, 3);
	hf_poke(VA, 1);
	for (i = 0; i < 3; i++)
		hf_expect_ne(hf_space_page(VA), ma[i]);
	free = vm_free_count();
	vm_page_unhold_pages(ma, 0);
	hf_expect_eq(vm_free_count(), free);
	/* In any order. */
	swap = ma[0];
	ma[0] = ma[2];
	ma[2] = swap;
	vm_page_unhold_pages(ma, 3);
	hf_expect_eq(vm_free_count(), free + 3);
	hf_expect_eq(hf_peek(VA), 1);
	hf_expect_eq(hf_peek(VA + ptoa(8)), 0x8);
	hf_space_check();
}

HF_SCENARIO(hold_shared, "hold.shared", "QH-14 QH-19",
    "a held page of a shared object is everybody's; an alias is held twice")
{
	vm_object_t object;
	vm_page_t ma[2];

	object = vm_object_allocate(OBJT_SWAP, 1);
	vm_object_reference(object);
	hf_space_map_at(VA, 1, object, 0, VM_PROT_RW, 0);
	hf_space_map_at(VA + ptoa(1), 1, object, 0, VM_PROT_RW, 0);
	hf_require_eq(hold(VA, ptoa(2), VM_PROT_RW, ma, 2), 2);
	hf_expect_eq(ma[0], ma[1]);
	hf_expect_eq(vm_page_wire_count(ma[0]), 2);
	*(volatile uint64_t *)PHYS_TO_DMAP(VM_PAGE_TO_PHYS(ma[0])) = 0x4321;
	hf_expect_eq(hf_peek(VA), 0x4321);
	hf_expect_eq(hf_peek(VA + ptoa(1)), 0x4321);
	vm_page_unhold_pages(ma, 1);
	hf_expect_eq(vm_page_wire_count(ma[1]), 1);
	vm_page_unhold_pages(ma + 1, 1);
	hf_expect_eq(vm_page_wire_count(ma[1]), 0);
	hf_space_check();
}

HF_SCENARIO(hold_fork, "hold.fork", "QH-20",
    "after a fork and a write the held page is no longer the owner's")
{
	struct proc *child;
	vm_page_t ma[1];

	hf_space_anon_at(VA, 1);
	hf_fill(VA, 0x01d);
	hf_require_eq(hold(VA, 8, VM_PROT_RW, ma, 1), 1);
	child = hf_space_fork("child");
	hf_store(VA, 0x2e3);
	hf_expect_ne(hf_space_page(VA), ma[0]);
	hf_expect_eq(*(uint64_t *)PHYS_TO_DMAP(VM_PAGE_TO_PHYS(ma[0])), 0x01d);
	hf_space_end(child);
	hf_expect_eq(hf_load(VA), 0x2e3);
	hf_expect_eq(vm_page_wire_count(ma[0]), 1);
	vm_page_unhold_pages(ma, 1);
	hf_space_check();
}
