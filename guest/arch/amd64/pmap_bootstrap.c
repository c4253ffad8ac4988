/* SPDX-License-Identifier: BSD-2-Clause */
/* pmap_bootstrap.c: the kernel's own page tables. */

/*
 * Runs on the boot tables, which map the first 4 GiB at the direct map's
 * place.  RAM may hold anything, so each table is cleared first; there are as
 * few of them as possible, because each costs 512 emulated stores on some
 * machines (docs/caveats.md).
 */
#include <sys/smp.h>
#include <kern/boot.h>
#include <machine/specialreg.h>
#include "pmap_var.h"

#define CPUID_EXT_1G (1u << 26) /* leaf 0x80000001, edx */

extern char hf_text_start[], etext[], hf_rodata_start[], hf_rodata_end[],
    hf_data_start[], end[], boot_stack_guard[];

extern pt_entry_t boot_pml4[PG_ENTRIES]; /* boot/start.S */

pt_entry_t *pmap_special_table;

static vm_paddr_t *boot_next; /* pmap_bootstrap()'s firstaddr */

/* A cleared table linked into a slot. */
static pt_entry_t *
boot_table(pt_entry_t *slot)
{
	pt_entry_t *table;

	table = (pt_entry_t *)PHYS_TO_DMAP(*boot_next);
	pagezero(table);
	*slot = *boot_next | PG_TABLE_KERNEL;
	*boot_next += PAGE_SIZE;
	return (table);
}

/* The table that a slot points to, made if the slot is empty. */
static pt_entry_t *
boot_table_at(pt_entry_t *slot)
{
	if ((*slot & X86_PG_V) != 0)
		return (pte_table(*slot));
	return (boot_table(slot));
}

/* The kernel image's pages from start to end, with these rights. */
static void
map_image(pt_entry_t *pd, const char *start, const char *stop, pt_entry_t bits)
{
	vm_offset_t va, next;
	pt_entry_t *pt;

	bits |= X86_PG_V | X86_PG_A | X86_PG_G;
	for (va = (vm_offset_t)start; va < (vm_offset_t)stop; va = next) {
		next =
		    MIN((va | (PG_LEVEL_SIZE(1) - 1)) + 1, (vm_offset_t)stop);
		pt = boot_table_at(&pd[PG_INDEX(va, 1)]);
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

/*
 * The direct map of [start, stop): whole large leaves, so that a range that is
 * not a multiple of 2 MiB takes in what is beside it.
 */
static void
map_direct(pt_entry_t *pdpt, vm_paddr_t start, vm_paddr_t stop)
{
	const pt_entry_t bits = X86_PG_V | X86_PG_RW | X86_PG_A | X86_PG_M |
	    X86_PG_G | X86_PG_NX | X86_PG_PS;
	vm_paddr_t pa, next;
	pt_entry_t *pd, *slot;

	for (pa = trunc_page(start) & ~(PG_LEVEL_SIZE(1) - 1); pa < stop;
	     pa = next) {
		next = (pa | (PG_LEVEL_SIZE(2) - 1)) + 1;
		slot = &pdpt[PG_INDEX(PHYS_TO_DMAP(pa), 2)];
		if ((*slot & X86_PG_PS) != 0)
			continue;
		if (*slot == 0 && next <= stop &&
		    (pa & (PG_LEVEL_SIZE(2) - 1)) == 0 && has_1g_pages()) {
			*slot = pa | bits;
			continue;
		}
		pd = boot_table_at(slot);
		for (; pa < MIN(stop, next); pa += PG_LEVEL_SIZE(1))
			pd[PG_INDEX(pa, 1)] = pa | bits;
	}
}

void
pmap_bootstrap(vm_paddr_t *firstaddr)
{
	pt_entry_t *top, *pdpt, *pd, slot;
	int i;

	*firstaddr = round_page(*firstaddr);
	boot_next = firstaddr;
	kernel_pmap->pm_cr3 = *firstaddr;
	top = boot_table(&slot);
	kernel_pmap->pm_top = top;
	TAILQ_INIT(&kernel_pmap->pm_chunks);
	CPU_SETOF(0, &kernel_pmap->pm_active);

	/* The root has all its kernel entries from the start. */
	pdpt = boot_table(&top[PG_INDEX(KERNBASE, 3)]);
	pd = boot_table(&pdpt[PG_INDEX(KERNBASE, 2)]);
	map_image(pd, hf_text_start, etext, 0);
	map_image(pd, hf_rodata_start, hf_rodata_end, X86_PG_NX);
	map_image(pd, hf_data_start, end, X86_PG_RW | X86_PG_M | X86_PG_NX);
	*pmap_pte(kernel_pmap, (vm_offset_t)boot_stack_guard) = 0;
	pmap_special_table = boot_table(&pd[PG_INDEX(HF_KVA_SPECIAL, 1)]);
	(void)boot_table(&top[PG_INDEX(VM_MIN_KERNEL_ADDRESS, 3)]);
	/* An AP has its stack before it has these tables. */
	boot_pml4[PG_INDEX(VM_MIN_KERNEL_ADDRESS, 3)] =
	    top[PG_INDEX(VM_MIN_KERNEL_ADDRESS, 3)];

	pdpt = boot_table(&top[PG_INDEX(DMAP_MIN_ADDRESS, 3)]);
	for (i = 0; dump_avail[i + 1] != 0; i += 2)
		map_direct(pdpt, dump_avail[i],
		    MIN(dump_avail[i + 1], PG_LEVEL_SIZE(3)));

	load_cr3(kernel_pmap->pm_cr3);
}

void
hf_pmap_md_init(void)
{
	hf_pmap_cpu_init();
	hf_memattr_init();
	hf_ipi_register(HF_IPI_TLB, hf_tlb_ipi_handler);
}
