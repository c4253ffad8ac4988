/* SPDX-License-Identifier: BSD-2-Clause */
/* phys_pager.c: zero-filled memory that is never paged out. */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/lock.h>
#include <sys/mutex.h>
#include <sys/sx.h>
#include <vm/vm.h>
#include <vm/vm_object.h>
#include <vm/vm_page.h>
#include <vm/vm_pager.h>

/* The objects that have a handle, under handles_sx. */
#define MAX_HANDLES 64

static struct sx handles_sx; /* "phys pager" */
static vm_object_t handles[MAX_HANDLES];

static void
phys_pager_init(void)
{
	sx_init(&handles_sx, "phys pager");
}

static int
slot_of(void *handle)
{
	int i, unused;

	unused = -1;
	for (i = 0; i < MAX_HANDLES; i++) {
		if (handles[i] == NULL)
			unused = i;
		else if (handles[i]->handle == handle)
			return (i);
	}
	return (unused);
}

/*
 * The object of a handle, at least size bytes long, referenced once more; a
 * new one without handle.  NULL for an unaligned offset.
 */
static vm_object_t
phys_pager_alloc(void *handle, vm_ooffset_t size, vm_prot_t prot,
    vm_ooffset_t offset, struct ucred *cred)
{
	const vm_pindex_t pages = OFF_TO_IDX(offset + PAGE_MASK + size);
	vm_object_t object;
	int slot;

	if ((offset & PAGE_MASK) != 0)
		return (NULL);
	if (handle == NULL)
		return (vm_object_allocate(OBJT_PHYS, pages));
	sx_xlock(&handles_sx);
	slot = slot_of(handle);
	object = slot < 0 ? NULL : handles[slot];
	if (object != NULL) {
		VM_OBJECT_WLOCK(object);
		if ((object->flags & OBJ_DEAD) == 0) {
			vm_object_reference_locked(object);
			object->size = MAX(object->size, pages);
			VM_OBJECT_WUNLOCK(object);
			sx_xunlock(&handles_sx);
			return (object);
		}
		/* Ending: it forgets its own entry, not a new object's. */
		object->handle = NULL;
		VM_OBJECT_WUNLOCK(object);
		object = NULL;
	}
	if (slot >= 0) {
		object = vm_object_allocate(OBJT_PHYS, pages);
		object->handle = handle;
		handles[slot] = object;
	}
	sx_xunlock(&handles_sx);
	return (object);
}

/* Object write-locked, dead; the lock is dropped meanwhile. */
static void
phys_pager_dealloc(vm_object_t object)
{
	int i;

	if (object->handle == NULL)
		return;
	VM_OBJECT_WUNLOCK(object);
	sx_xlock(&handles_sx);
	for (i = 0; i < MAX_HANDLES; i++)
		if (handles[i] == object)
			handles[i] = NULL;
	sx_xunlock(&handles_sx);
	VM_OBJECT_WLOCK(object);
	object->handle = NULL;
}

static int
phys_pager_getpages(
    vm_object_t object, vm_page_t *m, int count, int *rbehind, int *rahead)
{
	int i;

	for (i = 0; i < count; i++) {
		if (vm_page_none_valid(m[i])) {
			if ((m[i]->flags & PG_ZERO) == 0)
				pmap_zero_page(m[i]);
			vm_page_valid(m[i]);
		}
		KASSERT(vm_page_all_valid(m[i]),
		    ("phys_pager_getpages: page %p is partly valid",
			(void *)m[i]));
		m[i]->dirty = 0;
	}
	if (rbehind != NULL)
		*rbehind = 0;
	if (rahead != NULL)
		*rahead = 0;
	return (VM_PAGER_OK);
}

static void
phys_pager_putpages(
    vm_object_t object, vm_page_t *m, int count, int flags, int *rtvals)
{
	panic("phys_pager_putpages: pages are never paged out");
}

static boolean_t
phys_pager_haspage(
    vm_object_t object, vm_pindex_t pindex, int *before, int *after)
{
	if (before != NULL)
		*before = 0;
	if (after != NULL)
		*after = 0;
	return (TRUE);
}

const struct pagerops physpagerops = {
	.pgo_init = phys_pager_init,
	.pgo_alloc = phys_pager_alloc,
	.pgo_dealloc = phys_pager_dealloc,
	.pgo_getpages = phys_pager_getpages,
	.pgo_putpages = phys_pager_putpages,
	.pgo_haspage = phys_pager_haspage,
};
