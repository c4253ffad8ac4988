/* SPDX-License-Identifier: BSD-2-Clause */
/* pmap_protect.c: taking rights, wiring and A/M away from mappings. */

/* Locks are taken in the order pm_mtx, pv-list lock. */
#include <sys/mman.h>
#include "pmap_priv.h"

/* What was changed, for one flush at the end. */
struct flush_range {
	vm_offset_t lo, hi;
};

static inline void
flush_add(struct flush_range *f, vm_offset_t va)
{
	if (f->hi == 0)
		f->lo = va;
	f->hi = va + PAGE_SIZE;
}

static inline void
flush_do(pmap_t pmap, const struct flush_range *f)
{
	if (f->hi != 0)
		pmap_invalidate_range(pmap, f->lo, f->hi);
}

/* Narrows one leaf; true if CPUs may hold more than is left of it. */
static bool
protect_leaf(pt_entry_t *pte, vm_prot_t prot)
{
	pt_entry_t old, new;

	old = pte_load(pte);
	do {
		if ((old & X86_PG_V) == 0)
			return (false);
		new = old;
		if ((prot & VM_PROT_WRITE) == 0) {
			if (pte_is_dirty(old) && (old & PG_MANAGED) != 0)
				vm_page_dirty(PHYS_TO_VM_PAGE(old & PG_FRAME));
			new &= ~(X86_PG_RW | X86_PG_M);
		}
		if ((prot & VM_PROT_EXECUTE) == 0)
			new |= X86_PG_NX;
		if (new == old)
			return (false);
	} while (!pte_replace(pte, &old, new));
	/* Without A no CPU holds it; without M none holds it for writing. */
	return ((old & X86_PG_A) != 0 &&
	    ((old & ~new &X86_PG_M) != 0 || (new & ~old &X86_PG_NX) != 0));
}

void
pmap_protect(pmap_t pmap, vm_offset_t sva, vm_offset_t eva, vm_prot_t prot)
{
	struct flush_range flush = { 0, 0 };
	vm_offset_t va, end;
	pt_entry_t *pte;

	hf_pmap_assert_range(pmap, sva, eva, "pmap_protect");
	if (prot == VM_PROT_NONE) {
		pmap_remove(pmap, sva, eva);
		return;
	}
	if ((prot & (VM_PROT_WRITE | VM_PROT_EXECUTE)) ==
	    (VM_PROT_WRITE | VM_PROT_EXECUTE))
		return;
	PMAP_LOCK(pmap);
	for (va = sva; (pte = hf_pmap_next_run(pmap, &va, eva, &end)) != NULL;)
		for (; va < end; va += PAGE_SIZE, pte++)
			if (protect_leaf(pte, prot))
				flush_add(&flush, va);
	flush_do(pmap, &flush);
	PMAP_UNLOCK(pmap);
}

void
pmap_unwire(pmap_t pmap, vm_offset_t sva, vm_offset_t eva)
{
	vm_offset_t va, end;
	pt_entry_t *pte;

	hf_pmap_assert_range(pmap, sva, eva, "pmap_unwire");
	PMAP_LOCK(pmap);
	for (va = sva; (pte = hf_pmap_next_run(pmap, &va, eva, &end)) != NULL;)
		for (; va < end; va += PAGE_SIZE, pte++) {
			if ((pte_load(pte) & X86_PG_V) == 0)
				continue;
			if ((pte_load(pte) & PG_W) == 0) {
				/* Where panics are caught, life goes on. */
				PMAP_UNLOCK(pmap);
				panic("pmap_unwire: %#lx is not wired", va);
			}
			/* The CPU may set A and M meanwhile. */
			pte_clear_bits(pte, PG_W);
			pmap->pm_stats.wired_count--;
		}
	PMAP_UNLOCK(pmap);
}

void
pmap_advise(pmap_t pmap, vm_offset_t sva, vm_offset_t eva, int advice)
{
	struct flush_range flush = { 0, 0 };
	vm_offset_t va, end;
	pt_entry_t *pte, old;

	hf_pmap_assert_range(pmap, sva, eva, "pmap_advise");
	if (advice != MADV_DONTNEED && advice != MADV_FREE)
		return;
	PMAP_LOCK(pmap);
	for (va = sva; (pte = hf_pmap_next_run(pmap, &va, eva, &end)) != NULL;)
		for (; va < end; va += PAGE_SIZE, pte++) {
			old = pte_load(pte);
			if ((old & (X86_PG_V | PG_MANAGED)) !=
				(X86_PG_V | PG_MANAGED) ||
			    (old & (X86_PG_A | X86_PG_M)) == 0)
				continue;
			if (advice == MADV_DONTNEED && pte_is_dirty(old))
				vm_page_dirty(PHYS_TO_VM_PAGE(old & PG_FRAME));
			old = pte_clear_bits(pte, X86_PG_A | X86_PG_M);
			/* M may have come between the look and the clear. */
			if (advice == MADV_DONTNEED && pte_is_dirty(old))
				vm_page_dirty(PHYS_TO_VM_PAGE(old & PG_FRAME));
			flush_add(&flush, va);
		}
	flush_do(pmap, &flush);
	PMAP_UNLOCK(pmap);
}

/*
 * Clears "bits" in every mapping of m that is writable, flushing each; calls
 * vm_page_dirty() for a lost M if "record".  m's pv-list lock is held.
 */
static void
page_clear_bits(vm_page_t m, pt_entry_t bits, bool record)
{
	pt_entry_t *pte, old;
	pv_entry_t pv;
	pmap_t pmap;

restart:
	TAILQ_FOREACH (pv, &m->md.pv_list, pv_link) {
		if (!hf_pmap_pv_lock_pmap(m, pv))
			goto restart;
		pmap = pv_pmap(pv);
		pte = pmap_pte(pmap, pv->pv_va);
		old = pte_load(pte);
		if ((old & X86_PG_RW) != 0 && (old & bits) != 0) {
			/*
			 * Without M no CPU writes through a translation that
			 * it holds: it has to walk, in order to set M.
			 */
			old = pte_clear_bits(pte, bits);
			if ((old & X86_PG_M) != 0) {
				if (record)
					vm_page_dirty(m);
				pmap_invalidate_page(pmap, pv->pv_va);
			}
		}
		PMAP_UNLOCK(pmap);
	}
}

void
pmap_remove_write(vm_page_t m)
{
	struct mtx *lock = pv_lock(m);

	KASSERT(page_is_managed(m),
	    ("pmap_remove_write: page %#lx is not managed",
		VM_PAGE_TO_PHYS(m)));
	vm_page_assert_busied(m);
	if (!pmap_page_is_write_mapped(m))
		return;
	mtx_lock(lock);
	page_clear_bits(m, X86_PG_RW | X86_PG_M, true);
	vm_page_aflag_clear(m, PGA_WRITEABLE);
	mtx_unlock(lock);
}

void
pmap_clear_modify(vm_page_t m)
{
	struct mtx *lock = pv_lock(m);

	KASSERT(page_is_managed(m),
	    ("pmap_clear_modify: page %#lx is not managed",
		VM_PAGE_TO_PHYS(m)));
	vm_page_assert_busied(m);
	if (!pmap_page_is_write_mapped(m))
		return;
	mtx_lock(lock);
	page_clear_bits(m, X86_PG_M, false);
	mtx_unlock(lock);
}
