/* SPDX-License-Identifier: BSD-2-Clause */
/* kernel.c: the kernel's own mappings. */

#include <vm/vm_extern.h>
#include <vm/vm_kern.h>
#include "lab.h"

#define KVA_PAGES 4

HF_SCENARIO(pmap_qenter_run, "pmap.qenter", "PM-40 PM-41",
    "pages appear at kernel addresses, are replaced, and go")
{
	struct lab lab;
	vm_offset_t kva;
	uint64_t v;
	long resident;
	int i;

	lab_open(&lab, 2 * KVA_PAGES);
	resident = pmap_resident_count(lab.pmap);
	kva = kva_alloc(ptoa(KVA_PAGES));
	hf_require(kva != 0);
	pmap_qenter(kva, lab.m, KVA_PAGES);
	for (i = 0; i < KVA_PAGES; i++) {
		hf_expect(lab_peek(kva + ptoa(i), &v));
		hf_expect_eq(v, lab_pattern(i));
		hf_expect_eq(pmap_kextract(kva + ptoa(i) + 9),
		    VM_PAGE_TO_PHYS(lab.m[i]) + 9);
	}
	pmap_qenter(kva, &lab.m[KVA_PAGES], KVA_PAGES);
	for (i = 0; i < KVA_PAGES; i++) {
		hf_expect(lab_peek(kva + ptoa(i), &v));
		hf_expect_eq(v, lab_pattern(KVA_PAGES + i));
	}
	hf_expect((hf_pmap_leaf(kernel_pmap, kva) & X86_PG_G) != 0);
	hf_expect((hf_pmap_leaf(kernel_pmap, kva) & X86_PG_NX) != 0);
	pmap_qremove(kva, KVA_PAGES);
	for (i = 0; i < KVA_PAGES; i++) {
		hf_expect(!lab_peek(kva + ptoa(i), &v));
		hf_expect_eq(pmap_kextract(kva + ptoa(i)), 0);
	}
	hf_expect_eq(pmap_resident_count(lab.pmap), resident);
	kva_free(kva, ptoa(KVA_PAGES));
	lab_close(&lab);
}

HF_SCENARIO(pmap_kernel_tables, "pmap.kernel_tables", "PM-44",
    "kernel addresses handed out have tables, and all pmaps share them")
{
	struct lab lab;
	vm_offset_t kva, end;

	lab_open(&lab, 0);
	kva = kva_alloc(ptoa(KVA_PAGES));
	hf_require(kva != 0);
	end = kernel_vm_end;
	hf_expect_le(kva + ptoa(KVA_PAGES), end);
	pmap_growkernel(kva + ptoa(KVA_PAGES));
	hf_expect_eq(kernel_vm_end, end);
	hf_expect_eq(lab.pmap->pm_top[PG_INDEX(kva, 3)],
	    kernel_pmap->pm_top[PG_INDEX(kva, 3)]);
	hf_expect(pmap_is_prefaultable(kernel_pmap, kva));
	hf_expect(hf_pmap_check() == NULL);
	kva_free(kva, ptoa(KVA_PAGES));
	lab_close(&lab);
}

HF_SCENARIO(pmap_kernel_grows, "pmap.kernel_grows", "PM-44",
    "the kernel's tables reach the address asked for, whatever it is")
{
	const vm_offset_t end = kernel_vm_end;

	/* The kernel's own addresses, and what it has tables for of them. */
	hf_expect_le(VM_MIN_KERNEL_ADDRESS, virtual_avail);
	hf_expect_lt(virtual_avail, virtual_end);
	hf_expect_le(end, virtual_end);
	hf_expect_le(vm_map_max(kernel_map), virtual_end);
	if (end + 2 * PG_LEVEL_SIZE(1) > VM_MAX_KERNEL_ADDRESS)
		hf_skip("the kernel's tables are all there");
	hf_expect(!pmap_is_prefaultable(kernel_pmap, end));
	pmap_growkernel(end + 1);
	hf_expect_lt(end, kernel_vm_end);
	hf_expect(pmap_is_prefaultable(kernel_pmap, end));
	hf_expect(hf_pmap_check() == NULL);
}

HF_SCENARIO(pmap_kernel_private, "pmap.kernel_private", "IP-7",
    "what the kernel maps for itself is global and not the processes'")
{
	struct lab lab;
	pt_entry_t leaf;
	vm_offset_t kva;

	lab_open(&lab, 1);
	kva = kva_alloc(PAGE_SIZE);
	hf_require(kva != 0);
	hf_require_eq(
	    pmap_enter(kernel_pmap, kva, lab.m[0], VM_PROT_RW, VM_PROT_RW, 0),
	    KERN_SUCCESS);
	leaf = hf_pmap_leaf(kernel_pmap, kva);
	hf_expect_eq(
	    leaf & (X86_PG_V | X86_PG_U | X86_PG_G), X86_PG_V | X86_PG_G);
	pmap_remove(kernel_pmap, kva, kva + PAGE_SIZE);
	lab_enter(&lab, LAB_BASE, lab.m[0], VM_PROT_READ, VM_PROT_READ);
	hf_expect_eq(lab_bits(&lab, LAB_BASE, X86_PG_U | X86_PG_G), X86_PG_U);
	kva_free(kva, PAGE_SIZE);
	lab_close(&lab);
}
