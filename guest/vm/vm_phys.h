/* SPDX-License-Identifier: BSD-2-Clause */
/* vm_phys.h: the buddy allocator of physical frames. */
#ifndef HF_VM_VM_PHYS_H
#define HF_VM_VM_PHYS_H

#include <sys/param.h>
#include <sys/lock.h>
#include <sys/mutex.h>
#include <vm/vm.h>
#include <vm/vm_page.h>

#define VM_NFREEORDER	    13 /* 2^12 frames: 16 MiB */
#define VM_NFREEPOOL	    2
#define VM_FREEPOOL_DEFAULT 0 /* pages of objects */
#define VM_FREEPOOL_DIRECT  1 /* pages without an object */

/* Free lists in the order in which they are tried: low memory last. */
#define VM_NFREELIST	    3
#define VM_FREELIST_DEFAULT 0
#define VM_FREELIST_DMA32   1 /* below 4 GiB, when there is more */
#define VM_FREELIST_LOWMEM  2 /* below 16 MiB */
#define VM_LOWMEM_BOUNDARY  ((vm_paddr_t)16 << 20)
#define VM_DMA32_BOUNDARY   ((vm_paddr_t)4 << 30)

#define VM_PHYSSEG_MAX 64

/* All fields but fed (free lock) constant after vm_phys_init(). */
struct vm_phys_seg {
	vm_paddr_t start;
	vm_paddr_t end;
	vm_paddr_t fed;	      /* [start, fed) has been on the free lists */
	vm_page_t first_page; /* of start */
	u_long first_index;   /* of first_page in vm_page_array */
	int freelist;
};

/*
 * The free lock.  Held by the caller of every function below that takes or
 * gives frames; the free count is the caller's business too.
 */
extern struct mtx hf_vm_phys_free_mtx;
#define vm_domain_free_lock()	mtx_lock(&hf_vm_phys_free_mtx)
#define vm_domain_free_unlock() mtx_unlock(&hf_vm_phys_free_mtx)

extern struct vm_phys_seg vm_phys_segs[];
extern int vm_phys_nsegs;

/*
 * Boot.  Segments are added, split at the free list boundaries; then
 * vm_phys_init() places their structs in vm_page_array, which is not touched:
 * the memory is free, and goes to the free lists as they need it.
 */
void vm_phys_add_seg(vm_paddr_t start, vm_paddr_t end);
u_long hf_vm_phys_array_pages(void);
u_long hf_vm_phys_map_bytes(u_long structs);
void vm_phys_init(void *ready_map);

/*
 * Struct memory is junk until first used: one bit for 8 structs says whether
 * they have been set up.  Frees nothing, changes no list.  The free lock is
 * held, or taken by PHYS_TO_VM_PAGE().
 */
void hf_vm_page_setup(vm_page_t m);
bool hf_vm_page_is_set_up(vm_page_t m);

vm_page_t vm_phys_alloc_pages(int domain, int pool, int order);
vm_page_t vm_phys_alloc_freelist_pages(
    int domain, int freelist, int pool, int order);
int vm_phys_alloc_npages(int domain, int pool, int npages, vm_page_t ma[]);
vm_page_t vm_phys_alloc_contig(int domain, u_long npages, vm_paddr_t low,
    vm_paddr_t high, u_long alignment, vm_paddr_t boundary);
void vm_phys_free_pages(vm_page_t m, int order);
void vm_phys_free_contig(vm_page_t m, u_long npages);
bool vm_phys_unfree_page(vm_page_t m);
vm_page_t vm_phys_paddr_to_vm_page(vm_paddr_t pa);
/* Blocks of that order now free on a list, all pools or one (-1: all). */
u_long hf_vm_phys_block_count(int freelist, int pool, int order);
/* What is wrong with the free lists, or NULL; and the frames that are free. */
const char *hf_vm_phys_check(u_long *frames);

#endif
