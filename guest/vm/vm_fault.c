/* SPDX-License-Identifier: BSD-2-Clause */
/* vm_fault.c: makes an address accessible: the page fault. */

/*
 * The essay.
 *
 * A fault has an address and an access.  The map says which object, at which
 * index, stands behind the address and what may be granted.  The object may be the
 * front of a chain: each object shadows the one behind it, and the first that
 * has the page at the translated index wins.
 *
 *	entry --> first_object --> backing --> ... --> last
 *	            first_m?         m?                 m?
 *
 * Where the page is found, and what the access needs, give the cases:
 *
 *	      | page found in        | access            | what happens
 *	------+----------------------+-------------------+--------------------
 *	 soft | first_object, valid  | any               | map it
 *	 1A   | first_object         | any               | busy it, map it
 *	 1B   | below                | read              | map it read-only
 *	 1C   | below                | write or COPY, or | a page of our own:
 *	      |                      | wired and shared  |
 *	      |   sole user of the parent object         |   move it up
 *	      |   otherwise                              |   copy it up
 *	 2A   | the pager of an object on the way        | page it in, then
 *	      |                                          |   1A, 1B or 1C
 *	 2B   | nowhere                                  | zero-fill on top
 *
 * In 1C and 2B the new page takes the slot that first_m has kept.  That is an
 * invalid, exclusively busy page, put into first_object when the search left
 * it: every other thread that wants this address waits for us.
 *
 *	lookup -> soft -> object -> pager -> next object -> ... -> cow
 *	  ^                 |         |                             |
 *	  |   busy, no memory, vnode lock, map changed              v
 *	  +-------------------- restart <--------------------- revalidate
 *	                                                            |
 *	                                          dirty, pmap_enter, let go
 *
 * Locks, outer to inner: map (shared), front object, backing object, pmap.  The
 * map stays locked except around a pager's I/O; afterwards revalidation takes
 * it again without sleeping (we own busy pages then) and checks that address,
 * object and index still belong together.  A fault that must sleep lets
 * everything go first and begins again.  A restart keeps the caller's
 * arguments, the clock of the memory shortage, the read-ahead decision and at
 * most one locked vnode.  Before it waits for a wiring it lets the vnode go,
 * too.
 *
 * While the map is locked the entry's own reference keeps first_object, so the
 * common cases take neither a reference nor a pip count.  Both are taken
 * (have_refs) before the map is unlocked or the search leaves first_object; each
 * lower object in use has a pip count, so that collapse leaves it alone.
 *
 * A wired entry promised that no access to it faults: what is mapped there is
 * good for all that the entry allows, and carries the wired bit.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/proc.h>
#include <sys/vmmeter.h>
#include <sys/vnode.h>
#include <kern/failpoint.h>
#include <vm/vm.h>
#include <vm/pmap.h>
#include <vm/vm_extern.h>
#include <vm/vm_fault_priv.h>
#include <vm/vm_map.h>
#include <vm/vm_object.h>
#include <vm/vm_page.h>

void
vm_fault_unlock_map(struct faultstate *fs)
{
	if (fs->lookup_still_valid) {
		vm_map_lookup_done(fs->map, fs->entry);
		fs->lookup_still_valid = false;
	}
}

void
vm_fault_unlock_vp(struct faultstate *fs)
{
	if (fs->vp != NULL) {
		vput(fs->vp);
		fs->vp = NULL;
	}
}

/*
 * first_object write-locked: it must outlive the map lock (still held) or the
 * search.
 */
void
hf_fault_take_refs(struct faultstate *fs)
{
	if (fs->have_refs)
		return;
	VM_OBJECT_ASSERT_WLOCKED(fs->first_object);
	vm_object_reference_locked(fs->first_object);
	vm_object_pip_add(fs->first_object, 1);
	fs->have_refs = true;
	fs->awaited_m = NULL;
	fs->passed_shared = false;
	fs->needs_copy = (fs->entry->eflags & MAP_ENTRY_NEEDS_COPY) != 0;
}

/*
 * Lets a busy page go, its object not locked: an invalid one that nobody wired
 * is freed, so that the next one to come asks the pager again.
 */
void
hf_fault_page_drop(vm_page_t *mp)
{
	vm_object_t object;
	vm_page_t m;

	m = *mp;
	if (m == NULL)
		return;
	*mp = NULL;
	if (vm_page_none_valid(m) && !vm_page_wired(m)) {
		object = m->object;
		VM_OBJECT_WLOCK(object);
		if (!vm_page_wired(m)) {
			vm_page_free(m);
			VM_OBJECT_WUNLOCK(object);
			return;
		}
		VM_OBJECT_WUNLOCK(object);
	}
	vm_page_deactivate(m);
	vm_page_xunbusy(m);
}

/* Lets a wired page go that was passed.  Any object may be locked. */
void __noinline
hf_fault_awaited_drop(struct faultstate *fs)
{
	vm_object_t object;

	if (fs->awaited_m == NULL)
		return;
	object = fs->awaited_m->object;
	vm_page_xunbusy(fs->awaited_m);
	fs->awaited_m = NULL;
	vm_object_pip_wakeup(object);
}

/*
 * Lets go of everything but the vnode.  No object is locked.
 */
void
vm_fault_deallocate(struct faultstate *fs)
{
	hf_fault_page_drop(&fs->m_cow);
	hf_fault_page_drop(&fs->m);
	hf_fault_page_drop(&fs->first_m);
	if (fs->have_refs) {
		if (fs->object != fs->first_object) {
			hf_fault_awaited_drop(fs);
			vm_object_pip_wakeup(fs->object);
		}
		vm_object_pip_wakeup(fs->first_object);
	}
	vm_fault_unlock_map(fs);
	if (fs->have_refs) {
		fs->have_refs = false;
		vm_object_deallocate(fs->first_object);
	}
}

/* The end of a fault that cannot be satisfied.  No object is locked. */
enum fault_status
hf_fault_fail(struct faultstate *fs, int rv)
{
	vm_fault_deallocate(fs);
	fs->rv = rv;
	return (FAULT_FAILURE);
}

/*
 * Another thread wires or unwires the entry: waits until it is done, without
 * the vnode that an earlier attempt has locked, which that thread may need.
 */
static void
wait_transition(struct faultstate *fs)
{
	vm_map_t map;
	vm_map_entry_t entry;

	map = fs->map;
	vm_fault_unlock_map(fs);
	vm_fault_unlock_vp(fs);
	(void)HF_FAILPOINT("fault.transition");
	vm_map_lock(map);
	if (vm_map_lookup_entry(map, fs->vaddr, &entry) &&
	    (entry->eflags & MAP_ENTRY_IN_TRANSITION) != 0 &&
	    entry->wiring_thread != curthread) {
		entry->eflags |= MAP_ENTRY_NEEDS_WAKEUP;
		vm_map_unlock_and_wait(map, 0);
	} else
		vm_map_unlock(map);
}

static bool
in_transition(const struct faultstate *fs)
{
	return ((fs->entry->eflags & MAP_ENTRY_IN_TRANSITION) != 0 &&
	    fs->entry->wiring_thread != curthread);
}

/*
 * A look-up failed.  If it asked for more than the caller did, because of an
 * entry that may be another one now, that was no answer: look again without.
 */
static bool
asked_too_much(struct faultstate *fs)
{
	if ((fs->fault_flags & HF_FAULT_SHADOW) == 0)
		return (false);
	fs->fault_flags &= ~HF_FAULT_SHADOW;
	fs->fault_type &= ~VM_PROT_COPY;
	return (true);
}

/* Step 1.  FAULT_CONTINUE: the map is locked and describes the address. */
static inline enum fault_status
fault_lookup(struct faultstate *fs)
{
	int rv;

	fs->map = fs->orig_map;
	rv = vm_map_lookup(&fs->map, fs->vaddr,
	    fs->fault_type | VM_PROT_FAULT_LOOKUP, &fs->entry,
	    &fs->first_object, &fs->first_pindex, &fs->prot, &fs->wired);
	if (rv != KERN_SUCCESS) {
		fs->rv = rv;
		return (asked_too_much(fs) ? FAULT_RESTART : FAULT_FAILURE);
	}
	fs->lookup_still_valid = true;
	fs->map_generation = fs->map->timestamp;
	if (__predict_false((fs->entry->eflags & MAP_ENTRY_NOFAULT) != 0))
		panic(
		    "vm_fault: fault on nofault entry, addr: %#lx", fs->vaddr);
	if (__predict_false(in_transition(fs))) {
		wait_transition(fs);
		return (FAULT_RESTART);
	}
	KASSERT((fs->fault_flags & VM_FAULT_WIRE) == 0 || fs->wired,
	    ("vm_fault: wiring an unwired entry"));
	fs->type = fs->fault_type;
	if (fs->wired)
		fs->type = fs->prot | (fs->fault_type & VM_PROT_COPY);
	return (FAULT_CONTINUE);
}

/*
 * What granting the access says about the page's and the object's dirtiness.
 * The page is busied, or its object is.
 */
static inline void
vm_fault_dirty(const struct faultstate *fs, vm_page_t m)
{
	if (((fs->prot & VM_PROT_WRITE) == 0 &&
		(fs->fault_flags & VM_FAULT_DIRTY) == 0) ||
	    (m->oflags & VPO_UNMANAGED) != 0)
		return;
	vm_object_set_writeable_dirty(m->object);
	if (((fs->type & VM_PROT_WRITE) == 0 ||
		(fs->fault_flags & VM_FAULT_WIRE) != 0) &&
	    (fs->fault_flags & VM_FAULT_DIRTY) == 0)
		return; /* the mapping's modified bit will tell */
	if (vm_page_set_dirty(m) == 0) {
		if ((fs->entry->eflags & MAP_ENTRY_NOSYNC) != 0)
			vm_page_aflag_set(m, PGA_NOSYNC);
		else
			vm_page_aflag_clear(m, PGA_NOSYNC);
	}
}

static inline u_int
enter_flags(const struct faultstate *fs)
{
	return ((fs->type & fs->prot & VM_PROT_ALL) |
	    (fs->wired ? PMAP_ENTER_WIRED : 0));
}

/*
 * Step 2: maps a resident page under a shared object lock, without sleeping.
 * Busying the object keeps everybody else from busying, and so from
 * invalidating, the page. FAULT_CONTINUE: not possible; first_object is locked
 * for reading.
 */
static inline enum fault_status
fault_soft(struct faultstate *fs)
{
	vm_object_t object;
	vm_page_t m;

	object = fs->first_object;
	VM_OBJECT_RLOCK(object);
	m = vm_page_lookup(object, fs->first_pindex);
	if (m == NULL || !vm_page_all_valid(m) || fs->vp != NULL ||
	    (fs->fault_flags & (VM_FAULT_WIRE | VM_FAULT_DIRTY)) != 0 ||
	    (object->flags & OBJ_DEAD) != 0)
		return (FAULT_CONTINUE);
	vm_object_busy(object);
	if (((fs->prot & VM_PROT_WRITE) != 0 && vm_page_busied(m)) ||
	    !vm_page_all_valid(m) ||
	    pmap_enter(fs->map->pmap, fs->vaddr, m, fs->prot,
		enter_flags(fs) | PMAP_ENTER_NOSLEEP, 0) != KERN_SUCCESS) {
		vm_object_unbusy(object);
		return (FAULT_CONTINUE);
	}
	if (fs->m_hold != NULL) {
		*fs->m_hold = m;
		vm_page_wire(m);
	}
	if (!fs->wired)
		vm_fault_prefault(fs, PFBAK, PFFOR, true);
	VM_OBJECT_RUNLOCK(object);
	vm_fault_dirty(fs, m);
	vm_object_unbusy(object);
	vm_fault_unlock_map(fs);
	curthread->td_ru.ru_minflt++;
	return (FAULT_SUCCESS);
}

/*
 * Step 6: the map was unlocked meanwhile.  FAULT_CONTINUE: it is locked again
 * and what was found still is what belongs at the address.
 */
static enum fault_status
fault_revalidate(struct faultstate *fs)
{
	vm_object_t object;
	vm_pindex_t pindex;
	vm_prot_t prot;
	boolean_t wired;
	int rv;

	/* Sleeping for the map with busy pages would be out of order. */
	if (!vm_map_trylock_read(fs->map)) {
		vm_fault_deallocate(fs);
		return (FAULT_RESTART);
	}
	fs->lookup_still_valid = true;
	if (fs->map->timestamp == fs->map_generation)
		return (FAULT_CONTINUE);
	rv = vm_map_lookup_locked(&fs->map, fs->vaddr, fs->fault_type,
	    &fs->entry, &object, &pindex, &prot, &wired);
	if (rv != KERN_SUCCESS && rv != KERN_FAILURE && !asked_too_much(fs))
		return (hf_fault_fail(fs, rv));
	/*
	 * More rights than before are not used: the next access faults.  A
	 * change of wiring would need another kind of mapping.
	 */
	if (rv != KERN_SUCCESS || object != fs->first_object ||
	    pindex != fs->first_pindex || wired != fs->wired ||
	    in_transition(fs) || (fs->prot & prot) == 0) {
		vm_fault_deallocate(fs);
		return (FAULT_RESTART);
	}
	fs->prot &= prot;
	fs->type &= prot;
	return (FAULT_CONTINUE);
}

/*
 * Steps 7 to 11.  Only memory for page tables can be missing now: then the page
 * stays where it is, and the next attempt finds it.
 */
static enum fault_status
fault_commit(struct faultstate *fs, bool hard)
{
	vm_page_t m;
	u_int flags;

	if (hard)
		__atomic_store_n(&fs->entry->next_read,
		    fs->vaddr + ptoa(fs->rahead) + PAGE_SIZE, __ATOMIC_RELAXED);
	if (fs->m_copy)
		hf_fault_cow_commit(fs);
	m = fs->m;
	KASSERT(vm_page_all_valid(m),
	    ("vm_fault: page %p is partly invalid", (void *)m));
	vm_fault_dirty(fs, m);
	flags = enter_flags(fs);
	/* What was wired before must be mapped, however long that takes. */
	if (!fs->wired || (fs->fault_flags & VM_FAULT_WIRE) != 0)
		flags |= PMAP_ENTER_NOSLEEP;
	if (__predict_false(pmap_enter(fs->map->pmap, fs->vaddr, m, fs->prot,
				flags, 0) != KERN_SUCCESS)) {
		vm_page_activate(m);
		vm_page_xunbusy(m);
		fs->m = NULL;
		return (hf_fault_wait_memory(fs));
	}
	if (fs->prefault && !fs->wired &&
	    (fs->fault_flags & VM_FAULT_WIRE) == 0)
		vm_fault_prefault(fs, hard ? fs->rbehind : PFBAK,
		    hard ? fs->rahead : PFFOR, false);
	if ((fs->fault_flags & VM_FAULT_WIRE) != 0)
		hf_vm_page_wire_entry(m);
	else
		vm_page_activate(m);
	if (fs->m_hold != NULL) {
		*fs->m_hold = m;
		vm_page_wire(m);
	}
	vm_page_xunbusy(m);
	fs->m = NULL;
	vm_fault_deallocate(fs);
	if (hard) {
		VM_CNT_INC(v_io_faults);
		curthread->td_ru.ru_majflt++;
	} else
		curthread->td_ru.ru_minflt++;
	return (FAULT_SUCCESS);
}

/* Steps 3 and 4: the page, busy, from wherever it is; no object locked. */
static enum fault_status
fault_find_page(struct faultstate *fs)
{
	enum fault_status res;

	fs->object = fs->first_object;
	fs->pindex = fs->first_pindex;
	if (!VM_OBJECT_TRYUPGRADE(fs->object)) {
		VM_OBJECT_RUNLOCK(fs->object);
		VM_OBJECT_WLOCK(fs->object);
	}
	for (;;) {
		res = vm_fault_object(fs);
		if (res != FAULT_CONTINUE)
			return (res);
		if (vm_fault_next(fs))
			continue;
		/* Nowhere.  The last object is locked. */
		VM_OBJECT_WUNLOCK(fs->object);
		if ((fs->fault_flags & VM_FAULT_NOFILL) != 0)
			return (hf_fault_fail(fs, KERN_OUT_OF_BOUNDS));
		vm_fault_zerofill(fs);
		return (FAULT_SOFT);
	}
}

/* One attempt. */
static enum fault_status
fault_attempt(struct faultstate *fs)
{
	enum fault_status res;
	bool hard;

	res = fault_lookup(fs);
	if (res != FAULT_CONTINUE)
		return (res);
	res = fault_soft(fs);
	if (res != FAULT_CONTINUE)
		return (res);
	fs->m = fs->first_m = fs->m_cow = NULL;
	fs->have_refs = fs->m_fresh = fs->m_copy = false;
	fs->prefault = true;
	res = fault_find_page(fs);
	if (res != FAULT_SOFT && res != FAULT_HARD)
		return (res);
	hard = res == FAULT_HARD;
	if (fs->object != fs->first_object) {
		res = hf_fault_below(fs);
		if (res != FAULT_CONTINUE)
			return (res);
	}
	if (!fs->lookup_still_valid) {
		res = fault_revalidate(fs);
		if (res != FAULT_CONTINUE)
			return (res);
	}
	return (fault_commit(fs, hard));
}

/*
 * Makes vaddr (page aligned) of the map accessible for fault_type; on
 * KERN_SUCCESS a mapping was made.  m_hold, if not NULL, receives the page that
 * served, with one wiring for the caller.  Of fault_flags, VM_FAULT_WIRE also
 * wires the page: the entry has wired_count > 0, and type VM_PROT_NONE means
 * all that it allows.  VM_FAULT_DIRTY marks the page dirty although only read
 * access is granted.  VM_FAULT_NOFILL fails instead of filling with zeros.
 *
 * The caller holds no lock and may sleep.  KERN_INVALID_ADDRESS,
 * KERN_PROTECTION_FAILURE, KERN_OUT_OF_BOUNDS or KERN_FAILURE;
 * KERN_RESOURCE_SHORTAGE only when the page daemon has given up
 * (hf_vm_exhausted()).  Faults and I/O are counted for curthread, whatever map
 * it is.
 */
int
vm_fault(vm_map_t map, vm_offset_t vaddr, vm_prot_t fault_type, int fault_flags,
    vm_page_t *m_hold)
{
	struct faultstate fs;
	enum fault_status res;

	VM_CNT_INC(v_vm_faults);
	if (__predict_false((curthread->td_pflags & TDP_NOFAULTING) != 0))
		return (KERN_PROTECTION_FAILURE);
	hf_assert_may_sleep("vm_fault");
	KASSERT(hf_locks_nonsleepable() == 0,
	    ("vm_fault: a lock that is no sx lock is held"));
	KASSERT((vaddr & PAGE_MASK) == 0, ("vm_fault: unaligned %#lx", vaddr));
	KASSERT((fault_type & VM_PROT_ALL) != 0 ||
		(fault_flags & VM_FAULT_WIRE) != 0,
	    ("vm_fault: no access type"));
	fs.orig_map = map;
	fs.vaddr = vaddr;
	fs.fault_type = fault_type & (VM_PROT_ALL | VM_PROT_COPY);
	fs.fault_flags = fault_flags;
	fs.m_hold = m_hold;
	fs.oom_started = false;
	fs.nera = -1;
	fs.vp = NULL;
	fs.lookup_still_valid = false;
	do
		res = fault_attempt(&fs);
	while (res == FAULT_RESTART);
	vm_fault_unlock_vp(&fs);
	return (res == FAULT_SUCCESS ? KERN_SUCCESS : fs.rv);
}
