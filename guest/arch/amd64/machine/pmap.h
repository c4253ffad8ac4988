/* SPDX-License-Identifier: BSD-2-Clause */
/* machine/pmap.h: what a pmap and a page's reverse map consist of. */

/*
 * Lock letters:
 *   (c) constant from pmap_pinit() to pmap_release()
 *   (p) pm_mtx
 *   (v) the page's pv-list lock (rwlock, hashed by physical address)
 *   (p,v) written with both, readable with either
 *   (g) the global pv-chunk lock
 *   (a) atomic
 *
 * Lock order: pm_mtx (two: lower address first), pv-list lock, pv-chunk lock,
 * page allocator.  See docs/locking.md.
 */
#ifndef HF_AMD64_MACHINE_PMAP_H
#define HF_AMD64_MACHINE_PMAP_H

#include <sys/types.h>
#include <sys/cpuset.h>
#include <sys/queue.h>
#include <sys/lock.h>
#include <sys/mutex.h>
#include <machine/pte.h>
#include <machine/vmparam.h>
#include <vm/vm.h>

struct pv_chunk;
struct pv_entry;
struct pmap;
typedef struct pmap *pmap_t;

TAILQ_HEAD(pv_list, pv_entry);
TAILQ_HEAD(pv_chunklist, pv_chunk);

/*
 * The machine-dependent part of a vm_page.  A managed page uses pv_list; a
 * table page, which is unmanaged and in no object, uses the same space to wait
 * for the flush that must come before it is freed.
 */
struct md_page {
	union {
		struct pv_list pv_list; /* (v) mappings of this page */
		vm_page_t ptp_next;	/* (p) delayed-free list */
	};
	int pv_gen;   /* (v) raised by every change of pv_list */
	int pat_mode; /* memory type, VM_MEMATTR_ */
};

/* One managed mapping.  Its pmap is that of the chunk it lies in. */
struct pv_entry {
	vm_offset_t pv_va;	       /* (p,v) */
	TAILQ_ENTRY(pv_entry) pv_link; /* (v) */
};
typedef struct pv_entry *pv_entry_t;

#define HF_PV_PER_CHUNK 168
#define HF_PV_WORDS	3

/* A page of pv entries, all of one pmap. */
struct pv_chunk {
	pmap_t pc_pmap;		       /* (c) */
	TAILQ_ENTRY(pv_chunk) pc_list; /* (p) the pmap's chunks */
	uint64_t pc_free[HF_PV_WORDS]; /* (p) bit set: entry free */
	TAILQ_ENTRY(pv_chunk) pc_lru;  /* (g) all chunks, oldest first */
	struct pv_entry pc_pv[HF_PV_PER_CHUNK]; /* (p) */
};
_Static_assert(sizeof(struct pv_chunk) == 4096, "a chunk is one page");

struct pmap_statistics {
	/* Leaves in 4 KiB units, plus table pages; looked at without the lock. */
	volatile long resident_count;
	long wired_count; /* wired leaves, 4 KiB units */
};

struct pmap {
	struct mtx pm_mtx;
	pt_entry_t *pm_top;		 /* (c) root table, by the direct map */
	vm_paddr_t pm_cr3;		 /* (c) its physical address */
	cpuset_t pm_active;		 /* (a) CPUs that run on it */
	pt_entry_t *pm_hint_table;	 /* (p) the leaf table used last */
	vm_page_t pm_hint_ptp;		 /* (p) its page; NULL: no hint */
	vm_offset_t pm_hint_va;		 /* (p) its first address */
	struct pv_chunklist pm_chunks;	 /* (p) those with free entries first */
	struct pmap_statistics pm_stats; /* (p); unlocked reads are racy */
	u_int pm_walkers;	 /* (a) page-to-pmap walks waiting for pm_mtx */
	LIST_ENTRY(pmap) pm_all; /* (g) every pmap, for the checker */
};

extern struct pmap kernel_pmap_store;
#define kernel_pmap (&kernel_pmap_store)

/* Kernel addresses free for use after pmap_bootstrap(); end of the tables. */
extern vm_offset_t virtual_avail;
extern vm_offset_t virtual_end;
extern vm_offset_t kernel_vm_end;

#define pmap_page_get_memattr(m) ((vm_memattr_t)(m)->md.pat_mode)

#define PMAP_LOCK(pmap)		     mtx_lock(&(pmap)->pm_mtx)
#define PMAP_UNLOCK(pmap)	     mtx_unlock(&(pmap)->pm_mtx)
#define PMAP_TRYLOCK(pmap)	     mtx_trylock(&(pmap)->pm_mtx)
#define PMAP_LOCK_ASSERT(pmap, what) mtx_assert(&(pmap)->pm_mtx, (what))

#define vtophys(va) pmap_kextract((vm_offset_t)(va))

/*
 * Device registers.  pmap_mapdev() maps n bytes at pa uncacheable; never
 * fails (panics when the window is full).  Boot and thread context.
 */
void *pmap_mapdev(vm_paddr_t pa, vm_size_t n);
void pmap_unmapdev(void *va, vm_size_t n);

/* One kernel leaf, RW, no-execute; no flush, no lock, no statistics. */
void pmap_kenter(vm_offset_t va, vm_paddr_t pa);
void pmap_kremove(vm_offset_t va);

bool pmap_page_is_mapped(vm_page_t m);
bool pmap_is_valid_memattr(pmap_t pmap, vm_memattr_t mode);
void pmap_page_set_memattr(vm_page_t m, vm_memattr_t mode);
/*
 * pmap_page_set_memattr() may need a page table, and panics if there is no
 * memory for one.  With n frames from m on reserved it does not; undo that once
 * their types are set, or when they need not be.  False: no memory, nothing
 * changed.
 */
bool hf_pmap_memattr_reserve(vm_page_t m, u_long n);
void hf_pmap_memattr_unreserve(vm_page_t m, u_long n);
/* How often a CPU wrote its caches back for a change of type. */
u_long hf_pmap_writebacks(int cpu);

/*
 * Flushes (tlb.c).  On return no CPU uses a translation of the range
 * made from an entry as it was before the call.  Interrupts are on, no spin
 * lock is held.
 */
void pmap_invalidate_page(pmap_t pmap, vm_offset_t va);
void pmap_invalidate_range(pmap_t pmap, vm_offset_t sva, vm_offset_t eva);
void pmap_invalidate_all(pmap_t pmap);

/*
 * Where this CPU finds the bytes of a mapped kernel address: there, but in the
 * model such an address is only a name.
 *
 * What CPUs have cached; no real one tells.  The model does.  The first says
 * whether some CPU has a translation that leads to a frame, or to a table in
 * it; the second whether one has va of a pmap.  The third, with the pmap's lock
 * held, tells what some CPU has of a pmap that its tables do not say, or NULL.
 */
#ifdef HF_MODEL
vm_offset_t hf_kva_reach(vm_offset_t kva);
bool hf_tlb_has_frame(vm_paddr_t pa);
bool hf_tlb_has(pmap_t pmap, vm_offset_t va);
const char *hf_tlb_check(pmap_t pmap);
#else
#define hf_kva_reach(kva)    (kva)
#define hf_tlb_has_frame(pa) false
#define hf_tlb_has(pmap, va) false
#define hf_tlb_check(pmap)   NULL
#endif

/* Interrupts sent for flushes so far, by all CPUs. */
u_long hf_tlb_ipi_count(void);

/* The shootdown interrupt; called by the trap code, interrupts off. */
void hf_tlb_ipi_handler(void);
/* Does somebody wait for this CPU to flush?  The model looks, before it does. */
bool hf_tlb_awaited(u_int cpu);

/*
 * Brings this CPU to the kernel's tables and the control bits that
 * the pmap relies on (WP, NX, PGE).  Each AP calls it once, interrupts off;
 * pmap_init() does it for the boot CPU.
 */
void hf_pmap_cpu_init(void);

/*
 * A CPU that starts, on the kernel's tables: enters all_cpus, so that flushes
 * reach it, and then forgets what it cached while they did not.  Interrupts
 * off.
 */
void hf_tlb_join(void);

/* The pmap that this CPU runs on. */
pmap_t hf_pmap_current(void);

/*
 * The raw leaf entry for va, 0 if there is none; for scenarios and checkers.
 */
pt_entry_t hf_pmap_leaf(pmap_t pmap, vm_offset_t va);

/*
 * Checks the invariants of every user pmap from its tables up; NULL or what is
 * wrong (static text).  Thread context.
 */
const char *hf_pmap_check(void);
/* Tables that pmap_growkernel() has made; they stay. */
u_long hf_pmap_kernel_tables(void);

/* The rights of all kernel leaves; thousands of entries, so on demand only. */
const char *hf_pmap_check_kernel(void);

/* Registers hf_pmap_check() with the scenario runner (test/pmap_checker.c). */
void hf_pmap_init_checker(void);

#endif
