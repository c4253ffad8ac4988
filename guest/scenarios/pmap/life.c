/* SPDX-License-Identifier: BSD-2-Clause */
/* life.c: a pmap from its first to its last table page. */

#include <sys/vmmeter.h>
#include <vm/vm_page_priv.h>
#include <vm/vm_pagequeue.h>
#include "lab.h"

#define RW VM_PROT_RW

HF_SCENARIO(pmap_fresh, "pmap.fresh", "PM-01 PM-45",
    "a new pmap has its root and nothing else, which goes as the zeros it is")
{
	const bool before = hf_vm_junk;
	pmap_t pmap = lab_pmap();

	hf_expect_eq(pmap_resident_count(pmap), 1);
	hf_expect_eq(pmap_wired_count(pmap), 0);
	hf_expect_eq(pmap_extract(pmap, 0), 0);
	hf_expect_eq(pmap_extract(pmap, LAB_BASE + 5), 0);
	hf_expect_eq(pmap_extract(pmap, VM_MAXUSER_ADDRESS - 1), 0);
	/* Somebody looks, then (page.zero_claim). */
	hf_vm_junk = true;
	lab_pmap_free(pmap);
	hf_vm_junk = before;
}

static void
release(void *pmap)
{
	pmap_release(pmap);
}

HF_SCENARIO(pmap_release_checks, "pmap.release_checks", "PM-45",
    "releasing a pmap with a mapping left panics; without, frees all pages")
{
	struct lab lab;
	pmap_t pmap;
	u_int before;

	lab_need_invariants();
	lab_open(&lab, 1);
	before = vm_free_count();
	pmap = lab_pmap();
	hf_expect_eq(
	    pmap_enter(pmap, LAB_BASE, lab.m[0], VM_PROT_READ, VM_PROT_READ, 0),
	    KERN_SUCCESS);
	hf_expect_panic(release, pmap, "");
	lab_pmap_free(pmap);
	hf_expect_eq(vm_free_count(), before);
	lab_close(&lab);
}

HF_SCENARIO(pmap_release_active, "pmap.release_active", "PM-45 TL-06",
    "releasing a pmap that a CPU runs on panics")
{
	struct lab lab;

	lab_need_invariants();
	lab_open(&lab, 0);
	hf_expect(CPU_ISSET(curcpu, &lab.pmap->pm_active));
	hf_expect_panic(release, lab.pmap, "");
	lab_close(&lab);
}

HF_SCENARIO(pmap_tables_return, "pmap.tables_return", "PM-21",
    "table pages of many regions go back to the allocator")
{
	struct lab lab;
	vm_offset_t va;
	u_int before;
	int i;

	lab_open(&lab, 1);
	/* One mapping stays, so that the chunk of pv entries does. */
	lab_enter(&lab, LAB_BASE, lab.m[0], VM_PROT_READ, VM_PROT_READ);
	before = vm_free_count();
	for (i = 1; i <= 8; i++) {
		va = LAB_BASE + i * 0x200000ul + (i & 3) * 0x40000000ul;
		lab_enter(&lab, va, lab.m[0], VM_PROT_READ, VM_PROT_READ);
	}
	hf_expect_le(vm_free_count() + 8, before);
	hf_expect(hf_pmap_check() == NULL);
	pmap_remove(lab.pmap, LAB_BASE + PAGE_SIZE, VM_MAXUSER_ADDRESS);
	hf_expect_eq(vm_free_count(), before);
	/* Root, three tables, one leaf. */
	hf_expect_eq(pmap_resident_count(lab.pmap), 5);
	lab_close(&lab);
}
