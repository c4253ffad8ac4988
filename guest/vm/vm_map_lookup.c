/* SPDX-License-Identifier: BSD-2-Clause */
/* vm_map_lookup.c: from an address and an access to object, index, rights. */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/proc.h>
#include <vm/vm.h>
#include <vm/vm_map.h>
#include <vm/vm_map_priv.h>
#include <vm/vm_object.h>

/*
 * What the entry says about the access.  *want becomes what has to be provided
 * (all of a wired entry), *prot what may be granted.
 */
static int
check_access(vm_map_entry_t entry, vm_prot_t fault_type, vm_prot_t *want,
    vm_prot_t *prot, boolean_t *wired)
{
	vm_prot_t access;

	access = fault_type & VM_PROT_ALL;
	*prot = entry->protection;
	if ((access & *prot) != access || *prot == VM_PROT_NONE)
		return (KERN_PROTECTION_FAILURE);
	if ((fault_type & VM_PROT_COPY) != 0 &&
	    (entry->max_protection & VM_PROT_WRITE) == 0 &&
	    (entry->eflags & MAP_ENTRY_COW) == 0)
		return (KERN_PROTECTION_FAILURE);
	*want = fault_type;
	*wired = entry->wired_count != 0;
	if (*wired)
		*want = *prot | (fault_type & VM_PROT_COPY);
	return (KERN_SUCCESS);
}

/*
 * Exclusive lock in between, shared before and after; false: the map changed
 * and no lock is held.  Gives the entry its shadow object.
 */
static bool
make_shadow(vm_map_t map, vm_map_entry_t entry)
{
	if (vm_map_lock_upgrade(map))
		return (false);
	if (entry->object.vm_object == NULL && !map->system_map)
		vm_map_entry_back(entry);
	else {
		vm_object_shadow(&entry->object.vm_object, &entry->offset,
		    hf_entry_bytes(entry), entry->cred, false);
		entry->eflags &= ~MAP_ENTRY_NEEDS_COPY;
	}
	vm_map_lock_downgrade(map);
	return (true);
}

/* The same for an entry that has no object at all. */
static bool
make_object(vm_map_t map, vm_map_entry_t entry)
{
	if (vm_map_lock_upgrade(map))
		return (false);
	vm_map_entry_back(entry);
	vm_map_lock_downgrade(map);
	return (true);
}

/*
 * No lock held.  KERN_SUCCESS: the map (*var_map, another one below a submap) is
 * locked shared until vm_map_lookup_done(), and *out_entry, *object, *pindex,
 * *out_prot (what a mapping may grant) and *wired describe vaddr.  Otherwise
 * unlocked: KERN_INVALID_ADDRESS (nothing mapped), KERN_PROTECTION_FAILURE.
 * VM_PROT_FAULT_LOOKUP allows a stack to grow.  May sleep.
 */
int
vm_map_lookup(vm_map_t *var_map, vm_offset_t vaddr, vm_prot_t fault_typea,
    vm_map_entry_t *out_entry, vm_object_t *object, vm_pindex_t *pindex,
    vm_prot_t *out_prot, boolean_t *wired)
{
	vm_map_entry_t entry;
	vm_map_t map, submap;
	vm_prot_t want;
	int rv;

restart:
	map = *var_map;
	vm_map_lock_read(map);
again:
	if (__predict_false(!vm_map_lookup_entry(map, vaddr, &entry))) {
		vm_map_unlock_read(map);
		return (KERN_INVALID_ADDRESS);
	}
	if (__predict_false((entry->eflags & MAP_ENTRY_IS_SUB_MAP) != 0)) {
		submap = entry->object.sub_map;
		vm_map_unlock_read(map);
		*var_map = submap;
		goto restart;
	}
	rv = check_access(entry, fault_typea, &want, out_prot, wired);
	if (__predict_false(rv != KERN_SUCCESS)) {
		if (entry->protection == VM_PROT_NONE &&
		    (fault_typea & VM_PROT_FAULT_LOOKUP) != 0 &&
		    hf_entry_is_gap(entry) && !map->system_map &&
		    vm_map_growstack(map, vaddr, entry) == KERN_SUCCESS)
			goto again;
		vm_map_unlock_read(map);
		return (rv);
	}
	if ((entry->eflags & MAP_ENTRY_NEEDS_COPY) != 0) {
		if ((want & (VM_PROT_WRITE | VM_PROT_COPY)) == 0)
			*out_prot &= ~VM_PROT_WRITE;
		else if (!make_shadow(map, entry))
			goto restart;
	}
	if (entry->object.vm_object == NULL && !map->system_map &&
	    !make_object(map, entry))
		goto restart;
	*out_entry = entry;
	*object = entry->object.vm_object;
	*pindex = OFF_TO_IDX((vaddr - entry->start) + entry->offset);
	return (KERN_SUCCESS);
}

/*
 * The same with the map locked, any way, before and after; never sleeps and
 * never changes the map: KERN_FAILURE where vm_map_lookup() would.
 */
int
vm_map_lookup_locked(vm_map_t *var_map, vm_offset_t vaddr,
    vm_prot_t fault_typea, vm_map_entry_t *out_entry, vm_object_t *object,
    vm_pindex_t *pindex, vm_prot_t *out_prot, boolean_t *wired)
{
	vm_map_entry_t entry;
	vm_map_t map;
	vm_prot_t want;
	int rv;

	map = *var_map;
	VM_MAP_ASSERT_RLOCKED(map);
	if (!vm_map_lookup_entry(map, vaddr, &entry))
		return (KERN_INVALID_ADDRESS);
	if ((entry->eflags & MAP_ENTRY_IS_SUB_MAP) != 0)
		return (KERN_FAILURE);
	rv = check_access(entry, fault_typea, &want, out_prot, wired);
	if (rv != KERN_SUCCESS)
		return (rv);
	if ((entry->eflags & MAP_ENTRY_NEEDS_COPY) != 0) {
		if ((want & (VM_PROT_WRITE | VM_PROT_COPY)) != 0)
			return (KERN_FAILURE);
		*out_prot &= ~VM_PROT_WRITE;
	}
	if (entry->object.vm_object == NULL && !map->system_map)
		return (KERN_FAILURE);
	*out_entry = entry;
	*object = entry->object.vm_object;
	*pindex = OFF_TO_IDX((vaddr - entry->start) + entry->offset);
	return (KERN_SUCCESS);
}

/* Ends what a successful vm_map_lookup() began. */
void
vm_map_lookup_done(vm_map_t map, vm_map_entry_t entry)
{
	(void)entry;
	vm_map_unlock_read(map);
}

/*
 * Any map lock.  TRUE iff no address of the range is unmapped and each entry
 * permits all of protection.
 */
boolean_t
vm_map_check_protection(
    vm_map_t map, vm_offset_t start, vm_offset_t end, vm_prot_t protection)
{
	vm_map_entry_t entry;

	if (!vm_map_lookup_entry(map, start, &entry))
		return (start >= end);
	for (; start < end; entry = vm_map_entry_succ(entry)) {
		/* The header starts at the map's end: a hole up to there. */
		if ((entry->eflags & MAP_ENTRY_HEADER) != 0 ||
		    start < entry->start ||
		    (entry->protection & protection) != protection)
			return (FALSE);
		start = entry->end;
	}
	return (TRUE);
}
