/* SPDX-License-Identifier: BSD-2-Clause */
/* vm_kern.c: the kernel's address space. */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/malloc.h>
#include <kern/fail_nth.h>
#include <vm/vm.h>
#include <vm/pmap.h>
#include <vm/vm_extern.h>
#include <vm/vm_kern.h>
#include <vm/vm_map.h>
#include <vm/vm_map_priv.h>
#include <vm/vm_object.h>
#include <vm/vm_page.h>
#include <vm/vm_phys.h>

struct vm_map kernel_map_store;

/* Once at boot, alone: kernel_map becomes usable. */
void
kmem_init(vm_offset_t start, vm_offset_t end)
{
	vm_map_init_system(kernel_map, kernel_pmap, start, end);
}

/*
 * size bytes of kernel addresses, aligned to align (a power of two, 0: page),
 * with nothing mapped: the caller maps with pmap_qenter().  0 if there is no
 * room, or size is 0 or wraps when rounded. A stray access panics.  May sleep.
 */
vm_offset_t
kva_alloc_aligned(vm_size_t size, vm_size_t align)
{
	vm_offset_t addr;
	int how;

	how = align > PAGE_SIZE ? VMFS_ALIGNED_SPACE(flsl(align) - 1)
				: VMFS_ANY_SPACE;
	addr = vm_map_min(kernel_map);
	if (HF_FAIL_NTH(HF_FAIL_ALLOC))
		return (0);
	if (vm_map_find(kernel_map, NULL, 0, &addr, round_page(size), 0, how,
		VM_PROT_ALL, VM_PROT_ALL, MAP_NOFAULT) != KERN_SUCCESS)
		return (0);
	return (addr);
}

vm_offset_t
kva_alloc(vm_size_t size)
{
	return (kva_alloc_aligned(size, 0));
}

/*
 * Gives addresses back; the caller has unmapped them.  It panics for a range
 * that kva_alloc() cannot have returned: one lost silently would be lost for
 * ever.
 */
void
kva_free(vm_offset_t addr, vm_size_t size)
{
	vm_offset_t end;

	end = addr + round_page(size);
	if (end <= addr || !vm_map_range_valid(kernel_map, addr, end))
		panic("kva_free: %#lx bytes at %#lx are not the kernel map's",
		    size, addr);
	if (vm_map_remove(kernel_map, addr, end) != KERN_SUCCESS)
		panic("kva_free: no map entry for the rest of %#lx", addr);
}

/*
 * size bytes of wired kernel memory in whole pages; for more than hf_kalloc()
 * gives.  NULL with M_NOWAIT, which does not sleep for pages, and where
 * kva_alloc() returns 0.
 */
void *
kmem_malloc(vm_size_t size, int flags)
{
	vm_offset_t addr, va;
	vm_page_t m;
	int req;

	size = round_page(size);
	addr = kva_alloc(size);
	if (addr == 0)
		return (NULL);
	req = VM_ALLOC_WIRED |
	    ((flags & M_NOWAIT) != 0 ? VM_ALLOC_NOWAIT : VM_ALLOC_WAITOK) |
	    ((flags & M_ZERO) != 0 ? VM_ALLOC_ZERO : 0);
	for (va = addr; va < addr + size; va += PAGE_SIZE) {
		m = vm_page_alloc_noobj(req);
		if (m == NULL) {
			while (va > addr) {
				va -= PAGE_SIZE;
				m = PHYS_TO_VM_PAGE(pmap_kextract(va));
				pmap_qremove(va, 1);
				vm_page_unwire_noq(m);
				vm_page_free(m);
			}
			kva_free(addr, size);
			return (NULL);
		}
		pmap_qenter(va, &m, 1);
	}
	return ((void *)addr);
}

/* Frees what kmem_malloc() returned for this size. */
void
kmem_free(void *addr, vm_size_t size)
{
	vm_offset_t va, start;
	vm_page_t m;

	size = round_page(size);
	start = (vm_offset_t)addr;
	for (va = start; va < start + size; va += PAGE_SIZE) {
		m = PHYS_TO_VM_PAGE(pmap_kextract(va));
		pmap_qremove(va, 1);
		vm_page_unwire_noq(m);
		vm_page_free(m);
	}
	kva_free(start, size);
}
