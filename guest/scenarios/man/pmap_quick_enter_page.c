/* SPDX-License-Identifier: BSD-2-Clause */
/* pmap_quick_enter_page.c: that page's EXAMPLES, carried out. */

#include <sys/proc.h>
#include <test/scenario.h>
#include <test/space.h>
#include <test/whole.h>
#include <vm/pmap.h>
#include <vm/vm_extern.h>
#include "scenarios/man/pmap_quick_enter_page.man.h"

#define VA HF_SPACE_BASE

HF_SCENARIO(man_quick_example, "man.quick_example", "QE-01 QE-02",
    "the example of pmap_quick_enter_page(9) does what the page says")
{
	static uint64_t got[PAGE_SIZE / sizeof(uint64_t)];
	vm_page_t ma[1];
	u_int i, wrong;

	hf_space_anon_at(VA, 1);
	for (i = 0; i < nitems(got); i++)
		hf_poke(VA + i * sizeof(got[0]), 1000 + i);
	hf_require_eq(vm_fault_quick_hold_pages(
			  hf_space_map(), VA, PAGE_SIZE, VM_PROT_READ, ma, 1),
	    1);
	copy_from_page(ma[0], got, sizeof(got) - sizeof(got[0]));
	for (wrong = 0, i = 0; i < nitems(got) - 1; i++)
		wrong += got[i] != 1000 + i;
	hf_expect_eq(wrong, 0);
	hf_expect_eq(got[nitems(got) - 1], 0);
	hf_expect_eq(curthread->td_critnest, 0);
	vm_page_unhold_pages(ma, 1);
	hf_space_check();
}
