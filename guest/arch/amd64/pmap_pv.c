/* SPDX-License-Identifier: BSD-2-Clause */
/* pmap_pv.c: which mappings a page has; memory for the entries. */

/*
 * Entries live in page-sized chunks, each of one pmap, so that an entry needs
 * no pmap pointer.  A pmap's list has the chunks with free entries in
 * front: when the first is full, all are.
 *
 * Locks are taken in the order pm_mtx, pv-list lock, pv-chunk lock.
 */
#include <kern/fail_nth.h>
#include <kern/failpoint.h>
#include "pmap_priv.h"

struct mtx hf_pmap_pv_locks[HF_PV_LOCKS];

static struct mtx pv_chunk_mtx;
static u_long chunk_count; /* (g) in use by all pmaps; each is a page */
static struct pv_chunklist pv_chunks = TAILQ_HEAD_INITIALIZER(pv_chunks);

/* Bits of the last word of pc_free that stand for entries. */
#define PV_LAST_WORD ((1ul << (HF_PV_PER_CHUNK - 128)) - 1)

void
hf_pmap_pv_init(void)
{
	int i;

	for (i = 0; i < HF_PV_LOCKS; i++)
		mtx_init(&hf_pmap_pv_locks[i], "pv list", NULL, MTX_DEF);
	mtx_init(&pv_chunk_mtx, "pv chunk", NULL, MTX_DEF);
}

static bool
chunk_is_full(const struct pv_chunk *pc)
{
	return ((pc->pc_free[0] | pc->pc_free[1] | pc->pc_free[2]) == 0);
}

static bool
chunk_is_empty(const struct pv_chunk *pc)
{
	return ((pc->pc_free[0] & pc->pc_free[1]) == ~0ul &&
	    pc->pc_free[2] == PV_LAST_WORD);
}

/* The first free entry of a chunk that is not full. */
static pv_entry_t
chunk_take(pmap_t pmap, struct pv_chunk *pc)
{
	int w, bit;

	for (w = 0; pc->pc_free[w] == 0; w++)
		continue;
	bit = __builtin_ctzl(pc->pc_free[w]);
	pc->pc_free[w] &= pc->pc_free[w] - 1;
	if (chunk_is_full(pc) && TAILQ_NEXT(pc, pc_list) != NULL) {
		TAILQ_REMOVE(&pmap->pm_chunks, pc, pc_list);
		TAILQ_INSERT_TAIL(&pmap->pm_chunks, pc, pc_list);
	}
	return (&pc->pc_pv[w * 64 + bit]);
}

static struct pv_chunk *
chunk_alloc(pmap_t pmap, int class)
{
	struct pv_chunk *pc;
	vm_page_t m;

	if (HF_FAILPOINT("pmap.pv_chunk") || HF_FAIL_NTH(HF_FAIL_ALLOC))
		return (NULL);
	m = vm_page_alloc_noobj(class | VM_ALLOC_WIRED);
	if (m == NULL)
		return (NULL);
	pc = (struct pv_chunk *)PHYS_TO_DMAP(VM_PAGE_TO_PHYS(m));
	pc->pc_pmap = pmap;
	pc->pc_free[0] = pc->pc_free[1] = ~0ul;
	pc->pc_free[2] = PV_LAST_WORD;
	TAILQ_INSERT_HEAD(&pmap->pm_chunks, pc, pc_list);
	mtx_lock(&pv_chunk_mtx);
	TAILQ_INSERT_TAIL(&pv_chunks, pc, pc_lru);
	chunk_count++;
	mtx_unlock(&pv_chunk_mtx);
	return (pc);
}

static void
chunk_free(pmap_t pmap, struct pv_chunk *pc)
{
	vm_page_t m;

	TAILQ_REMOVE(&pmap->pm_chunks, pc, pc_list);
	mtx_lock(&pv_chunk_mtx);
	TAILQ_REMOVE(&pv_chunks, pc, pc_lru);
	chunk_count--;
	mtx_unlock(&pv_chunk_mtx);
	m = PHYS_TO_VM_PAGE(DMAP_TO_PHYS((vm_offset_t)pc));
	if (vm_page_unwire_noq(m))
		vm_page_free(m);
}

void
hf_pmap_pv_release(pmap_t pmap)
{
	struct pv_chunk *pc;

	while ((pc = TAILQ_FIRST(&pmap->pm_chunks)) != NULL) {
		KASSERT(chunk_is_empty(pc),
		    ("pmap_release: managed mappings are left"));
		chunk_free(pmap, pc);
	}
}

/*
 * Takes away the unwired mappings of a chunk, whose pmap is locked.  The
 * chunk may be freed.  Returns the number taken.
 */
static int
chunk_reclaim(pmap_t pmap, struct pv_chunk *pc)
{
	struct ptp_list free = { NULL };
	uint64_t used[HF_PV_WORDS];
	pt_entry_t *pte, old;
	vm_offset_t va;
	int n, w, bit;

	for (w = 0; w < HF_PV_WORDS; w++)
		used[w] = ~pc->pc_free[w];
	used[2] &= PV_LAST_WORD;
	n = 0;
	for (w = 0; w < HF_PV_WORDS; w++)
		for (; used[w] != 0; used[w] &= used[w] - 1) {
			bit = __builtin_ctzl(used[w]);
			va = pc->pc_pv[w * 64 + bit].pv_va;
			pte = pmap_pte(pmap, va);
			/* Taken but not in use yet, or not to be taken. */
			if (pte == NULL ||
			    (pte_load(pte) & (X86_PG_V | PG_MANAGED)) !=
				(X86_PG_V | PG_MANAGED) ||
			    (pte_load(pte) & PG_W) != 0)
				continue;
			old = pte_swap(pte, 0);
			hf_pmap_ptp_drop(pmap, va, pte_ptp(pte), 1, &free);
			pmap_invalidate_page(pmap, va);
			pmap_forget(pmap, va, old);
			n++;
		}
	hf_pmap_free_ptps(&free);
	return (n);
}

/*
 * Makes memory or entries free, oldest chunks first.  Other pmaps' locks are
 * only tried: two threads may reclaim from each other.  Returns the number
 * of mappings taken away; pmap's lock is held throughout.
 */
static int
pv_reclaim(pmap_t pmap)
{
	struct pv_chunk *pc;
	pmap_t victim;
	u_long left;
	int n;

	n = 0;
	mtx_lock(&pv_chunk_mtx);
	for (left = chunk_count; left > 0 && n == 0; left--) {
		pc = TAILQ_FIRST(&pv_chunks);
		if (pc == NULL)
			break;
		TAILQ_REMOVE(&pv_chunks, pc, pc_lru);
		TAILQ_INSERT_TAIL(&pv_chunks, pc, pc_lru);
		victim = pc->pc_pmap;
		if (victim == kernel_pmap ||
		    (victim != pmap && !PMAP_TRYLOCK(victim)))
			continue;
		/* Its pmap's lock keeps the chunk. */
		mtx_unlock(&pv_chunk_mtx);
		n = chunk_reclaim(victim, pc);
		if (victim != pmap)
			PMAP_UNLOCK(victim);
		mtx_lock(&pv_chunk_mtx);
	}
	mtx_unlock(&pv_chunk_mtx);
	return (n);
}

pv_entry_t
hf_pmap_pv_take(pmap_t pmap)
{
	struct pv_chunk *pc = TAILQ_FIRST(&pmap->pm_chunks);

	return (pc == NULL || chunk_is_full(pc) ? NULL : chunk_take(pmap, pc));
}

pv_entry_t
hf_pmap_pv_alloc(pmap_t pmap, bool may_reclaim)
{
	pv_entry_t pv;

	for (;;) {
		pv = hf_pmap_pv_take(pmap);
		if (pv != NULL)
			return (pv);
		if (chunk_alloc(pmap, VM_ALLOC_NORMAL) != NULL)
			continue;
		if (!may_reclaim)
			return (NULL);
		if (pv_reclaim(pmap) == 0 &&
		    chunk_alloc(pmap, VM_ALLOC_INTERRUPT) == NULL)
			return (NULL);
	}
}

void
hf_pmap_pv_free(pmap_t pmap, pv_entry_t pv)
{
	struct pv_chunk *pc;
	bool was_full;
	u_long i;

	pc = (struct pv_chunk *)((uintptr_t)pv & ~(uintptr_t)PAGE_MASK);
	was_full = chunk_is_full(pc);
	i = pv - pc->pc_pv;
	pc->pc_free[i / 64] |= 1ul << (i % 64);
	if (was_full) {
		TAILQ_REMOVE(&pmap->pm_chunks, pc, pc_list);
		TAILQ_INSERT_HEAD(&pmap->pm_chunks, pc, pc_list);
	}
	/* A last empty chunk stays: its owner maps again soon, or exits. */
	if (chunk_is_empty(pc) &&
	    (pmap == kernel_pmap || TAILQ_FIRST(&pmap->pm_chunks) != pc ||
		TAILQ_NEXT(pc, pc_list) != NULL))
		chunk_free(pmap, pc);
}

void
hf_pmap_pv_insert(vm_page_t m, pv_entry_t pv, vm_offset_t va)
{
	pv->pv_va = va;
	TAILQ_INSERT_TAIL(&m->md.pv_list, pv, pv_link);
	m->md.pv_gen++;
}

pv_entry_t
hf_pmap_pv_unlink(vm_page_t m, pmap_t pmap, vm_offset_t va)
{
	pv_entry_t pv;

	TAILQ_FOREACH (pv, &m->md.pv_list, pv_link)
		if (pv->pv_va == va && pv_pmap(pv) == pmap)
			break;
	KASSERT(pv != NULL,
	    ("hf_pmap_pv_unlink: no entry for %#lx of page %#lx", va,
		VM_PAGE_TO_PHYS(m)));
	TAILQ_REMOVE(&m->md.pv_list, pv, pv_link);
	m->md.pv_gen++;
	return (pv);
}

bool
hf_pmap_pv_lock_pmap(vm_page_t m, pv_entry_t pv)
{
	pmap_t pmap = pv_pmap(pv);
	struct mtx *lock = pv_lock(m);
	int gen;

	if (PMAP_TRYLOCK(pmap))
		return (true);
	gen = m->md.pv_gen;
	/* pmap_release() waits for walkers: the structure stays. */
	atomic_add_int(&pmap->pm_walkers, 1);
	mtx_unlock(lock);
	PMAP_LOCK(pmap);
	if (atomic_fetchadd_int(&pmap->pm_walkers, -1u) == 1)
		wakeup(&pmap->pm_walkers);
	mtx_lock(lock);
	if (gen == m->md.pv_gen)
		return (true);
	PMAP_UNLOCK(pmap);
	return (false);
}

void
pmap_forget(pmap_t pmap, vm_offset_t va, pt_entry_t old)
{
	vm_page_t m;

	pmap->pm_stats.resident_count--;
	if ((old & PG_W) != 0)
		pmap->pm_stats.wired_count--;
	if ((old & PG_MANAGED) == 0)
		return;
	m = PHYS_TO_VM_PAGE(old & PG_FRAME);
	if (pte_is_dirty(old))
		vm_page_dirty(m);
	if ((old & X86_PG_A) != 0)
		vm_page_aflag_set(m, PGA_REFERENCED);
	hf_pmap_pv_free(pmap, pv_take(m, pmap, va));
}
