/* SPDX-License-Identifier: BSD-2-Clause */
/* vn_pages.c: bytes of a file by way of its object's pages. */

/* Lock order: vnode lock (held by the caller), object lock. */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/mount.h>
#include <sys/vnode.h>
#include <machine/atomic.h>
#include <machine/vmparam.h>
#include <vfs/vfs.h>
#include <vm/vm.h>
#include <vm/vm_object.h>
#include <vm/vm_page.h>
#include <vm/vm_pager.h>

/* Also after EFAULT: part of it may have been copied. */
static void
make_dirty(vm_object_t object, vm_page_t m, int base, int n)
{
	VM_OBJECT_WLOCK(object);
	/* It may have lost its place: then nobody reads it any more. */
	if (m->object == object && vm_page_busy_acquire(m, 0)) {
		if (vm_page_all_valid(m)) {
			atomic_set_8(&m->dirty, vm_page_bits(base, n));
			vm_object_set_writeable_dirty(object);
		}
		vm_page_xunbusy(m);
	}
	VM_OBJECT_WUNLOCK(object);
}

int
hf_vn_copy_page(struct vnode *vp, struct uio *uio, int limit)
{
	vm_object_t object;
	vm_page_t m;
	int base, error, n, rv;

	object = vp->v_object;
	base = (int)(uio->uio_offset & PAGE_MASK);
	n = imin((int)MIN(uio->uio_resid, (ssize_t)PAGE_SIZE),
	    imin((int)PAGE_SIZE - base, limit));
	VM_OBJECT_WLOCK(object);
	rv = vm_page_grab_valid(&m, object, OFF_TO_IDX(uio->uio_offset),
	    VM_ALLOC_NOBUSY | VM_ALLOC_WIRED);
	VM_OBJECT_WUNLOCK(object);
	if (rv != VM_PAGER_OK)
		return (EIO);
	error = vn_io_fault_uiomove(
	    (char *)PHYS_TO_DMAP(VM_PAGE_TO_PHYS(m)) + base, n, uio);
	if (uio->uio_rw == UIO_WRITE)
		make_dirty(object, m, base, n);
	vm_page_unwire(m, PQ_ACTIVE);
	return (error);
}

int
hf_vn_read(struct vnode *vp, struct uio *uio, int ioflag, struct ucred *cred)
{
	uint64_t size;
	ssize_t hidden;
	int error;

	if (vp->v_type != VREG || vp->v_object == NULL)
		return (vp->v_type == VDIR ? EISDIR : EOPNOTSUPP);
	size = vp->v_object->un_pager.vnp.vnp_size;
	if (uio->uio_offset < 0)
		return (EINVAL);
	if ((uint64_t)uio->uio_offset >= size)
		return (0);
	/* The end of file cuts the transfer, not the caller's count. */
	hidden = 0;
	if ((uint64_t)uio->uio_resid > size - (uint64_t)uio->uio_offset)
		hidden = uio->uio_resid -
		    (ssize_t)(size - (uint64_t)uio->uio_offset);
	uio->uio_resid -= hidden;
	for (error = 0; error == 0 && uio->uio_resid > 0;)
		error = hf_vn_copy_page(vp, uio, PAGE_SIZE);
	uio->uio_resid += hidden;
	return (error);
}

int
hf_vn_write(struct vnode *vp, struct uio *uio, int ioflag, struct ucred *cred,
    hf_vn_write_t *page, hf_vn_write_t *nocopy)
{
	uint64_t size;
	off_t start;
	int error;

	if (vp->v_type != VREG || vp->v_object == NULL)
		return (vp->v_type == VDIR ? EISDIR : EOPNOTSUPP);
	/* Nothing grows here, so what may only be appended to stays as it is. */
	error = VOP_ACCESS(vp, VWRITE, cred, NULL);
	if (error != 0)
		return (error);
	size = vp->v_object->un_pager.vnp.vnp_size;
	if ((ioflag & IO_APPEND) != 0)
		uio->uio_offset = (off_t)size;
	if (uio->uio_offset < 0)
		return (EINVAL);
	if ((uint64_t)uio->uio_offset > size ||
	    (uint64_t)uio->uio_resid > size - (uint64_t)uio->uio_offset)
		return (EFBIG);
	if (uio->uio_segflg == UIO_NOCOPY)
		return (nocopy(vp, uio));
	start = uio->uio_offset;
	for (error = 0; error == 0 && uio->uio_resid > 0;)
		error = page(vp, uio);
	if (error == 0 && (ioflag & IO_SYNC) != 0) {
		VM_OBJECT_WLOCK(vp->v_object);
		if (!vm_object_page_clean(vp->v_object, (vm_ooffset_t)start,
			(vm_ooffset_t)uio->uio_offset, OBJPC_SYNC))
			error = EIO;
		VM_OBJECT_WUNLOCK(vp->v_object);
		if (error == 0)
			error = VOP_FSYNC(vp, MNT_WAIT, NULL);
	}
	return (error);
}
