/* SPDX-License-Identifier: BSD-2-Clause */
/* pmap_query.c: what is mapped, what was touched. */

/* Locks are taken in the order pm_mtx, pv-list lock. */
#include <sys/mman.h>
#include "pmap_priv.h"

pt_entry_t
hf_pmap_leaf(pmap_t pmap, vm_offset_t va)
{
	pt_entry_t *pte;

	if (__predict_false(hf_pmap_not_user(pmap, va)))
		return (0);
	pte = pmap_pte(pmap, va);
	return (pte != NULL ? pte_load(pte) : 0);
}

vm_paddr_t
pmap_extract(pmap_t pmap, vm_offset_t va)
{
	pt_entry_t e;

	if (pmap == kernel_pmap)
		return (pmap_kextract(va));
	PMAP_LOCK(pmap);
	e = hf_pmap_leaf(pmap, va);
	PMAP_UNLOCK(pmap);
	if ((e & X86_PG_V) == 0)
		return (0);
	return ((e & PG_FRAME) | (va & PAGE_MASK));
}

vm_page_t
pmap_extract_and_hold(pmap_t pmap, vm_offset_t va, vm_prot_t prot)
{
	pt_entry_t e;
	vm_page_t m;

	m = NULL;
	PMAP_LOCK(pmap);
	e = hf_pmap_leaf(pmap, va);
	if ((e & X86_PG_V) != 0 &&
	    ((e & X86_PG_RW) != 0 || (prot & VM_PROT_WRITE) == 0)) {
		m = PHYS_TO_VM_PAGE(e & PG_FRAME);
		if (m != NULL && !vm_page_wire_mapped(m))
			m = NULL;
	}
	PMAP_UNLOCK(pmap);
	return (m);
}

bool
pmap_is_prefaultable(pmap_t pmap, vm_offset_t va)
{
	pt_entry_t *pte;
	bool empty;

	if (hf_pmap_not_user(pmap, va))
		return (false);
	PMAP_LOCK(pmap);
	pte = pmap_pte(pmap, va);
	empty = pte != NULL && (pte_load(pte) & X86_PG_V) == 0;
	PMAP_UNLOCK(pmap);
	return (empty);
}

int
pmap_mincore(pmap_t pmap, vm_offset_t va, vm_paddr_t *pap)
{
	pt_entry_t e;
	int val;

	PMAP_LOCK(pmap);
	e = hf_pmap_leaf(pmap, va);
	val = 0;
	if ((e & X86_PG_V) != 0) {
		val = MINCORE_INCORE;
		if (pte_is_dirty(e))
			val |= MINCORE_MODIFIED | MINCORE_MODIFIED_OTHER;
		if ((e & X86_PG_A) != 0)
			val |= MINCORE_REFERENCED | MINCORE_REFERENCED_OTHER;
		if ((e & PG_MANAGED) != 0 &&
		    (val &
			(MINCORE_MODIFIED_OTHER | MINCORE_REFERENCED_OTHER)) !=
			(MINCORE_MODIFIED_OTHER | MINCORE_REFERENCED_OTHER))
			*pap = e & PG_FRAME;
	}
	PMAP_UNLOCK(pmap);
	return (val);
}

/*
 * Counts the mappings of m that have all of "bits", up to "most".
 */
static int
page_count(vm_page_t m, pt_entry_t bits, int most)
{
	struct mtx *lock = pv_lock(m);
	pv_entry_t pv;
	pmap_t pmap;
	int n;

	mtx_lock(lock);
restart:
	n = 0;
	TAILQ_FOREACH (pv, &m->md.pv_list, pv_link) {
		if (!hf_pmap_pv_lock_pmap(m, pv))
			goto restart;
		pmap = pv_pmap(pv);
		if ((hf_pmap_leaf(pmap, pv->pv_va) & bits) == bits)
			n++;
		PMAP_UNLOCK(pmap);
		if (n == most)
			break;
	}
	mtx_unlock(lock);
	return (n);
}

bool
pmap_is_modified(vm_page_t m)
{
	KASSERT(page_is_managed(m),
	    ("pmap_is_modified: page %#lx is not managed", VM_PAGE_TO_PHYS(m)));
	if (!pmap_page_is_write_mapped(m))
		return (false);
	return (page_count(m, X86_PG_V | X86_PG_M | X86_PG_RW, 1) != 0);
}

bool
pmap_is_referenced(vm_page_t m)
{
	KASSERT(page_is_managed(m),
	    ("pmap_is_referenced: page %#lx is not managed",
		VM_PAGE_TO_PHYS(m)));
	return (page_count(m, X86_PG_V | X86_PG_A, 1) != 0);
}

int
pmap_page_wired_mappings(vm_page_t m)
{
	if (!page_is_managed(m))
		return (0);
	return (page_count(m, X86_PG_V | PG_W, INT32_MAX));
}

bool
pmap_page_is_mapped(vm_page_t m)
{
	return (page_is_managed(m) && !TAILQ_EMPTY(&m->md.pv_list));
}

bool
pmap_page_exists_quick(pmap_t pmap, vm_page_t m)
{
	struct mtx *lock = pv_lock(m);
	pv_entry_t pv;
	bool found;
	int n;

	KASSERT(page_is_managed(m),
	    ("pmap_page_exists_quick: page %#lx is not managed",
		VM_PAGE_TO_PHYS(m)));
	found = false;
	n = 0;
	mtx_lock(lock);
	TAILQ_FOREACH (pv, &m->md.pv_list, pv_link) {
		found = pv_pmap(pv) == pmap;
		if (found || ++n == 16)
			break;
	}
	mtx_unlock(lock);
	return (found);
}

/* Looks at one mapping and ages it; 1 if it had been used. */
static int
age_mapping(vm_page_t m, pmap_t pmap, vm_offset_t va)
{
	pt_entry_t *pte, e;

	pte = pmap_pte(pmap, va);
	e = pte_load(pte);
	if (pte_is_dirty(e))
		vm_page_dirty(m);
	if ((e & X86_PG_A) == 0)
		return (0);
	pte_clear_bits(pte, X86_PG_A);
	pmap_invalidate_page(pmap, va);
	return (1);
}

/*
 * Goes round the list, moving what was seen to its end, so that the next call
 * begins with what this one did not reach.
 */
int
pmap_ts_referenced(vm_page_t m)
{
	struct mtx *lock = pv_lock(m);
	pv_entry_t pv, last;
	pmap_t pmap;
	int n;

	KASSERT(page_is_managed(m),
	    ("pmap_ts_referenced: page %#lx is not managed",
		VM_PAGE_TO_PHYS(m)));
	n = 0;
	mtx_lock(lock);
restart:
	last = TAILQ_LAST(&m->md.pv_list, pv_list);
	while ((pv = TAILQ_FIRST(&m->md.pv_list)) != NULL) {
		if (!hf_pmap_pv_lock_pmap(m, pv))
			goto restart;
		pmap = pv_pmap(pv);
		n += age_mapping(m, pmap, pv->pv_va);
		PMAP_UNLOCK(pmap);
		TAILQ_REMOVE(&m->md.pv_list, pv, pv_link);
		TAILQ_INSERT_TAIL(&m->md.pv_list, pv, pv_link);
		m->md.pv_gen++;
		if (pv == last || n >= PMAP_TS_REFERENCED_MAX)
			break;
	}
	mtx_unlock(lock);
	return (n);
}

void
pmap_sync_icache(pmap_t pmap, vm_offset_t va, vm_size_t size)
{
}

void
pmap_align_superpage(
    vm_object_t object, vm_ooffset_t offset, vm_offset_t *addr, vm_size_t size)
{
}
