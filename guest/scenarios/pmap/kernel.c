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
