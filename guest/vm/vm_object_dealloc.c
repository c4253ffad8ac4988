/* SPDX-License-Identifier: BSD-2-Clause */
/* vm_object_dealloc.c: dropping references, down the shadow chain. */
#include <sys/param.h>
#include <sys/systm.h>
#include <vm/vm.h>
#include <vm/vm_object.h>
#include <vm/vm_page.h>
#include <vm/vm_pager.h>
#include "vm_object_priv.h"

/* Drops a reference as long as more than `keep' remain. */
static bool
release_if_above(vm_object_t object, u_int keep)
{
	u_int old;

	old = atomic_load_int(&object->ref_count);
	do {
		KASSERT(old > 0,
		    ("vm_object_deallocate: object %p has no "
		     "references",
			(void *)object));
		if (old <= keep + 1)
			return (false);
	} while (!atomic_fcmpset_int(&object->ref_count, &old, old - 1));
	return (true);
}

/* A vnode's object lives on; its vnode is not used by it any more. */
static void
deallocate_vnode(vm_object_t object)
{
	u_int old;

	VM_OBJECT_WLOCK(object);
	old = atomic_fetchadd_int(&object->ref_count, -1);
	KASSERT(old > 0,
	    ("vm_object_deallocate: object %p has no references",
		(void *)object));
	VM_OBJECT_WUNLOCK(object);
	if (old == 1 && object->pgops->hf_pgo_last_ref != NULL)
		object->pgops->hf_pgo_last_ref(object);
}

/*
 * Anonymous, write-locked, one reference left: that of its only front.  Folds
 * it into the front if it can.  Consumes the lock.  Returns the front
 * with a reference for the caller to drop, or NULL.
 */
static vm_object_t
fold_into_front(vm_object_t object)
{
	vm_object_t front;

	front = LIST_FIRST(&object->shadow_head);
	KASSERT(front != NULL,
	    ("vm_object_deallocate: object %p has no front", (void *)object));
	if (!VM_OBJECT_TRYWLOCK(front)) {
		/* Order: front first.  Paging keeps both from going away. */
		vm_object_pip_add(front, 1);
		vm_object_pip_add(object, 1);
		VM_OBJECT_WUNLOCK(object);
		VM_OBJECT_WLOCK(front);
		vm_object_pip_wakeup(front);
		VM_OBJECT_WLOCK(object);
		vm_object_pip_wakeup(object);
		if (front->backing_object != object || object->ref_count != 1 ||
		    object->shadow_count != 1) {
			VM_OBJECT_WUNLOCK(object);
			VM_OBJECT_WUNLOCK(front);
			return (NULL);
		}
	}
	if ((front->flags & (OBJ_DEAD | OBJ_COLLAPSING)) != 0 ||
	    front->ref_count == 0 || (front->flags & OBJ_ANON) == 0) {
		VM_OBJECT_WUNLOCK(object);
		VM_OBJECT_WUNLOCK(front);
		return (NULL);
	}
	vm_object_reference_locked(front);
	VM_OBJECT_WUNLOCK(object);
	vm_object_collapse(front);
	VM_OBJECT_WUNLOCK(front);
	return (front);
}

/*
 * The reference just dropped was the last; the object is write-locked.
 * Consumes lock and object; returns the backing object, whose reference is now
 * the caller's to drop.
 */
static vm_object_t
end_object(vm_object_t object)
{
	vm_object_t backing;

	KASSERT(object->shadow_count == 0,
	    ("vm_object_deallocate: object %p has %d fronts but no references",
		(void *)object, object->shadow_count));
	backing = object->backing_object;
	if (backing != NULL) {
		VM_OBJECT_WLOCK(backing);
		hf_vm_object_backing_unlink(object, backing);
		VM_OBJECT_WUNLOCK(backing);
	}
	KASSERT((object->flags & OBJ_DEAD) == 0,
	    ("vm_object_deallocate: object %p is dead", (void *)object));
	vm_object_set_flag(object, OBJ_DEAD);
	vm_object_terminate(object);
	return (backing);
}

/*
 * Drops a reference; with the last one the object ends, and so on down the
 * chain (a vnode's object ends with its vnode).  An anonymous object left to
 * one front is folded into it.  No object lock held; may sleep; NULL is ok.
 */
void
vm_object_deallocate(vm_object_t object)
{
	u_int old;

	while (object != NULL) {
		if (release_if_above(
			object, (object->flags & OBJ_ANON) != 0 ? 1 : 0))
			return;
		if (object->type == OBJT_VNODE) {
			deallocate_vnode(object);
			return;
		}
		VM_OBJECT_WLOCK(object);
		old = atomic_fetchadd_int(&object->ref_count, -1);
		if (old == 1) {
			object = end_object(object);
			continue;
		}
		if (old > 2 || (object->flags & OBJ_ANON) == 0) {
			VM_OBJECT_WUNLOCK(object);
			return;
		}
		if (object->shadow_count == 0) {
			vm_object_set_flag(object, OBJ_ONEMAPPING);
			object->shared = false;
			VM_OBJECT_WUNLOCK(object);
			return;
		}
		if (object->shadow_count > 1) {
			VM_OBJECT_WUNLOCK(object);
			return;
		}
		object = fold_into_front(object);
	}
}
