/* SPDX-License-Identifier: BSD-2-Clause */
/* query.c: what a pmap says about addresses and pages. */

#include <sys/mman.h>
#include "lab.h"

#define R  VM_PROT_READ
#define RW VM_PROT_RW
#define W  VM_PROT_WRITE

HF_SCENARIO(pmap_hold, "pmap.extract_and_hold", "PM-31",
    "the page found is wired; not for writing through a read-only mapping")
{
	struct lab lab;
	vm_page_t m;

	lab_open(&lab, 1);
	lab_enter(&lab, LAB_BASE, lab.m[0], R, R);
	m = pmap_extract_and_hold(lab.pmap, LAB_BASE + 77, R);
	hf_expect(m == lab.m[0]);
	hf_expect_eq(vm_page_wire_count(lab.m[0]), 1);
	hf_expect(pmap_extract_and_hold(lab.pmap, LAB_BASE, W) == NULL);
	hf_expect(pmap_extract_and_hold(lab.pmap, lab_va(1), R) == NULL);
	hf_expect(pmap_extract_and_hold(lab.pmap, lab_va(4000), R) == NULL);
	/* A wired page's mappings are not taken by those who ask first. */
	VM_OBJECT_WLOCK(lab.object);
	hf_expect(!vm_page_try_remove_all(lab.m[0]));
	VM_OBJECT_WUNLOCK(lab.object);
	pmap_remove_all(lab.m[0]);
	hf_expect_eq(vm_page_wire_count(lab.m[0]), 1);
	hf_expect(vm_page_unwire_noq(lab.m[0]));
	lab_close(&lab);
}

HF_SCENARIO(pmap_prefaultable, "pmap.is_prefaultable", "PM-33",
    "only an empty slot of an existing table can be prefaulted")
{
	struct lab lab;

	lab_open(&lab, 1);
	hf_expect(!pmap_is_prefaultable(lab.pmap, LAB_BASE));
	lab_enter(&lab, lab_va(0), lab.m[0], R, R);
	hf_expect(!pmap_is_prefaultable(lab.pmap, lab_va(0)));
	hf_expect(pmap_is_prefaultable(lab.pmap, lab_va(1)));
	hf_expect(!pmap_is_prefaultable(lab.pmap, lab_va(512)));
	lab_close(&lab);
}

HF_SCENARIO(pmap_mincore_bits, "pmap.mincore", "PM-38",
    "mincore bits follow A and M; the frame is told unless both are set")
{
	struct lab lab;
	vm_paddr_t pa;

	lab_open(&lab, 2);
	lab_enter(&lab, lab_va(0), lab.m[0], RW, RW);
	pmap_enter_quick(lab.pmap, lab_va(1), lab.m[1], R);
	pa = 1;
	hf_expect_eq(pmap_mincore(lab.pmap, lab_va(0), &pa),
	    MINCORE_INCORE | MINCORE_MODIFIED | MINCORE_MODIFIED_OTHER |
		MINCORE_REFERENCED | MINCORE_REFERENCED_OTHER);
	hf_expect_eq(pa, 1);
	hf_expect_eq(pmap_mincore(lab.pmap, lab_va(1), &pa), MINCORE_INCORE);
	hf_expect_eq(pa, VM_PAGE_TO_PHYS(lab.m[1]));
	pa = 1;
	hf_expect(lab_can_load(lab_va(1)));
	hf_expect_eq(pmap_mincore(lab.pmap, lab_va(1), &pa),
	    MINCORE_INCORE | MINCORE_REFERENCED | MINCORE_REFERENCED_OTHER);
	hf_expect_eq(pa, VM_PAGE_TO_PHYS(lab.m[1]));
	pa = 1;
	hf_expect_eq(pmap_mincore(lab.pmap, lab_va(2), &pa), 0);
	hf_expect_eq(pa, 1);
	lab_close(&lab);
}

HF_SCENARIO(pmap_page_queries, "pmap.page_queries", "PM-39",
    "wired mappings are counted; a mapping pmap is known from a stranger")
{
	struct lab lab;
	pmap_t other;
	vm_page_t m;
	int i;

	lab_open(&lab, 1);
	m = lab.m[0];
	other = lab_pmap();
	hf_expect(!pmap_page_is_mapped(m));
	for (i = 0; i < 5; i++)
		lab_enter(&lab, lab_va(i), m, R,
		    R | (i % 2 == 0 ? PMAP_ENTER_WIRED : 0));
	hf_expect(pmap_page_is_mapped(m));
	hf_expect_eq(pmap_page_wired_mappings(m), 3);
	hf_expect(pmap_page_exists_quick(lab.pmap, m));
	hf_expect(!pmap_page_exists_quick(other, m));
	(void)pmap_enter(other, lab_va(0), m, R, R, 0);
	hf_expect(pmap_page_exists_quick(other, m));
	lab_pmap_free(other);
	lab_close(&lab);
}

HF_SCENARIO(pmap_ageing, "pmap.ts_referenced", "PM-34 PM-35",
    "accessed mappings are counted and aged, five at a time")
{
	struct lab lab;
	vm_page_t m;
	int i;

	lab_open(&lab, 2);
	m = lab.m[0];
	lab_enter(&lab, lab_va(0), m, R, R);
	lab_enter(&lab, lab_va(1), m, R, R);
	pmap_enter_quick(lab.pmap, lab_va(2), m, R);
	hf_expect(pmap_is_referenced(m));
	hf_expect_eq(pmap_ts_referenced(m), 2);
	hf_expect_eq(pmap_ts_referenced(m), 0);
	hf_expect(!pmap_is_referenced(m));
	hf_expect(lab_can_load(lab_va(2)));
	hf_expect_eq(pmap_ts_referenced(m), 1);
	/* A is set again, although the CPU used the mapping a moment ago. */
	hf_expect(lab_can_load(lab_va(2)));
	hf_expect_eq(pmap_ts_referenced(m), 1);

	m = lab.m[1];
	for (i = 0; i < 8; i++)
		lab_enter(
		    &lab, lab_va(10 + i), m, i == 0 ? RW : R, i == 0 ? RW : R);
	hf_expect_eq(pmap_ts_referenced(m), 5);
	hf_expect_eq(pmap_ts_referenced(m), 3);
	hf_expect_eq(pmap_ts_referenced(m), 0);
	hf_expect_eq(m->dirty, VM_PAGE_BITS_ALL);
	hf_expect(pmap_is_modified(m));
	hf_expect(hf_pmap_check() == NULL);
	lab_close(&lab);
}

HF_SCENARIO(pmap_advice, "pmap.advise", "PM-37",
    "DONTNEED records M and clears it, FREE forgets it, other advice nothing")
{
	struct lab lab;
	pt_entry_t leaf;

	lab_open(&lab, 2);
	lab_enter(&lab, lab_va(0), lab.m[0], RW, RW);
	lab_enter(&lab, lab_va(1), lab.m[1], RW, RW);
	leaf = hf_pmap_leaf(lab.pmap, lab_va(0));
	pmap_advise(lab.pmap, lab_va(0), lab_va(1), MADV_WILLNEED);
	hf_expect_eq(hf_pmap_leaf(lab.pmap, lab_va(0)), leaf);
	pmap_advise(lab.pmap, lab_va(0), lab_va(1), MADV_DONTNEED);
	hf_expect_eq(lab.m[0]->dirty, VM_PAGE_BITS_ALL);
	hf_expect_eq(lab_bits(&lab, lab_va(0), X86_PG_A | X86_PG_M), 0);
	pmap_advise(lab.pmap, lab_va(1), lab_va(2), MADV_FREE);
	hf_expect_eq(lab.m[1]->dirty, 0);
	hf_expect_eq(lab_bits(&lab, lab_va(1), X86_PG_A | X86_PG_M), 0);
	hf_expect(lab_store(lab_va(1), 1));
	hf_expect(pmap_is_modified(lab.m[1]));
	lab_close(&lab);
}
