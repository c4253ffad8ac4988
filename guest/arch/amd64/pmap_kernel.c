/* SPDX-License-Identifier: BSD-2-Clause */
/* pmap_kernel.c: mappings of the kernel's own addresses. */

#include <kern/fail_nth.h>
#include "pmap_priv.h"

vm_offset_t virtual_avail = VM_MIN_KERNEL_ADDRESS;
vm_offset_t virtual_end = VM_MAX_KERNEL_ADDRESS;
vm_offset_t kernel_vm_end = VM_MIN_KERNEL_ADDRESS; /* kernel_map's lock */

/*
 * Memory types by the two bits that need no PAT: its reset value
 * (SDM vol. 3A, 12.12.4).
 */
pt_entry_t
hf_pmap_cache_bits(int mode)
{
	switch (mode) {
	case VM_MEMATTR_WRITE_BACK:
		return (0);
	case VM_MEMATTR_WRITE_THROUGH:
		return (X86_PG_PWT);
	case VM_MEMATTR_WEAK_UNCACHEABLE:
		return (X86_PG_PCD);
	case VM_MEMATTR_UNCACHEABLE:
		return (X86_PG_PCD | X86_PG_PWT);
	default:
		panic("pmap: memory type %d", mode);
	}
}

bool
pmap_is_valid_memattr(pmap_t pmap, vm_memattr_t mode)
{
	return (mode == VM_MEMATTR_WRITE_BACK ||
	    mode == VM_MEMATTR_WRITE_THROUGH ||
	    mode == VM_MEMATTR_WEAK_UNCACHEABLE ||
	    mode == VM_MEMATTR_UNCACHEABLE);
}

vm_paddr_t
pmap_kextract(vm_offset_t kva)
{
	pt_entry_t e, *table;
	int level;

	if (VIRT_IN_DMAP(kva))
		return (DMAP_TO_PHYS(kva));
	table = kernel_pmap->pm_top;
	for (level = PG_LEVELS - 1;; level--) {
		e = pte_load(&table[PG_INDEX(kva, level)]);
		if ((e & X86_PG_V) == 0)
			return (0);
		if (level == 0)
			return ((e & PG_FRAME) | (kva & PAGE_MASK));
		if ((e & X86_PG_PS) != 0)
			return ((e & PG_FRAME & ~(PG_LEVEL_SIZE(level) - 1)) |
			    (kva & (PG_LEVEL_SIZE(level) - 1)));
		table = pte_table(e);
	}
}

vm_offset_t
pmap_map(vm_offset_t *virt, vm_paddr_t start, vm_paddr_t end, int prot)
{
	return (PHYS_TO_DMAP(start));
}

static u_long table_count;

u_long
hf_pmap_kernel_tables(void)
{
	return (table_count);
}

/* A kernel table that stays for ever; the slot is empty. */
static void
kernel_table_add(pt_entry_t *slot)
{
	vm_page_t m;

	m = vm_page_alloc_noobj(
	    VM_ALLOC_INTERRUPT | VM_ALLOC_WIRED | VM_ALLOC_ZERO);
	if (m == NULL) {
		HF_FAIL_NTH_GIVE_UP("pmap_growkernel() panics by contract");
		panic("pmap_growkernel: no memory");
	}
	pte_store(slot, VM_PAGE_TO_PHYS(m) | PG_TABLE_KERNEL);
	table_count++;
}

void
pmap_growkernel(vm_offset_t addr)
{
	pt_entry_t *slot;

	addr = roundup2(addr, PG_LEVEL_SIZE(1));
	if (addr > VM_MAX_KERNEL_ADDRESS || addr < VM_MIN_KERNEL_ADDRESS)
		addr = VM_MAX_KERNEL_ADDRESS;
	for (; kernel_vm_end < addr; kernel_vm_end += PG_LEVEL_SIZE(1)) {
		slot = &kernel_pmap->pm_top[PG_INDEX(kernel_vm_end, 3)];
		slot = &pte_table(*slot)[PG_INDEX(kernel_vm_end, 2)];
		if ((*slot & X86_PG_V) == 0)
			kernel_table_add(slot);
		slot = &pte_table(*slot)[PG_INDEX(kernel_vm_end, 1)];
		if ((*slot & X86_PG_V) == 0)
			kernel_table_add(slot);
	}
}

static pt_entry_t *
kernel_slot(vm_offset_t va, const char *who)
{
	pt_entry_t *pte = pmap_pte(kernel_pmap, va);

	if (__predict_false(pte == NULL))
		panic("%s: no kernel table at %#lx", who, va);
	return (pte);
}

#define KERNEL_LEAF \
	(X86_PG_V | X86_PG_RW | X86_PG_A | X86_PG_M | X86_PG_G | X86_PG_NX)

void
pmap_kenter(vm_offset_t va, vm_paddr_t pa)
{
	pte_store(kernel_slot(va, "pmap_kenter"), pa | KERNEL_LEAF);
}

void
pmap_kremove(vm_offset_t va)
{
	pte_store(kernel_slot(va, "pmap_kremove"), 0);
}

void
pmap_qenter(vm_offset_t sva, vm_page_t *ma, int n)
{
	pt_entry_t *pte, e, old;
	bool stale;
	int i;

	KASSERT(n >= 0, ("pmap_qenter: %d pages", n));
	stale = false;
	for (i = 0; i < n; i++) {
		e = VM_PAGE_TO_PHYS(ma[i]) | KERNEL_LEAF |
		    hf_pmap_cache_bits(ma[i]->md.pat_mode);
		pte = kernel_slot(sva + ptoa(i), "pmap_qenter");
		old = pte_load(pte);
		if (old == e)
			continue;
		stale |= (old & X86_PG_V) != 0;
		pte_store(pte, e);
	}
	if (stale)
		pmap_invalidate_range(kernel_pmap, sva, sva + ptoa(n));
}

void
pmap_qremove(vm_offset_t sva, int n)
{
	int i;

	KASSERT(n >= 0, ("pmap_qremove: %d pages", n));
	if (n == 0)
		return;
	for (i = 0; i < n; i++)
		pte_store(kernel_slot(sva + ptoa(i), "pmap_qremove"), 0);
	pmap_invalidate_range(kernel_pmap, sva, sva + ptoa(n));
}
