/* SPDX-License-Identifier: BSD-2-Clause */
/* pmap.h: the line between the VM system and the machine's page tables. */

/*
 * A pmap is the hardware's view of an address space, and a cache of what the
 * map and its objects say.  It may drop any unwired mapping at any time and
 * keeps every wired one.  Every invalidation is carried out before the function
 * returns.
 *
 * Unless a comment says otherwise, the functions do not sleep and take their
 * own locks.  The caller may hold any sleepable lock that is outside the pmap
 * lock (docs/locking.md).  Ranges are page-aligned with sva <= eva, and below
 * VM_MAXUSER_ADDRESS in a process's pmap: other ranges panic.  Asked about an
 * address above that, a process's pmap says that nothing is there.  The
 * functions send interrupts to other CPUs, so interrupts are on and no spin
 * lock is held.
 */
#ifndef HF_VM_PMAP_H
#define HF_VM_PMAP_H

#include <sys/types.h>
#include <vm/vm.h>
#include <machine/pmap.h>

struct thread;

/* Flags of pmap_enter(); the low byte is the access that caused the call. */
#define PMAP_ENTER_NOSLEEP   0x00000100 /* KERN_RESOURCE_SHORTAGE instead */
#define PMAP_ENTER_WIRED     0x00000200
#define PMAP_ENTER_LARGEPAGE 0x00000400 /* not supported: asserts */
#define PMAP_ENTER_RESERVED  0xff000000

/* Most accessed mappings that one pmap_ts_referenced() looks at. */
#define PMAP_TS_REFERENCED_MAX 5

/* ---- Life ---- */

/*
 * Boot CPU, alone, interrupts off; phys_avail[] is known.  Builds the kernel's
 * tables (text RX, rodata R, data RW; all but text no-execute) and the direct
 * map out of memory from *firstaddr, which it advances, and switches to them.
 */
void pmap_bootstrap(vm_paddr_t *firstaddr);

/* Once, after the page array and the allocator work.  May sleep. */
void pmap_init(void);

/*
 * Prepares a zeroed structure: a root with the kernel half installed, active
 * nowhere.  Sleeps until it gets the root page.  Always 1.
 */
int pmap_pinit(pmap_t pmap);

/* For process 0: shares the kernel's root, active on the boot CPU. */
void pmap_pinit0(pmap_t pmap);

/*
 * Gives the root back.  Panics if a mapping is left or a CPU runs on it.
 * Afterwards resident_count is 0 and pmap_pinit() may be called again.
 */
void pmap_release(pmap_t pmap);

/*
 * Makes td's address space the current one of this CPU; td is curthread or
 * about to be.  No effect if it is current already.
 */
void pmap_activate(struct thread *td);

/*
 * Kernel tables up to round_2mpage(addr), for every pmap at once.
 * kernel_map's lock held.  Panics without memory.
 */
void pmap_growkernel(vm_offset_t addr);

/* An empty reverse map, write-back memory; once before a page's first use. */
void pmap_page_init(vm_page_t m);

/* ---- Making mappings ---- */

/*
 * Maps m at trunc_page(va) for prot, because of the access in the low byte of
 * flags; replaces what was there.  A managed page is busied (or its object is).
 * The leaf has A set, M too if the access is a write; WRITE access needs prot
 * WRITE.  psind is 0.  KERN_SUCCESS; KERN_RESOURCE_SHORTAGE only with
 * PMAP_ENTER_NOSLEEP, changing nothing; without it may sleep for a
 * table page (pmap lock dropped meanwhile).
 */
int pmap_enter(pmap_t pmap, vm_offset_t va, vm_page_t m, vm_prot_t prot,
    u_int flags, int8_t psind);

/*
 * A hint: maps m read-only, A and M clear, unless something is mapped there
 * or memory is short.  m's object locked or m busied; m fully valid.
 */
void pmap_enter_quick(pmap_t pmap, vm_offset_t va, vm_page_t m, vm_prot_t prot);

/*
 * pmap_enter_quick() for the resident, fully valid pages of m_start's object
 * from m_start on whose offset falls below end.  Object locked, read is enough.
 */
void pmap_enter_object(pmap_t pmap, vm_offset_t start, vm_offset_t end,
    vm_page_t m_start, vm_prot_t prot);

/*
 * A hint at fork: src's managed leaves in the range into dst's empty slots,
 * without WIRED, A and M and with RW as found.  Only if dst_addr == src_addr.
 * Both maps locked.
 */
void pmap_copy(pmap_t dst, pmap_t src, vm_offset_t dst_addr, vm_size_t len,
    vm_offset_t src_addr);

/* A hint for device objects; does nothing here. */
void pmap_object_init_pt(pmap_t pmap, vm_offset_t addr, vm_object_t object,
    vm_pindex_t pindex, vm_size_t size);

/* ---- Removing and restricting ---- */

/* Every mapping in the range, wired or not; M and A go to the pages. */
void pmap_remove(pmap_t pmap, vm_offset_t sva, vm_offset_t eva);

/*
 * Every mapping of a managed page, in all pmaps.  The caller keeps new ones
 * from appearing (m exclusively busied or its object write-locked).  On
 * return no CPU reaches m through a managed mapping; PGA_WRITEABLE is clear.
 */
void pmap_remove_all(vm_page_t m);

/*
 * At exit: every managed, unwired mapping of the current pmap, which is active
 * on no other CPU.  M goes to the pages, A does not.
 */
void pmap_remove_pages(pmap_t pmap);

/*
 * Takes rights away, never gives any: without READ all of pmap_remove();
 * without WRITE write access (M goes to the pages); without EXECUTE fetches.
 */
void pmap_protect(
    pmap_t pmap, vm_offset_t sva, vm_offset_t eva, vm_prot_t prot);

/*
 * Write access to a managed, busied page through every mapping; M goes to
 * m->dirty; PGA_WRITEABLE is clear on return.
 */
void pmap_remove_write(vm_page_t m);

/* Clears WIRED of every valid leaf in the range; each must have it. */
void pmap_unwire(pmap_t pmap, vm_offset_t sva, vm_offset_t eva);

/* ---- Asking ---- */

/* Physical address of va with its page offset; 0 if unmapped.  Stale at once. */
vm_paddr_t pmap_extract(pmap_t pmap, vm_offset_t va);

/*
 * The managed or unmanaged page mapped at va, wired for the caller; NULL if
 * unmapped, if prot has WRITE and the leaf has not, or if the page bars
 * new wirings.
 */
vm_page_t pmap_extract_and_hold(pmap_t pmap, vm_offset_t va, vm_prot_t prot);

/* Physical address of a mapped kernel address.  No lock, any context. */
vm_paddr_t pmap_kextract(vm_offset_t kva);

/* True iff va has a leaf table and an empty slot in it. */
bool pmap_is_prefaultable(pmap_t pmap, vm_offset_t va);

/*
 * True iff some mapping of a managed page has M (A).  Only is_modified on a
 * busied page gives a lasting answer.
 */
bool pmap_is_modified(vm_page_t m);
bool pmap_is_referenced(vm_page_t m);

/*
 * Counts, up to PMAP_TS_REFERENCED_MAX, the mappings with A and clears it
 * there; records M in m->dirty on the way.
 */
int pmap_ts_referenced(vm_page_t m);

/* Clears M in all mappings of a busied page; the caller decided about dirty. */
void pmap_clear_modify(vm_page_t m);

/* MADV_DONTNEED: M to the pages, M and A cleared.  MADV_FREE: M is lost. */
void pmap_advise(pmap_t pmap, vm_offset_t sva, vm_offset_t eva, int advice);

/*
 * MINCORE_ bits of va; *pap gets the frame of a managed mapping that is not
 * both modified and referenced, so that the caller asks about others.
 */
int pmap_mincore(pmap_t pmap, vm_offset_t va, vm_paddr_t *pap);

/* Number of wired managed mappings of m. */
int pmap_page_wired_mappings(vm_page_t m);

/* True if pmap is found among the first 16 mappings of a managed page. */
bool pmap_page_exists_quick(pmap_t pmap, vm_page_t m);

#define pmap_resident_count(pmap) ((pmap)->pm_stats.resident_count)
#define pmap_wired_count(pmap)	  ((pmap)->pm_stats.wired_count)

/* Nothing to do on a machine with coherent instruction caches. */
void pmap_sync_icache(pmap_t pmap, vm_offset_t va, vm_size_t size);

/* May raise *addr to suit large mappings; there are none here. */
void pmap_align_superpage(
    vm_object_t object, vm_ooffset_t offset, vm_offset_t *addr, vm_size_t size);

/* ---- Kernel mappings and page contents ---- */

/* The direct-map address of start; *virt and prot are not used. */
vm_offset_t pmap_map(
    vm_offset_t *virt, vm_paddr_t start, vm_paddr_t end, int prot);

/*
 * n wired pages at a run of kernel addresses that the caller owns and whose
 * tables exist (pmap_growkernel).  Overwrites.  Seen by all CPUs on return.
 */
void pmap_qenter(vm_offset_t sva, vm_page_t *ma, int n);

/* Takes them away again; on return every CPU faults there. */
void pmap_qremove(vm_offset_t sva, int n);

/*
 * Contents, through the direct map; neither valid, dirty, A nor M change.  The
 * caller keeps the pages from being freed.  Offsets of pmap_copy_pages() are
 * bytes into the arrays.
 */
void pmap_zero_page(vm_page_t m);
void pmap_zero_page_area(vm_page_t m, int off, int size);
void pmap_copy_page(vm_page_t src, vm_page_t dst);
void pmap_copy_pages(vm_page_t ma[], vm_offset_t a_off, vm_page_t mb[],
    vm_offset_t b_off, int xfersize);

/*
 * This CPU's private frame, mapped to m, which is wired, held or unmanaged.
 * Always succeeds.  Until pmap_quick_remove_page() the thread is in a critical
 * section: it neither sleeps nor takes a blocking lock, and entering again
 * panics.  Legal under any lock but a spin mutex and in any context but an
 * interrupt.
 */
vm_offset_t pmap_quick_enter_page(vm_page_t m);
void pmap_quick_remove_page(vm_offset_t kva);

/* Sizes that pmap_enter() can map, ended by 0. */
#ifndef MAXPAGESIZES
#define MAXPAGESIZES 3
#endif
extern u_long pagesizes[MAXPAGESIZES];

#endif
