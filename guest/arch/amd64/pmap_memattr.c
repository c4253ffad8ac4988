/* SPDX-License-Identifier: BSD-2-Clause */
/* pmap_memattr.c: memory types of RAM, in the direct map. */

/*
 * A large leaf is split into a table of smaller ones before one of them
 * changes, and joined again when all are of one kind.  A table's page has a
 * wiring of its own, and one more for each reservation; a table of the
 * bootstrap has none and stays.
 */
#include <sys/smp.h>
#include "pmap_priv.h"

static struct mtx split_mtx;
static u_long writebacks[MAXCPU]; /* each CPU its own */

/* Replaces a large leaf by a table of the same effect; false: no memory. */
static bool
split_leaf(pt_entry_t *slot, int level)
{
	pt_entry_t e, *table;
	vm_page_t m;
	u_long i;

	m = vm_page_alloc_noobj(VM_ALLOC_INTERRUPT | VM_ALLOC_WIRED);
	if (m == NULL)
		return (false);
	e = pte_load(slot);
	if (level == 1)
		e &= ~X86_PG_PS;
	table = (pt_entry_t *)PHYS_TO_DMAP(VM_PAGE_TO_PHYS(m));
	for (i = 0; i < PG_ENTRIES; i++)
		table[i] = e + i * PG_LEVEL_SIZE(level - 1);
	pte_store(slot, VM_PAGE_TO_PHYS(m) | PG_TABLE_KERNEL);
	return (true);
}

/*
 * The slot that maps a direct-map address at a level.  NULL: a larger leaf maps
 * it, or, with `split', there is no memory to split that.
 */
static pt_entry_t *
direct_slot(vm_offset_t va, int level, bool split)
{
	pt_entry_t *table, *slot;
	int l;

	table = kernel_pmap->pm_top;
	for (l = PG_LEVELS - 1;; l--) {
		slot = &table[PG_INDEX(va, l)];
		if (l == level)
			return (slot);
		if ((pte_load(slot) & X86_PG_PS) != 0 &&
		    (!split || !split_leaf(slot, l)))
			return (NULL);
		table = pte_table(pte_load(slot));
	}
}

/* The page of the table that has va's smallest leaf. */
static vm_page_t
leaf_table(vm_offset_t va)
{
	return (
	    PHYS_TO_VM_PAGE(pte_load(direct_slot(va, 1, false)) & PG_FRAME));
}

/* Tables to free when no CPU looks at them any more. */
struct joined {
	vm_page_t m[PG_LEVELS];
	int n;
};

/* Undoes splits around va where all leaves are of one kind again. */
static void
join_leaves(vm_offset_t va, struct joined *j)
{
	pt_entry_t *slot, *table, first;
	vm_page_t m;
	int level;
	u_long i;

	j->n = 0;
	for (level = 1; level < PG_LEVELS - 1; level++) {
		slot = direct_slot(va, level, false);
		if (slot == NULL || (pte_load(slot) & X86_PG_PS) != 0)
			continue;
		table = pte_table(pte_load(slot));
		first = pte_load(&table[0]);
		if (level > 1 && (first & X86_PG_PS) == 0)
			return;
		for (i = 1; i < PG_ENTRIES; i++)
			if (pte_load(&table[i]) !=
			    first + i * PG_LEVEL_SIZE(level - 1))
				return;
		m = PHYS_TO_VM_PAGE(pte_load(slot) & PG_FRAME);
		if (m == NULL || vm_page_wire_count(m) != 1)
			return;
		pte_store(slot, first | X86_PG_PS);
		j->m[j->n++] = m;
	}
}

static void
free_joined(struct joined *j)
{
	while (j->n > 0)
		if (vm_page_unwire_noq(j->m[--j->n]))
			vm_page_free(j->m[j->n]);
}

/* Joins what a reservation had split. */
static void
rejoin(vm_offset_t va)
{
	struct joined j;

	join_leaves(va, &j);
	if (j.n != 0)
		pmap_invalidate_all(kernel_pmap);
	mtx_unlock(&split_mtx);
	free_joined(&j);
	mtx_lock(&split_mtx);
}

static void
unreserve(vm_page_t m, u_long n)
{
	vm_offset_t va;
	vm_page_t table;
	u_long i;

	for (i = 0; i < n; i++) {
		va = PHYS_TO_DMAP(VM_PAGE_TO_PHYS(m) + ptoa(i));
		table = leaf_table(va);
		if (table != NULL && vm_page_wired(table)) {
			(void)vm_page_unwire_noq(table);
			rejoin(va);
		}
	}
}

bool
hf_pmap_memattr_reserve(vm_page_t m, u_long n)
{
	vm_offset_t va;
	vm_page_t table;
	u_long i;

	mtx_lock(&split_mtx);
	for (i = 0; i < n; i++) {
		va = PHYS_TO_DMAP(VM_PAGE_TO_PHYS(m) + ptoa(i));
		if (direct_slot(va, 0, true) == NULL) {
			/* Of two levels only one may have been split. */
			rejoin(va);
			unreserve(m, i);
			break;
		}
		table = leaf_table(va);
		if (table != NULL && vm_page_wired(table))
			vm_page_wire(table);
	}
	mtx_unlock(&split_mtx);
	return (i == n);
}

void
hf_pmap_memattr_unreserve(vm_page_t m, u_long n)
{
	mtx_lock(&split_mtx);
	unreserve(m, n);
	mtx_unlock(&split_mtx);
}

u_long
hf_pmap_writebacks(int cpu)
{
	return (writebacks[cpu]);
}

static void
write_back(void *arg)
{
	__asm__ __volatile__("wbinvd" : : : "memory");
	writebacks[curcpu]++;
}

void
pmap_page_set_memattr(vm_page_t m, vm_memattr_t mode)
{
	struct joined j = { .n = 0 };
	pt_entry_t *slot, bits;
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
	slot = direct_slot(va, 0, true);
	if (slot == NULL)
		panic("pmap_page_set_memattr: no memory");
	pte_store(slot, (pte_load(slot) & ~PG_CACHE_MASK) | bits);
	if (mode == VM_MEMATTR_DEFAULT)
		join_leaves(va, &j);
	pmap_invalidate_all(kernel_pmap);
	/*
	 * Lines cached under the old type must not come back later, whichever
	 * CPU has them; no CPU can cache more of them by now.
	 */
	smp_rendezvous_cpus(all_cpus, write_back, NULL);
	mtx_unlock(&split_mtx);
	free_joined(&j);
}

void
hf_memattr_init(void)
{
	mtx_init(&split_mtx, "pmap split", NULL, MTX_DEF);
}
