/* SPDX-License-Identifier: BSD-2-Clause */
/* codes.c: the codes of refused accesses, and odd mappings. */

#include <sys/mman.h>
#include <sys/proc.h>
#include <test/probe.h>
#include <test/scenario.h>
#include <test/space.h>
#include <test/whole.h>

#define VA HF_SPACE_BASE

HF_SCENARIO(fault_codes, "fault.codes", "FT-02 FT-03 FT-04",
    "refused accesses: MAPERR, ACCERR, and OBJERR behind the object's end")
{
	struct hf_probe p;
	vm_object_t o;

	hf_space_map_at(VA, 1, NULL, 0, VM_PROT_READ, 0);
	hf_expect_segv_acc(hf_probe_write(VA + 4, 1));
	vm_map_remove(hf_space_map(), VA, VA + ptoa(1));
	p = hf_probe_write(VA + 4, 1);
	hf_expect_segv_map(p);
	hf_expect_eq(p.addr, VA + 4);
	hf_space_map_at(VA, 1, NULL, 0, VM_PROT_NONE, 0);
	hf_expect_segv_acc(hf_probe_read(VA));
	vm_map_remove(hf_space_map(), VA, VA + ptoa(1));
	/* One page of shared memory under two of addresses. */
	o = vm_object_allocate(OBJT_SWAP, 1);
	hf_space_map_at(VA, 2, o, 0, VM_PROT_RW, 0);
	hf_expect(hf_probe_write(VA, 1).ok);
	hf_expect_bus(hf_probe_write(VA + ptoa(1), 1));
	hf_expect_bus(hf_probe_read(VA + ptoa(1) + 5));
	vm_map_remove(hf_space_map(), VA, VA + ptoa(2));
	/* None at all. */
	o = vm_object_allocate(OBJT_SWAP, 0);
	hf_space_map_at(VA, 1, o, 0, VM_PROT_RW, 0);
	hf_expect_bus(hf_probe_write(VA, 1));
	vm_map_remove(hf_space_map(), VA, VA + ptoa(1));
	hf_space_check();
}

HF_SCENARIO(fault_write_only, "fault.write_only", "FT-03 FT-07",
    "a write-only mapping takes stores, and loads after them")
{
	hf_space_map_at(VA, 2, NULL, 0, VM_PROT_WRITE, 0);
	hf_expect(hf_probe_write(VA, 0x5a).ok);
	hf_expect_read(VA, 0x5a);
	hf_expect_segv_acc(hf_probe_read(VA + ptoa(1)));
	hf_space_check();
}

HF_SCENARIO(fault_zero_object, "fault.zero_object", "CW-20 CW-01 CW-03",
    "private maps of one empty object are apart, a shared one is the child's")
{
	struct proc *parent = curproc, *child;
	vm_object_t o;
	int i;

	o = vm_object_allocate(OBJT_SWAP, 2);
	vm_object_reference(o);
	vm_object_reference(o);
	hf_space_map_at(VA, 2, o, 0, VM_PROT_RW, MAP_COPY_ON_WRITE);
	hf_space_map_at(VA + ptoa(4), 2, o, 0, VM_PROT_RW, MAP_COPY_ON_WRITE);
	hf_space_map_at(VA + ptoa(8), 2, o, 0, VM_PROT_RW, MAP_INHERIT_SHARE);
	for (i = 0; i < 12; i += 4)
		hf_expect_eq(hf_peek(VA + ptoa(i)), 0);
	hf_fill(VA, 1);
	hf_expect_eq(hf_peek(VA + ptoa(4)), 0);
	hf_expect_eq(hf_peek(VA + ptoa(8)), 0);
	hf_fill(VA + ptoa(4), 2);
	child = hf_space_fork("child");
	hf_fill(VA + ptoa(8), 3);
	hf_space_run(child);
	hf_expect_eq(hf_load(VA + ptoa(8)), 3);
	hf_expect_eq(hf_load(VA), 1);
	hf_expect_eq(hf_load(VA + ptoa(4)), 2);
	hf_fill(VA + ptoa(9), 4);
	hf_store(VA, 9);
	hf_space_run(parent);
	hf_expect_eq(hf_load(VA + ptoa(9)), 4);
	hf_expect_eq(hf_load(VA), 1);
	hf_space_end(child);
	hf_space_check();
}
