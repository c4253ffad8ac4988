/* SPDX-License-Identifier: BSD-2-Clause */
/* vm_page.h: the resident page: identity, busy lock, wirings, bits, queues. */
#ifndef HF_VM_VM_PAGE_H
#define HF_VM_VM_PAGE_H

#include <sys/param.h>
#include <sys/pcpu.h>
#include <sys/queue.h>
#include <sys/systm.h>
#include <machine/atomic.h>
#include <vm/vm.h>
#include <vm/pmap.h>

/*
 * One per managed frame; type-stable.  What protects a field:
 *	(A) atomic operations, no lock
 *	(B) the page's busy lock
 *	(C) constant after the page's first use
 *	(F) the free lock of vm_phys
 *	(O) the object's lock (write to change)
 *	(Q) the page queue lock; the flags of `a' atomically as well
 *	(M) the machine: pmap's locks
 */
struct vm_page_astate {
	uint16_t flags; /* PGA_ (A) */
	uint8_t queue;	/* PQ_ (Q) */
	uint8_t act_count;
};

struct vm_page {
	union {
		TAILQ_ENTRY(vm_page)
		q; /* a paging queue or a free list (Q,F) */
		struct {
			SLIST_ENTRY(vm_page) ss;
		} s; /* private lists of the owner */
	} plinks;
	TAILQ_ENTRY(vm_page) listq; /* pages of the object by index (O) */
	vm_object_t object;	    /* (O) readable while busy */
	vm_pindex_t pindex;	    /* (O) readable while busy */
	vm_paddr_t phys_addr;	    /* (C) */
	struct md_page md;	    /* (M) */
	volatile u_int ref_count;   /* wirings, VPRC_ (A) */
	volatile u_int busy_lock;   /* VPB_ (A) */
	union {
		struct vm_page_astate a;
		volatile uint32_t _abits;
	};
	uint8_t order;	/* of the free block this page heads (F) */
	uint8_t pool;	/* VM_FREEPOOL_ (F) */
	uint8_t flags;	/* PG_ (set at allocation and free) */
	uint8_t oflags; /* VPO_ (O) */
	int8_t psind;	/* index into pagesizes[] (O) */
	int8_t segind;	/* vm_phys_segs[] index (C) */
	union {
		struct {
			volatile uint8_t valid; /* DEV_BSIZE blocks (B) */
			/*
			 * The same; besides, the pmap and a holder may set all
			 * bits of a valid page at any time (A).
			 */
			volatile uint8_t dirty;
		};
		volatile uint16_t _vdbits; /* both in one step */
	};
	/* Of the wirings, those of map entries (A, steady while xbusied). */
	volatile u_int hf_entry_wirings;
};

typedef uint8_t vm_page_bits_t;
#define VM_PAGE_BITS_ALL ((vm_page_bits_t)0xff)

/* ref_count: the low 30 bits count wirings. */
#define VPRC_BLOCKED	    0x40000000u /* new wirings by a mapping barred */
#define VPRC_OBJREF	    0x80000000u /* the object's reference */
#define VPRC_WIRE_COUNT(c)  ((c) & ~(VPRC_BLOCKED | VPRC_OBJREF))
#define VPRC_WIRE_COUNT_MAX (VPRC_BLOCKED - 1)

/* oflags */
#define VPO_KMEM_EXEC  0x01
#define VPO_SWAPSLEEP  0x02
#define VPO_UNMANAGED  0x04
#define VPO_SWAPINPROG 0x08

/*
 * busy_lock: bit 0 shared (count from bit 3), bit 1 exclusive, bit 2 waiters.
 * An exclusive holder's thread is recorded in the upper bits.
 */
#define VPB_BIT_SHARED	     0x01u
#define VPB_BIT_EXCLUSIVE    0x02u
#define VPB_BIT_WAITERS	     0x04u
#define VPB_BIT_FLAGMASK     0x07u
#define VPB_SHARERS_SHIFT    3
#define VPB_SHARERS(x)	     (((x) & ~VPB_BIT_FLAGMASK) >> VPB_SHARERS_SHIFT)
#define VPB_SHARERS_WORD(x)  ((u_int)(x) << VPB_SHARERS_SHIFT | VPB_BIT_SHARED)
#define VPB_ONE_SHARER	     (1u << VPB_SHARERS_SHIFT)
#define VPB_SINGLE_EXCLUSIVE VPB_BIT_EXCLUSIVE
#define VPB_UNBUSIED	     VPB_SHARERS_WORD(0)
#define VPB_FREED	     (0xffffffffu & ~VPB_BIT_SHARED)
#define VPB_CURTHREAD_EXCLUSIVE                                       \
	(VPB_BIT_EXCLUSIVE |                                          \
	    ((u_int)((uintptr_t)curthread >> 1) & ~VPB_BIT_FLAGMASK & \
		0x7fffffffu))

/* Paging queues */
#define PQ_NONE	       255
#define PQ_INACTIVE    0
#define PQ_ACTIVE      1
#define PQ_LAUNDRY     2
#define PQ_UNSWAPPABLE 3
#define PQ_COUNT       4

#define ACT_DECLINE 1
#define ACT_ADVANCE 3
#define ACT_INIT    5
#define ACT_MAX	    64

/* a.flags */
#define PGA_WRITEABLE  0x0001 /* may be mapped writeable (managed) */
#define PGA_REFERENCED 0x0002 /* referenced since last looked (managed) */
#define PGA_EXECUTABLE 0x0004
#define PGA_ENQUEUED   0x0008 /* linked on the queue a.queue (Q) */
#define PGA_NOSYNC     0x0080 /* the syncer leaves it alone */
#define PGA_SWAP_FREE  0x0100 /* its swap block is to be freed */
#define PGA_SWAP_SPACE 0x0200 /* owns a swap block */
#define PGA_EMPTIED    0x0400 /* only held, its range emptied: vm_page_emptied.c */

/* flags */
#define PG_PCPU_CACHE 0x01
#define PG_FICTITIOUS 0x02
#define PG_ZERO	      0x04 /* contents known zero at allocation */
#define PG_MARKER     0x08
#define PG_NODUMP     0x10

/* The request word: one class, flags, and a count of what is to follow. */
#define VM_ALLOC_NORMAL	     0
#define VM_ALLOC_INTERRUPT   1
#define VM_ALLOC_SYSTEM	     2
#define VM_ALLOC_CLASS_MASK  3
#define VM_ALLOC_WAITOK	     0x0008
#define VM_ALLOC_WAITFAIL    0x0010
#define VM_ALLOC_WIRED	     0x0020
#define VM_ALLOC_ZERO	     0x0040
#define VM_ALLOC_NORECLAIM   0x0080
#define VM_ALLOC_NOOBJ	     0x0100
#define VM_ALLOC_NOBUSY	     0x0200
#define VM_ALLOC_NOCREAT     0x0400
#define VM_ALLOC_IGN_SBUSY   0x1000
#define VM_ALLOC_NODUMP	     0x2000
#define VM_ALLOC_SBUSY	     0x4000
#define VM_ALLOC_NOWAIT	     0x8000
#define VM_ALLOC_COUNT_MAX   0xffff
#define VM_ALLOC_COUNT_SHIFT 16
#define VM_ALLOC_COUNT(n)    ((u_int)(n) << VM_ALLOC_COUNT_SHIFT)

extern vm_page_t vm_page_array;
extern long vm_page_array_size;
extern long first_page;

/*
 * Any address inside managed RAM; NULL elsewhere.  Struct memory is set up
 * when first asked for, so this may write it.
 */
vm_page_t PHYS_TO_VM_PAGE(vm_paddr_t pa);

static inline vm_paddr_t
VM_PAGE_TO_PHYS(vm_page_t m)
{
	return (m->phys_addr);
}

struct vnode;

/* vm_page_startup.c */
vm_offset_t vm_page_startup(vm_offset_t vaddr);

/* vm_page_alloc.c, vm_page_contig.c: vm_page.md section 2 */
vm_page_t vm_page_alloc(vm_object_t object, vm_pindex_t pindex, int req);
int hf_vm_page_alloc_run(vm_object_t object, vm_pindex_t pindex, int n,
    vm_page_t mpred, vm_page_t *ma);
vm_page_t vm_page_alloc_after(
    vm_object_t object, vm_pindex_t pindex, int req, vm_page_t mpred);
vm_page_t vm_page_alloc_noobj(int req);
vm_page_t vm_page_alloc_freelist(int freelist, int req);
vm_page_t vm_page_alloc_contig(vm_object_t object, vm_pindex_t pindex, int req,
    u_long npages, vm_paddr_t low, vm_paddr_t high, u_long alignment,
    vm_paddr_t boundary, vm_memattr_t memattr);
vm_page_t vm_page_alloc_noobj_contig(int req, u_long npages, vm_paddr_t low,
    vm_paddr_t high, u_long alignment, vm_paddr_t boundary,
    vm_memattr_t memattr);
/*
 * Under INVARIANTS a page without object knows where it was asked for, so that
 * a leak has a name: hf_vm_page_site().
 */
void hf_vm_page_asked_at(const char *where);
#ifdef INVARIANTS
#define HF_PAGE_SITE		 hf_vm_page_asked_at(__FILE__ ":" __XSTRING(__LINE__))
#define vm_page_alloc_noobj(req) (HF_PAGE_SITE, (vm_page_alloc_noobj)(req))
#define vm_page_alloc_noobj_contig(...) \
	(HF_PAGE_SITE, (vm_page_alloc_noobj_contig)(__VA_ARGS__))
#endif
/* Where m was asked for, if it has no object and was since "since"; or NULL. */
const char *hf_vm_page_site(vm_page_t m, u_long since);
/* Pages without object that were asked for so far. */
u_long hf_vm_page_sites(void);
bool vm_page_reclaim_contig(int req, u_long npages, vm_paddr_t low,
    vm_paddr_t high, u_long alignment, vm_paddr_t boundary);

/* vm_page_free.c */
void vm_page_free(vm_page_t m);
void vm_page_free_zero(vm_page_t m);
void vm_page_free_toq(vm_page_t m);
void vm_page_free_invalid(vm_page_t m);
int vm_page_try_to_free(vm_page_t m);

/* vm_page_identity.c */
vm_page_t vm_page_lookup(vm_object_t object, vm_pindex_t pindex);
vm_page_t vm_page_find_least(vm_object_t object, vm_pindex_t pindex);
vm_page_t vm_page_next(vm_page_t m);
vm_page_t vm_page_prev(vm_page_t m);
int vm_page_insert(vm_page_t m, vm_object_t object, vm_pindex_t pindex);
bool vm_page_remove(vm_page_t m);
bool vm_page_remove_xbusy(vm_page_t m);
int vm_page_rename(vm_page_t m, vm_object_t new_object, vm_pindex_t new_pindex);
void vm_page_replace(
    vm_page_t mnew, vm_object_t object, vm_pindex_t pindex, vm_page_t mold);

/* vm_page_grab.c */
vm_page_t vm_page_grab(vm_object_t object, vm_pindex_t pindex, int allocflags);
int vm_page_grab_pages(vm_object_t object, vm_pindex_t pindex, int allocflags,
    vm_page_t *ma, int count);
int vm_page_grab_valid(
    vm_page_t *mp, vm_object_t object, vm_pindex_t pindex, int allocflags);
vm_page_t vm_page_grab_unlocked(
    vm_object_t object, vm_pindex_t pindex, int allocflags);
int vm_page_grab_valid_unlocked(
    vm_page_t *mp, vm_object_t object, vm_pindex_t pindex, int allocflags);

/* vm_page_busy.c: section 6 */
int vm_page_tryxbusy(vm_page_t m);
int vm_page_trysbusy(vm_page_t m);
void vm_page_xbusy(vm_page_t m);
void vm_page_sbusy(vm_page_t m);
void vm_page_xunbusy(vm_page_t m);
void vm_page_xunbusy_unchecked(vm_page_t m);
void vm_page_sunbusy(vm_page_t m);
void vm_page_busy_downgrade(vm_page_t m);
int vm_page_busy_tryupgrade(vm_page_t m);
bool vm_page_busy_sleep(vm_page_t m, const char *wmesg, int allocflags);
void vm_page_busy_sleep_unlocked(vm_object_t object, vm_page_t m,
    vm_pindex_t pindex, const char *wmesg, int allocflags);
int vm_page_sleep_if_busy(vm_page_t m, const char *wmesg);
int vm_page_sleep_if_xbusy(vm_page_t m, const char *wmesg);
bool vm_page_busy_acquire(vm_page_t m, int allocflags);

#define vm_page_busy_fetch(m) atomic_load_int(&(m)->busy_lock)
#define vm_page_busied(m)     (vm_page_busy_fetch(m) != VPB_UNBUSIED)
#define vm_page_xbusied(m)    ((vm_page_busy_fetch(m) & VPB_SINGLE_EXCLUSIVE) != 0)
#define vm_page_sbusied(m)                                \
	((vm_page_busy_fetch(m) & VPB_BIT_SHARED) != 0 && \
	    VPB_SHARERS(vm_page_busy_fetch(m)) != 0)
#define vm_page_busy_freed(m) (vm_page_busy_fetch(m) == VPB_FREED)
#define vm_page_xbusied_by_me(m) \
	((vm_page_busy_fetch(m) & ~VPB_BIT_WAITERS) == VPB_CURTHREAD_EXCLUSIVE)

#define vm_page_assert_busied(m) \
	KASSERT(vm_page_busied(m), ("page %p not busy", (void *)(m)))
#define vm_page_assert_unbusied(m) \
	KASSERT(!vm_page_busied(m), ("page %p busy", (void *)(m)))
#define vm_page_assert_sbusied(m) \
	KASSERT(vm_page_sbusied(m), ("page %p not shared busy", (void *)(m)))
#define vm_page_assert_xbusied_unchecked(m)                   \
	KASSERT(vm_page_xbusied(m) && !vm_page_busy_freed(m), \
	    ("page %p not exclusive busy", (void *)(m)))
#define vm_page_assert_xbusied(m)         \
	KASSERT(vm_page_xbusied_by_me(m), \
	    ("page %p not exclusive busied by this thread", (void *)(m)))

/* vm_page_wire.c: section 7 */
void vm_page_wire(vm_page_t m);
bool vm_page_wire_mapped(vm_page_t m);
void vm_page_unwire(vm_page_t m, uint8_t nqueue);
bool vm_page_unwire_noq(vm_page_t m);
#define VPR_TRYFREE 0x01
#define VPR_NOREUSE 0x02
void vm_page_release(vm_page_t m, int flags);
void vm_page_release_locked(vm_page_t m, int flags);
bool vm_page_try_remove_all(vm_page_t m);
bool vm_page_try_remove_write(vm_page_t m);
void vm_page_unhold_pages(vm_page_t *ma, int count);
void hf_vm_page_wire_entry(vm_page_t m);
void hf_vm_page_unwire_entry(vm_page_t m, uint8_t nqueue);

static inline u_int
vm_page_wire_count(vm_page_t m)
{
	return (VPRC_WIRE_COUNT(atomic_load_int(&m->ref_count)));
}

static inline bool
vm_page_wired(vm_page_t m)
{
	return (vm_page_wire_count(m) != 0);
}

/* vm_page_bits.c: section 8 */
vm_page_bits_t vm_page_bits(int base, int size);
void vm_page_set_valid_range(vm_page_t m, int base, int size);
void vm_page_set_validclean(vm_page_t m, int base, int size);
void vm_page_valid(vm_page_t m);
void vm_page_invalid(vm_page_t m);
void vm_page_set_invalid(vm_page_t m, int base, int size);
void vm_page_zero_invalid(vm_page_t m, boolean_t setvalid);
int vm_page_is_valid(vm_page_t m, int base, int size);
void vm_page_dirty(vm_page_t m);
void hf_vm_page_dirty_held(vm_page_t m);
void hf_vm_page_dirty_stored(vm_page_t m);
vm_page_bits_t vm_page_set_dirty(vm_page_t m);
void vm_page_undirty(vm_page_t m);
void vm_page_clear_dirty(vm_page_t m, int base, int size);
void vm_page_test_dirty(vm_page_t m);

static inline bool
vm_page_all_valid(vm_page_t m)
{
	return (m->valid == VM_PAGE_BITS_ALL);
}

static inline bool
vm_page_any_valid(vm_page_t m)
{
	return (m->valid != 0);
}

static inline bool
vm_page_none_valid(vm_page_t m)
{
	return (m->valid == 0);
}

/* vm_page_queue.c: section 8.1 */
void vm_page_activate(vm_page_t m);
void vm_page_deactivate(vm_page_t m);
void vm_page_deactivate_noreuse(vm_page_t m);
void vm_page_launder(vm_page_t m);
void vm_page_unswappable(vm_page_t m);
void vm_page_requeue(vm_page_t m);
void vm_page_dequeue(vm_page_t m);
void vm_page_dequeue_deferred(vm_page_t m);
void vm_page_reference(vm_page_t m);
void vm_page_readahead_finish(vm_page_t m);
void vm_page_advise(vm_page_t m, int advice);

/*
 * The queue the page is logically on: none while it is wired, although it may
 * then still be linked (PGA_ENQUEUED) on the one it was on before.
 */
static inline uint8_t
vm_page_queue(vm_page_t m)
{
	if (vm_page_wired(m))
		return (PQ_NONE);
	return (__atomic_load_n(&m->a.queue, __ATOMIC_RELAXED));
}

static inline bool
vm_page_active(vm_page_t m)
{
	return (vm_page_queue(m) == PQ_ACTIVE);
}

static inline bool
vm_page_inactive(vm_page_t m)
{
	return (vm_page_queue(m) == PQ_INACTIVE);
}

static inline bool
vm_page_in_laundry(vm_page_t m)
{
	return (vm_page_queue(m) == PQ_LAUNDRY ||
	    vm_page_queue(m) == PQ_UNSWAPPABLE);
}

static inline void
vm_page_aflag_set(vm_page_t m, uint16_t bits)
{
	__atomic_fetch_or(&m->a.flags, bits, __ATOMIC_RELAXED);
}

static inline void
vm_page_aflag_clear(vm_page_t m, uint16_t bits)
{
	__atomic_fetch_and(&m->a.flags, (uint16_t)~bits, __ATOMIC_RELAXED);
}

static inline uint16_t
vm_page_aflags(vm_page_t m)
{
	return (__atomic_load_n(&m->a.flags, __ATOMIC_RELAXED));
}

/*
 * Only held, its range emptied: vm_page_emptied.c.  Object or page queues
 * locked.
 */
static inline bool
hf_vm_page_is_emptied(vm_page_t m)
{
	return ((vm_page_aflags(m) & PGA_EMPTIED) != 0);
}

/*
 * No entry has this as a page, whether it is busy or not.  It is the slot that
 * a fault keeps while it looks elsewhere, or a leftover of one, or a page that
 * only a hold has kept since its range was emptied.
 */
static inline bool
hf_vm_page_is_placeholder(vm_page_t m)
{
	return (vm_page_none_valid(m) &&
	    (!vm_page_wired(m) || hf_vm_page_is_emptied(m)));
}

/* May writable mappings of a managed page exist? */
static inline bool
pmap_page_is_write_mapped(vm_page_t m)
{
	return ((vm_page_aflags(m) & PGA_WRITEABLE) != 0);
}

/* vm_page_wait.c: vm_object_pageout.md section 5 */
struct domainset;
void vm_wait(vm_object_t object);
void vm_wait_min(void);
void vm_wait_severe(void);
/* From the fault handler with everything unlocked; at most timo ticks. */
void vm_waitpfault(struct domainset *dset, int timo);

#endif
