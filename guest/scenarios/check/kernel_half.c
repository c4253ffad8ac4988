/* SPDX-License-Identifier: BSD-2-Clause */
/* kernel_half.c: what the checker of the kernel's leaves finds; lists to look at. */
#include <arch/amd64/pmap_priv.h>
#include <test/space.h>
#include <vm/vm_kern.h>
#include "planted.h"

HF_SCENARIO(check_kernel_leaf, "check.kernel_leaf", "IP-7",
    "a kernel leaf for users, or writable and executable, is found")
{
	pt_entry_t *pte;
	vm_offset_t kva;
	vm_page_t m;

	m = vm_page_alloc_noobj(VM_ALLOC_WIRED | VM_ALLOC_WAITOK);
	kva = kva_alloc(PAGE_SIZE);
	hf_require(kva != 0);
	pmap_qenter(kva, &m, 1);
	pte = pmap_pte(kernel_pmap, kva);
	hf_require(pte != NULL);
	hf_expect_eq(hf_pmap_check_kernel(), NULL);
	hf_expect_planted(*pte, *pte |= X86_PG_U, hf_pmap_check_kernel(),
	    "IP-7 a kernel entry with U");
	hf_expect_planted(*pte, *pte &= ~X86_PG_NX, hf_pmap_check_kernel(),
	    "IP-7 a kernel leaf writable and executable");
	pmap_qremove(kva, 1);
	kva_free(kva, PAGE_SIZE);
	vm_page_unwire_noq(m);
	vm_page_free(m);
}

static vm_map_t wanted;
static int seen;

static void
count_wanted(vm_map_t map)
{
	seen += map == wanted;
}

HF_SCENARIO(check_lists, "check.lists", "",
    "the maps there are can be visited, and who has a page can be told")
{
	vm_page_t m;
	const char *site;

	wanted = hf_space_enter();
	seen = 0;
	hf_map_foreach(count_wanted);
	hf_expect_eq(seen, 1);
	m = vm_page_alloc_noobj(VM_ALLOC_WIRED | VM_ALLOC_WAITOK);
	site = hf_vm_page_site(m, 0);
	hf_expect(site != NULL && strstr(site, "kernel_half.c") != NULL);
	vm_page_unwire_noq(m);
	vm_page_free(m);
	hf_expect_eq(hf_vm_page_site(m, 0), NULL);
}
