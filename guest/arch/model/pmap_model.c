/* SPDX-License-Identifier: BSD-2-Clause */
/* pmap_model.c: what the pmap needs of a machine, in a host process. */

/*
 * amd64's pmap sources run here unchanged, with its flushes; their tables lie
 * in the host memory that stands for RAM, and mmu.c walks them.
 */
#include <vm/vm_map.h>
#include <arch/amd64/pmap_priv.h>
#include "tlb_cache.h"

vm_offset_t hf_model_dmap_base;
vm_size_t hf_model_ram_bytes;
pt_entry_t *hf_pmap_special_table;

/*
 * The kernel map gets its first 2 MiB at once: a table added later is never
 * freed and would look like a leak of the scenario that came first.
 */
void
pmap_bootstrap(vm_paddr_t *firstaddr)
{
	const vm_offset_t va = VM_MIN_KERNEL_ADDRESS;
	pt_entry_t *top, *pdpt, *pd, slot;

	hf_tlb_cache_init();
	*firstaddr = round_page(*firstaddr);
	kernel_pmap->pm_cr3 = *firstaddr;
	top = hf_pmap_early_table(firstaddr, &slot);
	pdpt = hf_pmap_early_table(firstaddr, &top[PG_INDEX(va, 3)]);
	pd = hf_pmap_early_table(firstaddr, &pdpt[PG_INDEX(va, 2)]);
	(void)hf_pmap_early_table(firstaddr, &pd[PG_INDEX(va, 1)]);
	pdpt =
	    hf_pmap_early_table(firstaddr, &top[PG_INDEX(HF_KVA_SPECIAL, 3)]);
	pd = hf_pmap_early_table(firstaddr, &pdpt[PG_INDEX(HF_KVA_SPECIAL, 2)]);
	hf_pmap_special_table =
	    hf_pmap_early_table(firstaddr, &pd[PG_INDEX(HF_KVA_SPECIAL, 1)]);
	kernel_pmap->pm_top = top;
	TAILQ_INIT(&kernel_pmap->pm_chunks);
	virtual_avail = va;
	kernel_vm_end = va + PG_LEVEL_SIZE(1);
}

void
hf_pmap_md_init(void)
{
	hf_pmap_cpu_init();
}

/* The model has no direct map to split. */
bool
hf_pmap_memattr_reserve(vm_page_t m, u_long n)
{
	return (true);
}

void
hf_pmap_memattr_unreserve(vm_page_t m, u_long n)
{
}

void
pmap_page_set_memattr(vm_page_t m, vm_memattr_t mode)
{
	KASSERT(pmap_is_valid_memattr(kernel_pmap, mode),
	    ("pmap_page_set_memattr: memory type %d", mode));
	m->md.pat_mode = mode;
}
