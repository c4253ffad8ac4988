/* SPDX-License-Identifier: BSD-2-Clause */
/* kernel_mmu.c: rights, addresses and memory types of the real kernel half. */

#include "lab.h"

HF_SCENARIO(pmap_kernel_rights, "pmap.kernel_rights", "IP-7",
    "no kernel leaf is open to ring 3, none writable and executable",
    .flags = HF_NEEDS_MMU)
{
	const char *bad;
	pt_entry_t leaf;

	bad = hf_pmap_check_kernel();
	if (bad != NULL)
		hf_note("%s", bad);
	hf_expect(bad == NULL);
	/* This code, a constant, a variable. */
	leaf = hf_pmap_leaf(kernel_pmap, (vm_offset_t)hf_pmap_check_kernel);
	hf_expect_eq(leaf & (X86_PG_V | X86_PG_RW | X86_PG_NX), X86_PG_V);
	leaf = hf_pmap_leaf(kernel_pmap, (vm_offset_t) "constant");
	hf_expect_eq(
	    leaf & (X86_PG_V | X86_PG_RW | X86_PG_NX), X86_PG_V | X86_PG_NX);
	leaf = hf_pmap_leaf(kernel_pmap, (vm_offset_t)&kernel_vm_end);
	hf_expect_eq(leaf & (X86_PG_V | X86_PG_RW | X86_PG_NX),
	    X86_PG_V | X86_PG_RW | X86_PG_NX);
}

static void
kextract_everywhere(void *arg)
{
	vm_offset_t va = PHYS_TO_DMAP(0x345678);
	volatile u_int *bad = arg;

	if (pmap_kextract(va) != 0x345678 ||
	    pmap_kextract((vm_offset_t)kextract_everywhere) !=
		(vm_offset_t)kextract_everywhere - KERNBASE)
		atomic_add_int(bad, 1);
}

HF_SCENARIO(pmap_kextract_any, "pmap.kextract", "PM-32",
    "kernel addresses are translated in interrupt handlers, too",
    .flags = HF_NEEDS_MMU)
{
	static volatile u_int bad;

	bad = 0;
	smp_rendezvous_cpus(
	    all_cpus, kextract_everywhere, (void *)(uintptr_t)&bad);
	hf_expect_eq(bad, 0);
	hf_expect_eq(pmap_kextract(VM_MAX_KERNEL_ADDRESS - PAGE_SIZE), 0);
}

HF_SCENARIO(pmap_memattr_writeback, "pmap.memattr_writeback", "PM-57",
    "every CPU writes its caches back when a page's memory type changes",
    .flags = HF_NEEDS_MMU | HF_NEEDS_SMP)
{
	u_long before[MAXCPU];
	struct lab lab;
	int cpu;

	lab_open(&lab, 1);
	CPU_FOREACH (cpu)
		before[cpu] = hf_pmap_writebacks(cpu);
	pmap_page_set_memattr(lab.m[0], VM_MEMATTR_UNCACHEABLE);
	CPU_FOREACH (cpu)
		hf_expect_lt(before[cpu], hf_pmap_writebacks(cpu));
	pmap_page_set_memattr(lab.m[0], VM_MEMATTR_DEFAULT);
	lab_close(&lab);
}

/* All other CPUs are asked to flush since "before". */
static void
expect_all_asked(u_long before)
{
	hf_expect_le(before + (u_long)mp_ncpus - 1, hf_tlb_ipi_count());
}

HF_SCENARIO(pmap_memattr_flush, "pmap.memattr_flush", "PM-57 TL-10",
    "every CPU flushes when the direct map changes, and before a table is "
    "freed",
    .flags = HF_NEEDS_MMU | HF_NEEDS_SMP)
{
	struct lab lab;
	u_long n;

	lab_open(&lab, 1);
	n = hf_tlb_ipi_count();
	pmap_page_set_memattr(lab.m[0], VM_MEMATTR_UNCACHEABLE);
	expect_all_asked(n);
	n = hf_tlb_ipi_count();
	pmap_page_set_memattr(lab.m[0], VM_MEMATTR_DEFAULT);
	expect_all_asked(n);
	/* Splits the large leaf, and joins it again. */
	hf_expect(hf_pmap_memattr_reserve(lab.m[0], 1));
	n = hf_tlb_ipi_count();
	hf_pmap_memattr_unreserve(lab.m[0], 1);
	expect_all_asked(n);
	lab_close(&lab);
}

HF_SCENARIO(pmap_memattr_reserve, "pmap.memattr_reserve", "PM-58",
    "a reservation keeps the table that a change needs, and gives it back",
    .flags = HF_NEEDS_MMU)
{
	struct lab lab;
	u_int before;

	lab_open(&lab, 1);
	before = vm_free_count();
	hf_failpoint_arm("vm_page_alloc", 0, -1);
	hf_expect(!hf_pmap_memattr_reserve(lab.m[0], 1));
	hf_failpoint_disarm_all();
	hf_expect_eq(vm_free_count(), before);
	hf_expect(hf_pmap_memattr_reserve(lab.m[0], 1));
	hf_expect_lt(vm_free_count(), before);
	/* Nothing can fail from here on, whatever others join meanwhile. */
	hf_failpoint_arm("vm_page_alloc", 0, -1);
	pmap_page_set_memattr(lab.m[0], VM_MEMATTR_UNCACHEABLE);
	pmap_page_set_memattr(lab.m[0], VM_MEMATTR_DEFAULT);
	pmap_page_set_memattr(lab.m[0], VM_MEMATTR_UNCACHEABLE);
	hf_failpoint_disarm_all();
	hf_pmap_memattr_unreserve(lab.m[0], 1);
	hf_expect_lt(vm_free_count(), before);
	pmap_page_set_memattr(lab.m[0], VM_MEMATTR_DEFAULT);
	hf_expect_eq(vm_free_count(), before);
	lab_close(&lab);
}

HF_SCENARIO(pmap_memattr, "pmap.memattr", "PM-46",
    "a RAM page's memory type shows in the direct map; neighbours keep theirs",
    .flags = HF_NEEDS_MMU)
{
	struct lab lab;
	vm_offset_t va;
	pt_entry_t next;

	lab_open(&lab, 1);
	va = PHYS_TO_DMAP(VM_PAGE_TO_PHYS(lab.m[0]));
	/* This splits the large leaf; the last line but one joins it again. */
	pmap_page_set_memattr(lab.m[0], VM_MEMATTR_UNCACHEABLE);
	hf_expect_eq(
	    hf_pmap_leaf(kernel_pmap, va) & PG_CACHE_MASK, PG_CACHE_MASK);
	next = hf_pmap_leaf(kernel_pmap, va ^ PAGE_SIZE);
	hf_expect_eq(next & PG_CACHE_MASK, 0);
	hf_expect_eq(next & PG_FRAME, DMAP_TO_PHYS(va ^ PAGE_SIZE));
	hf_expect_eq(*lab_words(lab.m[0]), lab_pattern(0));
	lab_enter(&lab, LAB_BASE, lab.m[0], VM_PROT_READ, VM_PROT_READ);
	hf_expect_eq(lab_bits(&lab, LAB_BASE, PG_CACHE_MASK), PG_CACHE_MASK);
	pmap_page_set_memattr(lab.m[0], VM_MEMATTR_DEFAULT);
	hf_expect_eq(hf_pmap_leaf(kernel_pmap, va) & PG_CACHE_MASK, 0);
	lab_close(&lab);
}
