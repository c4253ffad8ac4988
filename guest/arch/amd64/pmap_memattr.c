/* SPDX-License-Identifier: BSD-2-Clause */
/* pmap_memattr.c: memory types of RAM, in the direct map. */

#include "pmap_var.h"

static struct mtx split_mtx;

/* Replaces a large leaf of the direct map by a table of the same effect. */
static void
split_leaf(pt_entry_t *slot, int level)
{
	pt_entry_t e, *table;
	vm_page_t m;
	u_long i;

	m = vm_page_alloc_noobj(VM_ALLOC_INTERRUPT | VM_ALLOC_WIRED);
	if (m == NULL)
		panic("pmap_page_set_memattr: no memory");
	e = pte_load(slot);
	if (level == 1)
		e &= ~X86_PG_PS;
	table = (pt_entry_t *)PHYS_TO_DMAP(VM_PAGE_TO_PHYS(m));
	for (i = 0; i < PG_ENTRIES; i++)
		table[i] = e + i * PG_LEVEL_SIZE(level - 1);
	pte_store(slot, VM_PAGE_TO_PHYS(m) | PG_TABLE_KERNEL);
}

/* The slot that maps a direct-map address at a level. */
static pt_entry_t *
direct_slot(vm_offset_t va, int level)
{
	pt_entry_t *table, *slot;
	int l;

	table = kernel_pmap->pm_top;
	for (l = PG_LEVELS - 1;; l--) {
		slot = &table[PG_INDEX(va, l)];
		if (l == level)
			return (slot);
		if ((pte_load(slot) & X86_PG_PS) != 0)
			split_leaf(slot, l);
		table = pte_table(pte_load(slot));
	}
}

/*
 * Undoes the split around va when all leaves are of one kind again.  The
 * table's page, NULL if it stays; free after the flush.
 */
static vm_page_t
merge_leaves(vm_offset_t va)
{
	pt_entry_t *slot, *table, first;
	vm_page_t m;
	u_long i;

	slot = direct_slot(va, 1);
	table = pte_table(pte_load(slot));
	first = pte_load(&table[0]);
	for (i = 1; i < PG_ENTRIES; i++)
		if (pte_load(&table[i]) != first + i * PAGE_SIZE)
			return (NULL);
	m = PHYS_TO_VM_PAGE(pte_load(slot) & PG_FRAME);
	/* A table of the bootstrap has no wiring to give back. */
	if (m == NULL || !vm_page_wired(m))
		return (NULL);
	pte_store(slot, first | X86_PG_PS);
	return (m);
}

void
pmap_page_set_memattr(vm_page_t m, vm_memattr_t mode)
{
	pt_entry_t *slot, bits;
	vm_page_t table;
	vm_offset_t va;

	KASSERT(pmap_is_valid_memattr(kernel_pmap, mode),
	    ("pmap_page_set_memattr: memory type %d", mode));
	if (m->md.pat_mode == mode)
		return;
	m->md.pat_mode = mode;
	if ((m->flags & PG_FICTITIOUS) != 0)
		return;
	bits = hf_pmap_cache_bits(mode);
	va = PHYS_TO_DMAP(VM_PAGE_TO_PHYS(m));
	mtx_lock(&split_mtx);
	slot = direct_slot(va, 0);
	pte_store(slot, (pte_load(slot) & ~PG_CACHE_MASK) | bits);
	table = mode == VM_MEMATTR_DEFAULT ? merge_leaves(va) : NULL;
	pmap_invalidate_all(kernel_pmap);
	/* Lines cached under the old type must not come back later. */
	__asm__ __volatile__("wbinvd" : : : "memory");
	mtx_unlock(&split_mtx);
	if (table != NULL && vm_page_unwire_noq(table))
		vm_page_free(table);
}

void
hf_memattr_init(void)
{
	mtx_init(&split_mtx, "pmap split", NULL, MTX_DEF);
}
