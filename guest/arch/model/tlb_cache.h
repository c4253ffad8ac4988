/* SPDX-License-Identifier: BSD-2-Clause */
/* tlb_cache.h: the entries of one CPU's TLB and paging-structure caches. */

/*
 * Nothing is ever evicted: what is not flushed stays, so that a flush that is
 * missing shows each time.  The lock of the CPU's struct is held throughout;
 * frames are counted by all CPUs together.
 */
#ifndef HF_MODEL_TLB_CACHE_H
#define HF_MODEL_TLB_CACHE_H

#include <vm/vm.h>
#include <vm/pmap.h>

/*
 * Level 0: a translation.  Levels 1 to 3: an entry of a PD, PDPT or PML4, which
 * a walk takes instead of the table's (SDM vol. 3A, 4.10.3).
 */
struct hf_cached {
	struct hf_cached *next;
	vm_offset_t va; /* the first that it is for */
	int level;
	pt_entry_t e;	/* frame, D, G; the rights of all levels down to it */
	vm_paddr_t cr3; /* its address space, unless it has G */
};

#define HF_TLB_BUCKETS 256

struct hf_tlb {
	volatile u_int lock;
	vm_paddr_t cr3;
	uint64_t cr4;
	struct hf_cached *pages[HF_TLB_BUCKETS];  /* level 0 */
	struct hf_cached *tables[HF_TLB_BUCKETS]; /* the others */
};

/* Once, when the size of RAM is known. */
void hf_tlb_cache_init(void);

struct hf_cached *hf_tlb_find(struct hf_tlb *t, vm_offset_t va, int level);
/* As if the CPU had this CR3. */
struct hf_cached *hf_tlb_find_for(
    struct hf_tlb *t, vm_paddr_t cr3, vm_offset_t va, int level);
/* Makes it, or changes what there is. */
void hf_tlb_keep(struct hf_tlb *t, vm_offset_t va, int level, pt_entry_t e);
void hf_tlb_drop(struct hf_tlb *t, vm_offset_t va, int level);

/*
 * Takes out all that are for tables, or those translations that a change of CR3
 * invalidates, or all; a list for hf_tlb_free().
 */
struct hf_cached *hf_tlb_take_tables(struct hf_tlb *t);
struct hf_cached *hf_tlb_take_pages(struct hf_tlb *t, bool global);
/* Frees the first of a list; returns the others. */
struct hf_cached *hf_tlb_free(struct hf_cached *c);

/* One use more or less of a frame, which no CPU may have when it is freed. */
void hf_tlb_frame_use(vm_paddr_t pa, int change);

#endif
