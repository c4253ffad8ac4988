/* SPDX-License-Identifier: BSD-2-Clause */
/* pmap_early.c: tables that are made before there is a page allocator. */

/*
 * RAM may hold anything, so each table is cleared first; there are as few of
 * them as possible, because each costs 512 emulated stores on some machines
 * (docs/caveats.md).
 */
#include "pmap_priv.h"

pt_entry_t *
hf_pmap_early_table(vm_paddr_t *next, pt_entry_t *slot)
{
	pt_entry_t *table;

	table = (pt_entry_t *)PHYS_TO_DMAP(*next);
	pagezero(table);
	*slot = *next | PG_TABLE_KERNEL;
	*next += PAGE_SIZE;
	return (table);
}

pt_entry_t *
hf_pmap_early_table_at(vm_paddr_t *next, pt_entry_t *slot)
{
	if ((*slot & X86_PG_V) != 0)
		return (pte_table(*slot));
	return (hf_pmap_early_table(next, slot));
}

/* Of [start, stop). */
static void
map_range(pt_entry_t *pdpt, vm_paddr_t start, vm_paddr_t stop,
    bool (*has_1g)(void), vm_paddr_t *next_table)
{
	const pt_entry_t bits = X86_PG_V | X86_PG_RW | X86_PG_A | X86_PG_M |
	    X86_PG_G | X86_PG_NX | X86_PG_PS;
	vm_paddr_t pa, next;
	pt_entry_t *pd, *slot;

	for (pa = trunc_page(start) & ~(PG_LEVEL_SIZE(1) - 1); pa < stop;
	     pa = next) {
		next = (pa | (PG_LEVEL_SIZE(2) - 1)) + 1;
		slot = &pdpt[PG_INDEX(pa, 2)];
		if (*slot == 0 && next <= stop &&
		    (pa & (PG_LEVEL_SIZE(2) - 1)) == 0 && has_1g()) {
			*slot = pa | bits;
			continue;
		}
		pd = hf_pmap_early_table_at(next_table, slot);
		for (; pa < MIN(stop, next); pa += PG_LEVEL_SIZE(1))
			pd[PG_INDEX(pa, 1)] = pa | bits;
	}
}

void
hf_pmap_early_direct(pt_entry_t *pdpt, const vm_paddr_t *ram,
    bool (*has_1g)(void), vm_paddr_t *next)
{
	for (; ram[1] != 0; ram += 2)
		map_range(
		    pdpt, ram[0], MIN(ram[1], PG_LEVEL_SIZE(3)), has_1g, next);
}
