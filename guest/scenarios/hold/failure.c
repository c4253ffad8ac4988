/* SPDX-License-Identifier: BSD-2-Clause */
/* failure.c: what a hold that fails leaves behind. */

#include <test/scenario.h>
#include <test/space.h>

#define VA HF_SPACE_BASE

static int
hold(vm_offset_t addr, vm_size_t len, vm_page_t *ma, int max)
{
	return (vm_fault_quick_hold_pages(
	    hf_space_map(), addr, len, VM_PROT_READ, ma, max));
}

HF_SCENARIO(hold_unwinds_later, "hold.unwinds_later", "QH-11",
    "page k cannot be had: pages behind it that were mapped are let go too")
{
	vm_page_t ma[4], m[4];
	int i;

	hf_space_anon_at(VA, 1);
	hf_space_map_at(VA + ptoa(1), 1, NULL, 0, VM_PROT_NONE, 0);
	hf_space_anon_at(VA + ptoa(2), 2);
	for (i = 0; i < 4; i++) {
		if (i != 1)
			hf_poke(VA + ptoa(i), 1 + (u_long)i);
		m[i] = hf_space_page(VA + ptoa(i));
	}
	/* Where a page goes whose last wiring that was. */
	vm_page_dequeue(m[3]);
	hf_expect_eq(hold(VA, ptoa(4), ma, 4), -1);
	for (i = 0; i < 4; i++)
		if (m[i] != NULL)
			hf_expect_eq(vm_page_wire_count(m[i]), 0);
	hf_expect_eq(vm_page_queue(m[3]), PQ_INACTIVE);
	hf_expect_eq(vm_page_queue(m[2]), PQ_ACTIVE);
	hf_space_check();
}

HF_SCENARIO(hold_no_locks, "hold.no_locks", "QH-32 QH-16",
    "what is mapped is held, and a miss refused, with map and object locked")
{
	const vm_prot_t prot = VM_PROT_RW | VM_PROT_QUICK_NOFAULT;
	vm_map_t map = hf_space_enter();
	vm_object_t object;
	vm_page_t ma[3];
	int count, missed, save;

	hf_space_anon_at(VA, 3);
	hf_poke(VA, 1);
	hf_poke(VA + ptoa(1), 2);
	object = hf_space_entry(VA)->object.vm_object;
	vm_map_lock(map);
	VM_OBJECT_WLOCK(object);
	THREAD_NO_SLEEPING();
	count = vm_fault_quick_hold_pages(map, VA, ptoa(2), prot, ma, 3);
	if (count == 2)
		vm_page_unhold_pages(ma, count);
	save = vm_fault_disable_pagefaults();
	missed = vm_fault_quick_hold_pages(map, VA, ptoa(3), prot, ma, 3);
	vm_fault_enable_pagefaults(save);
	THREAD_SLEEPING_OK();
	VM_OBJECT_WUNLOCK(object);
	vm_map_unlock(map);
	hf_expect_eq(count, 2);
	hf_expect_eq(missed, -1);
	hf_expect_eq(vm_page_wire_count(hf_space_page(VA)), 0);
	hf_space_check();
}
