/* SPDX-License-Identifier: BSD-2-Clause */
/* vm_object.h: the memory object: a range of pages and where they come from. */
#ifndef HF_VM_VM_OBJECT_H
#define HF_VM_VM_OBJECT_H

#include <sys/param.h>
#include <sys/queue.h>
#include <sys/lock.h>
#include <sys/rwlock.h>
#include <sys/blockcount.h>
#include <vm/vm.h>
#include <vm/vm_radix.h>

struct pagerops;

/*
 * Type-stable: an object's memory is only ever reused for another object.
 *	(o) the object's lock, write to change
 *	(a) atomic
 *	(c) constant from allocation to destruction
 *	(l) the object list lock
 *	(b) the backing object's lock, write to change
 */
struct vm_object {
	struct rwlock lock;
	TAILQ_ENTRY(vm_object) object_list; /* (l) */
	LIST_HEAD(, vm_object) shadow_head; /* (o) objects this one backs */
	LIST_ENTRY(vm_object) shadow_list;  /* (b) on its shadow_head */
	TAILQ_HEAD(respgs, vm_page) memq;   /* (o) resident pages by index */
	struct vm_radix rtree;		    /* (o) the same, as a tree */
	vm_pindex_t size;		    /* (o) pages */
	volatile u_int generation;	    /* (a) */
	int cleangeneration;		    /* (o) */
	volatile u_int ref_count;	    /* (a) 0 to 1 under the lock */
	volatile int shadow_count;	    /* (o) a hint without it */
	vm_memattr_t memattr;		    /* (o) */
	objtype_t type;			    /* (o) */
	volatile u_short flags;		    /* (o) OBJ_; (c) ones: any time */
	u_short pg_color;		    /* (c) */
	blockcount_t paging_in_progress;    /* (a) */
	blockcount_t busy;		    /* (a) */
	volatile int resident_page_count;   /* (o) a hint without it */
	vm_object_t backing_object;	    /* (o) */
	vm_ooffset_t backing_object_offset; /* (o) */
	const struct pagerops *pgops;	    /* (o) */
	void *handle;			    /* (o) */
	union {
		struct {
			vm_ooffset_t vnp_size;
			vm_ooffset_t writemappings;
		} vnp;
		struct {
			void *dev;
		} devp;
		struct {
			vm_ooffset_t writemappings;
		} swp;
	} un_pager;	     /* (o) */
	struct ucred *cred;  /* (o) who pays for the swap space */
	vm_ooffset_t charge; /* (o) */
	/*
	 * (o) Several entries may put pages in at one index: by INHERIT_SHARE,
	 * or mapped twice.  Anonymous objects; see hf_vm_object_share().
	 */
	bool shared;
	u_long born; /* (l) how many objects came before it */
};

#define OBJ_FICTITIOUS 0x0001 /* (c) describes other than RAM */
#define OBJ_UNMANAGED  0x0002 /* (c) pages without reverse maps */
#define OBJ_POPULATE   0x0004
#define OBJ_DEAD       0x0008 /* being torn down */
#define OBJ_ANON       0x0010 /* (c) anonymous: split, collapse, coalesce */
#define OBJ_UMTXDEAD   0x0020
#define OBJ_SIZEVNLOCK 0x0040
#define OBJ_PG_DTOR    0x0080
#define OBJ_SHADOWLIST 0x0100 /* on its backing's shadow_head */
#define OBJ_SWAP       0x0200
#define OBJ_SPLIT      0x0400 /* being split */
#define OBJ_COLLAPSING 0x0800 /* front of a collapse under way */
#define OBJ_COLORED    0x1000
#define OBJ_ONEMAPPING 0x2000 /* each page in at most one map entry */
#define OBJ_PAGERPRIV1 0x4000
#define OBJ_PAGERPRIV2 0x8000

#define OBJPR_CLEANONLY 0x1
#define OBJPR_NOTMAPPED 0x2
#define HF_OBJPR_LEAVE	0x100 /* ours: held pages leave the object, too */
#define OBJPR_VALIDONLY 0x4

#define OBJPC_SYNC   0x1
#define OBJPC_INVAL  0x2
#define OBJPC_NOSYNC 0x4

#define IDX_TO_OFF(idx)	 ((vm_ooffset_t)(idx) << PAGE_SHIFT)
#define OFF_TO_IDX(off)	 ((vm_pindex_t)(((vm_ooffset_t)(off)) >> PAGE_SHIFT))
#define UOFF_TO_IDX(off) ((vm_pindex_t)(((uint64_t)(off)) >> PAGE_SHIFT))

#define VM_OBJECT_WLOCK(o)	    rw_wlock(&(o)->lock)
#define VM_OBJECT_WUNLOCK(o)	    rw_wunlock(&(o)->lock)
#define VM_OBJECT_RLOCK(o)	    rw_rlock(&(o)->lock)
#define VM_OBJECT_RUNLOCK(o)	    rw_runlock(&(o)->lock)
#define VM_OBJECT_TRYWLOCK(o)	    rw_try_wlock(&(o)->lock)
#define VM_OBJECT_TRYRLOCK(o)	    rw_try_rlock(&(o)->lock)
#define VM_OBJECT_TRYUPGRADE(o)	    rw_try_upgrade(&(o)->lock)
#define VM_OBJECT_LOCK_DOWNGRADE(o) rw_downgrade(&(o)->lock)
#define VM_OBJECT_WOWNED(o)	    rw_wowned(&(o)->lock)
#define VM_OBJECT_DROP(o)	    VM_OBJECT_WUNLOCK(o)
#define VM_OBJECT_PICKUP(o)	    VM_OBJECT_WLOCK(o)
#define VM_OBJECT_SLEEP(o, wchan, pri, wmesg, timo) \
	rw_sleep((wchan), &(o)->lock, (pri), (wmesg), (timo))
#define VM_OBJECT_ASSERT_WLOCKED(o)  rw_assert(&(o)->lock, RA_WLOCKED)
#define VM_OBJECT_ASSERT_RLOCKED(o)  rw_assert(&(o)->lock, RA_RLOCKED)
#define VM_OBJECT_ASSERT_LOCKED(o)   rw_assert(&(o)->lock, RA_LOCKED)
#define VM_OBJECT_ASSERT_UNLOCKED(o) rw_assert(&(o)->lock, RA_UNLOCKED)
#define VM_OBJECT_ASSERT_PAGING(o)                              \
	KASSERT(blockcount_read(&(o)->paging_in_progress) != 0, \
	    ("object %p is not paging", (void *)(o)))
#define VM_OBJECT_UNLOCK(o)                   \
	do {                                  \
		if (VM_OBJECT_WOWNED(o))      \
			VM_OBJECT_WUNLOCK(o); \
		else                          \
			VM_OBJECT_RUNLOCK(o); \
	} while (0)

extern struct vm_object kernel_object_store;
#define kernel_object (&kernel_object_store)

/* Objects in existence, for the leak check. */
u_long hf_vm_object_live(void);
/* Objects made so far. */
u_long hf_vm_object_born(void);

static inline void
vm_object_set_flag(vm_object_t object, u_short bits)
{
	VM_OBJECT_ASSERT_WLOCKED(object);
	object->flags |= bits;
}

/* (o) except on an object nobody else can reach */
void vm_object_clear_flag(vm_object_t object, u_short bits);

/* vm_object.c */
void vm_object_init(void);
vm_object_t vm_object_allocate(objtype_t type, vm_pindex_t size);
vm_object_t vm_object_allocate_dyn(
    objtype_t dyntype, vm_pindex_t size, u_short flags);
vm_object_t vm_object_allocate_anon(vm_pindex_t size,
    vm_object_t backing_object, struct ucred *cred, vm_size_t charge);
void vm_object_reference(vm_object_t object);
void vm_object_reference_locked(vm_object_t object);
void vm_object_deallocate(vm_object_t object);
void vm_object_terminate(vm_object_t object);
void vm_object_destroy(vm_object_t object);
void vm_object_pip_add(vm_object_t object, short i);
void vm_object_pip_wakeup(vm_object_t object);
void vm_object_pip_wakeupn(vm_object_t object, short i);
void vm_object_pip_wait(vm_object_t object, const char *waitid);
void vm_object_pip_wait_unlocked(vm_object_t object, const char *waitid);
void vm_object_busy(vm_object_t object);
void vm_object_unbusy(vm_object_t object);
void vm_object_busy_wait(vm_object_t object, const char *wmesg);
static inline bool
vm_object_busied(vm_object_t object)
{
	return (blockcount_read(&object->busy) != 0);
}
int vm_object_set_memattr(vm_object_t object, vm_memattr_t memattr);
void vm_object_set_writeable_dirty(vm_object_t object);
bool vm_object_mightbedirty(vm_object_t object);
void vm_object_color(vm_object_t object, u_short color);

/* vm_object_shadow.c, vm_object_collapse.c */
void vm_object_shadow(vm_object_t *object, vm_ooffset_t *offset,
    vm_size_t length, struct ucred *cred, bool shared);
/*
 * A second entry is about to put pages into this anonymous, write-locked
 * object. The caller sees to it that no wired entry has its page below
 * (vm_fault_cow.c).
 */
void hf_vm_object_share(vm_object_t object);
void vm_object_collapse(vm_object_t object);
void vm_object_split(vm_map_entry_t entry);
/*
 * What vm_object_split() does to an entry of [start, start+size) pages: the
 * caller holds *objectp write-locked; on return *objectp and *offset are what
 * the entry maps, write-locked.
 */
void hf_vm_object_split_range(vm_object_t *objectp, vm_ooffset_t *offset,
    vm_pindex_t size, struct ucred *cred);
boolean_t vm_object_coalesce(vm_object_t prev_object, vm_ooffset_t prev_offset,
    vm_size_t prev_size, vm_size_t next_size, boolean_t reserved);
void vm_object_backing_insert_ref(vm_object_t object, vm_object_t backing);

/* vm_object_pages.c, vm_object_clean.c */
void vm_object_page_remove(
    vm_object_t object, vm_pindex_t start, vm_pindex_t end, int options);
void vm_object_page_noreuse(
    vm_object_t object, vm_pindex_t start, vm_pindex_t end);
boolean_t vm_object_populate(
    vm_object_t object, vm_pindex_t start, vm_pindex_t end);
void vm_object_madvise(
    vm_object_t object, vm_pindex_t pindex, vm_pindex_t end, int advice);
void vm_object_unwire(
    vm_object_t object, vm_ooffset_t offset, vm_size_t length, uint8_t queue);
boolean_t vm_object_page_clean(
    vm_object_t object, vm_ooffset_t start, vm_ooffset_t end, int flags);
boolean_t vm_object_sync(vm_object_t object, vm_ooffset_t offset,
    vm_size_t size, boolean_t syncio, boolean_t invalidate);
struct vnode *vm_object_vnode(vm_object_t object);

#endif
