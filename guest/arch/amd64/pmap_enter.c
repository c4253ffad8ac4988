/* SPDX-License-Identifier: BSD-2-Clause */
/* pmap_enter.c: making mappings. */

/* Locks are taken in the order pm_mtx, pv-list lock, pv-chunk lock. */
#include <vm/vm_object.h>
#include "pmap_priv.h"

/* The leaf that maps m at va. */
static pt_entry_t
leaf_for(pmap_t pmap, vm_offset_t va, vm_page_t m, vm_prot_t prot, u_int flags)
{
	pt_entry_t e;

	e = VM_PAGE_TO_PHYS(m) | X86_PG_V | X86_PG_A;
	if (__predict_false(m->md.pat_mode != VM_MEMATTR_WRITE_BACK))
		e |= hf_pmap_cache_bits(m->md.pat_mode);
	if ((prot & VM_PROT_WRITE) != 0)
		e |= X86_PG_RW;
	if ((prot & VM_PROT_EXECUTE) == 0)
		e |= X86_PG_NX;
	if ((flags & VM_PROT_WRITE) != 0)
		e |= X86_PG_M;
	if ((flags & PMAP_ENTER_WIRED) != 0)
		e |= PG_W;
	e |= pmap == kernel_pmap ? X86_PG_G : X86_PG_U;
	if (page_is_managed(m))
		e |= PG_MANAGED;
	else if ((prot & VM_PROT_WRITE) != 0)
		e |= X86_PG_M;
	return (e);
}

static void
enter_check_address(pmap_t pmap, vm_offset_t va)
{
	KASSERT(pmap == kernel_pmap ? va >= VM_MIN_KERNEL_ADDRESS
				    : va < VM_MAXUSER_ADDRESS,
	    ("pmap_enter: address %#lx", va));
}

/* What pmap_enter() asks of its caller. */
static void
enter_check(pmap_t pmap, vm_offset_t va, vm_page_t m, vm_prot_t prot,
    u_int flags, int8_t psind)
{
	KASSERT(psind == 0 && (flags & PMAP_ENTER_LARGEPAGE) == 0,
	    ("pmap_enter: large mapping"));
	KASSERT((flags & PMAP_ENTER_RESERVED) == 0,
	    ("pmap_enter: reserved flags %#x", flags));
	KASSERT((flags & VM_PROT_WRITE) == 0 || (prot & VM_PROT_WRITE) != 0,
	    ("pmap_enter: write access, protection %#x", prot));
	enter_check_address(pmap, va);
	KASSERT(!page_is_managed(m) || vm_page_busied(m) ||
		(m->object != NULL && blockcount_read(&m->object->busy) != 0),
	    ("pmap_enter: page %#lx is not busied", VM_PAGE_TO_PHYS(m)));
}

/*
 * Another mapping of the page that va maps already.  Reports whether CPUs
 * hold a translation that allows more than "newpte" does.
 */
static void
enter_in_place(pmap_t pmap, vm_offset_t va, vm_page_t m, pt_entry_t *pte,
    pt_entry_t old, pt_entry_t newpte)
{
	if (((old ^ newpte) & PG_W) != 0)
		pmap->pm_stats.wired_count += (newpte & PG_W) != 0 ? 1 : -1;
	if ((newpte & (PG_MANAGED | X86_PG_RW)) == (PG_MANAGED | X86_PG_RW))
		vm_page_aflag_set(m, PGA_WRITEABLE);
	if (((old ^ newpte) & ~(X86_PG_A | X86_PG_M)) == 0)
		return;
	old = pte_swap(pte, newpte);
	if (pte_is_dirty(old) && (newpte & X86_PG_M) == 0) {
		if ((old & PG_MANAGED) != 0)
			vm_page_dirty(m);
	} else if ((old & X86_PG_NX) != 0 || (newpte & X86_PG_NX) == 0)
		return;
	if ((old & X86_PG_A) != 0)
		pmap_invalidate_page(pmap, va);
}

/*
 * Takes away the mapping of another page at va.  No CPU reaches that page
 * through va afterwards, so that no two CPUs ever see different pages there.
 * Returns the pv entry for reuse, NULL if there was none.
 */
static pv_entry_t
enter_displace(pmap_t pmap, vm_offset_t va, pt_entry_t *pte)
{
	pt_entry_t old;
	vm_page_t om;

	old = pte_swap(pte, 0);
	if ((old & PG_W) != 0)
		pmap->pm_stats.wired_count--;
	if ((old & PG_MANAGED) == 0) {
		pmap_invalidate_page(pmap, va);
		return (NULL);
	}
	om = PHYS_TO_VM_PAGE(old & PG_FRAME);
	if (pte_is_dirty(old))
		vm_page_dirty(om);
	if ((old & X86_PG_A) != 0) {
		pmap_invalidate_page(pmap, va);
		vm_page_aflag_set(om, PGA_REFERENCED);
	}
	return (pv_take(om, pmap, va));
}

/*
 * Links a pv entry for a leaf that is about to be stored.  The page's pv-list
 * lock is held.
 */
static void
enter_link_locked(vm_page_t m, pv_entry_t pv, vm_offset_t va, pt_entry_t newpte)
{
	hf_pmap_pv_insert(m, pv, va);
	if ((newpte & X86_PG_RW) != 0 && !pmap_page_is_write_mapped(m))
		vm_page_aflag_set(m, PGA_WRITEABLE);
}

static void
enter_link(vm_page_t m, pv_entry_t pv, vm_offset_t va, pt_entry_t newpte)
{
	struct mtx *lock = pv_lock(m);

	mtx_lock(lock);
	enter_link_locked(m, pv, va, newpte);
	mtx_unlock(lock);
}

/*
 * The slot of va, with a reference of its table for a leaf not there yet.
 * NULL: no memory, nothing changed.
 */
static pt_entry_t *
enter_slot(pmap_t pmap, vm_offset_t va, vm_page_t *ptpp)
{
	struct ptp_list free = { NULL };
	pt_entry_t *pte;

	if (pmap == kernel_pmap) {
		*ptpp = NULL;
		pte = pmap_pte(pmap, va);
		KASSERT(
		    pte != NULL, ("pmap_enter: no kernel table at %#lx", va));
		return (pte);
	}
	pte = hf_pmap_pte_ptp(pmap, va, ptpp);
	if (pte != NULL) {
		if ((pte_load(pte) & X86_PG_V) == 0)
			(*ptpp)->ref_count++;
		return (pte);
	}
	pte = hf_pmap_pte_hold(pmap, va, ptpp, &free);
	if (pte == NULL && free.pl_first != NULL) {
		pmap_invalidate_page(pmap, va);
		hf_pmap_free_ptps(&free);
	}
	return (pte);
}

/* Gives back what enter_slot() took for an empty slot. */
static void
enter_abandon(pmap_t pmap, vm_offset_t va, vm_page_t ptp)
{
	struct ptp_list free = { NULL };

	if (ptp == NULL)
		return;
	hf_pmap_ptp_drop(pmap, va, ptp, 1, &free);
	if (free.pl_first != NULL) {
		pmap_invalidate_page(pmap, va);
		hf_pmap_free_ptps(&free);
	}
}

/* One attempt, pm_mtx held; false: no memory, nothing changed. */
static bool
enter_locked(pmap_t pmap, vm_offset_t va, vm_page_t m, pt_entry_t newpte)
{
	pt_entry_t *pte, old;
	vm_page_t ptp;
	pv_entry_t pv;

	pte = enter_slot(pmap, va, &ptp);
	if (pte == NULL)
		return (false);
	old = pte_load(pte);
	pv = NULL;
	if ((old & X86_PG_V) != 0) {
		if (((old ^ newpte) & (PG_FRAME | PG_MANAGED)) == 0) {
			enter_in_place(pmap, va, m, pte, old, newpte);
			return (true);
		}
		/* An entry for the new page, before the old one is lost. */
		if ((newpte & PG_MANAGED) != 0 && (old & PG_MANAGED) == 0 &&
		    (pv = hf_pmap_pv_alloc(pmap, true)) == NULL)
			return (false);
		if (pv == NULL)
			pv = enter_displace(pmap, va, pte);
		else
			(void)enter_displace(pmap, va, pte);
		if (pv != NULL && (newpte & PG_MANAGED) == 0) {
			hf_pmap_pv_free(pmap, pv);
			pv = NULL;
		}
	} else {
		if ((newpte & PG_MANAGED) != 0 &&
		    (pv = hf_pmap_pv_alloc(pmap, true)) == NULL) {
			enter_abandon(pmap, va, ptp);
			return (false);
		}
		pmap->pm_stats.resident_count++;
	}
	if ((newpte & PG_W) != 0)
		pmap->pm_stats.wired_count++;
	if (pv != NULL)
		enter_link(m, pv, va, newpte);
	pte_store(pte, newpte);
	return (true);
}

int
pmap_enter(pmap_t pmap, vm_offset_t va, vm_page_t m, vm_prot_t prot,
    u_int flags, int8_t psind)
{
	pt_entry_t newpte;

	va = trunc_page(va);
	enter_check(pmap, va, m, prot, flags, psind);
	newpte = leaf_for(pmap, va, m, prot, flags);
	PMAP_LOCK(pmap);
	while (__predict_false(!enter_locked(pmap, va, m, newpte))) {
		PMAP_UNLOCK(pmap);
		if ((flags & PMAP_ENTER_NOSLEEP) != 0)
			return (KERN_RESOURCE_SHORTAGE);
		vm_wait(NULL);
		PMAP_LOCK(pmap);
	}
	PMAP_UNLOCK(pmap);
	return (KERN_SUCCESS);
}

/* pmap_enter_quick() with pm_mtx held; false when memory is short. */
static bool
enter_quick_locked(pmap_t pmap, vm_offset_t va, vm_page_t m, vm_prot_t prot)
{
	pt_entry_t *pte, newpte;
	vm_page_t ptp;
	pv_entry_t pv;

	pte = enter_slot(pmap, va, &ptp);
	if (pte == NULL)
		return (false);
	if (pte_load(pte) != 0)
		return (true);
	newpte = leaf_for(pmap, va, m, prot & ~VM_PROT_WRITE, 0) & ~X86_PG_A;
	if ((newpte & PG_MANAGED) != 0) {
		pv = hf_pmap_pv_alloc(pmap, false);
		if (pv == NULL) {
			enter_abandon(pmap, va, ptp);
			return (false);
		}
		enter_link(m, pv, va, newpte);
	}
	pmap->pm_stats.resident_count++;
	pte_store(pte, newpte);
	return (true);
}

void
pmap_enter_quick(pmap_t pmap, vm_offset_t va, vm_page_t m, vm_prot_t prot)
{
	enter_check_address(pmap, va);
	PMAP_LOCK(pmap);
	(void)enter_quick_locked(pmap, trunc_page(va), m, prot);
	PMAP_UNLOCK(pmap);
}

void
pmap_enter_object(pmap_t pmap, vm_offset_t start, vm_offset_t end,
    vm_page_t m_start, vm_prot_t prot)
{
	vm_pindex_t first, diff;
	vm_page_t m;

	hf_pmap_assert_range(pmap, start, end, "pmap_enter_object");
	VM_OBJECT_ASSERT_LOCKED(m_start->object);
	first = m_start->pindex;
	PMAP_LOCK(pmap);
	for (m = m_start; m != NULL; m = TAILQ_NEXT(m, listq)) {
		diff = m->pindex - first;
		if (diff >= atop(end - start))
			break;
		if (vm_page_all_valid(m) &&
		    !enter_quick_locked(pmap, start + ptoa(diff), m, prot))
			break;
	}
	PMAP_UNLOCK(pmap);
}

/* pmap_copy() under way: what one leaf leaves for the next. */
struct copy {
	pmap_t dst;
	pt_entry_t *table; /* of dst, for the run of leaves; NULL: not known */
	vm_page_t ptp;	   /* the table's page */
	struct mtx *lock;  /* pv-list lock that is held; NULL: none */
};

/* Holds this pv-list lock, NULL for none, and no other. */
static void
copy_lock(struct copy *c, struct mtx *lock)
{
	if (c->lock == lock)
		return;
	if (c->lock != NULL)
		mtx_unlock(c->lock);
	if (lock != NULL)
		mtx_lock(lock);
	c->lock = lock;
}

/* As enter_slot(), which finds the table for a run's first leaf. */
static pt_entry_t *
copy_slot(struct copy *c, vm_offset_t va)
{
	pt_entry_t *pte;

	if (c->table == NULL) {
		copy_lock(c, NULL);
		pte = enter_slot(c->dst, va, &c->ptp);
		if (pte != NULL)
			c->table = pte - PG_INDEX(va, 0);
		return (pte);
	}
	pte = &c->table[PG_INDEX(va, 0)];
	if ((pte_load(pte) & X86_PG_V) == 0)
		c->ptp->ref_count++;
	return (pte);
}

/* One leaf; false when memory is short.  No pv-list lock is held while asking. */
static bool
copy_leaf(struct copy *c, vm_offset_t va, pt_entry_t e)
{
	vm_page_t m = PHYS_TO_VM_PAGE(e & PG_FRAME);
	pt_entry_t *pte;
	pv_entry_t pv;

	pte = copy_slot(c, va);
	if (pte == NULL)
		return (false);
	if (pte_load(pte) != 0)
		return (true);
	pv = hf_pmap_pv_take(c->dst);
	if (__predict_false(pv == NULL)) {
		copy_lock(c, NULL);
		pv = hf_pmap_pv_alloc(c->dst, false);
		if (pv == NULL) {
			enter_abandon(c->dst, va, c->ptp);
			return (false);
		}
	}
	e &= ~(PG_W | X86_PG_M | X86_PG_A);
	copy_lock(c, pv_lock(m));
	enter_link_locked(m, pv, va, e);
	c->dst->pm_stats.resident_count++;
	pte_store(pte, e);
	return (true);
}

void
pmap_copy(pmap_t dst, pmap_t src, vm_offset_t dst_addr, vm_size_t len,
    vm_offset_t src_addr)
{
	struct copy c = { .dst = dst };
	vm_offset_t va, end;
	pt_entry_t *pte, e;

	if (dst_addr != src_addr)
		return;
	hf_pmap_assert_range(src, src_addr, src_addr + len, "pmap_copy");
	PMAP_LOCK(dst < src ? dst : src);
	PMAP_LOCK(dst < src ? src : dst);
	for (va = src_addr; (pte = hf_pmap_next_run(
				 src, &va, src_addr + len, &end)) != NULL;) {
		c.table = NULL;
		for (; va < end; va += PAGE_SIZE, pte++) {
			e = pte_load(pte);
			if ((e & X86_PG_V) != 0 && (e & PG_MANAGED) != 0 &&
			    !copy_leaf(&c, va, e))
				goto out;
		}
	}
out:
	copy_lock(&c, NULL);
	PMAP_UNLOCK(src);
	PMAP_UNLOCK(dst);
}

void
pmap_object_init_pt(pmap_t pmap, vm_offset_t addr, vm_object_t object,
    vm_pindex_t pindex, vm_size_t size)
{
}
