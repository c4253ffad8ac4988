/* SPDX-License-Identifier: BSD-2-Clause */
/* pmap_bootstrap.c: the kernel's own page tables. */

/*
 * Runs on the boot tables, which map the first 4 GiB at the direct map's place.
 */
#include <sys/smp.h>
#include <kern/boot.h>
#include <machine/specialreg.h>
#include "pmap_priv.h"

#define CPUID_EXT_1G (1u << 26) /* leaf 0x80000001, edx */

extern char hf_text_start[], etext[], hf_rodata_start[], hf_rodata_end[],
    hf_data_start[], end[], boot_stack_guard[];

/* The direct map has a root entry of its own. */
_Static_assert(DMAP_MIN_ADDRESS % PG_LEVEL_SIZE(3) == 0, "direct map");

extern pt_entry_t boot_pml4[PG_ENTRIES]; /* boot/start.S */

pt_entry_t *hf_pmap_special_table;

/* The kernel image's pages from start to end, with these rights. */
static void
map_image(vm_paddr_t *next_table, pt_entry_t *pd, const char *start,
    const char *stop, pt_entry_t bits)
{
	vm_offset_t va, next;
	pt_entry_t *pt;

	bits |= X86_PG_V | X86_PG_A | X86_PG_G;
	for (va = (vm_offset_t)start; va < (vm_offset_t)stop; va = next) {
		next =
		    MIN((va | (PG_LEVEL_SIZE(1) - 1)) + 1, (vm_offset_t)stop);
		pt = hf_pmap_early_table_at(next_table, &pd[PG_INDEX(va, 1)]);
		for (; va < next; va += PAGE_SIZE)
			pt[PG_INDEX(va, 0)] = (va - KERNBASE) | bits;
	}
}

/* Asked only where there is room for one: a CPUID is an exit. */
static bool
has_1g_pages(void)
{
	uint32_t regs[4];

	do_cpuid(0x80000001, 0, regs);
	return ((regs[3] & CPUID_EXT_1G) != 0);
}

void
pmap_bootstrap(vm_paddr_t *firstaddr)
{
	pt_entry_t *top, *pdpt, *pd, slot;

	*firstaddr = round_page(*firstaddr);
	kernel_pmap->pm_cr3 = *firstaddr;
	top = hf_pmap_early_table(firstaddr, &slot);
	kernel_pmap->pm_top = top;
	TAILQ_INIT(&kernel_pmap->pm_chunks);
	CPU_SETOF(0, &kernel_pmap->pm_active);

	/* The root has all its kernel entries from the start. */
	pdpt = hf_pmap_early_table(firstaddr, &top[PG_INDEX(KERNBASE, 3)]);
	pd = hf_pmap_early_table(firstaddr, &pdpt[PG_INDEX(KERNBASE, 2)]);
	map_image(firstaddr, pd, hf_text_start, etext, 0);
	map_image(firstaddr, pd, hf_rodata_start, hf_rodata_end, X86_PG_NX);
	map_image(firstaddr, pd, hf_data_start, end,
	    X86_PG_RW | X86_PG_M | X86_PG_NX);
	*pmap_pte(kernel_pmap, (vm_offset_t)boot_stack_guard) = 0;
	hf_pmap_special_table =
	    hf_pmap_early_table(firstaddr, &pd[PG_INDEX(HF_KVA_SPECIAL, 1)]);
	(void)hf_pmap_early_table(
	    firstaddr, &top[PG_INDEX(VM_MIN_KERNEL_ADDRESS, 3)]);
	/* An AP has its stack before it has these tables. */
	boot_pml4[PG_INDEX(VM_MIN_KERNEL_ADDRESS, 3)] =
	    top[PG_INDEX(VM_MIN_KERNEL_ADDRESS, 3)];

	pdpt =
	    hf_pmap_early_table(firstaddr, &top[PG_INDEX(DMAP_MIN_ADDRESS, 3)]);
	hf_pmap_early_direct(pdpt, dump_avail, has_1g_pages, firstaddr);

	load_cr3(kernel_pmap->pm_cr3);
}

void
hf_pmap_md_init(void)
{
	hf_pmap_cpu_init();
	hf_memattr_init();
	hf_ipi_register(HF_IPI_TLB, hf_tlb_ipi_handler);
}
