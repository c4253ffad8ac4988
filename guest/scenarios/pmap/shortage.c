/* SPDX-License-Identifier: BSD-2-Clause */
/* shortage.c: making mappings without memory. */

#include <sys/vmmeter.h>
#include <test/space.h>
#include <test/vm_util.h>
#include <vm/vm_map.h>
#include <vm/vm_pagequeue.h>
#include "lab.h"

#define R  VM_PROT_READ
#define RW VM_PROT_RW

HF_SCENARIO(pmap_enter_nosleep, "pmap.enter_nosleep", "PM-12",
    "no table page: KERN_RESOURCE_SHORTAGE and nothing half built")
{
	struct lab lab;
	u_int before;
	int skip;

	lab_open(&lab, 1);
	before = vm_free_count();
	/* Three tables are needed: the first, second, third fails. */
	for (skip = 0; skip < 3; skip++) {
		hf_failpoint_arm("pmap.table", skip, -1);
		hf_expect_eq(pmap_enter(lab.pmap, LAB_BASE, lab.m[0], R,
				 R | PMAP_ENTER_NOSLEEP, 0),
		    KERN_RESOURCE_SHORTAGE);
		hf_failpoint_disarm_all();
		hf_expect_eq(pmap_resident_count(lab.pmap), 1);
		hf_expect_eq(vm_free_count(), before);
		hf_expect(!pmap_page_is_mapped(lab.m[0]));
	}
	hf_expect_eq(pmap_enter(lab.pmap, LAB_BASE, lab.m[0], R,
			 R | PMAP_ENTER_NOSLEEP, 0),
	    KERN_SUCCESS);
	lab_close(&lab);
}

HF_SCENARIO(pmap_replace_short, "pmap.replace_shortage", "PM-12 PM-10",
    "what cannot take another page's place for want of memory leaves that "
    "where "
    "it is")
{
	struct lab lab;
	vm_page_t m;
	u_int before;

	lab_open(&lab, 1);
	m = vm_page_alloc_noobj(VM_ALLOC_NORMAL | VM_ALLOC_WIRED);
	hf_require(m != NULL);
	lab_enter(&lab, LAB_BASE, m, R, R);
	before = vm_free_count();
	hf_failpoint_arm("pmap.pv_chunk", 0, -1);
	hf_expect_eq(pmap_enter(lab.pmap, LAB_BASE, lab.m[0], R,
			 R | PMAP_ENTER_NOSLEEP, 0),
	    KERN_RESOURCE_SHORTAGE);
	hf_expect_ne(hf_failpoint_fired("pmap.pv_chunk"), 0);
	hf_failpoint_disarm_all();
	hf_expect_eq(pmap_extract(lab.pmap, LAB_BASE), VM_PAGE_TO_PHYS(m));
	hf_expect(!pmap_page_is_mapped(lab.m[0]));
	hf_expect_eq(vm_free_count(), before);
	hf_expect(hf_pmap_check() == NULL);
	hf_expect_eq(pmap_enter(lab.pmap, LAB_BASE, lab.m[0], R,
			 R | PMAP_ENTER_NOSLEEP, 0),
	    KERN_SUCCESS);
	hf_expect_eq(
	    pmap_extract(lab.pmap, LAB_BASE), VM_PAGE_TO_PHYS(lab.m[0]));
	vm_page_unwire_noq(m);
	vm_page_free(m);
	lab_close(&lab);
}

HF_SCENARIO(pmap_object_short, "pmap.enter_object_shortage", "PM-16 PM-17",
    "a prefault of many pages ends where memory does")
{
	struct pmap *pmap;
	vm_object_t object;
	vm_page_t m;
	struct lab lab;

	lab_open(&lab, 1);
	pmap = lab.pmap;
	object = hf_test_object(2);
	m = hf_test_page_resting(object, 0, 1);
	(void)hf_test_page_resting(object, 1, 2);
	hf_failpoint_arm("pmap.table", 0, 1);
	pmap_enter_object(pmap, LAB_BASE, LAB_BASE + ptoa(2), m, R);
	hf_expect_eq(hf_failpoint_fired("pmap.table"), 1);
	hf_failpoint_disarm_all();
	hf_expect_eq(pmap_extract(pmap, LAB_BASE), 0);
	hf_expect_eq(pmap_extract(pmap, LAB_BASE + PAGE_SIZE), 0);
	pmap_enter_object(pmap, LAB_BASE, LAB_BASE + ptoa(2), m, R);
	hf_expect_eq(pmap_extract(pmap, LAB_BASE), VM_PAGE_TO_PHYS(m));
	pmap_remove(pmap, LAB_BASE, LAB_BASE + ptoa(2));
	hf_test_object_end(object);
	lab_close(&lab);
}

HF_SCENARIO(pmap_kernel_short, "pmap.enter_kernel_shortage", "PM-12",
    "a managed page is not mapped for the kernel for want of memory, then is")
{
	vm_object_t object;
	vm_offset_t va;
	vm_page_t m;

	va = kva_alloc(PAGE_SIZE);
	hf_require(va != 0);
	object = hf_test_object(1);
	m = hf_test_page(object, 0, 1);
	hf_failpoint_arm("pmap.pv_chunk", 0, -1);
	hf_expect_eq(
	    pmap_enter(kernel_pmap, va, m, R, R | PMAP_ENTER_NOSLEEP, 0),
	    KERN_RESOURCE_SHORTAGE);
	hf_failpoint_disarm_all();
	hf_expect_eq(pmap_kextract(va), 0);
	hf_expect(!pmap_page_is_mapped(m));
	hf_expect_eq(
	    pmap_enter(kernel_pmap, va, m, R, R | PMAP_ENTER_NOSLEEP, 0),
	    KERN_SUCCESS);
	hf_expect_eq(pmap_kextract(va), VM_PAGE_TO_PHYS(m));
	pmap_remove(kernel_pmap, va, va + PAGE_SIZE);
	vm_page_xunbusy(m);
	hf_test_object_end(object);
	kva_free(va, PAGE_SIZE);
}

HF_SCENARIO(pmap_enter_waits, "pmap.enter_waits", "PM-13",
    "without NOSLEEP the caller waits for a table page and succeeds")
{
	struct lab lab;

	lab_open(&lab, 1);
	hf_failpoint_arm("pmap.table", 1, 2);
	lab_enter(&lab, LAB_BASE, lab.m[0], R, R);
	hf_expect_eq(hf_failpoint_fired("pmap.table"), 2);
	hf_failpoint_disarm_all();
	hf_expect(lab_can_load(LAB_BASE));
	hf_expect(hf_pmap_check() == NULL);
	lab_close(&lab);
}

HF_SCENARIO(pmap_quick_shortage, "pmap.enter_quick_shortage", "PM-16",
    "a prefault without memory maps nothing and leaves no table")
{
	struct lab lab;
	u_int before;

	lab_open(&lab, 1);
	before = vm_free_count();
	hf_failpoint_arm("pmap.table", 2, -1);
	pmap_enter_quick(lab.pmap, LAB_BASE, lab.m[0], R);
	hf_expect(hf_failpoint_fired("pmap.table") > 0);
	hf_failpoint_disarm_all();
	hf_expect_eq(pmap_resident_count(lab.pmap), 1);
	hf_expect_eq(vm_free_count(), before);

	hf_failpoint_arm("pmap.pv_chunk", 0, -1);
	pmap_enter_quick(lab.pmap, LAB_BASE, lab.m[0], R);
	hf_expect_eq(hf_failpoint_fired("pmap.pv_chunk"), 1);
	hf_failpoint_disarm_all();
	hf_expect_eq(pmap_resident_count(lab.pmap), 1);
	hf_expect_eq(vm_free_count(), before);
	hf_expect(!pmap_page_is_mapped(lab.m[0]));
	lab_close(&lab);
}

HF_SCENARIO(pmap_pv_exhausted, "pmap.pv_exhausted", "PM-47",
    "without memory for pv entries another unwired mapping gives way")
{
	struct lab lab;
	int i, left;

	lab_open(&lab, 1);
	/* Fill a chunk: one wired mapping, the others not. */
	for (i = 0; i < HF_PV_PER_CHUNK; i++)
		lab_enter(&lab, lab_va(i), lab.m[0], R,
		    R | (i == 3 ? PMAP_ENTER_WIRED : 0));
	hf_expect_eq(hf_failpoint_fired("pmap.pv_chunk"), 0);
	hf_failpoint_arm("pmap.pv_chunk", 0, -1);
	lab_enter(&lab, lab_va(1000), lab.m[0], R, R);
	hf_expect(hf_failpoint_fired("pmap.pv_chunk") > 0);
	hf_failpoint_disarm_all();
	hf_expect(lab_can_load(lab_va(1000)));
	hf_expect(lab_can_load(lab_va(3)));
	left = 0;
	for (i = 0; i < HF_PV_PER_CHUNK; i++)
		left += hf_pmap_leaf(lab.pmap, lab_va(i)) != 0;
	hf_expect_lt(left, HF_PV_PER_CHUNK);
	hf_expect((vm_page_aflags(lab.m[0]) & PGA_REFERENCED) != 0);
	hf_expect(hf_pmap_check() == NULL);
	lab_close(&lab);
}

HF_SCENARIO(pmap_pv_taken, "pmap.pv_taken", "PM-47",
    "a mapping that gave way comes back by a fault, with what was stored")
{
	const u_int more = 4, pages = HF_PV_PER_CHUNK + more;
	vm_offset_t va;
	u_int i, gone, wrong;

	(void)hf_space_enter();
	va = hf_space_anon(pages);
	for (i = 0; i < HF_PV_PER_CHUNK; i++)
		hf_poke(va + ptoa(i), i + 1);
	hf_failpoint_arm("pmap.pv_chunk", 0, -1);
	for (; i < pages; i++)
		hf_poke(va + ptoa(i), i + 1);
	hf_expect_lt(0, hf_failpoint_fired("pmap.pv_chunk"));
	hf_failpoint_disarm_all();
	for (i = 0, gone = 0; i < pages; i++)
		gone += hf_pmap_leaf(hf_space_map()->pmap, va + ptoa(i)) == 0;
	for (i = 0, wrong = 0; i < pages; i++)
		wrong += hf_peek(va + ptoa(i)) != i + 1;
	hf_expect_lt(0, gone);
	hf_expect_eq(wrong, 0);
	hf_expect(hf_pmap_check() == NULL);
	hf_space_check();
}

/* Of pages 412 to 611 around a table's border, but every seventh. */
#define COPY_FROM  412
#define COPY_PAGES 200

static int
copied(pmap_t child, bool *is_prefix)
{
	int i, n = 0, holes = 0;

	for (i = COPY_FROM; i < COPY_FROM + COPY_PAGES; i++) {
		if (hf_pmap_leaf(child, lab_va(i)) != 0)
			n++, *is_prefix = *is_prefix && holes == 0;
		else if (i % 7 != 3)
			holes++;
	}
	return (n);
}

HF_SCENARIO(pmap_copy_short, "pmap.copy_shortage", "PM-51",
    "a copy that runs out of memory leaves whole leaves; a second one the rest")
{
	struct lab lab;
	pmap_t child;
	bool is_prefix = true;
	long before;
	int i, n = 0;

	lab_open(&lab, 2);
	for (i = COPY_FROM; i < COPY_FROM + COPY_PAGES; i++)
		if (i % 7 != 3) {
			lab_enter(&lab, lab_va(i), lab.m[i & 1], R, R);
			n++;
		}
	child = lab_pmap();
	/* No table: nothing at all. */
	before = pmap_resident_count(child);
	hf_failpoint_arm("pmap.table", 0, -1);
	pmap_copy(child, lab.pmap, lab_va(0), ptoa(1024), lab_va(0));
	hf_expect_eq(hf_failpoint_fired("pmap.table"), 1);
	hf_failpoint_disarm_all();
	hf_expect_eq(pmap_resident_count(child), before);
	hf_failpoint_arm("pmap.pv_chunk", 0, -1);
	pmap_copy(child, lab.pmap, lab_va(0), ptoa(1024), lab_va(0));
	hf_expect_eq(hf_failpoint_fired("pmap.pv_chunk"), 1);
	hf_failpoint_disarm_all();
	hf_expect_lt(copied(child, &is_prefix), n);
	hf_expect(is_prefix);
	hf_expect(hf_pmap_check() == NULL);

	/* The first chunk is had, the second not: it ends in the second table. */
	hf_failpoint_arm("pmap.pv_chunk", 1, -1);
	pmap_copy(child, lab.pmap, lab_va(0), ptoa(1024), lab_va(0));
	hf_failpoint_disarm_all();
	hf_expect_eq(copied(child, &is_prefix), HF_PV_PER_CHUNK);
	hf_expect(is_prefix);
	hf_expect(hf_pmap_check() == NULL);

	pmap_copy(child, lab.pmap, lab_va(0), ptoa(1024), lab_va(0));
	hf_expect_eq(copied(child, &is_prefix), n);
	hf_expect(hf_pmap_check() == NULL);
	for (i = COPY_FROM; i < COPY_FROM + COPY_PAGES; i++)
		if (i % 7 != 3)
			hf_expect_eq(pmap_extract(child, lab_va(i)),
			    VM_PAGE_TO_PHYS(lab.m[i & 1]));
	lab_pmap_free(child);
	lab_close(&lab);
}
