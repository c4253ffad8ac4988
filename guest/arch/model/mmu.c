/* SPDX-License-Identifier: BSD-2-Clause */
/* mmu.c: translation as a CPU does it, with all that it may have cached. */

/*
 * As strict as the manual allows (SDM vol. 3A, 4.10).  Whatever a walk has met
 * is cached until an instruction or a fault invalidates it.  After each
 * invalidation the CPU looks again at once, as a speculating one may, and
 * caches anew what is still in the tables.  So a flush that is missing, too
 * narrow or earlier than the change leaves a translation behind, every time.
 * Only what has an effect is not done unasked: no A bit is set but by an
 * access.
 *
 * Tables are read without any lock, as hardware does.
 */
#include <machine/specialreg.h>
#include <arch/amd64/pmap_priv.h>
#include "cpu_model.h"
#include "mmu.h"

static struct hf_tlb tlbs[MAXCPU];

struct hf_tlb *
hf_mmu_lock(u_int cpu)
{
	struct hf_tlb *t = &tlbs[cpu];

	while (!atomic_cmpset_acq_int(&t->lock, 0, 1))
		cpu_spinwait();
	return (t);
}

void
hf_mmu_unlock(struct hf_tlb *t)
{
	atomic_store_rel_int(&t->lock, 0);
}

/* Does a translation allow this access from ring 0 with CR0.WP set? */
static bool
allows(pt_entry_t e, vm_prot_t type)
{
	if ((e & X86_PG_V) == 0)
		return (false);
	if (type == VM_PROT_WRITE)
		return ((e & X86_PG_RW) != 0);
	if (type == VM_PROT_EXECUTE)
		return ((e & X86_PG_NX) == 0);
	return (true);
}

/* An entry below others: it gives no right that one of those does not. */
static pt_entry_t
below(pt_entry_t up, pt_entry_t e)
{
	return ((e & (up | ~(X86_PG_RW | X86_PG_U))) | (up & X86_PG_NX));
}

/* What was stored before an entry is seen by who comes by it. */
static pt_entry_t
walk_load(const pt_entry_t *slot)
{
	return (__atomic_load_n(slot, __ATOMIC_ACQUIRE));
}

/*
 * The leaf slot of va, from the lowest table that is known; *up gets the rights
 * of the levels above.  NULL: an entry is not valid.
 */
static pt_entry_t *
leaf_slot(struct hf_tlb *t, vm_offset_t va, pt_entry_t *up)
{
	struct hf_cached *c;
	pt_entry_t e;
	int level;

	e = t->cr3 | X86_PG_RW | X86_PG_U;
	for (level = 1; level < PG_LEVELS; level++)
		if ((c = hf_tlb_find(t, va, level)) != NULL) {
			e = c->e;
			break;
		}
	for (;;) {
		/* What is no table any more may say anything. */
		if ((e & PG_FRAME) >= hf_model_ram_bytes)
			return (NULL);
		*up = e;
		if (--level == 0)
			return (&pte_table(e)[PG_INDEX(va, 0)]);
		e = walk_load(&pte_table(e)[PG_INDEX(va, level)]);
		if ((e & (X86_PG_V | X86_PG_PS)) != X86_PG_V)
			return (NULL);
		e = below(*up, e) & ~X86_PG_G;
		hf_tlb_keep(t, va, level, e);
	}
}

static void
keep_page(struct hf_tlb *t, vm_offset_t va, pt_entry_t up, pt_entry_t e)
{
	e = below(up, e);
	if ((t->cr4 & CR4_PGE) == 0)
		e &= ~X86_PG_G;
	hf_tlb_keep(t, va, 0, e);
}

/* What a CPU may cache of va though nobody asks for it. */
static void
look_again(struct hf_tlb *t, vm_offset_t va, int level)
{
	pt_entry_t *slot, up, e;

	slot = leaf_slot(t, va, &up);
	if (level != 0 || slot == NULL)
		return;
	e = walk_load(slot);
	if ((e & (X86_PG_V | X86_PG_A)) == (X86_PG_V | X86_PG_A))
		keep_page(t, va, up, e);
}

/* The same for entries that were just taken out, if they are not only history. */
static void
look_again_all(struct hf_tlb *t, struct hf_cached *c, bool user)
{
	for (; c != NULL; c = hf_tlb_free(c))
		if (user || c->va >= VM_MIN_KERNEL_ADDRESS)
			look_again(t, c->va, c->level);
}

/* 4.10.4.1: a fault invalidates what was used for its address. */
static void *
page_fault(struct hf_tlb *t, vm_offset_t va)
{
	int level;

	for (level = 0; level < PG_LEVELS; level++)
		hf_tlb_drop(t, va, level);
	look_again(t, va, 1);
	return (NULL);
}

void *
hf_mmu_translate(struct hf_tlb *t, vm_offset_t va, vm_prot_t type)
{
	struct hf_cached *c;
	pt_entry_t *slot, up, old, newpte;

	c = hf_tlb_find(t, va, 0);
	if (c != NULL && !allows(c->e, type))
		return (page_fault(t, va));
	/* A store through an entry without D walks, to set it. */
	if (c != NULL && (type != VM_PROT_WRITE || (c->e & X86_PG_M) != 0))
		return (
		    (void *)(PHYS_TO_DMAP(c->e & PG_FRAME) + (va & PAGE_MASK)));
	slot = leaf_slot(t, va, &up);
	if (slot == NULL)
		return (page_fault(t, va));
	old = walk_load(slot);
	do {
		if (!allows(below(up, old), type) ||
		    (old & PG_FRAME) >= hf_model_ram_bytes)
			return (page_fault(t, va));
		newpte = old | X86_PG_A;
		if (type == VM_PROT_WRITE)
			newpte |= X86_PG_M;
	} while (newpte != old && !pte_replace(slot, &old, newpte));
	keep_page(t, va, up, newpte);
	return ((void *)(PHYS_TO_DMAP(newpte & PG_FRAME) + (va & PAGE_MASK)));
}

/* ---- Instructions, of the CPU that the caller runs on ---- */

void
invlpg(vm_offset_t va)
{
	struct hf_tlb *t = hf_mmu_lock(curcpu);
	bool had = hf_tlb_find(t, va, 0) != NULL;

	hf_model_flushes();
	hf_tlb_drop(t, va, 0);
	/* Every entry for a table goes, whatever its address. */
	look_again_all(t, hf_tlb_take_tables(t), true);
	if (had)
		look_again(t, va, 0);
	hf_mmu_unlock(t);
}

uint64_t
rcr3(void)
{
	return (tlbs[curcpu].cr3);
}

void
load_cr3(uint64_t v)
{
	struct hf_tlb *t;
	struct hf_cached *tables, *pages;
	bool same;

	hf_model_loads_cr3(rcr3(), v);
	t = hf_mmu_lock(curcpu);
	same = v == t->cr3;
	tables = hf_tlb_take_tables(t);
	pages = hf_tlb_take_pages(t, false);
	hf_tlb_frame_use(t->cr3, -1);
	t->cr3 = v;
	hf_tlb_frame_use(v, 1);
	look_again_all(t, tables, same);
	look_again_all(t, pages, same);
	hf_mmu_unlock(t);
}

void
load_cr4(uint64_t v)
{
	struct hf_tlb *t;
	struct hf_cached *tables, *pages;

	hf_model_flushes();
	t = hf_mmu_lock(curcpu);
	if (((t->cr4 ^ v) & CR4_PGE) != 0) {
		tables = hf_tlb_take_tables(t);
		pages = hf_tlb_take_pages(t, true);
		t->cr4 = v;
		look_again_all(t, tables, true);
		look_again_all(t, pages, true);
	}
	t->cr4 = v;
	hf_mmu_unlock(t);
}

void
hf_mmu_reset(u_int cpu)
{
	struct hf_tlb *t = hf_mmu_lock(cpu);
	struct hf_cached *c;

	for (c = hf_tlb_take_tables(t); c != NULL;)
		c = hf_tlb_free(c);
	for (c = hf_tlb_take_pages(t, true); c != NULL;)
		c = hf_tlb_free(c);
	hf_tlb_frame_use(t->cr3, -1);
	t->cr3 = 0;
	t->cr4 = CR4_PAE | CR4_PGE;
	hf_mmu_unlock(t);
}
