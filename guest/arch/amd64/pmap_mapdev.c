/* SPDX-License-Identifier: BSD-2-Clause */
/* pmap_mapdev.c: device registers in a window of single pages. */

/*
 * The window is what the quick frames leave of the 2 MiB at HF_KVA_SPECIAL.
 * Pages are handed out from its start and never taken back: a device's
 * registers are mapped as long as the kernel runs.  Several requests for one
 * page share its mapping (QEMU's virtio-mmio devices are 512 bytes apart).
 */
#include "pmap_priv.h"

#define WINDOW_FIRST (2 * MAXCPU) /* index of its first page */
#define WINDOW_END   PG_ENTRIES

static u_int window_used = WINDOW_FIRST; /* (a) */

/* A single page that is mapped already, 0 if none. */
static vm_offset_t
window_find(vm_paddr_t pa)
{
	u_int i, used;

	used = atomic_load_acq_int(&window_used);
	for (i = WINDOW_FIRST; i < used; i++)
		if ((pte_load(&hf_pmap_special_table[i]) &
			(PG_FRAME | X86_PG_V)) == (pa | X86_PG_V))
			return (HF_KVA_SPECIAL + ptoa((vm_offset_t)i));
	return (0);
}

void *
pmap_mapdev(vm_paddr_t pa, vm_size_t n)
{
	vm_paddr_t first;
	vm_offset_t va;
	u_int i, start, count;

	first = trunc_page(pa);
	count = atop(round_page(pa + n) - first);
	if (count == 1 && (va = window_find(first)) != 0)
		return ((void *)(va + (pa & PAGE_MASK)));
	start = atomic_fetchadd_int(&window_used, count);
	if (start + count > WINDOW_END)
		panic("pmap_mapdev: %#lx: the window is full", pa);
	for (i = 0; i < count; i++)
		pte_store(&hf_pmap_special_table[start + i],
		    (first + ptoa((vm_paddr_t)i)) | X86_PG_V | X86_PG_RW |
			X86_PG_A | X86_PG_M | X86_PG_G | X86_PG_NX |
			X86_PG_PCD | X86_PG_PWT);
	return ((void *)(HF_KVA_SPECIAL + ptoa((vm_offset_t)start) +
	    (pa & PAGE_MASK)));
}

void
pmap_unmapdev(void *va, vm_size_t n)
{
}
