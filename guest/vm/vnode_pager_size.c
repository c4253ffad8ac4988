/* SPDX-License-Identifier: BSD-2-Clause */
/* vnode_pager_size.c: what a change of a file's size does to its pages. */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/vnode.h>
#include <vm/vm.h>
#include <vm/vm_object.h>
#include <vm/vm_page.h>
#include <vm/vm_pager.h>
#include <vm/vnode_pager.h>

/*
 * Zeroes [base, end) of the page at pindex if it is resident and not wholly
 * invalid.  Dirty bits go only for blocks wholly inside: a partial one still
 * holds data that must be written.  Object write-locked, dropped to wait for
 * a busy page.
 */
static void
zero_part(vm_object_t object, vm_pindex_t pindex, int base, int end)
{
	vm_page_t m;

	m = vm_page_grab(object, pindex, VM_ALLOC_NOCREAT);
	if (m == NULL)
		return;
	if (!vm_page_none_valid(m)) {
		pmap_zero_page_area(m, base, end - base);
		vm_page_set_valid_range(m, base, end - base);
		base = roundup2(base, DEV_BSIZE);
		end = rounddown2(end, DEV_BSIZE);
		if (base < end)
			vm_page_clear_dirty(m, base, end - base);
	}
	vm_page_xunbusy(m);
}

/*
 * The file is nsize bytes long from now on.  vp exclusively locked.  Sleeps
 * for busy pages; no page behind the new end survives but wired ones, which
 * are invalid.
 */
void
vnode_pager_setsize(struct vnode *vp, vm_ooffset_t nsize)
{
	vm_object_t object;
	vm_pindex_t npages;

	ASSERT_VOP_ELOCKED(vp, "vnode_pager_setsize");
	object = vp->v_object;
	if (object == NULL)
		return;
	VM_OBJECT_WLOCK(object);
	if (object->type == OBJT_DEAD ||
	    nsize == object->un_pager.vnp.vnp_size) {
		VM_OBJECT_WUNLOCK(object);
		return;
	}
	npages = OFF_TO_IDX(nsize + PAGE_MASK);
	if (nsize < object->un_pager.vnp.vnp_size) {
		if (npages < object->size)
			vm_object_page_remove(object, npages, object->size, 0);
		if ((nsize & PAGE_MASK) != 0)
			zero_part(object, OFF_TO_IDX(nsize),
			    (int)(nsize & PAGE_MASK), PAGE_SIZE);
	}
	object->un_pager.vnp.vnp_size = nsize;
	object->size = npages;
	VM_OBJECT_WUNLOCK(object);
}

/*
 * [start, end) of the file has become a hole (end 0: up to the end of file):
 * resident pages inside go, the edges are zeroed.  vp exclusively locked.
 */
void
vnode_pager_purge_range(struct vnode *vp, vm_ooffset_t start, vm_ooffset_t end)
{
	vm_object_t object;
	vm_pindex_t first, last;
	int base;

	ASSERT_VOP_LOCKED(vp, "vnode_pager_purge_range");
	object = vp->v_object;
	if (object == NULL)
		return;
	VM_OBJECT_WLOCK(object);
	if (end == 0)
		end = round_page(object->un_pager.vnp.vnp_size);
	first = OFF_TO_IDX(start + PAGE_MASK); /* whole pages inside */
	last = OFF_TO_IDX(end);
	base = (int)(start & PAGE_MASK);
	if (start < end && base != 0 && OFF_TO_IDX(start) == last)
		zero_part(object, last, base, (int)(end & PAGE_MASK));
	else if (start < end) {
		if (base != 0)
			zero_part(object, OFF_TO_IDX(start), base, PAGE_SIZE);
		if ((end & PAGE_MASK) != 0)
			zero_part(object, last, 0, (int)(end & PAGE_MASK));
		if (first < last)
			vm_object_page_remove(object, first, last, 0);
	}
	VM_OBJECT_WUNLOCK(object);
}
