/* SPDX-License-Identifier: BSD-2-Clause */
/* pmap_table.c: the tree of page tables of a user address space. */

/*
 * A table's page has one reference for each valid entry in it.  The reference
 * of its allocation counts for the entry that it was made for.  The
 * root is not counted; it lives as long as the pmap.
 */
#include <kern/fail_nth.h>
#include <kern/failpoint.h>
#include "pmap_priv.h"

/* A zeroed page for a table of the given level; one reference. */
static vm_page_t
ptp_alloc(pmap_t pmap, vm_offset_t va, int level)
{
	vm_page_t m;

	if (HF_FAILPOINT("pmap.table") || HF_FAIL_NTH(HF_FAIL_ALLOC))
		return (NULL);
	m = vm_page_alloc_noobj(VM_ALLOC_WIRED | VM_ALLOC_ZERO);
	if (m == NULL)
		return (NULL);
	m->pindex = (vm_pindex_t)level << 48 | va >> PG_LEVEL_SHIFT(level + 1);
	pmap->pm_stats.resident_count++;
	return (m);
}

/* The slot in the table of "level" that covers va; its table exists. */
static pt_entry_t *
table_slot(pmap_t pmap, vm_offset_t va, int level)
{
	pt_entry_t *table = pmap->pm_top;
	int l;

	for (l = PG_LEVELS - 1; l > level; l--)
		table = pte_table(pte_load(&table[PG_INDEX(va, l)]));
	return (&table[PG_INDEX(va, level)]);
}

static vm_page_t
table_page(pmap_t pmap, vm_offset_t va, int level)
{
	pt_entry_t e;

	e = pte_load(table_slot(pmap, va, level + 1));
	return (PHYS_TO_VM_PAGE(e & PG_FRAME));
}

/* Drops n references of va's table of "level". */
static void
table_drop(pmap_t pmap, vm_offset_t va, vm_page_t m, int level, u_int n,
    struct ptp_list *free)
{
	for (;;) {
		KASSERT(m->ref_count >= n,
		    ("hf_pmap_ptp_drop: %u references, %u dropped",
			m->ref_count, n));
		if (m->ref_count > n) {
			m->ref_count -= n;
			return;
		}
		if (pmap->pm_hint_ptp == m)
			pmap->pm_hint_ptp = NULL;
		pte_store(table_slot(pmap, va, level + 1), 0);
		pmap->pm_stats.resident_count--;
		m->ref_count = 1;
		m->md.ptp_next = free->pl_first;
		free->pl_first = m;
		if (++level == PG_LEVELS - 1)
			return;
		m = table_page(pmap, va, level);
		n = 1;
	}
}

/* The page of va's table of "level", made if need be, referenced once more. */
static vm_page_t
table_hold(pmap_t pmap, vm_offset_t va, int level, struct ptp_list *free)
{
	vm_page_t m, up;
	pt_entry_t *slot;

	up = NULL;
	if (level + 1 < PG_LEVELS - 1 &&
	    (up = table_hold(pmap, va, level + 1, free)) == NULL)
		return (NULL);
	slot = table_slot(pmap, va, level + 1);
	if ((pte_load(slot) & X86_PG_V) != 0) {
		if (up != NULL)
			up->ref_count--;
		m = PHYS_TO_VM_PAGE(pte_load(slot) & PG_FRAME);
		m->ref_count++;
		return (m);
	}
	m = ptp_alloc(pmap, va, level);
	if (m != NULL)
		pte_store(slot, VM_PAGE_TO_PHYS(m) | PG_TABLE_USER);
	else if (up != NULL)
		table_drop(pmap, va, up, level + 1, 1, free);
	return (m);
}

pt_entry_t *
hf_pmap_pte_hold(
    pmap_t pmap, vm_offset_t va, vm_page_t *ptpp, struct ptp_list *free)
{
	vm_page_t m;

	m = table_hold(pmap, va, 0, free);
	*ptpp = m;
	if (m == NULL)
		return (NULL);
	return (&pte_table(VM_PAGE_TO_PHYS(m))[PG_INDEX(va, 0)]);
}

void
hf_pmap_ptp_drop(
    pmap_t pmap, vm_offset_t va, vm_page_t ptp, u_int n, struct ptp_list *free)
{
	table_drop(pmap, va, ptp, 0, n, free);
}

void
hf_pmap_free_ptps(struct ptp_list *free)
{
	vm_page_t m;

	while ((m = free->pl_first) != NULL) {
		free->pl_first = m->md.ptp_next;
		TAILQ_INIT(&m->md.pv_list);
		if (vm_page_unwire_noq(m))
			vm_page_free_zero(m);
	}
}

pt_entry_t *
hf_pmap_next_run(
    pmap_t pmap, vm_offset_t *va, vm_offset_t eva, vm_offset_t *end)
{
	pt_entry_t *table, e;
	vm_offset_t va1;
	int level;

	va1 = *va;
again:
	if (va1 >= eva)
		return (NULL);
	table = pmap->pm_top;
	for (level = PG_LEVELS - 1; level > 0; level--) {
		e = pte_load(&table[PG_INDEX(va1, level)]);
		if ((e & (X86_PG_V | X86_PG_PS)) != X86_PG_V) {
			va1 = (va1 | (PG_LEVEL_SIZE(level) - 1)) + 1;
			if (va1 == 0)
				return (NULL);
			goto again;
		}
		table = pte_table(e);
	}
	*va = va1;
	*end = MIN(eva, (va1 | (PG_LEVEL_SIZE(1) - 1)) + 1);
	return (&table[PG_INDEX(va1, 0)]);
}
