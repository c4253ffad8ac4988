/* SPDX-License-Identifier: BSD-2-Clause */
/* held.c: held pages, advice and mappings while chains of objects change. */

#include <sys/mman.h>
#include <sys/proc.h>
#include <test/scenario.h>
#include <test/space.h>
#include <test/whole.h>

#define VA HF_SPACE_BASE

static vm_page_t
hold(vm_offset_t va)
{
	vm_page_t m;

	hf_require_eq(vm_fault_quick_hold_pages(
			  hf_space_map(), va, PAGE_SIZE, VM_PROT_READ, &m, 1),
	    1);
	return (m);
}

HF_SCENARIO(object_collapse_held, "object.collapse_over_held_page",
    "OB-11 QH-20",
    "a held page hidden by a copy leaves a folded chain, freed once")
{
	struct proc *child, *parent = curproc;
	vm_page_t hidden, kept;
	u_int free;

	hf_space_anon_at(VA, 2);
	hf_fill(VA, 1);
	hf_fill(VA + ptoa(1), 2);
	child = hf_space_fork("child");
	hidden = hold(VA);
	kept = hold(VA + ptoa(1));
	hf_store(VA, 3);
	hf_expect_ne(hf_space_page(VA), hidden);
	hf_space_run(child);
	hf_expect_eq(hf_load(VA), 1);
	hf_space_run(parent);
	hf_space_end(child); /* folds the chain */
	hf_expect_eq(hf_load(VA), 3);
	hf_expect_eq(hf_load(VA + ptoa(1)), 2);
	hf_expect_eq(*(uint64_t *)PHYS_TO_DMAP(VM_PAGE_TO_PHYS(hidden)), 1);
	hf_expect_eq(hidden->object, NULL);
	free = vm_free_count();
	vm_page_unhold_pages(&hidden, 1);
	hf_expect_eq(vm_free_count(), free + 1);
	vm_page_unhold_pages(&kept, 1);
	hf_expect_eq(vm_free_count(), free + 1);
	hf_expect_eq(hf_load(VA + ptoa(1)), 2);
	hf_space_check();
}

HF_SCENARIO(object_no_rewind, "object.madvise_no_time_rewind", "MP-32",
    "freed memory never shows what was there before it was copied")
{
	struct proc *child, *parent = curproc;
	const uint64_t before = 0x01d, now = 0x2e3;
	uint64_t v;
	int i;

	hf_space_anon_at(VA, 3);
	for (i = 0; i < 3; i++)
		hf_fill(VA + ptoa(i), before);
	child = hf_space_fork("child");
	for (i = 0; i < 3; i++)
		hf_store(VA + ptoa(i), now);
	hf_expect_eq(
	    vm_map_madvise(hf_space_map(), VA, VA + ptoa(2), MADV_FREE), 0);
	for (i = 0; i < 2; i++) {
		v = hf_peek(VA + ptoa(i));
		hf_expect(v == now || v == 0);
	}
	hf_expect_eq(hf_load(VA + ptoa(2)), now);
	hf_space_run(child);
	hf_expect_eq(hf_load(VA), before);
	hf_space_run(parent);
	hf_space_end(child);
	hf_expect_eq(
	    vm_map_madvise(hf_space_map(), VA, VA + ptoa(2), MADV_FREE), 0);
	v = hf_peek(VA);
	hf_expect(v == now || v == 0);
	hf_space_check();
}

HF_SCENARIO(object_mapped_twice, "object.one_mapping_twice", "MP-62 MP-32",
    "of two mappings of one object in one map the second keeps its pages")
{
	vm_object_t o = vm_object_allocate_anon(4, NULL, NULL, 0);
	u_long i;

	vm_object_reference(o);
	hf_space_map_at(VA, 4, o, 0, VM_PROT_RW, 0);
	hf_space_map_at(VA + ptoa(8), 4, o, 0, VM_PROT_RW, 0);
	for (i = 0; i < 4; i++)
		hf_poke(VA + ptoa(i), 10 + i);
	vm_map_remove(hf_space_map(), VA + ptoa(1), VA + ptoa(3));
	for (i = 0; i < 4; i++)
		hf_expect_eq(hf_peek(VA + ptoa(8 + i)), 10 + i);
	/* Nor may advice on one mapping lose the stores of the other. */
	hf_expect_eq(vm_map_madvise(
			 hf_space_map(), VA + ptoa(8), VA + ptoa(9), MADV_FREE),
	    0);
	hf_expect_eq(hf_peek(VA), 10);
	hf_expect_eq(hf_space_page(VA)->dirty, VM_PAGE_BITS_ALL);
	vm_map_remove(hf_space_map(), VA, VA + ptoa(4));
	for (i = 0; i < 4; i++)
		hf_expect_eq(hf_peek(VA + ptoa(8 + i)), 10 + i);
	hf_space_check();
}
