/* SPDX-License-Identifier: BSD-2-Clause */
/* vm_map_protect.c: changing what a range permits. */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/mman.h>
#include <vm/vm.h>
#include <vm/pmap.h>
#include <vm/vm_extern.h>
#include <vm/vm_map.h>
#include <vm/vm_map_priv.h>

/*
 * May the whole range have these rights?  *busy_entry is one that is being
 * wired or unwired, or NULL.
 */
static int
check_range(vm_map_t map, vm_offset_t start, vm_offset_t end, vm_prot_t prot,
    vm_map_entry_t *busy_entry)
{
	vm_map_entry_t entry;
	vm_prot_t max;

	*busy_entry = NULL;
	for (entry = hf_map_first_at(map, start);
	     entry != &map->header && entry->start < end;
	     entry = vm_map_entry_succ(entry)) {
		if ((entry->eflags & MAP_ENTRY_IS_SUB_MAP) != 0)
			return (KERN_INVALID_ARGUMENT);
		if ((entry->eflags & MAP_ENTRY_GUARD) != 0 &&
		    !hf_entry_is_gap(entry))
			continue;
		max = hf_entry_is_gap(entry) ? PROT_MAX_EXTRACT(entry->offset)
					     : entry->max_protection;
		if ((prot & ~max) != 0)
			return (KERN_PROTECTION_FAILURE);
		if ((entry->eflags & MAP_ENTRY_IN_TRANSITION) != 0 &&
		    *busy_entry == NULL)
			*busy_entry = entry;
	}
	return (KERN_SUCCESS);
}

/* A gap only remembers the rights for what the stack grows into. */
static void
protect_gap(vm_map_entry_t entry, vm_prot_t prot, vm_prot_t maxprot, int flags)
{
	vm_prot_t p, m;

	p = PROT_EXTRACT(entry->offset);
	m = PROT_MAX_EXTRACT(entry->offset);
	if ((flags & VM_MAP_PROTECT_SET_MAXPROT) != 0) {
		m = maxprot;
		p &= m;
	}
	if ((flags & VM_MAP_PROTECT_SET_PROT) != 0)
		p = prot;
	entry->offset = (vm_ooffset_t)p | PROT_MAX((vm_ooffset_t)m);
}

/* The entry lies within the range and all is checked: cannot fail. */
static void
protect_entry(vm_map_t map, vm_map_entry_t entry, vm_prot_t prot,
    vm_prot_t maxprot, int flags)
{
	vm_prot_t old, mask;

	if (hf_entry_is_gap(entry)) {
		protect_gap(entry, prot, maxprot, flags);
		return;
	}
	if ((entry->eflags & MAP_ENTRY_GUARD) != 0)
		return;
	old = entry->protection;
	if ((flags & VM_MAP_PROTECT_SET_MAXPROT) != 0) {
		entry->max_protection = maxprot;
		entry->protection = maxprot & old;
	}
	if ((flags & VM_MAP_PROTECT_SET_PROT) != 0)
		entry->protection = prot;
	/* Wired memory must not meet a copy-on-write fault later. */
	if ((entry->eflags & MAP_ENTRY_COW) != 0 && entry->wired_count != 0 &&
	    (entry->protection & VM_PROT_WRITE) != 0 &&
	    (old & VM_PROT_WRITE) == 0)
		vm_fault_copy_entry(map, map, entry, entry, NULL);
	/* What was gained comes with the next fault. */
	if ((old & ~entry->protection) != 0) {
		mask = (entry->eflags & MAP_ENTRY_COW) != 0
		    ? VM_PROT_ALL & ~VM_PROT_WRITE
		    : VM_PROT_ALL;
		pmap_protect(map->pmap, entry->start, entry->end,
		    entry->protection & mask);
	}
}

/*
 * No map lock held; may sleep.  Sets the protection and/or the maximum of all
 * that is mapped in the range (flags VM_MAP_PROTECT_SET_); the maximum can only
 * shrink.  Holes and plain guards are passed over.  On failure no entry
 * changed: KERN_PROTECTION_FAILURE (beyond a maximum), KERN_OUT_OF_BOUNDS (prot
 * is not within maxprot), KERN_INVALID_ARGUMENT (submap).
 */
int
vm_map_protect(vm_map_t map, vm_offset_t start, vm_offset_t end,
    vm_prot_t new_prot, vm_prot_t new_maxprot, int flags)
{
	vm_map_entry_t entry, prev, in_transition;
	vm_prot_t check;
	int rv;

	if (start == end)
		return (KERN_SUCCESS);
	check = 0;
	if ((flags & VM_MAP_PROTECT_SET_PROT) != 0)
		check |= new_prot;
	if ((flags & VM_MAP_PROTECT_SET_MAXPROT) != 0)
		check |= new_maxprot;
	if (flags == (VM_MAP_PROTECT_SET_PROT | VM_MAP_PROTECT_SET_MAXPROT) &&
	    (new_prot & ~new_maxprot) != 0)
		return (KERN_OUT_OF_BOUNDS);
	for (;;) {
		vm_map_lock(map);
		if ((map->flags & MAP_WXORX) != 0 &&
		    (flags & VM_MAP_PROTECT_SET_PROT) != 0 &&
		    (new_prot & (VM_PROT_WRITE | VM_PROT_EXECUTE)) ==
			(VM_PROT_WRITE | VM_PROT_EXECUTE)) {
			vm_map_unlock(map);
			return (KERN_PROTECTION_FAILURE);
		}
		vm_map_wait_busy(map);
		if (!hf_map_clamp(map, &start, &end)) {
			vm_map_unlock(map);
			return (KERN_SUCCESS);
		}
		rv = check_range(map, start, end, check, &in_transition);
		if (rv != KERN_SUCCESS) {
			vm_map_unlock(map);
			return (rv);
		}
		if (in_transition == NULL)
			break;
		in_transition->eflags |= MAP_ENTRY_NEEDS_WAKEUP;
		vm_map_unlock_and_wait(map, 0);
	}
	entry = hf_map_first_at(map, start);
	for (;
	     rv == KERN_SUCCESS && entry != &map->header && entry->start < end;
	     entry = vm_map_entry_succ(entry))
		rv = hf_map_clip(map, entry, start, end);
	entry = hf_map_first_at(map, start);
	prev = vm_map_entry_pred(entry);
	for (; entry != &map->header && entry->start < end;
	     prev = entry, entry = vm_map_entry_succ(entry)) {
		if (rv == KERN_SUCCESS)
			protect_entry(map, entry, new_prot, new_maxprot, flags);
		entry = vm_map_try_merge_entries(map, prev, entry);
	}
	vm_map_try_merge_entries(map, prev, entry);
	vm_map_unlock(map);
	return (rv);
}
