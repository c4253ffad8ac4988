/* SPDX-License-Identifier: BSD-2-Clause */
/* vm_object_shadow.c: shadow objects, splitting and growing of objects. */
#include <sys/param.h>
#include <sys/systm.h>
#include <vm/vm.h>
#include <vm/vm_map.h>
#include <vm/vm_object.h>
#include <vm/vm_page.h>
#include <vm/vm_pager.h>
#include "vm_object_priv.h"

void
hf_vm_object_backing_link(vm_object_t object, vm_object_t backing)
{
	VM_OBJECT_ASSERT_WLOCKED(object);
	VM_OBJECT_ASSERT_WLOCKED(backing);
	LIST_INSERT_HEAD(&backing->shadow_head, object, shadow_list);
	backing->shadow_count++;
	object->backing_object = backing;
	object->flags |= OBJ_SHADOWLIST;
}

void
hf_vm_object_backing_unlink(vm_object_t object, vm_object_t backing)
{
	VM_OBJECT_ASSERT_WLOCKED(object);
	VM_OBJECT_ASSERT_WLOCKED(backing);
	KASSERT(object->backing_object == backing,
	    ("object %p is not backed by %p", (void *)object, (void *)backing));
	LIST_REMOVE(object, shadow_list);
	backing->shadow_count--;
	object->backing_object = NULL;
	object->flags &= ~OBJ_SHADOWLIST;
}

/* Links backing behind object and references it.  object write-locked. */
void
vm_object_backing_insert_ref(vm_object_t object, vm_object_t backing)
{
	VM_OBJECT_ASSERT_WLOCKED(object);
	if (backing == NULL) {
		object->backing_object_offset = 0;
		return;
	}
	VM_OBJECT_WLOCK(backing);
	hf_vm_object_backing_link(object, backing);
	vm_object_reference_locked(backing);
	VM_OBJECT_WUNLOCK(backing);
}

void
hf_vm_object_share(vm_object_t object)
{
	VM_OBJECT_ASSERT_WLOCKED(object);
	vm_object_clear_flag(object, OBJ_ONEMAPPING);
	object->shared = true;
}

/*
 * Puts a new anonymous object of length bytes in front of *object at *offset
 * and sets them to it and 0, unless *object is anonymous and the caller's
 * alone.  The caller's reference to *object (which may be NULL) becomes
 * the new object's.  With shared, the new object gets two references.  Nothing
 * is copied.  Object unlocked, map locked; may sleep.
 */
void
vm_object_shadow(vm_object_t *object, vm_ooffset_t *offset, vm_size_t length,
    struct ucred *cred, bool shared)
{
	vm_object_t result, source;

	source = *object;
	if (source != NULL && !shared && (source->flags & OBJ_ANON) != 0 &&
	    atomic_load_int(&source->ref_count) == 1)
		return;
	result = vm_object_allocate_anon(
	    atop(length), source, cred, cred != NULL ? length : 0);
	VM_OBJECT_WLOCK(result);
	if (shared) {
		vm_object_reference_locked(result);
		hf_vm_object_share(result);
	}
	if (source != NULL) {
		VM_OBJECT_WLOCK(source);
		hf_vm_object_backing_link(result, source);
		result->pg_color = source->pg_color;
		VM_OBJECT_WUNLOCK(source);
		result->backing_object_offset = *offset;
	}
	VM_OBJECT_WUNLOCK(result);
	*offset = 0;
	*object = result;
}

/* Waits until nobody collapses the backing of a write-locked object. */
static void
collapse_wait(vm_object_t object)
{
	vm_object_t backing;

	while ((backing = object->backing_object) != NULL &&
	    (backing->flags & OBJ_DEAD) != 0) {
		VM_OBJECT_WUNLOCK(object);
		vm_object_pip_wait_unlocked(backing, "vmcolw");
		VM_OBJECT_WLOCK(object);
	}
}

/*
 * Moves orig's pages [start, start + size) to new, both write-locked and so on
 * return; the locks are dropped to wait.
 */
static void
move_pages(
    vm_object_t orig, vm_object_t new, vm_pindex_t start, vm_pindex_t size)
{
	vm_page_t m, next;

again:
	for (m = vm_page_find_least(orig, start);
	     m != NULL && m->pindex - start < size; m = next) {
		next = TAILQ_NEXT(m, listq);
		if (!vm_page_tryxbusy(m)) {
			VM_OBJECT_WUNLOCK(new);
			if (vm_page_busy_sleep(m, "spltwt", 0))
				VM_OBJECT_WLOCK(orig);
			VM_OBJECT_WUNLOCK(orig);
			VM_OBJECT_WLOCK(new);
			VM_OBJECT_WLOCK(orig);
			goto again;
		}
		/* One that a wired entry waits for the contents of stays. */
		if (vm_page_none_valid(m) && m->hf_entry_wirings == 0) {
			if (vm_page_remove(m))
				vm_page_free(m);
			continue;
		}
		if (vm_page_rename(m, new, m->pindex - start) != 0) {
			vm_page_xunbusy(m);
			VM_OBJECT_WUNLOCK(orig);
			VM_OBJECT_WUNLOCK(new);
			vm_radix_wait();
			VM_OBJECT_WLOCK(new);
			VM_OBJECT_WLOCK(orig);
			goto again;
		}
		vm_page_xunbusy(m);
	}
}

/*
 * Gives size pages from *offset of an anonymous object with several references
 * an object of their own, with the same memory behind them; *objectp and
 * *offset are set to it.  One reference moves along.  *objectp is write-locked
 * before and after; may sleep.
 */
void
hf_vm_object_split_range(vm_object_t *objectp, vm_ooffset_t *offset,
    vm_pindex_t size, struct ucred *cred)
{
	vm_object_t new, orig;

	orig = *objectp;
	VM_OBJECT_ASSERT_WLOCKED(orig);
	if ((orig->flags & OBJ_ANON) == 0 || orig->ref_count <= 1)
		return;
	VM_OBJECT_WUNLOCK(orig);
	new = vm_object_allocate_anon(size, orig, orig->cred, ptoa(size));
	VM_OBJECT_WLOCK(orig);
	/* A fault must not find the chain of new half made. */
	collapse_wait(orig);
	VM_OBJECT_WUNLOCK(orig);
	VM_OBJECT_WLOCK(new);
	VM_OBJECT_WLOCK(orig);
	if (orig->backing_object != NULL) {
		new->backing_object_offset =
		    orig->backing_object_offset + *offset;
		vm_object_backing_insert_ref(new, orig->backing_object);
	}
	if (orig->cred != NULL)
		orig->charge -= MIN(orig->charge, ptoa(size));
	/* No read-ahead into what is being moved: pitfall 3. */
	vm_object_set_flag(orig, OBJ_SPLIT);
	move_pages(orig, new, OFF_TO_IDX(*offset), size);
	vm_object_clear_flag(orig, OBJ_SPLIT);
	VM_OBJECT_WUNLOCK(orig);
	VM_OBJECT_WUNLOCK(new);
	*objectp = new;
	*offset = 0;
	vm_object_deallocate(orig);
	VM_OBJECT_WLOCK(new);
}

/* hf_vm_object_split_range() for a map entry; its object is write-locked. */
void
vm_object_split(vm_map_entry_t entry)
{
	hf_vm_object_split_range(&entry->object.vm_object, &entry->offset,
	    atop(entry->end - entry->start), entry->cred);
}

/*
 * May prev_object, of which an entry maps prev_size bytes at prev_offset, serve
 * next_size bytes right after them?  TRUE: it has been grown and what it held
 * there is gone.  NULL: TRUE.  Unlocked; may sleep.
 */
boolean_t
vm_object_coalesce(vm_object_t prev_object, vm_ooffset_t prev_offset,
    vm_size_t prev_size, vm_size_t next_size, boolean_t reserved)
{
	const vm_pindex_t join = OFF_TO_IDX(prev_offset) + atop(prev_size);
	const vm_pindex_t end = join + atop(next_size);

	if (prev_object == NULL)
		return (TRUE);
	if ((prev_object->flags & OBJ_ANON) == 0)
		return (FALSE);
	VM_OBJECT_WLOCK(prev_object);
	vm_object_collapse(prev_object);
	if (prev_object->backing_object != NULL ||
	    (prev_object->ref_count > 1 && prev_object->size != join &&
		(prev_object->flags & OBJ_ONEMAPPING) == 0)) {
		VM_OBJECT_WUNLOCK(prev_object);
		return (FALSE);
	}
	if (prev_object->cred != NULL)
		prev_object->charge += next_size;
	if (join < prev_object->size)
		vm_object_page_remove(prev_object, join, end, HF_OBJPR_LEAVE);
	if (end > prev_object->size)
		prev_object->size = end;
	VM_OBJECT_WUNLOCK(prev_object);
	return (TRUE);
}
