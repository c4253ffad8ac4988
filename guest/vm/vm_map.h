/* SPDX-License-Identifier: BSD-2-Clause */
/* vm_map.h: address maps, their entries, and process address spaces. */

#ifndef HF_VM_VM_MAP_H
#define HF_VM_VM_MAP_H

#include <sys/param.h>
#include <sys/lock.h>
#include <sys/mutex.h>
#include <sys/sx.h>
#include <sys/vmmeter.h>
#include <vm/vm.h>
#include <vm/vm_param.h>
#include <vm/pmap.h>

struct thread;
struct ucred;
struct proc;

typedef u_int vm_flags_t;
typedef u_int vm_eflags_t;

/* What an entry maps: memory, or another map. */
union vm_map_object {
	struct vm_object *vm_object;
	struct vm_map *sub_map;
};

/*
 * One range [start, end) of a map.
 *
 * Locks:
 *	(m)	changed with the map locked exclusively, read under any map lock
 *	(r)	changed under the map read lock as well, a lost update is harmless
 *	(w)	changed by the thread that has the entry in transition
 */
struct vm_map_entry {
	struct vm_map_entry *prev;   /* (m) next lower entry */
	struct vm_map_entry *next;   /* (m) next higher entry */
	struct vm_map_entry *left;   /* (m) tree */
	struct vm_map_entry *right;  /* (m) tree */
	struct vm_map_entry *parent; /* (m) tree */
	vm_offset_t start;	     /* (m) */
	vm_offset_t end;	     /* (m) */
	vm_size_t max_free; /* (m) largest gap after an entry below here */
	union vm_map_object
	    object;	      /* (m) one reference, or NULL: not yet backed */
	vm_ooffset_t offset;  /* (m) bytes into object; see stack gaps */
	vm_eflags_t eflags;   /* (m) */
	int height;	      /* (m) tree */
	vm_prot_t protection; /* (m) */
	vm_prot_t max_protection; /* (m) */
	vm_inherit_t inheritance; /* (m) */
	uint8_t read_ahead;	  /* (r) pages fetched ahead last time */
	int wired_count;	  /* (m)(w) -1: wiring it failed half way */
	vm_offset_t next_read; /* (r) where a sequential reader faults next */
	struct ucred *cred;    /* (m) always NULL: no commit charging */
	struct thread *wiring_thread; /* (w) who has it in transition */
	int hf_wirer;		      /* (w) td_tid of the last to wire it */
};

/*
 * A stack gap (MAP_ENTRY_STACK_GAP_DN) has no object.  Its offset holds
 * PROT_* | PROT_MAX() of the stack and its next_read the guard's bytes.
 */

#define MAP_ENTRY_NOSYNC	      0x00000001
#define MAP_ENTRY_IS_SUB_MAP	      0x00000002
#define MAP_ENTRY_COW		      0x00000004
#define MAP_ENTRY_NEEDS_COPY	      0x00000008
#define MAP_ENTRY_NOFAULT	      0x00000010
#define MAP_ENTRY_USER_WIRED	      0x00000020
#define MAP_ENTRY_BEHAV_NORMAL	      0x00000000
#define MAP_ENTRY_BEHAV_SEQUENTIAL    0x00000040
#define MAP_ENTRY_BEHAV_RANDOM	      0x00000080
#define MAP_ENTRY_BEHAV_RESERVED      0x000000c0
#define MAP_ENTRY_BEHAV_MASK	      0x000000c0
#define MAP_ENTRY_IN_TRANSITION	      0x00000100
#define MAP_ENTRY_NEEDS_WAKEUP	      0x00000200
#define MAP_ENTRY_NOCOREDUMP	      0x00000400
#define MAP_ENTRY_VN_EXEC	      0x00000800
#define MAP_ENTRY_GROWS_DOWN	      0x00001000
#define MAP_ENTRY_GROWS_UP	      0x00002000
#define MAP_ENTRY_WIRE_SKIPPED	      0x00004000
#define MAP_ENTRY_WRITECNT	      0x00008000
#define MAP_ENTRY_GUARD		      0x00010000
#define MAP_ENTRY_STACK_GAP_DN	      0x00020000
#define MAP_ENTRY_STACK_GAP_UP	      0x00040000
#define MAP_ENTRY_HEADER	      0x00080000
#define MAP_ENTRY_SPLIT_BOUNDARY_MASK 0x00300000

/*
 * Locks:
 *	(c)	constant after vm_map_init()
 *	(m)	this map's lock, exclusively
 */
struct vm_map {
	struct vm_map_entry
	    header; /* (m) list sentinel: start = max, end = min */
	union {
		struct sx lock;	       /* user maps */
		struct mtx system_mtx; /* system maps */
	};
	int nentries;	      /* (m) */
	vm_size_t size;	      /* (m) bytes of all entries but guards */
	u_int timestamp;      /* (m) one more at each exclusive locking */
	u_char needs_wakeup;  /* (m) */
	u_char system_map;    /* (c) locked by a mutex */
	vm_flags_t flags;     /* (m) */
	vm_map_entry_t root;  /* (m) tree of the entries, by address */
	pmap_t pmap;	      /* (c) */
	vm_offset_t anon_loc; /* (m) where anonymous memory clusters */
	int busy;	      /* (m) wirings going on with the lock dropped */
};

/* struct vm_map, flags */
#define MAP_WIREFUTURE	  0x00000001
#define MAP_BUSY_WAKEUP	  0x00000002
#define MAP_IS_SUB_MAP	  0x00000004
#define MAP_ASLR	  0x00000008
#define MAP_ASLR_IGNSTART 0x00000010
#define MAP_REPLENISH	  0x00000020
#define MAP_WXORX	  0x00000040

/* A process's address space; vm_refcnt is atomic. */
struct vmspace {
	struct vm_map vm_map;
	vm_size_t vm_ssize; /* (m) pages of the main stack */
	vm_offset_t
	    vm_maxsaddr; /* (m) lowest address of the main stack, or 0 */
	vm_offset_t vm_stacktop; /* (m) its end */
	volatile u_int vm_refcnt;
	struct pmap vm_pmap; /* last */
};

/* The "cow" argument of vm_map_insert() and its relatives. */
#define MAP_INHERIT_SHARE	0x00000001
#define MAP_COPY_ON_WRITE	0x00000002
#define MAP_NOFAULT		0x00000004
#define MAP_PREFAULT		0x00000008
#define MAP_PREFAULT_PARTIAL	0x00000010
#define MAP_DISABLE_SYNCER	0x00000020
#define MAP_CHECK_EXCL		0x00000040
#define MAP_CREATE_GUARD	0x00000080
#define MAP_DISABLE_COREDUMP	0x00000100
#define MAP_PREFAULT_MADVISE	0x00000200
#define MAP_WRITECOUNT		0x00000400
#define MAP_REMAP		0x00000800
#define MAP_STACK_GROWS_DOWN	0x00001000
#define MAP_STACK_GROWS_UP	0x00002000
#define MAP_ACC_CHARGED		0x00004000
#define MAP_ACC_NO_CHARGE	0x00008000
#define MAP_CREATE_STACK_GAP_UP 0x00010000
#define MAP_CREATE_STACK_GAP_DN 0x00020000
#define MAP_VN_EXEC		0x00040000
#define MAP_SPLIT_BOUNDARY_MASK 0x00180000
#define MAP_NO_HINT		0x00200000

/* vm_fault() flags. */
#define VM_FAULT_NORMAL 0
#define VM_FAULT_WIRE	1
#define VM_FAULT_DIRTY	2
#define VM_FAULT_NOFILL 4

/* vm_fault_hold read-around cluster in pages, and the window of an entry. */
#define VM_FAULT_READ_DEFAULT	 16
#define VM_FAULT_READ_AHEAD_INIT 15
#define VM_FAULT_READ_AHEAD_MIN	 7
#define VM_FAULT_READ_AHEAD_MAX	 63

/* The find_space argument of vm_map_find(). */
#define VMFS_NO_SPACE	      0
#define VMFS_ANY_SPACE	      1
#define VMFS_OPTIMAL_SPACE    2
#define VMFS_SUPER_SPACE      3
#define VMFS_ALIGNED_SPACE(x) ((x) << 8)

/* vm_map_wire() and vm_map_unwire() flags. */
#define VM_MAP_WIRE_SYSTEM  0
#define VM_MAP_WIRE_USER    1
#define VM_MAP_WIRE_NOHOLES 0
#define VM_MAP_WIRE_HOLESOK 2
#define VM_MAP_WIRE_WRITE   4

/* vm_map_protect() flags. */
#define VM_MAP_PROTECT_SET_PROT	   0x0001
#define VM_MAP_PROTECT_SET_MAXPROT 0x0002

static inline vm_offset_t
vm_map_max(const struct vm_map *map)
{
	return (map->header.start);
}

static inline vm_offset_t
vm_map_min(const struct vm_map *map)
{
	return (map->header.end);
}

static inline pmap_t
vm_map_pmap(vm_map_t map)
{
	return (map->pmap);
}

static inline void
vm_map_modflags(vm_map_t map, vm_flags_t set, vm_flags_t clear)
{
	map->flags = (map->flags | set) & ~clear;
}

static inline bool
vm_map_range_valid(vm_map_t map, vm_offset_t start, vm_offset_t end)
{
	return (
	    start <= end && start >= vm_map_min(map) && end <= vm_map_max(map));
}

static inline vm_map_entry_t
vm_map_entry_first(vm_map_t map)
{
	return (map->header.next);
}

static inline vm_map_entry_t
vm_map_entry_succ(vm_map_entry_t entry)
{
	return (entry->next);
}

static inline vm_map_entry_t
vm_map_entry_pred(vm_map_entry_t entry)
{
	return (entry->prev);
}

#define VM_MAP_ENTRY_FOREACH(it, map)                                \
	for ((it) = vm_map_entry_first(map); (it) != &(map)->header; \
	     (it) = (it)->next)

static inline int
vm_map_entry_system_wired_count(vm_map_entry_t entry)
{
	return (entry->wired_count -
	    ((entry->eflags & MAP_ENTRY_USER_WIRED) != 0 ? 1 : 0));
}

static inline pmap_t
vmspace_pmap(struct vmspace *vmspace)
{
	return (&vmspace->vm_pmap);
}

/* Locking; the contracts stand above each function in vm_map_lock.c. */
void vm_map_lock(vm_map_t map);
void vm_map_unlock(vm_map_t map);
void vm_map_lock_read(vm_map_t map);
void vm_map_unlock_read(vm_map_t map);
int vm_map_trylock(vm_map_t map);
int vm_map_trylock_read(vm_map_t map);
int vm_map_lock_upgrade(vm_map_t map);
void vm_map_lock_downgrade(vm_map_t map);
int vm_map_locked(vm_map_t map);
void vm_map_wakeup(vm_map_t map);
void vm_map_busy(vm_map_t map);
void vm_map_unbusy(vm_map_t map);
void vm_map_wait_busy(vm_map_t map);
int vm_map_unlock_and_wait(vm_map_t map, int timo);

void vm_map_startup(void);
void vm_map_init(vm_map_t map, pmap_t pmap, vm_offset_t min, vm_offset_t max);
void vm_map_init_system(
    vm_map_t map, pmap_t pmap, vm_offset_t min, vm_offset_t max);

boolean_t vm_map_check_protection(
    vm_map_t map, vm_offset_t start, vm_offset_t end, vm_prot_t protection);
int vm_map_delete(vm_map_t map, vm_offset_t start, vm_offset_t end);
int vm_map_find(vm_map_t map, vm_object_t object, vm_ooffset_t offset,
    vm_offset_t *addr, vm_size_t length, vm_offset_t max_addr, int find_space,
    vm_prot_t prot, vm_prot_t max, int cow);
int vm_map_find_min(vm_map_t map, vm_object_t object, vm_ooffset_t offset,
    vm_offset_t *addr, vm_size_t length, vm_offset_t min_addr,
    vm_offset_t max_addr, int find_space, vm_prot_t prot, vm_prot_t max,
    int cow);
vm_offset_t vm_map_findspace(vm_map_t map, vm_offset_t start, vm_size_t length);
int vm_map_fixed(vm_map_t map, vm_object_t object, vm_ooffset_t offset,
    vm_offset_t start, vm_size_t length, vm_prot_t prot, vm_prot_t max,
    int cow);
int vm_map_inherit(vm_map_t map, vm_offset_t start, vm_offset_t end,
    vm_inherit_t new_inheritance);
int vm_map_insert(vm_map_t map, vm_object_t object, vm_ooffset_t offset,
    vm_offset_t start, vm_offset_t end, vm_prot_t prot, vm_prot_t max, int cow);
int vm_map_lookup(vm_map_t *var_map, vm_offset_t vaddr, vm_prot_t fault_typea,
    vm_map_entry_t *out_entry, vm_object_t *object, vm_pindex_t *pindex,
    vm_prot_t *out_prot, boolean_t *wired);
int vm_map_lookup_locked(vm_map_t *var_map, vm_offset_t vaddr,
    vm_prot_t fault_typea, vm_map_entry_t *out_entry, vm_object_t *object,
    vm_pindex_t *pindex, vm_prot_t *out_prot, boolean_t *wired);
void vm_map_lookup_done(vm_map_t map, vm_map_entry_t entry);
boolean_t vm_map_lookup_entry(
    vm_map_t map, vm_offset_t address, vm_map_entry_t *entry);
int vm_map_madvise(vm_map_t map, vm_offset_t start, vm_offset_t end, int behav);
int vm_map_protect(vm_map_t map, vm_offset_t start, vm_offset_t end,
    vm_prot_t new_prot, vm_prot_t new_maxprot, int flags);
int vm_map_remove(vm_map_t map, vm_offset_t start, vm_offset_t end);
int vm_map_stack(vm_map_t map, vm_offset_t addrbos, vm_size_t max_ssize,
    vm_prot_t prot, vm_prot_t max, int cow);
int vm_map_submap(
    vm_map_t map, vm_offset_t start, vm_offset_t end, vm_map_t submap);
int vm_map_sync(vm_map_t map, vm_offset_t start, vm_offset_t end,
    boolean_t syncio, boolean_t invalidate);
vm_map_entry_t vm_map_try_merge_entries(
    vm_map_t map, vm_map_entry_t prev, vm_map_entry_t entry);
int vm_map_unwire(vm_map_t map, vm_offset_t start, vm_offset_t end, int flags);
int vm_map_wire(vm_map_t map, vm_offset_t start, vm_offset_t end, int flags);
int vm_map_wire_locked(
    vm_map_t map, vm_offset_t start, vm_offset_t end, int flags);

long vmspace_resident_count(struct vmspace *vmspace);
long vmspace_wired_count(struct vmspace *vmspace);

/*
 * For tests.  Entries of user maps and spaces in existence; what is wrong with
 * a map (locked or quiescent), or with any map, NULL if nothing.
 */
extern volatile u_long hf_map_entries;
extern volatile u_long hf_vmspaces;
const char *hf_map_check(vm_map_t map);
const char *hf_map_check_all(void);
/* Calls fn for each map that is looked at.  At quiescence. */
void hf_map_foreach(void (*fn)(vm_map_t map));

/* Pages of all entries that a user has wired, and its limit. */
#define vm_user_wire_count vm_cnt.v_user_wire_count
extern u_long vm_page_max_user_wired;

#endif /* !HF_VM_VM_MAP_H */
