/* SPDX-License-Identifier: BSD-2-Clause */
/* quick_mmu.c: the leaf behind pmap_quick_enter_page(), and whose it is. */

#include "lab.h"

#define LEAF (X86_PG_V | X86_PG_RW | X86_PG_NX | X86_PG_G | X86_PG_U | PG_FRAME)

HF_SCENARIO(pmap_quick_leaf, "pmap.quick_leaf", "QE-08 QE-01 QE-05",
    "the frame is written, not run, not global, of the page's memory type",
    .flags = HF_NEEDS_MMU)
{
	struct lab lab;
	vm_offset_t va;
	pt_entry_t leaf, uncached, gone;
	vm_page_t um;
	uint64_t v;
	bool there;

	lab_open(&lab, 1);
	um = vm_page_alloc_noobj(VM_ALLOC_WIRED | VM_ALLOC_ZERO);
	hf_require(um != NULL);
	pmap_page_set_memattr(um, VM_MEMATTR_UNCACHEABLE);
	sched_pin();
	va = pmap_quick_enter_page(um);
	uncached = hf_pmap_leaf(kernel_pmap, va);
	pmap_quick_remove_page(va);
	va = pmap_quick_enter_page(lab.m[0]);
	leaf = hf_pmap_leaf(kernel_pmap, va);
	v = *(volatile uint64_t *)va;
	pmap_quick_remove_page(va);
	gone = hf_pmap_leaf(kernel_pmap, va);
	/* This CPU, which has just used it, has forgotten it, too. */
	there = lab_peek(va, &v);
	sched_unpin();
	pmap_page_set_memattr(um, VM_MEMATTR_WRITE_BACK);
	hf_expect_eq(leaf & LEAF,
	    X86_PG_V | X86_PG_RW | X86_PG_NX | VM_PAGE_TO_PHYS(lab.m[0]));
	hf_expect_eq(leaf & (X86_PG_PCD | X86_PG_PWT), 0);
	hf_expect_eq(uncached & LEAF,
	    X86_PG_V | X86_PG_RW | X86_PG_NX | VM_PAGE_TO_PHYS(um));
	hf_expect_eq(
	    uncached & (X86_PG_PCD | X86_PG_PWT), X86_PG_PCD | X86_PG_PWT);
	hf_expect_eq(gone, 0);
	hf_expect(!there);
	vm_page_unwire(um, PQ_INACTIVE);
	lab_close(&lab);
}

/* Both CPUs are inside at once, each with its page. */
struct inside {
	vm_page_t m;
	struct inside *other;
	volatile u_int in, out;
	vm_offset_t va;
	uint64_t seen;
};

#define SPINS 3000000ul

static void
be_inside(void *arg)
{
	struct inside *me = arg;
	u_long spins;

	me->va = pmap_quick_enter_page(me->m);
	atomic_store_rel_int(&me->in, 1);
	for (spins = 0;
	     spins < SPINS && atomic_load_acq_int(&me->other->in) == 0; spins++)
		cpu_spinwait();
	/* What the tables say now. */
	invlpg(me->va);
	me->seen = *(volatile uint64_t *)me->va;
	atomic_store_rel_int(&me->out, 1);
	for (; spins < SPINS && atomic_load_acq_int(&me->other->out) == 0;
	     spins++)
		cpu_spinwait();
	pmap_quick_remove_page(me->va);
}

HF_SCENARIO(pmap_quick_both, "pmap.quick_both", "QE-06",
    "two CPUs inside at once have a frame each",
    .flags = HF_NEEDS_MMU | HF_NEEDS_SMP)
{
	struct lab lab;
	struct inside both[2];
	struct thread *td[2];
	int i;

	lab_open(&lab, 2);
	for (i = 0; i < 2; i++) {
		vm_page_wire(lab.m[i]);
		both[i] =
		    (struct inside){ .m = lab.m[i], .other = &both[1 - i] };
	}
	/* The one here last: it keeps everybody else from this CPU. */
	for (i = 1; i >= 0; i--)
		td[i] = hf_thread_create(be_inside, &both[i], "quick", i);
	for (i = 0; i < 2; i++) {
		hf_thread_join(td[i]);
		hf_expect_eq(both[i].seen, lab_pattern(i));
		hf_expect(vm_page_unwire_noq(lab.m[i]));
	}
	hf_expect_ne(both[0].va, both[1].va);
	lab_close(&lab);
}
