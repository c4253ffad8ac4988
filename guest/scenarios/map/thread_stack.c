/* SPDX-License-Identifier: BSD-2-Clause */
/* thread_stack.c: stacks that vm_thread_new() makes. */

#include <sys/param.h>
#include <sys/proc.h>
#include <kern/kalloc.h>
#include <vm/vm.h>
#include <vm/pmap.h>
#include <vm/vm_extern.h>
#include <vm/vm_page.h>
#include <test/scenario.h>

HF_SCENARIO(map_thread_stack, "map.thread_stack", "",
    "a thread's stack is mapped, wired and has an unmapped page below it")
{
	struct thread *td = hf_kalloc(sizeof(*td), M_WAITOK | M_ZERO);
	vm_offset_t va;
	vm_page_t m;

	hf_require_eq(vm_thread_new(td, KSTACK_PAGES), 1);
	hf_expect_eq(td->td_kstack_pages, KSTACK_PAGES);
	va = td->td_kstack;
	hf_expect_eq(pmap_kextract(va - 1), 0);
	for (int i = 0; i < KSTACK_PAGES; i++) {
		hf_require(pmap_kextract(va + ptoa(i)) != 0);
		m = PHYS_TO_VM_PAGE(pmap_kextract(va + ptoa(i)));
		hf_expect(vm_page_wired(m));
	}
	vm_thread_dispose(td);
	hf_expect_eq(td->td_kstack, 0);
	for (int i = 0; i < KSTACK_PAGES; i++)
		hf_expect_eq(pmap_kextract(va + ptoa(i)), 0);
	hf_kfree(td);
}
