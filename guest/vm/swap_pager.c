/* SPDX-License-Identifier: BSD-2-Clause */
/* swap_pager.c: the pager of anonymous memory while there is no swap device. */
#include <sys/param.h>
#include <sys/systm.h>
#include <vm/vm.h>
#include <vm/vm_object.h>
#include <vm/vm_page.h>
#include <vm/vm_pager.h>

/* Anonymous memory of size bytes; a named one (handle) cannot be shared yet. */
static vm_object_t
swap_pager_alloc(void *handle, vm_ooffset_t size, vm_prot_t prot,
    vm_ooffset_t offset, struct ucred *cred)
{
	vm_object_t object;

	if (handle != NULL)
		return (NULL);
	object = vm_object_allocate(
	    OBJT_SWAP, OFF_TO_IDX(offset + PAGE_MASK + size));
	object->cred = cred;
	return (object);
}

static void
swap_pager_dealloc(vm_object_t object)
{
}

static int
swap_pager_getpages(
    vm_object_t object, vm_page_t *m, int count, int *rbehind, int *rahead)
{
	return (VM_PAGER_FAIL);
}

/* No space: the pages stay dirty. */
static void
swap_pager_putpages(
    vm_object_t object, vm_page_t *m, int count, int flags, int *rtvals)
{
	int i;

	for (i = 0; i < count; i++)
		rtvals[i] = VM_PAGER_FAIL;
}

static boolean_t
swap_pager_haspage(
    vm_object_t object, vm_pindex_t pindex, int *before, int *after)
{
	if (before != NULL)
		*before = 0;
	if (after != NULL)
		*after = 0;
	return (FALSE);
}

const struct pagerops swappagerops = {
	.pgo_alloc = swap_pager_alloc,
	.pgo_dealloc = swap_pager_dealloc,
	.pgo_getpages = swap_pager_getpages,
	.pgo_putpages = swap_pager_putpages,
	.pgo_haspage = swap_pager_haspage,
};
