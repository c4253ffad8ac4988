/* SPDX-License-Identifier: BSD-2-Clause */
/* pmap_remove.c: taking mappings away. */

/* Locks are taken in the order pm_mtx, pv-list lock, pv-chunk lock. */
#include "pmap_priv.h"

/*
 * A removal has two passes over a range, under pm_mtx.  The first clears the
 * valid bit of each leaf and leaves the rest in the slot: from then on neither
 * the CPU nor anybody else changes it.  One flush follows.  The second settles
 * each slot's M, A, pv entry and counts, and empties it.
 */

/* First pass; widens [*lo, *hi) to what was valid. */
static void
range_invalidate(pmap_t pmap, vm_offset_t sva, vm_offset_t eva, vm_offset_t *lo,
    vm_offset_t *hi)
{
	vm_offset_t va, end;
	pt_entry_t *pte;

	for (va = sva; (pte = hf_pmap_next_run(pmap, &va, eva, &end)) != NULL;)
		for (; va < end; va += PAGE_SIZE, pte++) {
			if ((pte_load(pte) & X86_PG_V) == 0)
				continue;
			pte_clear_bits(pte, X86_PG_V);
			*lo = MIN(*lo, va);
			*hi = va + PAGE_SIZE;
		}
}

/* Second pass.  The tables that become empty are put on "free". */
static void
range_forget(
    pmap_t pmap, vm_offset_t sva, vm_offset_t eva, struct ptp_list *free)
{
	vm_offset_t va, end, start;
	pt_entry_t *pte, e;
	vm_page_t ptp;
	u_int n;

	for (va = sva;
	     (pte = hf_pmap_next_run(pmap, &va, eva, &end)) != NULL;) {
		start = va;
		for (n = 0; va < end; va += PAGE_SIZE, pte++) {
			if ((e = pte_load(pte)) == 0)
				continue;
			pte_store(pte, 0);
			pmap_forget(pmap, va, e);
			n++;
		}
		if (n != 0 && pmap != kernel_pmap) {
			(void)hf_pmap_pte_ptp(pmap, start, &ptp);
			hf_pmap_ptp_drop(pmap, start, ptp, n, free);
		}
	}
}

void
pmap_remove(pmap_t pmap, vm_offset_t sva, vm_offset_t eva)
{
	struct ptp_list free = { NULL };
	vm_offset_t lo, hi;

	hf_pmap_assert_range(pmap, sva, eva, "pmap_remove");
	/* A racy look, which misses nothing that the caller knows of. */
	if (pmap != kernel_pmap && pmap->pm_stats.resident_count <= 1)
		return;
	lo = eva;
	hi = sva;
	PMAP_LOCK(pmap);
	range_invalidate(pmap, sva, eva, &lo, &hi);
	if (lo < hi) {
		pmap_invalidate_range(pmap, lo, hi);
		range_forget(pmap, lo, hi, &free);
		if (free.pl_first != NULL)
			pmap_invalidate_page(pmap, lo);
	}
	PMAP_UNLOCK(pmap);
	hf_pmap_free_ptps(&free);
}

/*
 * Takes away one mapping of m.  The pv-list lock of m and the lock of pv's
 * pmap are held.
 */
static void
remove_one(vm_page_t m, pv_entry_t pv)
{
	struct ptp_list free = { NULL };
	vm_offset_t va = pv->pv_va;
	pmap_t pmap = pv_pmap(pv);
	pt_entry_t *pte, old;

	pte = pmap_pte(pmap, va);
	KASSERT(pte != NULL &&
		(pte_load(pte) & (X86_PG_V | PG_MANAGED | PG_FRAME)) ==
		    (X86_PG_V | PG_MANAGED | VM_PAGE_TO_PHYS(m)),
	    ("pmap_remove_all: no leaf for the entry at %#lx", va));
	old = pte_swap(pte, 0);
	if (pmap != kernel_pmap)
		hf_pmap_ptp_drop(pmap, va, pte_ptp(pte), 1, &free);
	if ((old & X86_PG_A) != 0 || free.pl_first != NULL)
		pmap_invalidate_page(pmap, va);
	KASSERT(!hf_tlb_has(pmap, va),
	    ("pmap: %#lx is forgotten before it is flushed", va));
	pmap->pm_stats.resident_count--;
	if ((old & PG_W) != 0)
		pmap->pm_stats.wired_count--;
	if (pte_is_dirty(old))
		vm_page_dirty(m);
	if ((old & X86_PG_A) != 0)
		vm_page_aflag_set(m, PGA_REFERENCED);
	TAILQ_REMOVE(&m->md.pv_list, pv, pv_link);
	m->md.pv_gen++;
	hf_pmap_pv_free(pmap, pv);
	hf_pmap_free_ptps(&free);
}

void
pmap_remove_all(vm_page_t m)
{
	struct mtx *lock = pv_lock(m);
	pv_entry_t pv;
	pmap_t pmap;

	KASSERT(page_is_managed(m),
	    ("pmap_remove_all: page %#lx is not managed", VM_PAGE_TO_PHYS(m)));
	mtx_lock(lock);
	while ((pv = TAILQ_FIRST(&m->md.pv_list)) != NULL) {
		if (!hf_pmap_pv_lock_pmap(m, pv))
			continue;
		pmap = pv_pmap(pv);
		remove_one(m, pv);
		PMAP_UNLOCK(pmap);
	}
	if (pmap_page_is_write_mapped(m))
		vm_page_aflag_clear(m, PGA_WRITEABLE);
	mtx_unlock(lock);
}

/*
 * First pass of pmap_remove_pages() over one chunk: the leaves to go lose
 * their valid bit.
 */
static bool
chunk_invalidate(pmap_t pmap, struct pv_chunk *pc)
{
	pt_entry_t *pte;
	bool any;
	int i;

	any = false;
	for (i = 0; i < HF_PV_PER_CHUNK; i++) {
		if ((pc->pc_free[i / 64] >> (i % 64) & 1) != 0)
			continue;
		pte = pmap_pte(pmap, pc->pc_pv[i].pv_va);
		KASSERT(pte != NULL && (pte_load(pte) & X86_PG_V) != 0,
		    ("pmap_remove_pages: no leaf for an entry"));
		if ((pte_load(pte) & PG_W) != 0)
			continue;
		pte_clear_bits(pte, X86_PG_V);
		any = true;
	}
	return (any);
}

static void
chunk_forget(pmap_t pmap, struct pv_chunk *pc, struct ptp_list *free)
{
	uint64_t used[HF_PV_WORDS];
	pt_entry_t *pte, e;
	vm_offset_t va;
	int i;

	memcpy(used, pc->pc_free, sizeof(used));
	for (i = 0; i < HF_PV_PER_CHUNK; i++) {
		if ((used[i / 64] >> (i % 64) & 1) != 0)
			continue;
		/* The last pmap_forget() may free the chunk, not before. */
		va = pc->pc_pv[i].pv_va;
		pte = pmap_pte(pmap, va);
		e = pte_load(pte);
		if ((e & X86_PG_V) != 0)
			continue;
		pte_store(pte, 0);
		hf_pmap_ptp_drop(pmap, va, pte_ptp(pte), 1, free);
		/* The process has ended: who used the page says nothing. */
		pmap_forget(pmap, va, e & ~X86_PG_A);
	}
}

void
pmap_remove_pages(pmap_t pmap)
{
	struct ptp_list free = { NULL };
	struct pv_chunk *pc, *next;
	bool any;

	KASSERT(pmap == hf_pmap_current(),
	    ("pmap_remove_pages: not the current pmap"));
	PMAP_LOCK(pmap);
	any = false;
	TAILQ_FOREACH (pc, &pmap->pm_chunks, pc_list)
		any |= chunk_invalidate(pmap, pc);
	if (any) {
		pmap_invalidate_all(pmap);
		/* A chunk that was full moves to the front when it is freed. */
		TAILQ_FOREACH_SAFE (pc, &pmap->pm_chunks, pc_list, next)
			chunk_forget(pmap, pc, &free);
		if (free.pl_first != NULL)
			pmap_invalidate_all(pmap);
	}
	PMAP_UNLOCK(pmap);
	hf_pmap_free_ptps(&free);
}
