/* SPDX-License-Identifier: BSD-2-Clause */
/* prefault.c: mappings made as hints: enter_quick, enter_object, copy. */

#include "lab.h"

#define R  VM_PROT_READ
#define RW VM_PROT_RW

HF_SCENARIO(pmap_prefault_one, "pmap.enter_quick", "PM-15",
    "a prefault is read-only and unused, and never replaces")
{
	struct lab lab;
	pt_entry_t leaf;

	lab_open(&lab, 2);
	pmap_enter_quick(lab.pmap, lab_va(0), lab.m[0], R);
	leaf = hf_pmap_leaf(lab.pmap, lab_va(0));
	hf_expect_eq(leaf & PG_FRAME, VM_PAGE_TO_PHYS(lab.m[0]));
	hf_expect_eq(leaf & (X86_PG_V | X86_PG_RW | X86_PG_A | X86_PG_M | PG_W),
	    X86_PG_V);
	hf_expect((leaf & PG_MANAGED) != 0);
	pmap_enter_quick(lab.pmap, lab_va(0), lab.m[1], R);
	hf_expect_eq(hf_pmap_leaf(lab.pmap, lab_va(0)), leaf);
	hf_expect(!pmap_page_is_mapped(lab.m[1]));
	lab_enter(&lab, lab_va(1), lab.m[1], RW, RW);
	leaf = hf_pmap_leaf(lab.pmap, lab_va(1));
	pmap_enter_quick(lab.pmap, lab_va(1), lab.m[0], R);
	hf_expect_eq(hf_pmap_leaf(lab.pmap, lab_va(1)), leaf);
	/* Whatever the caller permits. */
	pmap_enter_quick(lab.pmap, lab_va(2), lab.m[0], RW);
	hf_expect_eq(lab_bits(&lab, lab_va(2), X86_PG_V | X86_PG_RW), X86_PG_V);
	hf_expect(lab_can_load(lab_va(0)));
	hf_expect(lab_bits(&lab, lab_va(0), X86_PG_A) != 0);
	hf_expect(hf_pmap_check() == NULL);
	lab_close(&lab);
}

HF_SCENARIO(pmap_prefault_object, "pmap.enter_object", "PM-17",
    "of an object's pages those in the window are mapped, none beyond")
{
	struct lab lab;
	int i;

	lab_open(&lab, 6);
	/* Page 1 leaves the object: a hole. */
	VM_OBJECT_WLOCK(lab.object);
	vm_page_free(lab.m[1]);
	VM_OBJECT_WUNLOCK(lab.object);
	VM_OBJECT_RLOCK(lab.object);
	pmap_enter_object(lab.pmap, lab_va(0), lab_va(4), lab.m[0], R);
	VM_OBJECT_RUNLOCK(lab.object);
	for (i = 0; i < 6; i++)
		hf_expect_eq(pmap_extract(lab.pmap, lab_va(i)),
		    i < 4 && i != 1 ? VM_PAGE_TO_PHYS(lab.m[i]) : 0);
	lab.m[1] = lab.m[5];
	lab.pages = 5;
	lab_close(&lab);
}

HF_SCENARIO(pmap_copy_hint, "pmap.copy", "PM-18 PM-19 PM-51",
    "a child gets the frames without A, M and WIRED; the parent keeps its own")
{
	struct lab lab;
	pmap_t child;
	pt_entry_t leaf[3], e;
	vm_page_t um;
	int i;

	lab_open(&lab, 3);
	um = vm_page_alloc_noobj(VM_ALLOC_WIRED);
	hf_require(um != NULL);
	for (i = 0; i < 3; i++)
		lab_enter(&lab, lab_va(i), lab.m[i], RW,
		    RW | (i == 2 ? PMAP_ENTER_WIRED : 0));
	lab_enter(&lab, lab_va(3), um, RW, RW);
	pmap_protect(lab.pmap, lab_va(0), lab_va(4), R);
	for (i = 0; i < 3; i++)
		leaf[i] = hf_pmap_leaf(lab.pmap, lab_va(i));
	child = lab_pmap();
	pmap_copy(child, lab.pmap, lab_va(8), 4 * PAGE_SIZE, lab_va(0));
	hf_expect_eq(pmap_resident_count(child), 1);
	pmap_copy(child, lab.pmap, lab_va(0), 4 * PAGE_SIZE, lab_va(0));
	for (i = 0; i < 3; i++) {
		e = hf_pmap_leaf(child, lab_va(i));
		hf_expect_eq(e & PG_FRAME, VM_PAGE_TO_PHYS(lab.m[i]));
		hf_expect_eq(
		    e & (X86_PG_V | X86_PG_RW | X86_PG_A | X86_PG_M | PG_W),
		    X86_PG_V);
		hf_expect_eq(hf_pmap_leaf(lab.pmap, lab_va(i)), leaf[i]);
		hf_expect(pmap_page_exists_quick(child, lab.m[i]));
	}
	hf_expect_eq(hf_pmap_leaf(child, lab_va(3)), 0);
	hf_expect(hf_pmap_check() == NULL);
	lab_pmap_free(child);
	pmap_remove(lab.pmap, lab_va(3), lab_va(4));
	vm_page_unwire(um, PQ_INACTIVE);
	lab_close(&lab);
}
