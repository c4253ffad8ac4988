/* SPDX-License-Identifier: BSD-2-Clause */
/* junk.c: what junk filling leaves in pages. */
#include <vm/vm_page_priv.h>
#include <test/vm_util.h>

HF_SCENARIO(page_junk, "page.junk", "PA-20 PA-28",
    "freed and fresh pages hold different junk, zero pages zero")
{
	const bool before = hf_vm_junk;
	vm_paddr_t pa;
	vm_page_t m;

	hf_vm_junk = true;
	m = vm_page_alloc_noobj(VM_ALLOC_NORMAL);
	hf_require(m != NULL);
	hf_expect(hf_test_all(m, 0, PAGE_SIZE, HF_JUNK_FRESH));
	pa = VM_PAGE_TO_PHYS(m);
	vm_page_free(m);
	hf_expect(hf_test_all(m, 0, PAGE_SIZE, HF_JUNK_FREED));
	m = hf_test_frame_at(pa, VM_ALLOC_NORMAL | VM_ALLOC_ZERO);
	hf_require(m != NULL);
	hf_expect(hf_test_all(m, 0, PAGE_SIZE, 0));
	vm_page_free_zero(m);
	hf_expect(hf_test_all(m, 0, PAGE_SIZE, 0));
	hf_vm_junk = before;
}

static void
free_as_zero(void *arg)
{
	vm_page_free_zero(arg);
}

HF_SCENARIO(page_zero_claim, "page.zero_claim", "PA-28 IG-12",
    "with junk filling nobody frees a page as zero that is not")
{
	const bool before = hf_vm_junk;
	vm_page_t m;

	m = vm_page_alloc_noobj(VM_ALLOC_NORMAL | VM_ALLOC_ZERO);
	hf_require(m != NULL);
	hf_vm_junk = true;
	hf_test_bytes(m)[PAGE_MASK] = 1;
	hf_expect_panic(free_as_zero, m, "");
	hf_vm_junk = before;
	vm_page_free(m);
}
