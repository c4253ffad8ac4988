/* SPDX-License-Identifier: BSD-2-Clause */
/* template.c: a pager whose pages live in a store of the kernel's. */
#include "template.h"

#include <sys/systm.h>
#include <vm/vm_object.h>
#include <vm/vm_page.h>
#include <vm/vm_pager.h>

/* An object of the whole store: NULL for what is not in it. */
static vm_object_t
template_alloc(void *handle, vm_ooffset_t size, vm_prot_t prot,
    vm_ooffset_t offset, struct ucred *cred)
{
	vm_object_t object;

	if (offset + size > ptoa(STORE_PAGES))
		return (NULL);
	object =
	    vm_object_allocate_dyn(template_type(), STORE_PAGES, OBJ_COLORED);
	object->handle = handle;
	return (object);
}

/* The last reference is gone.  What has not been written by now never is. */
static void
template_dealloc(vm_object_t object)
{
	object->handle = NULL;
}

/*
 * Fills count busy pages in a row; none of those before and behind.  The object
 * is not locked, and this may sleep.
 */
static int
template_getpages(
    vm_object_t object, vm_page_t *ma, int count, int *rbehind, int *rahead)
{
	struct template_store *store = object->handle;

	for (int i = 0; i < count; i++) {
		memcpy((void *)PHYS_TO_DMAP(VM_PAGE_TO_PHYS(ma[i])),
		    store->bytes[ma[i]->pindex], PAGE_SIZE);
		vm_page_valid(ma[i]);
		atomic_add_int(&store->reads, 1);
	}
	if (rbehind != NULL)
		*rbehind = 0;
	if (rahead != NULL)
		*rahead = 0;
	return (VM_PAGER_OK);
}

/* Writes count pages, which nobody can store to meanwhile; object locked. */
static void
template_putpages(
    vm_object_t object, vm_page_t *ma, int count, int flags, int *rtvals)
{
	struct template_store *store = object->handle;

	for (int i = 0; i < count; i++) {
		memcpy(store->bytes[ma[i]->pindex],
		    (void *)PHYS_TO_DMAP(VM_PAGE_TO_PHYS(ma[i])), PAGE_SIZE);
		vm_page_undirty(ma[i]);
		atomic_add_int(&store->writes, 1);
		rtvals[i] = VM_PAGER_OK;
	}
}

/* Every page of the object is in the store; say nothing of its neighbours. */
static boolean_t
template_haspage(
    vm_object_t object, vm_pindex_t pindex, int *before, int *after)
{
	if (before != NULL)
		*before = 0;
	if (after != NULL)
		*after = 0;
	return (pindex < object->size);
}

/*
 * A page can be stored to from now on; whether there was one since the last
 * complete cleaning.  vm_object_page_clean(9) looks at no object without them.
 */
static void
template_set_writeable_dirty(vm_object_t object)
{
	atomic_add_int(&object->generation, 1);
}

static bool
template_mightbedirty(vm_object_t object)
{
	return (object->generation != (u_int)object->cleangeneration);
}

static struct pagerops template_ops = {
	.pgo_alloc = template_alloc,
	.pgo_dealloc = template_dealloc,
	.pgo_getpages = template_getpages,
	.pgo_putpages = template_putpages,
	.pgo_haspage = template_haspage,
	.pgo_set_writeable_dirty = template_set_writeable_dirty,
	.pgo_mightbedirty = template_mightbedirty,
};

objtype_t
template_type(void)
{
	static int type = -1;

	if (type == -1)
		type = vm_pager_alloc_dyn_type(&template_ops, -1);
	if (type == -1)
		panic("template_type: no type of objects is left");
	return ((objtype_t)type);
}
