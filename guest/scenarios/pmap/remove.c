/* SPDX-License-Identifier: BSD-2-Clause */
/* remove.c: taking mappings away, by range, by page and at exit. */

#include <sys/vmmeter.h>
#include <vm/vm_pagequeue.h>
#include "lab.h"

#define R  VM_PROT_READ
#define RW VM_PROT_RW

HF_SCENARIO(pmap_remove_range, "pmap.remove_range", "PM-20 PM-22",
    "a range goes, its edges stay; M, A, wiring and tables are settled")
{
	struct lab lab;
	long resident;
	int i;

	lab_open(&lab, 6);
	for (i = 0; i < 4; i++)
		lab_enter(&lab, lab_va(i), lab.m[i], RW,
		    R | (i == 2 ? PMAP_ENTER_WIRED : 0));
	/* In tables of their own, below and above. */
	lab_enter(&lab, lab_va(5000), lab.m[4], R, R);
	lab_enter(&lab, lab_va(9000), lab.m[5], R, R);
	hf_expect(lab_store(lab_va(1), 1));
	vm_page_aflag_clear(lab.m[1], PGA_REFERENCED);
	resident = pmap_resident_count(lab.pmap);
	pmap_remove(lab.pmap, lab_va(1), lab_va(8999));
	/* Four leaves and the one table that became empty. */
	hf_expect_eq(pmap_resident_count(lab.pmap), resident - 5);
	hf_expect_eq(pmap_wired_count(lab.pmap), 0);
	hf_expect_eq(lab.m[1]->dirty, VM_PAGE_BITS_ALL);
	hf_expect_eq(lab.m[3]->dirty, 0);
	hf_expect((vm_page_aflags(lab.m[1]) & PGA_REFERENCED) != 0);
	hf_expect(!pmap_page_is_write_mapped(lab.m[1]));
	hf_expect(lab_can_load(lab_va(0)));
	hf_expect(lab_can_load(lab_va(9000)));
	hf_expect(!lab_can_load(lab_va(1)));
	hf_expect(!lab_can_load(lab_va(5000)));
	hf_expect(hf_pmap_check() == NULL);
	pmap_remove(lab.pmap, lab_va(1), lab_va(1));
	pmap_remove(lab.pmap, lab_va(1), lab_va(8999));
	hf_expect_eq(pmap_resident_count(lab.pmap), resident - 5);
	lab_close(&lab);
}

HF_SCENARIO(pmap_remove_all_mappings, "pmap.remove_all", "PM-23 TL-02",
    "every mapping of a page goes, in all pmaps, wired ones too")
{
	struct lab lab;
	pmap_t p2, p3;
	vm_page_t m;

	lab_open(&lab, 2);
	m = lab.m[0];
	p2 = lab_pmap();
	p3 = lab_pmap();
	lab_enter(&lab, lab_va(0), m, RW, R);
	lab_enter(&lab, lab_va(1), m, R, R | PMAP_ENTER_WIRED);
	lab_enter(&lab, lab_va(2), lab.m[1], R, R);
	(void)pmap_enter(p2, lab_va(7), m, RW, R | PMAP_ENTER_WIRED, 0);
	(void)pmap_enter(p3, lab_va(0), m, R, R, 0);
	(void)pmap_enter(p3, lab_va(600), m, R, R, 0);
	hf_expect(lab_store(lab_va(0), 3));
	hf_expect_eq(pmap_page_wired_mappings(m), 2);
	pmap_remove_all(m);
	hf_expect(!pmap_page_is_mapped(m));
	hf_expect(!pmap_page_is_write_mapped(m));
	hf_expect_eq(m->dirty, VM_PAGE_BITS_ALL);
	hf_expect_eq(pmap_wired_count(lab.pmap), 0);
	hf_expect_eq(pmap_wired_count(p2), 0);
	hf_expect_eq(pmap_resident_count(p2), 1);
	hf_expect_eq(pmap_resident_count(p3), 1);
	hf_expect(!lab_can_load(lab_va(0)));
	hf_expect(!lab_can_load(lab_va(1)));
	hf_expect(lab_can_load(lab_va(2)));
	hf_expect(hf_pmap_check() == NULL);
	lab_pmap_free(p2);
	lab_pmap_free(p3);
	lab_close(&lab);
}

#ifdef INVARIANTS
static void
remove_pages(void *pmap)
{
	pmap_remove_pages(pmap);
}
#endif

HF_SCENARIO(pmap_remove_at_exit, "pmap.remove_pages", "PM-24",
    "at exit managed unwired mappings go, wired and unmanaged ones stay")
{
	struct lab lab;
	vm_page_t um;
	pmap_t other;
	int i;

	lab_open(&lab, 3);
	um = vm_page_alloc_noobj(VM_ALLOC_WIRED);
	hf_require(um != NULL);
	lab_enter(&lab, lab_va(0), lab.m[0], RW, RW);
	lab_enter(&lab, lab_va(1), lab.m[1], R, R | PMAP_ENTER_WIRED);
	lab_enter(&lab, lab_va(2), um, RW, R);
	/* More than one chunk. */
	for (i = 0; i < 2 * HF_PV_PER_CHUNK; i++)
		lab_enter(&lab, lab_va(1024 + i), lab.m[2], R, R);
	pmap_remove_pages(lab.pmap);
	hf_expect_eq(lab.m[0]->dirty, VM_PAGE_BITS_ALL);
	hf_expect_eq(pmap_extract(lab.pmap, lab_va(0)), 0);
	hf_expect(!pmap_page_is_mapped(lab.m[2]));
	hf_expect(pmap_extract(lab.pmap, lab_va(1)) != 0);
	hf_expect(pmap_extract(lab.pmap, lab_va(2)) != 0);
	/* Root, three tables, two leaves. */
	hf_expect_eq(pmap_resident_count(lab.pmap), 6);
	hf_expect(hf_pmap_check() == NULL);
	other = lab_pmap();
#ifdef INVARIANTS
	hf_expect_panic(remove_pages, other, "");
#endif
	lab_pmap_free(other);
	pmap_remove(lab.pmap, lab_va(2), lab_va(3));
	vm_page_unwire(um, PQ_INACTIVE);
	lab_close(&lab);
}
