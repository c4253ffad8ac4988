/* SPDX-License-Identifier: BSD-2-Clause */
/* vm_map_fork.c: a child's address space. */

#include <sys/param.h>
#include <sys/systm.h>
#include <vm/vm.h>
#include <vm/pmap.h>
#include <vm/vm_extern.h>
#include <vm/vm_map.h>
#include <vm/vm_map_priv.h>
#include <vm/vm_object.h>
#include <vm/vm_pager.h>

/* What an entry of the child must not have from its parent. */
#define HF_NOT_INHERITED                                      \
	(MAP_ENTRY_USER_WIRED | MAP_ENTRY_IN_TRANSITION |     \
	    MAP_ENTRY_NEEDS_WAKEUP | MAP_ENTRY_WIRE_SKIPPED | \
	    MAP_ENTRY_WRITECNT)

/* Both maps locked exclusively: a copy of old, without object, linked last. */
static vm_map_entry_t
copy_entry(vm_map_t dst, vm_map_entry_t old)
{
	vm_map_entry_t new;

	new = vm_map_entry_create(dst);
	*new = *old;
	new->eflags &= ~HF_NOT_INHERITED;
	new->wired_count = 0;
	new->wiring_thread = NULL;
	new->object.vm_object = NULL;
	vm_map_entry_link(dst, dst->header.prev, new);
	if ((new->eflags &MAP_ENTRY_GUARD) == 0)
		dst->size += hf_entry_bytes(new);
	return (new);
}

/* Both map the same object from now on. */
static void
fork_share(vm_map_t dst, vm_map_t src, vm_map_entry_t old)
{
	vm_map_entry_t new;
	vm_object_t object;

	if (old->object.vm_object == NULL)
		vm_map_entry_back(old);
	object = old->object.vm_object;
	vm_object_reference(object);
	if ((old->eflags & MAP_ENTRY_NEEDS_COPY) != 0) {
		/*
		 * The shadow comes now, with a reference for each.  Its
		 * pages are reachable through two entries: who copies one up
		 * must remove the old one's mappings everywhere.
		 */
		vm_object_shadow(&old->object.vm_object, &old->offset,
		    hf_entry_bytes(old), old->cred, true);
		old->eflags &= ~MAP_ENTRY_NEEDS_COPY;
		vm_object_deallocate(object);
		object = old->object.vm_object;
	} else if ((object->flags & OBJ_ANON) != 0) {
		VM_OBJECT_WLOCK(object);
		hf_vm_object_share(object);
		VM_OBJECT_WUNLOCK(object);
	}
	/* The sharers may put pages above those that this one has wired. */
	if (old->wired_count != 0 && object->backing_object != NULL)
		hf_fault_copy_up(src, old);
	new = copy_entry(dst, old);
	new->object.vm_object = object;
	if ((old->eflags & MAP_ENTRY_WRITECNT) != 0) {
		vm_pager_update_writecount(object, new->start, new->end);
		new->eflags |= MAP_ENTRY_WRITECNT;
	}
	pmap_copy(
	    dst->pmap, src->pmap, new->start, hf_entry_bytes(new), old->start);
}

/*
 * A shared writable file mapping becomes private: its count goes when no map is
 * locked any more.
 */
static void
drop_writecount(vm_map_t map, vm_map_entry_t old)
{
	vm_map_entry_t ghost;

	ghost = vm_map_entry_create(map);
	*ghost = *old;
	vm_object_reference(ghost->object.vm_object);
	old->eflags &= ~MAP_ENTRY_WRITECNT;
	hf_map_defer(ghost);
}

/* Parent and child see today's memory; whoever writes gets a copy. */
static void
fork_copy(vm_map_t dst, vm_map_t src, vm_map_entry_t old)
{
	vm_map_entry_t new;
	vm_object_t object;

	/* Before the child can read what a stale right could still change. */
	if ((old->eflags & MAP_ENTRY_NEEDS_COPY) == 0 &&
	    (old->protection & VM_PROT_WRITE) != 0)
		pmap_protect(src->pmap, old->start, old->end,
		    old->protection & ~VM_PROT_WRITE);
	object = old->object.vm_object;
	if (object == NULL) {
		old->eflags &= ~(MAP_ENTRY_COW | MAP_ENTRY_NEEDS_COPY);
		copy_entry(dst, old);
		return;
	}
	if ((object->flags & OBJ_ANON) != 0) {
		VM_OBJECT_WLOCK(object);
		vm_object_collapse(object);
		if ((object->flags & OBJ_ONEMAPPING) != 0) {
			vm_object_split(old);
			object = old->object.vm_object;
		}
		vm_object_reference_locked(object);
		vm_object_clear_flag(object, OBJ_ONEMAPPING);
		VM_OBJECT_WUNLOCK(object);
	} else
		vm_object_reference(object);
	if ((old->eflags & MAP_ENTRY_WRITECNT) != 0)
		drop_writecount(src, old);
	old->eflags |= MAP_ENTRY_COW | MAP_ENTRY_NEEDS_COPY;
	new = copy_entry(dst, old);
	new->object.vm_object = object;
	pmap_copy(
	    dst->pmap, src->pmap, new->start, hf_entry_bytes(new), old->start);
}

static void
fork_entry(
    vm_map_t dst, vm_map_t src, vm_map_entry_t old, vm_ooffset_t *fork_charge)
{
	vm_map_entry_t new;
	vm_inherit_t inh;

	if ((old->eflags & MAP_ENTRY_IS_SUB_MAP) != 0)
		panic("vmspace_fork: submap");
	inh = old->inheritance;
	if ((old->eflags & MAP_ENTRY_GUARD) != 0 && inh != VM_INHERIT_NONE) {
		copy_entry(dst, old);
		return;
	}
	switch (inh) {
	case VM_INHERIT_NONE:
		break;
	case VM_INHERIT_SHARE:
		fork_share(dst, src, old);
		break;
	case VM_INHERIT_COPY:
		if (old->wired_count == 0 ||
		    (old->protection & VM_PROT_WRITE) == 0) {
			fork_copy(dst, src, old);
			break;
		}
		/* The parent must not fault: the child gets copies now. */
		new = copy_entry(dst, old);
		new->offset = 0;
		vm_fault_copy_entry(dst, src, new, old, fork_charge);
		break;
	case VM_INHERIT_ZERO:
		new = copy_entry(dst, old);
		new->offset = 0;
		new->eflags &= ~(MAP_ENTRY_COW | MAP_ENTRY_NEEDS_COPY |
		    MAP_ENTRY_NOSYNC | MAP_ENTRY_VN_EXEC);
		break;
	}
}

/*
 * No lock held; sleeps.  A new space that the rules of inheritance fill from
 * vm1. NULL when it cannot be made; then nothing changed.  *fork_charge grows
 * by what would have to be charged (nothing yet).
 */
struct vmspace *
vmspace_fork(struct vmspace *vm1, vm_ooffset_t *fork_charge)
{
	struct vmspace *vm2;
	vm_map_t old_map, new_map;
	vm_map_entry_t old;

	old_map = &vm1->vm_map;
	vm2 = vmspace_alloc(vm_map_min(old_map), vm_map_max(old_map), NULL);
	if (vm2 == NULL)
		return (NULL);
	new_map = &vm2->vm_map;
	vm2->vm_maxsaddr = vm1->vm_maxsaddr;
	vm2->vm_stacktop = vm1->vm_stacktop;
	vm_map_lock(old_map);
	vm_map_wait_busy(old_map);
	vm_map_lock(new_map);
	vm2->vm_ssize = vm1->vm_ssize;
	new_map->anon_loc = old_map->anon_loc;
	new_map->flags |=
	    old_map->flags & (MAP_ASLR | MAP_ASLR_IGNSTART | MAP_WXORX);
	VM_MAP_ENTRY_FOREACH (old, old_map)
		fork_entry(new_map, old_map, old, fork_charge);
	/* What was deferred waits until neither is locked. */
	hf_map_unlock_raw(new_map);
	vm_map_unlock(old_map);
	return (vm2);
}
