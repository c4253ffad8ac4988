/* SPDX-License-Identifier: BSD-2-Clause */
/* cores.c: a death beside a page that no core file may have. */
#include <sys/param.h>
#include <sys/systm.h>
#include <machine/vmparam.h>
#include <test/report.h>
#include <test/scenario.h>
#include <vm/vm.h>
#include <vm/vm_page.h>

/* Made at run time, so that nothing else in memory has these bytes. */
static void
fill(vm_page_t m, uint64_t first)
{
	uint64_t *word = (uint64_t *)PHYS_TO_DMAP(VM_PAGE_TO_PHYS(m));

	for (size_t i = 0; i < PAGE_SIZE / sizeof(*word); i++)
		word[i] = (first + i) * 0x9e3779b97f4a7c15ul;
}

HF_SCENARIO(selftest_nodump, "selftest.nodump", "PA-10",
    "panics beside a page that is not to be dumped")
{
	vm_page_t dumped = vm_page_alloc_noobj(VM_ALLOC_WIRED);
	vm_page_t not_dumped =
	    vm_page_alloc_noobj(VM_ALLOC_WIRED | VM_ALLOC_NODUMP);

	hf_require(dumped != NULL && not_dumped != NULL);
	fill(dumped, 1000);
	fill(not_dumped, 5000);
	panic("selftest: dumped %#lx, not dumped %#lx",
	    (u_long)VM_PAGE_TO_PHYS(dumped),
	    (u_long)VM_PAGE_TO_PHYS(not_dumped));
}
