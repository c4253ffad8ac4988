/* SPDX-License-Identifier: BSD-2-Clause */
/* vm_map_wire.c: wiring and unwiring ranges of a map. */

/*
 * wired_count of an entry: at most one unit for the user (USER_WIRED), any
 * number for the system.  Only its first unit wires pages, only its last gives
 * them back.  While a thread works on an entry it is IN_TRANSITION with
 * wiring_thread set, and only that thread clears the mark; the others wait.
 *
 * vm_user_wire_count follows USER_WIRED, whatever the system's units are: pages
 * are added when an entry is about to get the flag, subtracted when it loses
 * it. Counting at 0->1 and 1->0 would go wrong when user and system share an
 * entry.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/proc.h>
#include <vm/vm.h>
#include <vm/pmap.h>
#include <vm/vm_extern.h>
#include <vm/vm_map.h>
#include <vm/vm_map_priv.h>
#include <vm/vm_object.h>
#include <vm/vm_page.h>

u_long vm_page_max_user_wired = ~0ul;

/* False, and nothing counted, if that would exceed the limit. */
static bool
vm_map_wire_user_count_add(u_long npages)
{
	u_long old;

	do {
		old = vm_user_wire_count;
		if (npages > vm_page_max_user_wired ||
		    old > vm_page_max_user_wired - npages)
			return (false);
	} while (!atomic_cmpset_long(&vm_user_wire_count, old, old + npages));
	return (true);
}

static void
vm_map_wire_user_count_sub(u_long npages)
{
	atomic_subtract_long(&vm_user_wire_count, npages);
}

/*
 * Map locked exclusively.  Undoes all wiring of the entry: the mappings' wired
 * bits, one wiring of each page (found through the object: mappings may be
 * missing), and the user's share.
 */
void
vm_map_entry_unwire(vm_map_t map, vm_map_entry_t entry)
{
	VM_MAP_ASSERT_LOCKED(map);
	KASSERT(entry->wired_count > 0, ("vm_map_entry_unwire: not wired"));
	if ((entry->eflags & MAP_ENTRY_USER_WIRED) != 0) {
		entry->eflags &= ~MAP_ENTRY_USER_WIRED;
		vm_map_wire_user_count_sub(atop(hf_entry_bytes(entry)));
	}
	pmap_unwire(map->pmap, entry->start, entry->end);
	vm_object_unwire(entry->object.vm_object, entry->offset,
	    hf_entry_bytes(entry), PQ_ACTIVE);
	entry->wired_count = 0;
}

/*
 * Map locked exclusively; entry is another thread's.  Waits for it.  The entry
 * to go on with, or NULL: there is a hole at *resume and holes are not allowed.
 */
static vm_map_entry_t
vm_map_entry_in_transition(vm_map_t map, vm_offset_t start, bool holes_ok,
    vm_map_entry_t entry, vm_offset_t *resume)
{
	vm_map_entry_t found;
	u_int last_timestamp;

	*resume = ulmax(start, entry->start);
	entry->eflags |= MAP_ENTRY_NEEDS_WAKEUP;
	last_timestamp = map->timestamp;
	vm_map_unlock_and_wait(map, 0);
	vm_map_lock(map);
	if (last_timestamp + 1 == map->timestamp)
		return (entry);
	if (vm_map_lookup_entry(map, *resume, &found))
		return (found);
	return (holes_ok ? vm_map_entry_succ(found) : NULL);
}

/* Clips to [start, end) and marks the entry as this thread's. */
static int
claim(vm_map_t map, vm_map_entry_t entry, vm_offset_t start, vm_offset_t end)
{
	if (hf_map_clip(map, entry, start, end) != KERN_SUCCESS)
		return (KERN_INVALID_ARGUMENT);
	KASSERT((entry->eflags & MAP_ENTRY_IN_TRANSITION) == 0 &&
		entry->wiring_thread == NULL,
	    ("entry %p claimed twice", (void *)entry));
	entry->eflags |= MAP_ENTRY_IN_TRANSITION;
	entry->wiring_thread = curthread;
	hf_node_acquired(HF_NODE_TRANSITION, 1);
	return (KERN_SUCCESS);
}

/* Clears the mark; true if somebody waits for that. */
static bool
disclaim(vm_map_entry_t entry)
{
	bool wanted;

	wanted = (entry->eflags & MAP_ENTRY_NEEDS_WAKEUP) != 0;
	entry->eflags &= ~(MAP_ENTRY_IN_TRANSITION | MAP_ENTRY_WIRE_SKIPPED |
	    MAP_ENTRY_NEEDS_WAKEUP);
	entry->wiring_thread = NULL;
	hf_node_released(HF_NODE_TRANSITION, 1);
	return (wanted);
}

static bool
is_mine(vm_map_entry_t entry)
{
	return ((entry->eflags & MAP_ENTRY_IN_TRANSITION) != 0 &&
	    entry->wiring_thread == curthread);
}

/* Is there a hole in the range behind the entry, and does the caller mind? */
static bool
is_hole_behind(vm_map_entry_t entry, vm_offset_t end, int flags)
{
	return ((flags & VM_MAP_WIRE_HOLESOK) == 0 && entry->end < end &&
	    vm_map_entry_succ(entry)->start > entry->end);
}

/* What wiring and unwiring do differently with a claimed entry. */
struct wiring {
	/*
	 * May say no, and may drop the map's lock in between: *entry is then
	 * the last piece of what was claimed.
	 */
	int (*step)(
	    vm_map_t, vm_map_entry_t *entry, vm_offset_t end, int flags);
	/* Its end, when all have taken their step or one has refused (rv). */
	void (*finish)(vm_map_t, vm_map_entry_t, int flags, int rv);
};

/*
 * Map locked exclusively, before and after.  Claims the entries from this one
 * on and takes a step with each.  What is claimed is below *end afterwards.
 */
static __always_inline int
claim_range(vm_map_t map, vm_map_entry_t entry, vm_offset_t start,
    vm_offset_t *end, int flags, const struct wiring *w)
{
	vm_offset_t resume;
	bool holes_ok;
	int rv;

	holes_ok = (flags & VM_MAP_WIRE_HOLESOK) != 0;
	while (entry != &map->header && entry->start < *end) {
		if ((entry->eflags & MAP_ENTRY_IN_TRANSITION) != 0) {
			entry = vm_map_entry_in_transition(
			    map, start, holes_ok, entry, &resume);
			if (entry == NULL) {
				*end = resume;
				return (KERN_INVALID_ADDRESS);
			}
			continue;
		}
		rv = claim(map, entry, start, *end);
		if (rv != KERN_SUCCESS) {
			*end = entry->start;
			return (rv);
		}
		rv = w->step(map, &entry, *end, flags);
		if (rv != KERN_SUCCESS) {
			*end = entry->end;
			return (rv);
		}
		entry = vm_map_entry_succ(entry);
	}
	return (KERN_SUCCESS);
}

/*
 * Map locked exclusively.  Ends the work on what is claimed, and wakes who
 * waits.
 */
static __always_inline void
finish_range(vm_map_t map, vm_offset_t start, vm_offset_t end, int flags,
    int rv, const struct wiring *w)
{
	vm_map_entry_t entry, prev;
	bool need_wakeup;

	need_wakeup = false;
	entry = hf_map_first_at(map, start);
	prev = vm_map_entry_pred(entry);
	for (; entry != &map->header && entry->start < end;
	     prev = entry, entry = vm_map_entry_succ(entry)) {
		/* With HOLESOK others' entries may have come into the range. */
		if (!is_mine(entry))
			continue;
		w->finish(map, entry, flags, rv);
		if (disclaim(entry))
			need_wakeup = true;
		entry = vm_map_try_merge_entries(map, prev, entry);
	}
	vm_map_try_merge_entries(map, prev, entry);
	if (need_wakeup)
		vm_map_wakeup(map);
}

/* Inlined, and w a constant: step and finish are then no indirect calls. */
static __always_inline int
wiring_range(vm_map_t map, vm_offset_t start, vm_offset_t end, int flags,
    const struct wiring *w)
{
	vm_map_entry_t entry;
	int rv;

	VM_MAP_ASSERT_LOCKED(map);
	if (!hf_map_clamp(map, &start, &end))
		return (KERN_SUCCESS);
	if (!vm_map_lookup_entry(map, start, &entry)) {
		if ((flags & VM_MAP_WIRE_HOLESOK) == 0)
			return (KERN_INVALID_ADDRESS);
		entry = vm_map_entry_succ(entry);
	}
	rv = claim_range(map, entry, start, &end, flags, w);
	finish_range(map, start, end, flags, rv, w);
	return (rv);
}

/* Faulting stopped at "failed": gives back what lies before it. */
static void
vm_map_wire_entry_failure(
    vm_map_t map, vm_map_entry_t entry, vm_offset_t failed)
{
	KASSERT(entry->wired_count == 1,
	    ("wire failure: wired_count %d", entry->wired_count));
	if (failed > entry->start) {
		pmap_unwire(map->pmap, entry->start, failed);
		vm_object_unwire(entry->object.vm_object, entry->offset,
		    failed - entry->start, PQ_ACTIVE);
	}
	entry->wired_count = -1; /* nothing left to undo */
}

/*
 * Faults every page of a claimed entry in, with the map busy and its lock
 * dropped.  Afterwards *entry is its last piece: the map may have changed, but
 * an entry in transition can only have been clipped.
 */
static int
wire_pages(vm_map_t map, vm_map_entry_t *entry)
{
	vm_map_entry_t e;
	vm_offset_t start, end, va;
	u_int last_timestamp;
	int rv;

	start = (*entry)->start;
	end = (*entry)->end;
	last_timestamp = map->timestamp;
	vm_map_busy(map);
	vm_map_unlock(map);
	rv = KERN_SUCCESS;
	for (va = start; va < end; va += PAGE_SIZE) {
		rv = vm_fault(map, va, VM_PROT_NONE, VM_FAULT_WIRE, NULL);
		if (rv != KERN_SUCCESS)
			break;
	}
	vm_map_lock(map);
	vm_map_unbusy(map);
	e = *entry;
	if (last_timestamp + 1 != map->timestamp &&
	    !vm_map_lookup_entry(map, start, &e))
		panic("vm_map_wire: entry at %#lx vanished", start);
	for (;; e = vm_map_entry_succ(e)) {
		if (rv != KERN_SUCCESS && va < e->end)
			vm_map_wire_entry_failure(map, e, ulmax(va, e->start));
		if (e->end >= end)
			break;
	}
	*entry = e;
	return (rv);
}

/* One unit more on a claimed entry; see above for what user units count. */
static int
wire_entry(vm_map_t map, vm_map_entry_t *entryp, int flags)
{
	vm_map_entry_t entry;
	vm_prot_t need;
	bool user;

	entry = *entryp;
	user = (flags & VM_MAP_WIRE_USER) != 0;
	need = (flags & VM_MAP_WIRE_WRITE) != 0 ? VM_PROT_WRITE : VM_PROT_NONE;
	if ((entry->protection & (VM_PROT_READ | VM_PROT_EXECUTE)) == 0 ||
	    (entry->protection & need) != need) {
		entry->eflags |= MAP_ENTRY_WIRE_SKIPPED;
		return ((flags & VM_MAP_WIRE_HOLESOK) != 0
			? KERN_SUCCESS
			: KERN_INVALID_ADDRESS);
	}
	if (user && (entry->eflags & MAP_ENTRY_USER_WIRED) != 0)
		return (KERN_SUCCESS);
	if (user && !vm_map_wire_user_count_add(atop(hf_entry_bytes(entry)))) {
		entry->eflags |= MAP_ENTRY_WIRE_SKIPPED;
		return (KERN_RESOURCE_SHORTAGE);
	}
	entry->hf_wirer = curthread->td_tid;
	if (entry->wired_count++ > 0)
		return (KERN_SUCCESS);
	return (wire_pages(map, entryp));
}

static int
wire_step(vm_map_t map, vm_map_entry_t *entry, vm_offset_t end, int flags)
{
	int rv;

	rv = wire_entry(map, entry, flags);
	if (rv == KERN_SUCCESS && is_hole_behind(*entry, end, flags))
		rv = KERN_INVALID_ADDRESS;
	return (rv);
}

/* The end of a wiring, successful or not, for one claimed entry. */
static void
wire_finish(vm_map_t map, vm_map_entry_t entry, int flags, int rv)
{
	bool user = (flags & VM_MAP_WIRE_USER) != 0;

	if ((entry->eflags & MAP_ENTRY_WIRE_SKIPPED) != 0 ||
	    (user && (entry->eflags & MAP_ENTRY_USER_WIRED) != 0))
		return; /* this call did nothing to it */
	if (rv == KERN_SUCCESS) {
		if (user)
			entry->eflags |= MAP_ENTRY_USER_WIRED;
		return;
	}
	if (user)
		vm_map_wire_user_count_sub(atop(hf_entry_bytes(entry)));
	if (entry->wired_count == -1)
		entry->wired_count = 0;
	else if (entry->wired_count == 1)
		vm_map_entry_unwire(map, entry);
	else
		entry->wired_count--;
}

static const struct wiring wiring = { .step = wire_step,
	.finish = wire_finish };

/*
 * vm_map_wire() with the map locked exclusively before and after; it is dropped
 * in between.
 */
int
vm_map_wire_locked(vm_map_t map, vm_offset_t start, vm_offset_t end, int flags)
{
	return (wiring_range(map, start, end, flags, &wiring));
}

/*
 * No lock held, not in a no-fault section; sleeps.  Makes all pages of the
 * range resident and keeps them so: one unit for the user (idempotent) or one
 * more for the system.  All or nothing: KERN_INVALID_ADDRESS (hole or
 * unreadable mapping; both are passed over with VM_MAP_WIRE_HOLESOK),
 * KERN_RESOURCE_SHORTAGE (over the user's limit), or the code of the fault that
 * failed.
 */
int
vm_map_wire(vm_map_t map, vm_offset_t start, vm_offset_t end, int flags)
{
	int rv;

	vm_map_lock(map);
	rv = vm_map_wire_locked(map, start, end, flags);
	vm_map_unlock(map);
	return (rv);
}

/* Nothing is changed before all entries are found to be in order. */
static int
unwire_step(vm_map_t map, vm_map_entry_t *entry, vm_offset_t end, int flags)
{
	if (is_hole_behind(*entry, end, flags))
		return (KERN_INVALID_ADDRESS);
	if ((flags & VM_MAP_WIRE_USER) == 0 &&
	    vm_map_entry_system_wired_count(*entry) == 0)
		return (KERN_INVALID_ARGUMENT);
	return (KERN_SUCCESS);
}

/* One unit less of a claimed entry, if all went well. */
static void
unwire_finish(vm_map_t map, vm_map_entry_t entry, int flags, int rv)
{
	bool user = (flags & VM_MAP_WIRE_USER) != 0;

	if (rv != KERN_SUCCESS || entry->wired_count == 0)
		return;
	if (user && (entry->eflags & MAP_ENTRY_USER_WIRED) == 0)
		return;
	if (entry->wired_count == 1) {
		vm_map_entry_unwire(map, entry);
		return;
	}
	if (user) {
		entry->eflags &= ~MAP_ENTRY_USER_WIRED;
		vm_map_wire_user_count_sub(atop(hf_entry_bytes(entry)));
	}
	entry->wired_count--;
}

static const struct wiring unwiring = { .step = unwire_step,
	.finish = unwire_finish };

/*
 * No lock held; sleeps.  Takes back one unit of the range, the user's (where
 * there is one) or the system's.  On failure nothing changed:
 * KERN_INVALID_ADDRESS (hole without VM_MAP_WIRE_HOLESOK),
 * KERN_INVALID_ARGUMENT (no system unit).
 */
int
vm_map_unwire(vm_map_t map, vm_offset_t start, vm_offset_t end, int flags)
{
	int rv;

	vm_map_lock(map);
	rv = wiring_range(map, start, end, flags, &unwiring);
	vm_map_unlock(map);
	return (rv);
}
