/* SPDX-License-Identifier: BSD-2-Clause */
/* forms.c: memory types in leaves, and what the pmap says of kernel addresses. */

#include <arch/amd64/pmap_priv.h>
#include <vm/vm_extern.h>
#include <vm/vm_kern.h>
#include "lab.h"

#define R VM_PROT_READ

HF_SCENARIO(pmap_leaf_types, "pmap.leaf_types", "PM-56",
    "a user's leaf and a kernel's have the memory type of their page")
{
	static const struct {
		int mode;
		pt_entry_t bits;
	} types[] = {
		{ VM_MEMATTR_WRITE_BACK, 0 },
		{ VM_MEMATTR_WRITE_THROUGH, X86_PG_PWT },
		{ VM_MEMATTR_WEAK_UNCACHEABLE, X86_PG_PCD },
		{ VM_MEMATTR_UNCACHEABLE, X86_PG_PCD | X86_PG_PWT },
	};
	struct lab lab;
	vm_offset_t kva;
	u_int i;

	lab_open(&lab, 1);
	kva = kva_alloc(PAGE_SIZE);
	hf_require(kva != 0);
	for (i = 0; i < nitems(types); i++) {
		hf_expect(pmap_is_valid_memattr(lab.pmap, types[i].mode));
		pmap_page_set_memattr(lab.m[0], types[i].mode);
		lab_enter(&lab, lab_va(0), lab.m[0], R, R);
		hf_expect_eq(
		    lab_bits(&lab, lab_va(0), PG_CACHE_MASK), types[i].bits);
		hf_expect(lab_can_load(lab_va(0)));
		pmap_qenter(kva, lab.m, 1);
		hf_expect_eq(hf_pmap_leaf(kernel_pmap, kva) & PG_CACHE_MASK,
		    types[i].bits);
		pmap_qremove(kva, 1);
		pmap_remove(lab.pmap, lab_va(0), lab_va(1));
	}
	hf_expect(!pmap_is_valid_memattr(lab.pmap, 5));
	pmap_page_set_memattr(lab.m[0], VM_MEMATTR_DEFAULT);
	kva_free(kva, PAGE_SIZE);
	lab_close(&lab);
}

HF_SCENARIO(pmap_qenter_same, "pmap.qenter_same", "PM-59",
    "what is mapped there already stays mapped, its neighbour changes")
{
	struct lab lab;
	vm_page_t ma[2];
	vm_offset_t kva;
	uint64_t v;

	lab_open(&lab, 3);
	kva = kva_alloc(ptoa(2));
	hf_require(kva != 0);
	pmap_qenter(kva, lab.m, 2);
	hf_expect(lab_peek(kva + PAGE_SIZE, &v));
	ma[0] = lab.m[0];
	ma[1] = lab.m[2];
	pmap_qenter(kva, ma, 2);
	hf_expect(lab_peek(kva, &v));
	hf_expect_eq(v, lab_pattern(0));
	hf_expect(lab_peek(kva + PAGE_SIZE, &v));
	hf_expect_eq(v, lab_pattern(2));
	pmap_qremove(kva, 2);
	kva_free(kva, ptoa(2));
	lab_close(&lab);
}

HF_SCENARIO(pmap_kernel_addresses, "pmap.kernel_addresses", "PM-54",
    "of a kernel address the pmap tells the frame behind it, mapped or direct")
{
	struct lab lab;
	vm_offset_t kva, virt;
	vm_paddr_t pa;

	lab_open(&lab, 1);
	pa = VM_PAGE_TO_PHYS(lab.m[0]);
	kva = kva_alloc(PAGE_SIZE);
	hf_require(kva != 0);
	hf_expect_eq(pmap_extract(kernel_pmap, kva), 0);
	pmap_qenter(kva, lab.m, 1);
	hf_expect_eq(pmap_extract(kernel_pmap, kva + 5), pa + 5);
	pmap_qremove(kva, 1);
	hf_expect_eq(pmap_extract(kernel_pmap, kva), 0);
	hf_expect_eq(pmap_extract(kernel_pmap, PHYS_TO_DMAP(pa) + 7), pa + 7);
	/* Contiguous frames need no mapping: they have an address. */
	virt = kva;
	hf_expect_eq(
	    *(uint64_t *)pmap_map(&virt, pa, pa + PAGE_SIZE, VM_PROT_RW),
	    lab_pattern(0));
	hf_expect_eq(virt, kva);
	kva_free(kva, PAGE_SIZE);
	lab_close(&lab);
}

HF_SCENARIO(pmap_hold_refused, "pmap.hold_refused", "PM-31",
    "a page is held for writing by a writable mapping alone, or not at all")
{
	struct lab lab;
	vm_page_t m;

	lab_open(&lab, 1);
	m = lab.m[0];
	hf_expect_eq(pmap_extract_and_hold(lab.pmap, lab_va(0), R), NULL);
	lab_enter(&lab, lab_va(0), m, R, R);
	hf_expect_eq(
	    pmap_extract_and_hold(lab.pmap, lab_va(0), VM_PROT_WRITE), NULL);
	hf_expect_eq(vm_page_wire_count(m), 0);
	hf_expect_eq(pmap_extract_and_hold(lab.pmap, lab_va(0), R), m);
	hf_expect_eq(vm_page_wire_count(m), 1);
	vm_page_unwire_noq(m);
	/* New wirings through mappings are barred: no hold. */
	atomic_set_int(&m->ref_count, VPRC_BLOCKED);
	hf_expect_eq(pmap_extract_and_hold(lab.pmap, lab_va(0), R), NULL);
	atomic_clear_int(&m->ref_count, VPRC_BLOCKED);
	hf_expect_eq(vm_page_wire_count(m), 0);
	lab_close(&lab);
}

HF_SCENARIO(pmap_unmanaged_counts, "pmap.unmanaged_counts", "PM-55",
    "a page without reverse maps has no mappings to count")
{
	struct lab lab;
	vm_page_t m;

	lab_open(&lab, 0);
	m = vm_page_alloc_noobj(VM_ALLOC_WIRED | VM_ALLOC_WAITOK);
	lab_enter(&lab, lab_va(0), m, R, R | PMAP_ENTER_WIRED);
	hf_expect_eq(pmap_page_wired_mappings(m), 0);
	hf_expect_eq(pmap_wired_count(lab.pmap), 1);
	pmap_remove(lab.pmap, lab_va(0), lab_va(1));
	vm_page_unwire_noq(m);
	vm_page_free(m);
	lab_close(&lab);
}

HF_SCENARIO(pmap_page_sizes, "pmap.page_sizes", "PM-02",
    "a leaf is of a size that the pmap has, and an address is moved to fit one")
{
	const vm_ooffset_t offset = 5 * PAGE_SIZE;
	vm_offset_t va;
	struct lab lab;
	vm_page_t m;
	u_int i;

	hf_expect_eq(pagesizes[0], PAGE_SIZE);
	for (i = 1; i < MAXPAGESIZES && pagesizes[i] != 0; i++)
		hf_expect(
		    powerof2(pagesizes[i]) && pagesizes[i] > pagesizes[i - 1]);
	for (; i < MAXPAGESIZES; i++)
		hf_expect_eq(pagesizes[i], 0);
	lab_open(&lab, 1);
	m = lab.m[0];
	hf_expect_ne(pagesizes[m->psind], 0);
	lab_enter(&lab, lab_va(0), m, R, R);
	hf_expect_eq(pmap_extract(lab.pmap, lab_va(0) + pagesizes[0] - 1),
	    VM_PAGE_TO_PHYS(m) + PAGE_SIZE - 1);
	hf_expect_eq(pmap_extract(lab.pmap, lab_va(1)), 0);
	/* Left alone, or as far into a large leaf as the offset is. */
	va = lab_va(3);
	pmap_align_superpage(lab.object, offset, &va, ptoa(4096));
	hf_expect_le(lab_va(3), va);
	hf_expect(
	    va == lab_va(3) || ((va - offset) & (PG_LEVEL_SIZE(1) - 1)) == 0);
	hf_expect_lt(va - lab_va(3), PG_LEVEL_SIZE(1));
	lab_close(&lab);
}

HF_SCENARIO(pmap_init_pt, "pmap.object_init_pt", "PM-15 PM-33",
    "mappings made ahead of a fault are right, or are not made")
{
	struct lab lab;
	vm_paddr_t pa;
	int i;

	lab_open(&lab, 4);
	lab_enter(&lab, lab_va(1), lab.m[3], R, R);
	VM_OBJECT_WLOCK(lab.object);
	pmap_object_init_pt(lab.pmap, lab_va(0), lab.object, 0, ptoa(4));
	VM_OBJECT_WUNLOCK(lab.object);
	/* What was there stays. */
	hf_expect_eq(
	    pmap_extract(lab.pmap, lab_va(1)), VM_PAGE_TO_PHYS(lab.m[3]));
	for (i = 0; i < 4; i++) {
		pa = pmap_extract(lab.pmap, lab_va(i));
		if (i != 1)
			hf_expect(pa == 0 || pa == VM_PAGE_TO_PHYS(lab.m[i]));
	}
	hf_expect_eq(pmap_extract(lab.pmap, lab_va(4)), 0);
	pmap_remove(lab.pmap, lab_va(0), lab_va(4));
	lab_close(&lab);
}

static void
release(void *pmap)
{
	pmap_release(pmap);
}

HF_SCENARIO(pmap_process_zero, "pmap.process_zero", "PM-01 PM-45",
    "the pmap of process 0 is the kernel's tables, in use, and never ends")
{
	static struct pmap pmap;

	pmap_pinit0(&pmap);
	hf_expect_eq(pmap.pm_cr3, kernel_pmap->pm_cr3);
	hf_expect(CPU_ISSET(0, &pmap.pm_active));
	hf_expect_eq(pmap_resident_count(&pmap), 1);
	hf_expect_eq(pmap_wired_count(&pmap), 0);
	hf_expect_eq(pmap.pm_top, kernel_pmap->pm_top);
	hf_expect_eq(pmap_extract(&pmap, LAB_BASE), 0);
	CPU_ZERO(&pmap.pm_active);
	hf_expect_panic(release, &pmap, "kernel's root");
	/* What does not end is taken out by hand. */
	mtx_lock(&hf_pmap_all_mtx);
	LIST_REMOVE(&pmap, pm_all);
	mtx_unlock(&hf_pmap_all_mtx);
	mtx_destroy(&pmap.pm_mtx);
}
