/* SPDX-License-Identifier: BSD-2-Clause */
/* pmap_priv.h: what the parts of the pmap share with each other. */

/*
 * Compiled for the real MMU and for the model, where a software MMU walks the
 * same tables.  What differs is behind these few functions: pmap_bootstrap(),
 * pmap_activate(), the flushes, quick frames, hf_pmap_current().
 *
 * Lock order: pm_mtx, pv-list lock, pv-chunk lock, page allocator.
 *
 * No page is reused while a CPU can still reach it: every function that takes a
 * leaf away flushes before it unlinks the leaf's pv entry, and holds pm_mtx all
 * the while.  So whoever finds no pv entry of a page knows that no CPU reaches
 * it, and whoever finds one waits on pm_mtx for the unfinished flush.  No
 * delayed-invalidation numbers are needed.
 */
#ifndef HF_AMD64_PMAP_PRIV_H
#define HF_AMD64_PMAP_PRIV_H

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/lock.h>
#include <sys/mutex.h>
#include <sys/proc.h>
#include <kern/failpoint.h>
#include <machine/atomic.h>
#include <vm/vm.h>
#include <vm/vm_param.h>
#include <vm/pmap.h>
#include <vm/vm_page.h>

/* ---- Entries.  The CPU may set A and M in a valid one at any moment. ---- */

static inline pt_entry_t
pte_load(const pt_entry_t *pte)
{
	pt_entry_t e = __atomic_load_n(pte, __ATOMIC_RELAXED);

#ifdef HF_MODEL
	/* What the CPU does to it right after a look, a scenario does here. */
	if (__predict_false(hf_failpoints_armed != 0))
		(void)hf_failpoint_hit("pte");
#endif
	return (e);
}

/* Only into a slot that is not valid, or without anything to lose. */
static inline void
pte_store(pt_entry_t *pte, pt_entry_t v)
{
	__atomic_store_n(pte, v, __ATOMIC_RELEASE);
}

static inline pt_entry_t
pte_swap(pt_entry_t *pte, pt_entry_t v)
{
	return (__atomic_exchange_n(pte, v, __ATOMIC_SEQ_CST));
}

/* Returns the entry as it was before. */
static inline pt_entry_t
pte_clear_bits(pt_entry_t *pte, pt_entry_t bits)
{
	return (__atomic_fetch_and(pte, ~bits, __ATOMIC_SEQ_CST));
}

static inline bool
pte_replace(pt_entry_t *pte, pt_entry_t *old, pt_entry_t v)
{
	return (__atomic_compare_exchange_n(
	    pte, old, v, false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST));
}

static inline bool
pte_is_dirty(pt_entry_t e)
{
	return ((e & (X86_PG_M | X86_PG_RW)) == (X86_PG_M | X86_PG_RW));
}

static inline pt_entry_t *
pte_table(pt_entry_t e)
{
	return ((pt_entry_t *)PHYS_TO_DMAP(e & PG_FRAME));
}

/* The memory type bits of a leaf. */
pt_entry_t hf_pmap_cache_bits(int mode);

static inline bool
page_is_managed(vm_page_t m)
{
	return ((m->oflags & VPO_UNMANAGED) == 0);
}

/* ---- pmap_table.c: the tree of tables; pm_mtx held throughout ---- */

/* Table pages that wait for a flush. */
struct ptp_list {
	vm_page_t pl_first;
};

/*
 * The leaf slot of va, NULL if there is no leaf table (or a large leaf).  For
 * kernel addresses no lock is needed: their tables are never freed.
 */
static inline pt_entry_t *
pmap_pte(pmap_t pmap, vm_offset_t va)
{
	pt_entry_t e;

	e = pte_load(&pmap->pm_top[PG_INDEX(va, 3)]);
	if ((e & X86_PG_V) == 0)
		return (NULL);
	e = pte_load(&pte_table(e)[PG_INDEX(va, 2)]);
	if ((e & (X86_PG_V | X86_PG_PS)) != X86_PG_V)
		return (NULL);
	e = pte_load(&pte_table(e)[PG_INDEX(va, 1)]);
	if ((e & (X86_PG_V | X86_PG_PS)) != X86_PG_V)
		return (NULL);
	return (&pte_table(e)[PG_INDEX(va, 0)]);
}

/*
 * The same for a user address, with the table's page.  Faults come in runs: the
 * table used last is remembered.
 */
static inline pt_entry_t *
hf_pmap_pte_ptp(pmap_t pmap, vm_offset_t va, vm_page_t *ptpp)
{
	pt_entry_t *pte;

	if (pmap->pm_hint_ptp == NULL ||
	    va - pmap->pm_hint_va >= PG_LEVEL_SIZE(1)) {
		*ptpp = NULL;
		pte = pmap_pte(pmap, va);
		if (pte == NULL)
			return (NULL);
		pmap->pm_hint_va = va & ~(PG_LEVEL_SIZE(1) - 1);
		pmap->pm_hint_table = pte - PG_INDEX(va, 0);
		pmap->pm_hint_ptp = PHYS_TO_VM_PAGE(
		    DMAP_TO_PHYS((vm_offset_t)pmap->pm_hint_table));
	}
	*ptpp = pmap->pm_hint_ptp;
	return (&pmap->pm_hint_table[PG_INDEX(va, 0)]);
}

/*
 * The leaf slot of a user address.  Its table is made if need be, and gets one
 * more reference, for the entry that the caller is going to store.  *ptpp is
 * the table's page.  NULL: no memory; then table pages made on the way are on
 * "free".
 */
pt_entry_t *hf_pmap_pte_hold(
    pmap_t pmap, vm_offset_t va, vm_page_t *ptpp, struct ptp_list *free);

/* The page of the leaf table that a slot is in. */
static inline vm_page_t
pte_ptp(const pt_entry_t *pte)
{
	return (PHYS_TO_VM_PAGE(
	    DMAP_TO_PHYS((vm_offset_t)pte & ~(vm_offset_t)PAGE_MASK)));
}

/*
 * Drops n references of the leaf table of va.  A table that becomes empty
 * is unlinked and put on "free", and so on upwards.
 */
void hf_pmap_ptp_drop(
    pmap_t pmap, vm_offset_t va, vm_page_t ptp, u_int n, struct ptp_list *free);

/*
 * Frees the pages; every CPU that could walk them has flushed something of
 * this pmap since they were unlinked.
 */
void hf_pmap_free_ptps(struct ptp_list *free);

/*
 * The first leaf slot at or above *va and below eva that has a table; *va
 * becomes its address and *end the end of its table or eva, whichever is first.
 * NULL if there is none.
 */
pt_entry_t *hf_pmap_next_run(
    pmap_t pmap, vm_offset_t *va, vm_offset_t eva, vm_offset_t *end);

/*
 * What every range has to be: whole pages, in order, and for a process's pmap
 * below the kernel, whose tables all pmaps share, unless it is empty.
 */
static inline void
hf_pmap_assert_range(
    pmap_t pmap, vm_offset_t sva, vm_offset_t eva, const char *who)
{
	KASSERT(((sva | eva) & PAGE_MASK) == 0 && sva <= eva &&
		(pmap == kernel_pmap || eva <= VM_MAXUSER_ADDRESS ||
		    sva == eva),
	    ("%s: range %#lx %#lx", who, sva, eva));
}

/* An address that a process's pmap has nothing at, whatever its tables share. */
static inline bool
hf_pmap_not_user(pmap_t pmap, vm_offset_t va)
{
	return (va >= VM_MAXUSER_ADDRESS && pmap != kernel_pmap);
}

/*
 * ---- pmap_early.c: tables at boot, each from the page at *next, which moves
 * on ----
 */

/* A cleared table linked into a slot. */
pt_entry_t *hf_pmap_early_table(vm_paddr_t *next, pt_entry_t *slot);
/* The table that a slot points to, made if the slot is empty. */
pt_entry_t *hf_pmap_early_table_at(vm_paddr_t *next, pt_entry_t *slot);

/*
 * The direct map of RAM, below 512 GiB: pairs of addresses in order, whose end
 * is a pair of 0. Whole large leaves: a range that is not a multiple of 2 MiB
 * takes in what is beside it.  Leaves are of 1 GiB where the CPU has them.  It
 * is asked only where there is room for one, since a CPUID is an exit.
 */
void hf_pmap_early_direct(pt_entry_t *pdpt, const vm_paddr_t *ram,
    bool (*has_1g)(void), vm_paddr_t *next);

/* ---- pmap_pv.c: reverse maps ---- */

#define HF_PV_LOCKS 16
extern struct mtx hf_pmap_pv_locks[HF_PV_LOCKS];

static inline struct mtx *
pv_lock(vm_page_t m)
{
	return (&hf_pmap_pv_locks[(VM_PAGE_TO_PHYS(m) >> 21) % HF_PV_LOCKS]);
}

static inline pmap_t
pv_pmap(pv_entry_t pv)
{
	return (((struct pv_chunk *)((uintptr_t)pv & ~(uintptr_t)PAGE_MASK))
		    ->pc_pmap);
}

void hf_pmap_pv_init(void);

/*
 * An entry of pmap, whose lock is held.  Takes a mapping away
 * elsewhere when there is no memory; NULL when even that does not help.  With
 * "may_reclaim" false: NULL at once.
 */
pv_entry_t hf_pmap_pv_alloc(pmap_t pmap, bool may_reclaim);
/* The same if one is at hand, else NULL; takes no lock. */
pv_entry_t hf_pmap_pv_take(pmap_t pmap);
void hf_pmap_pv_free(pmap_t pmap, pv_entry_t pv);

/* The page's pv-list lock is held. */
void hf_pmap_pv_insert(vm_page_t m, pv_entry_t pv, vm_offset_t va);
pv_entry_t hf_pmap_pv_unlink(vm_page_t m, pmap_t pmap, vm_offset_t va);

/*
 * The lock of pmap is held.  The entry, which there is, leaves the page's list;
 * a page that loses its last mapping is not writeable.
 */
static inline pv_entry_t
pv_take(vm_page_t m, pmap_t pmap, vm_offset_t va)
{
	struct mtx *lock = pv_lock(m);
	pv_entry_t pv;

	KASSERT(!hf_tlb_has(pmap, va),
	    ("pmap: %#lx is forgotten before it is flushed", va));
	mtx_lock(lock);
	pv = hf_pmap_pv_unlink(m, pmap, va);
	if (TAILQ_EMPTY(&m->md.pv_list))
		vm_page_aflag_clear(m, PGA_WRITEABLE);
	mtx_unlock(lock);
	return (pv);
}

/*
 * Takes the lock of pv's pmap with m's pv-list lock held; pv is on m's list.
 * False: the list changed while the lock was waited for; nothing but the
 * pv-list lock is held and pv may be gone.
 */
bool hf_pmap_pv_lock_pmap(vm_page_t m, pv_entry_t pv);

/* Frees the chunks of a pmap without mappings. */
void hf_pmap_pv_release(pmap_t pmap);

/*
 * Accounts for a leaf that was taken away and flushed: M and A of "old" go
 * to the page, the pv entry goes, counts fall.
 */
void pmap_forget(pmap_t pmap, vm_offset_t va, pt_entry_t old);

/* ---- pmap.c ---- */

extern LIST_HEAD(hf_pmap_all, pmap) hf_pmap_all;
extern struct mtx hf_pmap_all_mtx;

/* ---- Machine ---- */

/* Makes pmap current on this CPU; interrupts off. */
void hf_pmap_load(pmap_t pmap);

/* The last part of pmap_init(). */
void hf_pmap_md_init(void);

/* pmap_memattr.c */
void hf_memattr_init(void);

/* amd64: the leaf table of the single pages at HF_KVA_SPECIAL. */
extern pt_entry_t *hf_pmap_special_table;

#endif
