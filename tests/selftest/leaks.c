/* SPDX-License-Identifier: BSD-2-Clause */
/* leaks.c: scenarios that leave something behind, of each kind. */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/proc.h>
#include <kern/kalloc.h>
#include <kern/thread.h>
#include <test/scenario.h>
#include <test/space.h>
#include <test/vm_util.h>
#include <vm/vm_extern.h>
#include <vm/vm_kern.h>
#include <vm/vm_map.h>
#include <vm/vm_radix.h>

#define VA HF_SPACE_BASE

HF_SCENARIO(selftest_leak_object, "selftest.leak_object", "",
    "forgets an object with two pages")
{
	vm_object_t object;

	object = hf_test_object(8);
	(void)hf_test_page_resting(object, 0, 0);
	(void)hf_test_page_resting(object, 5, 0);
	VM_OBJECT_WUNLOCK(object);
	hf_expect(true);
}

HF_SCENARIO(selftest_leak_page, "selftest.leak_page", "",
    "forgets three pages without object")
{
	for (int i = 0; i < 3; i++)
		hf_expect(vm_page_alloc_noobj(VM_ALLOC_WIRED) != NULL);
}

HF_SCENARIO(selftest_leak_nodes, "selftest.leak_nodes", "",
    "forgets the index nodes of a page")
{
	struct vm_radix tree;
	struct vm_page page = { .pindex = 1 << 12 };

	vm_radix_init(&tree);
	hf_expect_eq(vm_radix_insert(&tree, &page), 0);
}

HF_SCENARIO(selftest_leak_memory, "selftest.leak_memory", "",
    "forgets a piece of kernel memory")
{
	hf_expect(hf_kalloc(100, M_WAITOK) != NULL);
}

HF_SCENARIO(selftest_leak_space, "selftest.leak_space", "",
    "forgets an address space with a mapping")
{
	struct proc *p, *self = curproc;

	p = hf_space_proc("forgotten");
	hf_space_run(p);
	hf_space_anon_at(VA, 3);
	hf_space_run(self);
	hf_expect(true);
}

HF_SCENARIO(selftest_leak_hold, "selftest.leak_hold", "",
    "forgets that it holds a page")
{
	vm_page_t m;

	hf_space_anon_at(VA, 1);
	hf_expect_eq(vm_fault_quick_hold_pages(
			 hf_space_map(), VA, 1, VM_PROT_WRITE, &m, 1),
	    1);
}

HF_SCENARIO(selftest_leak_wiring, "selftest.leak_wiring", "",
    "forgets what it has wired for the system, twice")
{
	hf_space_anon_at(VA, 2);
	for (int i = 0; i < 2; i++)
		hf_expect_eq(vm_map_wire(hf_space_map(), VA, VA + ptoa(2),
				 VM_MAP_WIRE_SYSTEM | VM_MAP_WIRE_NOHOLES),
		    KERN_SUCCESS);
}

/* The control: these use memory of the same kinds and leave none. */
HF_SCENARIO(selftest_leak_none, "selftest.leak_none", "",
    "makes the kernel grow tables, and gives all else back")
{
	const vm_size_t bytes = 64ul << 20;
	vm_object_t object;
	vm_offset_t va;
	int i;

	va = kva_alloc(bytes);
	hf_expect(va != 0);
	kva_free(va, bytes);
	object = hf_test_object(1 << 20);
	for (i = 0; i < 40; i++)
		(void)hf_test_page_resting(object, (vm_pindex_t)i << 12, 0);
	hf_test_object_end(object);
}
