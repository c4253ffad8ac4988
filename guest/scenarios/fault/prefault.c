/* SPDX-License-Identifier: BSD-2-Clause */
/* prefault.c: what a fault maps beside the page that it was for. */

#include <sys/proc.h>
#include <test/probe.h>
#include <test/scenario.h>
#include <test/space.h>
#include <test/whole.h>

#define VA HF_SPACE_BASE

/* Sixteen resident pages of which nothing is mapped (but their table is). */
static void
resident_unmapped(vm_offset_t va, u_long npages)
{
	u_long i;

	hf_space_anon_at(va, npages);
	for (i = 0; i < npages; i++)
		hf_poke(va + ptoa(i), i + 1);
	pmap_remove(hf_space_map()->pmap, va, va + ptoa(npages));
	/* A neighbour keeps the page table, or nothing is prefaultable. */
	hf_space_anon_at(va + ptoa(npages + 1), 1);
	hf_poke(va + ptoa(npages + 1), 1);
}

HF_SCENARIO(fault_prefault, "fault.prefault", "FT-51",
    "at most four resident neighbours each side are mapped, read-only")
{
	u_long i;
	pt_entry_t pte;

	resident_unmapped(VA, 16);
	hf_poke(VA + ptoa(8), 0x99);
	for (i = 0; i < 16; i++) {
		pte = hf_space_leaf(VA + ptoa(i));
		hf_expect_eq((pte & X86_PG_V) != 0, i >= 4 && i <= 12);
		if ((pte & X86_PG_V) != 0 && i != 8)
			hf_expect((pte & (X86_PG_RW | PG_W)) == 0);
	}
	hf_expect((hf_space_leaf(VA + ptoa(8)) & X86_PG_RW) != 0);
	hf_space_check();
}

HF_SCENARIO(fault_prefault_stops, "fault.prefault_stops", "FT-51",
    "absent pages, the entry's ends, wiring and other maps stop it")
{
	struct proc *owner, *other;
	vm_object_t object;
	vm_map_t map;

	resident_unmapped(VA, 16);
	map = hf_space_map();
	/* Nothing below page 0: entries bound it. */
	hf_poke(VA, 1);
	hf_expect((hf_space_leaf(VA + ptoa(4)) & X86_PG_V) != 0);
	hf_expect((hf_space_leaf(VA + ptoa(5)) & X86_PG_V) == 0);
	pmap_remove(map->pmap, VA, VA + ptoa(16));
	/* The first candidate that is not resident ends it. */
	object = hf_space_entry(VA)->object.vm_object;
	VM_OBJECT_WLOCK(object);
	vm_object_page_remove(object, 7, 8, 0);
	VM_OBJECT_WUNLOCK(object);
	hf_expect_eq(hf_peek(VA + ptoa(8)), 9);
	hf_expect((hf_space_leaf(VA + ptoa(9)) & X86_PG_V) == 0);
	hf_expect_eq(hf_peek(VA + ptoa(7)), 0);
	pmap_remove(map->pmap, VA, VA + ptoa(16));
	/* For another process's map: only what was asked for. */
	owner = curproc;
	other = hf_space_proc("other");
	hf_space_run(other);
	hf_expect_eq(
	    vm_fault(map, VA + ptoa(8), VM_PROT_READ, VM_FAULT_NORMAL, NULL),
	    KERN_SUCCESS);
	hf_space_run(owner);
	hf_space_end(other);
	hf_expect((hf_space_leaf(VA + ptoa(8)) & X86_PG_V) != 0);
	hf_expect((hf_space_leaf(VA + ptoa(7)) & X86_PG_V) == 0);
	hf_expect((hf_space_leaf(VA + ptoa(9)) & X86_PG_V) == 0);
	/* Wired: its neighbours would come without the wired bit. */
	pmap_remove(map->pmap, VA, VA + ptoa(16));
	hf_require_eq(
	    vm_map_wire(map, VA + ptoa(8), VA + ptoa(9), VM_MAP_WIRE_SYSTEM),
	    KERN_SUCCESS);
	hf_expect((hf_space_leaf(VA + ptoa(7)) & X86_PG_V) == 0);
	hf_expect_eq(
	    vm_map_unwire(map, VA + ptoa(8), VA + ptoa(9), VM_MAP_WIRE_SYSTEM),
	    KERN_SUCCESS);
	hf_space_check();
}

HF_SCENARIO(fault_prefault_chain, "fault.prefault_chain", "FT-52",
    "through a stack of shadows it maps what a fault would find")
{
	struct proc *parent, *child;
	vm_page_t low;
	vm_offset_t va;
	u_long i;

	va = hf_space_anon(8);
	parent = curproc;
	for (i = 0; i < 8; i++)
		hf_fill(va + ptoa(i), 0x10 + i);
	low = hf_space_page(va + ptoa(5));
	child = hf_space_fork("child");
	hf_space_run(child);
	hf_store(va + ptoa(3), 0x33);
	pmap_remove(hf_space_map()->pmap, va, va + ptoa(8));
	hf_space_anon_at(va + ptoa(16), 1);
	hf_poke(va + ptoa(16), 1);
	/* Soft, in the top object, with neighbours that lie below it. */
	hf_expect_eq(hf_load(va + ptoa(3)), 0x33);
	hf_expect((hf_space_leaf(va + ptoa(4)) & X86_PG_V) != 0);
	hf_expect_eq(hf_space_page(va + ptoa(5)), low);
	for (i = 0; i < 8; i++)
		hf_expect_eq(hf_load(va + ptoa(i)), i == 3 ? 0x33 : 0x10 + i);
	hf_space_check();
	hf_space_run(parent);
	hf_space_end(child);
	hf_space_check();
}
