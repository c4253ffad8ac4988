/* SPDX-License-Identifier: BSD-2-Clause */
/* pmap.c: what the checker of page tables finds. */
#include <arch/amd64/pmap_priv.h>
#include <scenarios/pmap/lab.h>
#include "planted.h"

#define R  VM_PROT_READ
#define RW VM_PROT_RW

/* The checker names the address, too, where there is one. */
static bool
says(const char *why, const char *part)
{
	if (why == NULL || strstr(why, part) == NULL)
		hf_note("\"%s\" instead of \"%s\"",
		    why != NULL ? why : "nothing", part);
	return (why != NULL && strstr(why, part) != NULL);
}

#define EXPECT(record, change, text)                       \
	do {                                               \
		const __typeof__(record) kept_ = (record); \
		bool found_;                               \
                                                           \
		change;                                    \
		found_ = says(hf_pmap_check(), text);      \
		(record) = kept_;                          \
		hf_expect(found_);                         \
	} while (0)

HF_SCENARIO(check_pmap_leaf, "check.pmap_leaf", "IP-1 IP-2 IP-5 IP-7",
    "each rule about a leaf and its page is looked at")
{
	struct lab lab;
	pt_entry_t *pte;
	pv_entry_t pv;
	vm_page_t m;

	lab_open(&lab, 2);
	m = lab.m[0];
	lab_enter(&lab, lab_va(0), m, RW, R);
	pte = pmap_pte(lab.pmap, lab_va(0));
	pv = TAILQ_FIRST(&m->md.pv_list);
	hf_require(pte != NULL && pv != NULL);
	EXPECT(*m, m->oflags |= VPO_UNMANAGED,
	    "IP-2 a managed leaf of a page that is not at 0x40000000");
	EXPECT(*pv, pv->pv_va += PAGE_SIZE,
	    "IP-1 a managed leaf without its one pv entry");
	EXPECT(*m, m->a.flags &= ~PGA_WRITEABLE,
	    "IP-5 a writable leaf, PGA_WRITEABLE clear");
	EXPECT(*pte, *pte |= X86_PG_G,
	    "IP-7 a user leaf with a kernel leaf's bits");
	EXPECT(*pte, *pte &= ~PG_MANAGED,
	    "IP-2 an unmanaged leaf of a managed page");
	hf_expect_eq(hf_pmap_check(), NULL);
	lab_close(&lab);
}

HF_SCENARIO(check_pmap_tables, "check.pmap_tables", "IP-1 IP-3 IP-4 IP-9",
    "each rule about tables, counts and CPUs is looked at")
{
	struct pv_chunk *pc;
	struct lab lab;
	pt_entry_t *pte;
	vm_page_t ptp;
	pmap_t p, idle;

	lab_open(&lab, 2);
	lab_enter(&lab, lab_va(0), lab.m[0], RW, R);
	p = lab.pmap;
	pte = pmap_pte(p, lab_va(0));
	hf_require(pte != NULL);
	ptp = pte_ptp(pte);
	pc = TAILQ_FIRST(&p->pm_chunks);
	EXPECT(pte[5], pte[5] = PAGE_SIZE, "IP-3 rests in an invalid entry");
	EXPECT(ptp->ref_count, ptp->ref_count++,
	    "IP-3 a table whose references are not its entries");
	/* A bit that no MMU looks at. */
	EXPECT(p->pm_top[PG_ENTRIES - 1], p->pm_top[PG_ENTRIES - 1] ^= PG_W,
	    "IP-3 a kernel half of its own");
	EXPECT(pc->pc_free[1], pc->pc_free[1] ^= 1,
	    "IP-1 more or fewer pv entries than leaves");
	EXPECT(p->pm_stats.resident_count, p->pm_stats.resident_count++,
	    "IP-4 resident_count");
	EXPECT(p->pm_stats.wired_count, p->pm_stats.wired_count++,
	    "IP-4 wired_count");
	idle = lab_pmap();
	EXPECT(idle->pm_active, CPU_SET(0, &idle->pm_active),
	    "IP-9 pm_active is not where it runs");
	hf_expect_eq(hf_pmap_check(), NULL);
	lab_pmap_free(idle);
	lab_close(&lab);
}
