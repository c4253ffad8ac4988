/* SPDX-License-Identifier: BSD-2-Clause */
/* quick.c: pmap_quick_enter_page(): one private frame for each CPU. */

/*
 * The frame's leaf is not global and is written by its own CPU only, with
 * preemption off, so that a local INVLPG is all the flushing there is.  That
 * comes when the page leaves: what is not valid is in no TLB.
 */
#include <kern/intr.h>
#include "pmap_priv.h"

static pt_entry_t *
quick_slot(vm_offset_t va)
{
	return (&hf_pmap_special_table[PG_INDEX(va, 0)]);
}

vm_offset_t
pmap_quick_enter_page(vm_page_t m)
{
	vm_offset_t va;

	KASSERT(!hf_in_interrupt(), ("pmap_quick_enter_page: in an interrupt"));
	KASSERT(!page_is_managed(m) || vm_page_wired(m) || vm_page_busied(m),
	    ("pmap_quick_enter_page: page %#lx may be freed",
		VM_PAGE_TO_PHYS(m)));
	critical_enter();
	if (PCPU_GET(qmap_busy) != 0)
		panic("pmap_quick_enter_page: nested");
	PCPU_SET(qmap_busy, 1);
	va = PCPU_GET(qmap_addr);
	pte_store(quick_slot(va),
	    VM_PAGE_TO_PHYS(m) | X86_PG_V | X86_PG_RW | X86_PG_A | X86_PG_M |
		X86_PG_NX | hf_pmap_cache_bits(m->md.pat_mode));
	return (hf_kva_reach(va));
}

void
pmap_quick_remove_page(vm_offset_t kva)
{
	vm_offset_t va = PCPU_GET(qmap_addr);

	if (PCPU_GET(qmap_busy) == 0 || kva != hf_kva_reach(va))
		panic("pmap_quick_remove_page: %#lx was not entered", kva);
	pte_store(quick_slot(va), 0);
	invlpg(va);
	PCPU_SET(qmap_busy, 0);
	critical_exit();
}
