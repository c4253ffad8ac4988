/* SPDX-License-Identifier: BSD-2-Clause */
/* vm_page_identity.c: which page is at which index of which object. */
#include <sys/param.h>
#include <sys/systm.h>
#include <vm/vm.h>
#include <vm/vm_object.h>
#include <vm/vm_page.h>
#include <vm/vm_pager.h>
#include "vm_page_priv.h"

/* The resident page at pindex, or NULL.  Object locked. */
vm_page_t
vm_page_lookup(vm_object_t object, vm_pindex_t pindex)
{
	VM_OBJECT_ASSERT_LOCKED(object);
	return (vm_radix_lookup(&object->rtree, pindex));
}

/* The resident page with the lowest index >= pindex, or NULL.  Object locked. */
vm_page_t
vm_page_find_least(vm_object_t object, vm_pindex_t pindex)
{
	vm_page_t m;

	VM_OBJECT_ASSERT_LOCKED(object);
	m = TAILQ_FIRST(&object->memq);
	if (m != NULL && m->pindex < pindex)
		m = vm_radix_lookup_ge(&object->rtree, pindex);
	return (m);
}

/* The page at exactly the next index, or NULL.  Object locked. */
vm_page_t
vm_page_next(vm_page_t m)
{
	vm_page_t next;

	VM_OBJECT_ASSERT_LOCKED(m->object);
	next = TAILQ_NEXT(m, listq);
	return (next != NULL && next->pindex == m->pindex + 1 ? next : NULL);
}

/* The page at exactly the previous index, or NULL.  Object locked. */
vm_page_t
vm_page_prev(vm_page_t m)
{
	vm_page_t prev;

	VM_OBJECT_ASSERT_LOCKED(m->object);
	prev = TAILQ_PREV(m, respgs, listq);
	return (prev != NULL && prev->pindex == m->pindex - 1 ? prev : NULL);
}

/* Puts m on the object's list behind mpred, NULL: as the first. */
static void
list_page(vm_page_t m, vm_object_t object, vm_page_t mpred)
{
	if (mpred != NULL)
		TAILQ_INSERT_AFTER(&object->memq, mpred, m, listq);
	else
		TAILQ_INSERT_HEAD(&object->memq, m, listq);
	if (object->resident_page_count++ == 0 &&
	    object->pgops->hf_pgo_first_page != NULL)
		object->pgops->hf_pgo_first_page(object);
}

/*
 * mpred is the page before pindex, NULL: none.  0, or 1 when the index has no
 * memory; then only m->pindex has changed.
 */
int
hf_vm_page_insert_after(
    vm_page_t m, vm_object_t object, vm_pindex_t pindex, vm_page_t mpred)
{
	hf_vm_page_set_pindex(m, pindex);
	if (__predict_false(vm_radix_insert(&object->rtree, m) != 0))
		return (1);
	hf_vm_page_set_object(m, object);
	atomic_set_int(&m->ref_count, VPRC_OBJREF);
	list_page(m, object, mpred);
	if (vm_page_is_managed(m) && pmap_page_is_write_mapped(m))
		vm_object_set_writeable_dirty(object);
	return (0);
}

/*
 * Gives m an identity.  Object write-locked, m without one, pindex empty.  0;
 * or 1 when the index has no memory, m unchanged.
 */
int
vm_page_insert(vm_page_t m, vm_object_t object, vm_pindex_t pindex)
{
	vm_pindex_t before;
	vm_page_t mpred;

	VM_OBJECT_ASSERT_WLOCKED(object);
	KASSERT(m->object == NULL,
	    ("vm_page_insert: page %p has an object", (void *)m));
	mpred = vm_radix_lookup_le(&object->rtree, pindex);
	KASSERT(mpred == NULL || mpred->pindex != pindex,
	    ("vm_page_insert: pindex %#lx is occupied", pindex));
	before = m->pindex;
	if (hf_vm_page_insert_after(m, object, pindex, mpred) != 0) {
		hf_vm_page_set_pindex(m, before);
		return (1);
	}
	return (0);
}

void
hf_vm_page_object_remove(vm_page_t m)
{
	vm_object_t object = m->object;
	vm_page_t found;

	VM_OBJECT_ASSERT_WLOCKED(object);
	if ((vm_page_aflags(m) & PGA_SWAP_FREE) != 0)
		vm_pager_page_unswapped(m);
	if (__predict_false(hf_vm_page_is_emptied(m)))
		vm_page_aflag_clear(m, PGA_EMPTIED);
	found = vm_radix_remove(&object->rtree, m->pindex);
	KASSERT(found == m, ("page %p is not at its index", (void *)m));
	(void)found;
	TAILQ_REMOVE(&object->memq, m, listq);
	if (--object->resident_page_count == 0 &&
	    object->pgops->hf_pgo_last_page != NULL)
		object->pgops->hf_pgo_last_page(object);
}

/*
 * Takes m's identity away; keeps the busy lock.  Object write-locked, m
 * exclusively busied.  True: nothing refers to m, the caller frees it.  False:
 * a wiring is left and its last unwiring frees m.
 */
bool
vm_page_remove_xbusy(vm_page_t m)
{
	KASSERT(m->object != NULL && (m->ref_count & VPRC_OBJREF) != 0,
	    ("vm_page_remove: page %p has no object", (void *)m));
	vm_page_assert_xbusied(m);
	hf_vm_page_object_remove(m);
	hf_vm_page_set_object(m, NULL);
	return (
	    atomic_fetchadd_int(&m->ref_count, -VPRC_OBJREF) == VPRC_OBJREF);
}

/* vm_page_remove_xbusy(), and releases the busy lock. */
bool
vm_page_remove(vm_page_t m)
{
	u_int old;

	KASSERT(m->object != NULL && (m->ref_count & VPRC_OBJREF) != 0,
	    ("vm_page_remove: page %p has no object", (void *)m));
	vm_page_assert_xbusied(m);
	hf_vm_page_object_remove(m);
	hf_vm_page_set_object(m, NULL);
	/* Before the reference goes: afterwards an unwirer may free m. */
	vm_page_xunbusy(m);
	old = atomic_fetchadd_int(&m->ref_count, -VPRC_OBJREF);
	return (old == VPRC_OBJREF);
}

/*
 * Moves m to another object's empty index.  Both objects write-locked, m
 * exclusively busied; stays busied, wired, queued and mapped, and becomes
 * dirty if valid.  0; or 1 when the index has no memory, nothing changed.
 * The old backing store is the caller's to free.
 */
int
vm_page_rename(vm_page_t m, vm_object_t new_object, vm_pindex_t new_pindex)
{
	vm_object_t old_object __unused = m->object;
	const vm_pindex_t old_pindex = m->pindex;
	vm_page_t mpred;

	VM_OBJECT_ASSERT_WLOCKED(old_object);
	VM_OBJECT_ASSERT_WLOCKED(new_object);
	vm_page_assert_xbusied(m);
	KASSERT((m->ref_count & VPRC_OBJREF) != 0,
	    ("vm_page_rename: page %p has no object", (void *)m));
	mpred = vm_radix_lookup_le(&new_object->rtree, new_pindex);
	KASSERT(mpred == NULL || mpred->pindex != new_pindex,
	    ("vm_page_rename: pindex %#lx is occupied", new_pindex));
	if (mpred == m) /* moved up within its object */
		mpred = TAILQ_PREV(m, respgs, listq);

	/* The tree takes the index from the page. */
	hf_vm_page_set_pindex(m, new_pindex);
	if (vm_radix_insert(&new_object->rtree, m) != 0) {
		hf_vm_page_set_pindex(m, old_pindex);
		return (1);
	}
	hf_vm_page_set_pindex(m, old_pindex);
	hf_vm_page_object_remove(m);
	hf_vm_page_set_pindex(m, new_pindex);
	hf_vm_page_set_object(m, new_object);
	list_page(m, new_object, mpred);
	if (vm_page_any_valid(m))
		m->dirty = VM_PAGE_BITS_ALL;
	if (vm_page_is_managed(m) && pmap_page_is_write_mapped(m))
		vm_object_set_writeable_dirty(new_object);
	return (0);
}

/*
 * mnew, object-less, takes the place of mold at pindex.  Object write-locked,
 * both exclusively busied; mnew stays so.  mold is freed unless wired.
 */
void
vm_page_replace(
    vm_page_t mnew, vm_object_t object, vm_pindex_t pindex, vm_page_t mold)
{
	vm_page_t old;

	VM_OBJECT_ASSERT_WLOCKED(object);
	vm_page_assert_xbusied(mnew);
	vm_page_assert_xbusied(mold);
	KASSERT(mnew->object == NULL && (mnew->ref_count & VPRC_OBJREF) == 0,
	    ("vm_page_replace: page %p has an object", (void *)mnew));
	KASSERT(
	    (mnew->oflags & VPO_UNMANAGED) == (mold->oflags & VPO_UNMANAGED),
	    ("vm_page_replace: managed and unmanaged"));
	KASSERT(mold->object == object && mold->pindex == pindex,
	    ("vm_page_replace: page %p is not at %#lx", (void *)mold, pindex));

	hf_vm_page_set_pindex(mnew, pindex);
	old = vm_radix_replace(&object->rtree, mnew);
	KASSERT(old == mold, ("vm_page_replace: another page was there"));
	(void)old;
	hf_vm_page_set_object(mnew, object);
	atomic_set_int(&mnew->ref_count, VPRC_OBJREF);
	TAILQ_INSERT_AFTER(&object->memq, mold, mnew, listq);
	TAILQ_REMOVE(&object->memq, mold, listq);
	hf_vm_page_set_object(mold, NULL);
	vm_page_xunbusy(mold);
	if (vm_page_is_managed(mnew) && pmap_page_is_write_mapped(mnew))
		vm_object_set_writeable_dirty(object);
	if (atomic_fetchadd_int(&mold->ref_count, -VPRC_OBJREF) == VPRC_OBJREF)
		vm_page_free(mold);
}
