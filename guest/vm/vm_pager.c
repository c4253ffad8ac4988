/* SPDX-License-Identifier: BSD-2-Clause */
/* vm_pager.c: from objects to their pagers. */
#include <sys/param.h>
#include <sys/systm.h>
#include <kern/fail_nth.h>
#include <kern/trace.h>
#include <vm/vm.h>
#include <vm/vm_object.h>
#include <vm/vm_page.h>
#include <vm/vm_pager.h>

static int
dead_pager_getpages(
    vm_object_t object, vm_page_t *m, int count, int *rbehind, int *rahead)
{
	return (VM_PAGER_FAIL);
}

static void
dead_pager_putpages(
    vm_object_t object, vm_page_t *m, int count, int flags, int *rtvals)
{
	int i;

	for (i = 0; i < count; i++)
		rtvals[i] = VM_PAGER_AGAIN;
}

static boolean_t
dead_pager_haspage(
    vm_object_t object, vm_pindex_t pindex, int *before, int *after)
{
	if (before != NULL)
		*before = 0;
	if (after != NULL)
		*after = 0;
	return (FALSE);
}

static void
dead_pager_dealloc(vm_object_t object)
{
}

/* Of objects whose backing store is gone. */
const struct pagerops deadpagerops = {
	.pgo_dealloc = dead_pager_dealloc,
	.pgo_getpages = dead_pager_getpages,
	.pgo_putpages = dead_pager_putpages,
	.pgo_haspage = dead_pager_haspage,
};

/*
 * Written at boot and when the file system starts, by one thread; behind
 * OBJT_FIRST_DYN by pagertab_swap() alone.
 */
const struct pagerops *pagertab[HF_PAGERTAB_SIZE] = {
	[OBJT_RESERVED] = &deadpagerops,
	[OBJT_SWAP] = &swappagerops,
	[OBJT_VNODE] = &vnodepagerops,
	[OBJT_DEVICE] = &deadpagerops,
	[OBJT_PHYS] = &physpagerops,
	[OBJT_DEAD] = &deadpagerops,
	[OBJT_SG] = &deadpagerops,
	[OBJT_MGTDEVICE] = &deadpagerops,
};

void
hf_pager_register(objtype_t type, const struct pagerops *ops)
{
	KASSERT(type < OBJT_FIRST_DYN, ("hf_pager_register: type %d", type));
	pagertab[type] = ops;
}

void
vm_pager_init(void)
{
	size_t i;

	for (i = 0; i < OBJT_FIRST_DYN; i++)
		if (pagertab[i]->pgo_init != NULL)
			pagertab[i]->pgo_init();
}

/* Operations that are absent become those of base. */
static void
inherit(struct pagerops *ops, const struct pagerops *base)
{
#define INHERIT(op) ops->op = ops->op != NULL ? ops->op : base->op
	INHERIT(pgo_alloc);
	INHERIT(pgo_dealloc);
	INHERIT(pgo_getpages);
	INHERIT(pgo_getpages_async);
	INHERIT(pgo_putpages);
	INHERIT(pgo_haspage);
	INHERIT(pgo_populate);
	INHERIT(pgo_pageunswapped);
	INHERIT(pgo_update_writecount);
	INHERIT(pgo_release_writecount);
	INHERIT(pgo_set_writeable_dirty);
	INHERIT(pgo_mightbedirty);
	INHERIT(pgo_getvp);
	INHERIT(pgo_freespace);
	INHERIT(hf_pgo_first_page);
	INHERIT(hf_pgo_last_page);
	INHERIT(hf_pgo_first_ref);
	INHERIT(hf_pgo_last_ref);
	INHERIT(hf_pgo_clean_begin);
	INHERIT(hf_pgo_clean_end);
	INHERIT(hf_pgo_unstable);
#undef INHERIT
}

/* Whether slot i of the table was old and is new now. */
static bool
pagertab_swap(size_t i, const struct pagerops *old, const struct pagerops *new)
{
	return (atomic_cmpset_ptr((volatile uintptr_t *)&pagertab[i],
		    (uintptr_t)old, (uintptr_t) new) != 0);
}

int
vm_pager_alloc_dyn_type(struct pagerops *ops, int base_type)
{
	size_t i;

	KASSERT(base_type == -1 ||
		(base_type >= 0 && base_type < HF_PAGERTAB_SIZE &&
		    pagertab[base_type] != NULL),
	    ("vm_pager_alloc_dyn_type: base type %d", base_type));
	if (base_type != -1)
		inherit(ops, pagertab[base_type]);
	KASSERT(ops->pgo_dealloc != NULL && ops->pgo_getpages != NULL &&
		ops->pgo_putpages != NULL && ops->pgo_haspage != NULL,
	    ("vm_pager_alloc_dyn_type: an operation is missing"));
	for (i = OBJT_FIRST_DYN; i < nitems(pagertab); i++)
		if (pagertab_swap(i, NULL, ops))
			return ((int)i);
	return (-1);
}

void
vm_pager_free_dyn_type(objtype_t type)
{
	const struct pagerops *ops;

	KASSERT(type >= OBJT_FIRST_DYN && type < HF_PAGERTAB_SIZE,
	    ("vm_pager_free_dyn_type: type %d", type));
	ops = pagertab[type];
	KASSERT(ops != NULL, ("vm_pager_free_dyn_type: type %d is free", type));
	(void)pagertab_swap(type, ops, NULL);
}

/*
 * The object for a handle: a live handle's object gets one more reference.  May
 * sleep; NULL on failure.
 */
vm_object_t
vm_pager_allocate(objtype_t type, void *handle, vm_ooffset_t size,
    vm_prot_t prot, vm_ooffset_t off, struct ucred *cred)
{
	KASSERT(type < HF_PAGERTAB_SIZE && pagertab[type] != NULL,
	    ("vm_pager_allocate: type %d", type));
	if (pagertab[type]->pgo_alloc == NULL)
		return (NULL);
	return (pagertab[type]->pgo_alloc(handle, size, prot, off, cred));
}

/* The pager lets go of a write-locked object, which becomes dead. */
void
vm_pager_deallocate(vm_object_t object)
{
	VM_OBJECT_ASSERT_WLOCKED(object);
	object->pgops->pgo_dealloc(object);
	object->type = OBJT_DEAD;
	object->pgops = &deadpagerops;
}

static void
check_pages(vm_object_t object, vm_page_t *m, int count)
{
#ifdef INVARIANTS
	int i;

	VM_OBJECT_ASSERT_UNLOCKED(object);
	VM_OBJECT_ASSERT_PAGING(object);
	KASSERT(count > 0, ("vm_pager_get_pages: %d pages", count));
	for (i = 0; i < count; i++) {
		vm_page_assert_xbusied_unchecked(m[i]);
		KASSERT(
		    m[i]->object == object && m[i]->pindex == m[0]->pindex + i,
		    ("vm_pager_get_pages: page %d is elsewhere", i));
		KASSERT(!vm_page_all_valid(m[i]),
		    ("vm_pager_get_pages: page %d is valid", i));
		KASSERT(m[i]->dirty == 0,
		    ("vm_pager_get_pages: page %d is dirty", i));
		KASSERT((m[i]->oflags & VPO_UNMANAGED) != 0 ||
			!pmap_page_is_mapped(m[i]),
		    ("vm_pager_get_pages: page %d is mapped", i));
	}
#endif
}

/*
 * Reads count pages of consecutive indices: exclusively busied by the caller,
 * unmapped, clean, not fully valid; object unlocked and paging.  OK: all fully
 * valid and still busied, the array updated where the pager replaced a
 * page, *rbehind and *rahead (may be NULL) how many pages around came along,
 * queued and unbusied.  Otherwise the pages are the caller's to dispose of.
 * May sleep.
 */
int
vm_pager_get_pages(
    vm_object_t object, vm_page_t *m, int count, int *rbehind, int *rahead)
{
	enum hf_layer before = hf_trace_enter(HF_LAYER_PAGER);
	int i, rv;

	check_pages(object, m, count);
	if (HF_FAIL_NTH(HF_FAIL_PAGEIN))
		rv = VM_PAGER_ERROR;
	else
		rv = object->pgops->pgo_getpages(
		    object, m, count, rbehind, rahead);
	hf_trace_leave(before);
	if (rv != VM_PAGER_OK)
		return (rv);
	for (i = 0; i < count; i++)
		if (!vm_page_all_valid(m[i]))
			vm_page_zero_invalid(m[i], TRUE);
	return (VM_PAGER_OK);
}

/*
 * The same, ended by iodone(arg, m, count, error), which zeroes what is not
 * valid; at once where the pager has no asynchronous form.
 */
int
vm_pager_get_pages_async(vm_object_t object, vm_page_t *m, int count,
    int *rbehind, int *rahead, pgo_getpages_iodone_t iodone, void *arg)
{
	int rv;

	check_pages(object, m, count);
	if (HF_FAIL_NTH(HF_FAIL_PAGEIN))
		rv = VM_PAGER_ERROR;
	else if (object->pgops->pgo_getpages_async != NULL)
		return (object->pgops->pgo_getpages_async(
		    object, m, count, rbehind, rahead, iodone, arg));
	else
		rv = object->pgops->pgo_getpages(
		    object, m, count, rbehind, rahead);
	iodone(arg, m, count, rv == VM_PAGER_OK ? 0 : EIO);
	return (rv);
}

/*
 * Writes count shared-busied, write-protected, valid pages, each with a pip
 * count; rtvals says what became of each.  PEND: the pager undirties, unbusies
 * and drops pip when done; else the caller does.  Object write-locked on entry
 * and return; may sleep, dropping the lock.
 */
void
vm_pager_put_pages(
    vm_object_t object, vm_page_t *m, int count, int flags, int *rtvals)
{
	enum hf_layer before = hf_trace_enter(HF_LAYER_PAGER);

	VM_OBJECT_ASSERT_WLOCKED(object);
	if (HF_FAIL_NTH(HF_FAIL_PAGEOUT))
		for (int i = 0; i < count; i++)
			rtvals[i] = VM_PAGER_AGAIN;
	else
		object->pgops->pgo_putpages(object, m, count, flags, rtvals);
	hf_trace_leave(before);
	VM_OBJECT_ASSERT_WLOCKED(object);
}

/*
 * Does backing store exist for pindex; for how many neighbours each way next to
 * it (either may be NULL).  Object locked, perhaps dropped meanwhile.
 */
boolean_t
vm_pager_has_page(
    vm_object_t object, vm_pindex_t pindex, int *before, int *after)
{
	VM_OBJECT_ASSERT_LOCKED(object);
	return (object->pgops->pgo_haspage(object, pindex, before, after));
}

int
vm_pager_populate(vm_object_t object, vm_pindex_t pidx, int fault_type,
    vm_prot_t max_prot, vm_pindex_t *first, vm_pindex_t *last)
{
	KASSERT((object->flags & OBJ_POPULATE) != 0,
	    ("vm_pager_populate: object %p does not", (void *)object));
	return (object->pgops->pgo_populate(
	    object, pidx, fault_type, max_prot, first, last));
}

/* The backing copy of m is stale, because m became dirty. */
void
vm_pager_page_unswapped(vm_page_t m)
{
	const struct pagerops *ops = m->object->pgops;

	if (ops->pgo_pageunswapped != NULL)
		ops->pgo_pageunswapped(m);
}

void
vm_pager_update_writecount(
    vm_object_t object, vm_offset_t start, vm_offset_t end)
{
	if (object->pgops->pgo_update_writecount != NULL)
		object->pgops->pgo_update_writecount(object, start, end);
}

void
vm_pager_release_writecount(
    vm_object_t object, vm_offset_t start, vm_offset_t end)
{
	if (object->pgops->pgo_release_writecount != NULL)
		object->pgops->pgo_release_writecount(object, start, end);
}

void
vm_pager_getvp(vm_object_t object, struct vnode **vpp, bool *vp_heldp)
{
	*vpp = NULL;
	if (vp_heldp != NULL)
		*vp_heldp = false;
	if (object->pgops->pgo_getvp != NULL)
		object->pgops->pgo_getvp(object, vpp, vp_heldp);
}

/* Backing store of size pages from start on is not needed. */
void
vm_pager_freespace(vm_object_t object, vm_pindex_t start, vm_size_t size)
{
	VM_OBJECT_ASSERT_WLOCKED(object);
	if (object->pgops->pgo_freespace != NULL)
		object->pgops->pgo_freespace(object, start, size);
}
