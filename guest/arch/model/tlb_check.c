/* SPDX-License-Identifier: BSD-2-Clause */
/* tlb_check.c: what the CPUs have cached, against the tables. */

#include <sys/smp.h>
#include <arch/amd64/pmap_priv.h>
#include "mmu.h"

bool
hf_tlb_has(pmap_t pmap, vm_offset_t va)
{
	struct hf_tlb *t;
	bool has;
	int cpu;

	has = false;
	CPU_FOREACH (cpu) {
		t = hf_mmu_lock((u_int)cpu);
		has |= hf_tlb_find_for(t, pmap->pm_cr3, va, 0) != NULL;
		hf_mmu_unlock(t);
	}
	return (has);
}

/*
 * A CPU may know of less than the tables allow, but not of more.  An entry
 * without D lets no store pass that the tables do not, so its RW means nothing.
 */
static const char *
check_entry(pmap_t pmap, const struct hf_cached *c)
{
	pt_entry_t e;

	e = hf_pmap_leaf(pmap, c->va);
	if ((e & X86_PG_V) == 0)
		return ("IP-8 a CPU has a translation that is gone");
	if (((c->e ^ e) & PG_FRAME) != 0)
		return ("IP-8 a CPU has a translation to another frame");
	if ((pte_is_dirty(c->e) && !pte_is_dirty(e)) ||
	    (c->e & ~e & X86_PG_U) != 0 || (e & ~c->e & X86_PG_NX) != 0)
		return ("IP-8 a CPU has a right that was taken away");
	if ((e & X86_PG_A) == 0)
		return ("IP-8 a CPU has a translation without A");
	return (NULL);
}

const char *
hf_tlb_check(pmap_t pmap)
{
	const struct hf_cached *c;
	struct hf_tlb *t;
	const char *bad;
	int cpu;
	u_int i;

	bad = NULL;
	CPU_FOREACH (cpu) {
		t = hf_mmu_lock((u_int)cpu);
		for (i = 0; i < HF_TLB_BUCKETS; i++)
			for (c = t->pages[i]; c != NULL; c = c->next)
				if (bad == NULL && c->cr3 == pmap->pm_cr3 &&
				    c->va < VM_MAXUSER_ADDRESS)
					bad = check_entry(pmap, c);
		hf_mmu_unlock(t);
	}
	return (bad);
}
