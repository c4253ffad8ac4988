/* SPDX-License-Identifier: BSD-2-Clause */
/* enter.c: what pmap_enter() makes of an empty or taken slot. */

#include "lab.h"

#define R  VM_PROT_READ
#define RW VM_PROT_RW
#define W  VM_PROT_WRITE

/* Entries on a page's list. */
static int
mappings(vm_page_t m)
{
	pv_entry_t pv;
	int n;

	n = 0;
	TAILQ_FOREACH (pv, &m->md.pv_list, pv_link)
		n++;
	return (n);
}

HF_SCENARIO(pmap_enter_readonly, "pmap.enter_readonly", "PM-02 PM-06",
    "a read-only mapping loads, does not store, does not execute")
{
	struct lab lab;
	uint64_t v;

	lab_open(&lab, 1);
	lab_enter(&lab, LAB_BASE, lab.m[0], R, R);
	hf_expect_eq(pmap_extract(lab.pmap, LAB_BASE + 0x123),
	    VM_PAGE_TO_PHYS(lab.m[0]) + 0x123);
	hf_expect(lab_load(LAB_BASE, &v));
	hf_expect_eq(v, lab_pattern(0));
	hf_expect(!lab_store(LAB_BASE, 1));
	hf_expect_eq(*lab_words(lab.m[0]), lab_pattern(0));
	hf_expect(lab_bits(&lab, LAB_BASE, X86_PG_NX) != 0);
	hf_expect_eq(lab_bits(&lab, LAB_BASE, X86_PG_RW | X86_PG_G), 0);
	hf_expect(!pmap_page_is_write_mapped(lab.m[0]));
	lab_close(&lab);
}

HF_SCENARIO(pmap_enter_modified, "pmap.enter_modified", "PM-03 PM-04",
    "M comes with a write access, or with the first store")
{
	struct lab lab;

	lab_open(&lab, 2);
	lab_enter(&lab, lab_va(0), lab.m[0], RW, R);
	hf_expect_eq(lab_bits(&lab, lab_va(0), X86_PG_A | X86_PG_M), X86_PG_A);
	hf_expect(!pmap_is_modified(lab.m[0]));
	hf_expect(pmap_page_is_write_mapped(lab.m[0]));
	hf_expect(lab_store(lab_va(0), 7));
	hf_expect(pmap_is_modified(lab.m[0]));
	hf_expect_eq(*lab_words(lab.m[0]), 7);

	lab_enter(&lab, lab_va(1), lab.m[1], RW, RW);
	hf_expect(pmap_is_modified(lab.m[1]));
	hf_expect(pmap_is_referenced(lab.m[1]));
	lab_close(&lab);
}

HF_SCENARIO(pmap_enter_unmanaged, "pmap.enter_unmanaged", "PM-05",
    "an unmanaged page is mapped without a pv entry and counts as modified")
{
	struct lab lab;
	vm_page_t m;

	lab_open(&lab, 0);
	m = vm_page_alloc_noobj(VM_ALLOC_WIRED | VM_ALLOC_ZERO);
	hf_require(m != NULL);
	lab_enter(&lab, LAB_BASE, m, RW, R);
	hf_expect(lab_bits(&lab, LAB_BASE, X86_PG_M) != 0);
	hf_expect_eq(lab_bits(&lab, LAB_BASE, PG_MANAGED), 0);
	hf_expect(!pmap_page_is_mapped(m));
	hf_expect(lab_store(LAB_BASE, 9));
	pmap_remove(lab.pmap, LAB_BASE, LAB_BASE + PAGE_SIZE);
	hf_expect_eq(*lab_words(m), 9);
	vm_page_unwire(m, PQ_INACTIVE);
	lab_close(&lab);
}

HF_SCENARIO(pmap_enter_twice, "pmap.enter_twice", "PM-07 PM-08",
    "entering again changes nothing; wiring changes the wired count only")
{
	struct lab lab;
	pt_entry_t leaf;
	long resident;

	lab_open(&lab, 1);
	lab_enter(&lab, LAB_BASE, lab.m[0], RW, R);
	leaf = hf_pmap_leaf(lab.pmap, LAB_BASE);
	resident = pmap_resident_count(lab.pmap);
	lab_enter(&lab, LAB_BASE, lab.m[0], RW, R);
	hf_expect_eq(hf_pmap_leaf(lab.pmap, LAB_BASE), leaf);
	hf_expect_eq(mappings(lab.m[0]), 1);

	lab_enter(&lab, LAB_BASE, lab.m[0], RW, R | PMAP_ENTER_WIRED);
	hf_expect_eq(pmap_wired_count(lab.pmap), 1);
	lab_enter(&lab, LAB_BASE, lab.m[0], RW, R);
	hf_expect_eq(pmap_wired_count(lab.pmap), 0);
	hf_expect_eq(pmap_resident_count(lab.pmap), resident);
	hf_expect(hf_pmap_check() == NULL);
	lab_close(&lab);
}

HF_SCENARIO(pmap_enter_narrower, "pmap.enter_narrower", "PM-09",
    "entering read-only over a modified mapping records the modification")
{
	struct lab lab;

	lab_open(&lab, 1);
	lab_enter(&lab, LAB_BASE, lab.m[0], RW, R);
	hf_expect(lab_store(LAB_BASE, 1));
	hf_expect_eq(lab.m[0]->dirty, 0);
	lab_enter(&lab, LAB_BASE, lab.m[0], R, R);
	hf_expect_eq(lab.m[0]->dirty, VM_PAGE_BITS_ALL);
	hf_expect(!lab_store(LAB_BASE, 2));
	hf_expect_eq(*lab_words(lab.m[0]), 1);
	lab_close(&lab);
}

HF_SCENARIO(pmap_enter_replace, "pmap.enter_replace", "PM-10 TL-02",
    "another page at the address: the old one is dirty, referenced, unmapped")
{
	struct lab lab;
	long resident;
	uint64_t v;

	lab_open(&lab, 2);
	lab_enter(&lab, LAB_BASE, lab.m[0], RW, R);
	hf_expect(lab_store(LAB_BASE, 5));
	resident = pmap_resident_count(lab.pmap);
	vm_page_aflag_clear(lab.m[0], PGA_REFERENCED);
	lab_enter(&lab, LAB_BASE, lab.m[1], R, R);
	hf_expect_eq(lab.m[0]->dirty, VM_PAGE_BITS_ALL);
	hf_expect((vm_page_aflags(lab.m[0]) & PGA_REFERENCED) != 0);
	hf_expect(!pmap_page_is_mapped(lab.m[0]));
	hf_expect(!pmap_page_is_write_mapped(lab.m[0]));
	hf_expect_eq(mappings(lab.m[1]), 1);
	hf_expect_eq(pmap_resident_count(lab.pmap), resident);
	hf_expect(lab_load(LAB_BASE, &v));
	hf_expect_eq(v, lab_pattern(1));
	hf_expect(hf_pmap_check() == NULL);
	lab_close(&lab);
}

HF_SCENARIO(pmap_enter_replace_kinds, "pmap.enter_replace_kinds", "PM-10",
    "managed and unmanaged pages replace each other, wired or not")
{
	struct lab lab;
	vm_page_t m;

	lab_open(&lab, 1);
	m = vm_page_alloc_noobj(VM_ALLOC_WIRED | VM_ALLOC_ZERO);
	hf_require(m != NULL);
	lab_enter(&lab, LAB_BASE, m, RW, R | PMAP_ENTER_WIRED);
	lab_enter(&lab, LAB_BASE, lab.m[0], RW, R);
	hf_expect_eq(pmap_wired_count(lab.pmap), 0);
	hf_expect(hf_pmap_check() == NULL);
	lab_enter(&lab, LAB_BASE, m, RW, R | PMAP_ENTER_WIRED);
	hf_expect_eq(pmap_wired_count(lab.pmap), 1);
	hf_expect(!pmap_page_is_mapped(lab.m[0]));
	hf_expect(hf_pmap_check() == NULL);
	pmap_remove(lab.pmap, LAB_BASE, LAB_BASE + PAGE_SIZE);
	hf_expect_eq(pmap_wired_count(lab.pmap), 0);
	vm_page_unwire(m, PQ_INACTIVE);
	lab_close(&lab);
}

struct bad_enter {
	struct lab *lab;
	vm_prot_t prot;
	u_int flags;
	int psind;
	bool busy;
};

static void
bad_enter(void *arg)
{
	struct bad_enter *b = arg;

	if (!b->busy)
		vm_page_xunbusy(b->lab->m[0]);
	(void)pmap_enter(
	    b->lab->pmap, LAB_BASE, b->lab->m[0], b->prot, b->flags, b->psind);
}

HF_SCENARIO(pmap_enter_asserts, "pmap.enter_asserts", "PM-14",
    "calls that break the contract are assertion failures")
{
	struct lab lab;
	struct bad_enter b = { .lab = &lab, .busy = true };

	lab_need_invariants();
	lab_open(&lab, 1);
	b.prot = R;
	b.flags = W;
	hf_expect_panic(bad_enter, &b, "");
	b.flags = R | 0x01000000;
	hf_expect_panic(bad_enter, &b, "");
	b.flags = R | PMAP_ENTER_LARGEPAGE;
	hf_expect_panic(bad_enter, &b, "");
	b.flags = R;
	b.psind = 1;
	hf_expect_panic(bad_enter, &b, "");
	b.psind = 0;
	b.busy = false;
	hf_expect_panic(bad_enter, &b, "");
	vm_page_xbusy(lab.m[0]);
	hf_expect_eq(pmap_resident_count(lab.pmap), 1);
	lab_close(&lab);
}
