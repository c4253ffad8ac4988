/* SPDX-License-Identifier: BSD-2-Clause */
/* dirty.c: when a page becomes dirty, and who is told. */

#include <sys/mman.h>
#include <test/probe.h>
#include <test/scenario.h>
#include <test/script_pager.h>
#include <test/space.h>

#define VA HF_SPACE_BASE

HF_SCENARIO(fault_dirty, "fault.dirty", "FT-40 IF-4 IF-5",
    "a write fault dirties at once, a read fault leaves it to the mapping")
{
	struct hf_script s;
	vm_page_t m;

	hf_script_map(&s, VA, 2);
	hf_expect_eq(s.marked, 0);
	hf_expect(hf_probe_write(VA, 1).ok);
	hf_expect_eq(hf_space_page(VA)->dirty, VM_PAGE_BITS_ALL);
	hf_expect_eq(s.marked, 1);
	/* The object is told as well, for nobody sees the store that may follow. */
	hf_expect_read(VA + ptoa(1), hf_script_byte(1));
	hf_expect_eq(s.marked, 2);
	m = hf_space_page(VA + ptoa(1));
	hf_expect_eq(m->dirty, 0);
	hf_expect((hf_space_leaf(VA + ptoa(1)) & X86_PG_RW) != 0);
	hf_expect(!pmap_is_modified(m));
	hf_expect(hf_probe_write(VA + ptoa(1), 2).ok);
	hf_expect_eq(m->dirty, 0);
	hf_expect(pmap_is_modified(m));
	/* Without the right to write there is nothing to tell. */
	pmap_remove(hf_space_map()->pmap, VA, VA + ptoa(2));
	hf_expect_eq(vm_map_protect(hf_space_map(), VA, VA + ptoa(2),
			 VM_PROT_READ, 0, VM_MAP_PROTECT_SET_PROT),
	    KERN_SUCCESS);
	hf_expect_read(VA + ptoa(1), 2);
	hf_expect_eq(s.marked, 2);
	hf_space_check();
	vm_map_remove(hf_space_map(), VA, VA + ptoa(2));
	hf_script_end(&s);
}

HF_SCENARIO(fault_dirty_wire, "fault.dirty_wire", "FT-41",
    "wiring does not make a page dirty, the DIRTY flag does")
{
	struct hf_script s;
	vm_map_t map;

	hf_script_map(&s, VA, 2);
	map = hf_space_map();
	hf_require_eq(vm_map_wire(map, VA, VA + ptoa(1), VM_MAP_WIRE_SYSTEM),
	    KERN_SUCCESS);
	hf_expect_eq(hf_space_page(VA)->dirty, 0);
	hf_expect_eq(vm_fault(map, VA, VM_PROT_READ, VM_FAULT_DIRTY, NULL),
	    KERN_SUCCESS);
	hf_expect_eq(hf_space_page(VA)->dirty, VM_PAGE_BITS_ALL);
	hf_expect_eq(vm_map_unwire(map, VA, VA + ptoa(1), VM_MAP_WIRE_SYSTEM),
	    KERN_SUCCESS);
	hf_space_check();
	vm_map_remove(map, VA, VA + ptoa(2));
	hf_script_end(&s);
}

HF_SCENARIO(fault_nosync, "fault.nosync", "FT-42",
    "a NOSYNC entry tags a page when it becomes dirty, others clear the tag")
{
	struct hf_script s;
	vm_map_t map;
	vm_page_t m;

	hf_script_begin(&s, 2);
	vm_object_reference(s.object);
	hf_space_map_at(VA, 2, s.object, 0, VM_PROT_RW, MAP_DISABLE_SYNCER);
	hf_space_map_at(VA + ptoa(4), 2, s.object, 0, VM_PROT_RW, 0);
	map = hf_space_map();
	hf_expect(hf_probe_write(VA, 1).ok);
	m = hf_space_page(VA);
	hf_expect((vm_page_aflags(m) & PGA_NOSYNC) != 0);
	/* Dirty already: a normal entry changes nothing. */
	hf_expect(hf_probe_write(VA + ptoa(4), 1).ok);
	hf_expect((vm_page_aflags(m) & PGA_NOSYNC) != 0);
	pmap_remove(map->pmap, VA, VA + ptoa(8));
	vm_page_undirty(m);
	hf_expect(hf_probe_write(VA + ptoa(4), 1).ok);
	hf_expect((vm_page_aflags(m) & PGA_NOSYNC) == 0);
	/* And not tagged when it is dirty already. */
	hf_expect(hf_probe_write(VA, 1).ok);
	hf_expect((vm_page_aflags(m) & PGA_NOSYNC) == 0);
	hf_expect_eq(vm_map_madvise(map, VA, VA + ptoa(2), MADV_AUTOSYNC), 0);
	hf_expect((hf_space_entry(VA)->eflags & MAP_ENTRY_NOSYNC) == 0);
	hf_space_check();
	vm_map_remove(map, VA, VA + ptoa(8));
	hf_script_end(&s);
}
