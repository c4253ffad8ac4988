/* SPDX-License-Identifier: BSD-2-Clause */
/* vn_io_fault.c: file I/O that never faults under a vnode lock. */

/*
 * A page fault may need any vnode's lock, and may wait for a map's transition
 * whose owner waits for one.  So user memory is touched under a vnode lock with
 * page faults disabled only.  When that ends in EFAULT, the user's pages are
 * held, HOLD_PAGES at a time, with the vnode unlocked.  vn_io_fault_uiomove()
 * and vn_io_fault_pgmove() then move their bytes through the direct map, where
 * nothing can fault.
 *
 * Lock order: file offset, file range, vnode; the hold comes after the range
 * and never under the vnode.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/file.h>
#include <sys/proc.h>
#include <sys/uio.h>
#include <sys/vnode.h>
#include <vm/vm.h>
#include <vm/pmap.h>
#include <vm/vm_extern.h>
#include <vm/vm_map.h>
#include <vm/vm_page.h>
#include <vfs/vn_io.h>

/* Pages of user memory that one step moves; one more when it is not aligned. */
#define HOLD_PAGES 16

static bool
is_held(const struct uio *uio)
{
	return ((curthread->td_pflags & TDP_UIOHELD) != 0 &&
	    uio->uio_segflg == UIO_USERSPACE);
}

/*
 * The held pages behind the uio's next bytes, at most n of them: *offset is
 * where they start in td_ma[0], the result how many.
 */
static int
held_bytes(const struct uio *uio, int n, vm_offset_t *offset)
{
	KASSERT(
	    uio->uio_iovcnt == 1, ("vn_io_fault: %d pieces", uio->uio_iovcnt));
	*offset = (vm_offset_t)uio->uio_iov->iov_base & PAGE_MASK;
	n = (int)MIN((ssize_t)n, uio->uio_resid);
	KASSERT((int)btoc(*offset + (vm_offset_t)n) <= curthread->td_ma_cnt,
	    ("vn_io_fault: %d bytes, %d pages held", n, curthread->td_ma_cnt));
	return (n);
}

/* n of the held bytes have been moved. */
static void
advance_held(struct uio *uio, int n)
{
	struct thread *td = curthread;
	int pages;

	pages = (int)atop(
	    ((vm_offset_t)uio->uio_iov->iov_base & PAGE_MASK) + (vm_offset_t)n);
	td->td_ma += pages;
	td->td_ma_cnt -= pages;
	uio->uio_iov->iov_base = (char *)uio->uio_iov->iov_base + n;
	uio->uio_iov->iov_len -= (size_t)n;
	uio->uio_resid -= n;
	uio->uio_offset += n;
}

int
vn_io_fault_uiomove(char *data, int xfersize, struct uio *uio)
{
	struct iovec iov;
	struct uio transp;
	vm_offset_t offset;
	int error, n;

	if (!is_held(uio))
		return (uiomove(data, xfersize, uio));
	n = held_bytes(uio, xfersize, &offset);
	/* The held pages are the memory, data is the other side. */
	iov = (struct iovec){ data, (size_t)n };
	transp = (struct uio){ .uio_iov = &iov,
		.uio_iovcnt = 1,
		.uio_resid = n,
		.uio_segflg = UIO_SYSSPACE,
		.uio_rw = uio->uio_rw == UIO_READ ? UIO_WRITE : UIO_READ };
	error = uiomove_fromphys(curthread->td_ma, offset, n, &transp);
	advance_held(uio, n - (int)transp.uio_resid);
	return (error);
}

int
vn_io_fault_pgmove(
    struct vm_page *ma[], vm_offset_t offset, int xfersize, struct uio *uio)
{
	vm_offset_t held;
	int n;

	if (!is_held(uio))
		return (uiomove_fromphys(ma, offset, xfersize, uio));
	n = held_bytes(uio, xfersize, &held);
	if (uio->uio_rw == UIO_WRITE)
		pmap_copy_pages(curthread->td_ma, held, ma, offset, n);
	else
		pmap_copy_pages(ma, offset, curthread->td_ma, held, n);
	advance_held(uio, n);
	return (0);
}

/* One try, without a page fault. */
static int
try_once(const struct vn_io *io, struct uio *uio)
{
	int error, save;

	save = vm_fault_disable_pagefaults();
	if (io->fp != NULL)
		error = io->fop(io->fp, uio, io->cred, io->flags, curthread);
	else if (uio->uio_rw == UIO_READ)
		error = VOP_READ(io->vp, uio, io->flags, io->cred);
	else
		error = VOP_WRITE(io->vp, uio, io->flags, io->cred);
	vm_fault_enable_pagefaults(save);
	return (error);
}

/*
 * Holds the pages of [addr, addr + *len), with the vnode unlocked.  What can be
 * had from the front is enough, so that bytes before bad memory are moved as by
 * copyin; -1 if there is nothing.
 */
static int
hold_user(const struct uio *uio, vm_offset_t addr, size_t *len, vm_page_t *ma)
{
	struct vmspace *vm = curproc->p_vmspace;
	vm_prot_t prot;
	int count;

	if (vm == NULL)
		return (-1);
	prot = uio->uio_rw == UIO_READ ? VM_PROT_WRITE : VM_PROT_READ;
	count = vm_fault_quick_hold_pages(
	    &vm->vm_map, addr, *len, prot, ma, HOLD_PAGES + 1);
	if (count != -1 || *len <= PAGE_SIZE - (addr & PAGE_MASK))
		return (count);
	*len = PAGE_SIZE - (addr & PAGE_MASK);
	return (vm_fault_quick_hold_pages(
	    &vm->vm_map, addr, *len, prot, ma, HOLD_PAGES + 1));
}

/* Tries again with the uio's next bytes, whose pages are in ma. */
static int
move_held(const struct vn_io *io, struct uio *uio, size_t len, vm_page_t *ma,
    int count)
{
	struct thread *td = curthread;
	struct iovec iov = { uio->uio_iov->iov_base, len };
	struct uio piece = *uio;
	vm_page_t *outer_ma = td->td_ma;
	int error, outer_cnt = td->td_ma_cnt;
	u_int outer_flag = td->td_pflags & TDP_UIOHELD;
	size_t moved;

	piece.uio_iov = &iov;
	piece.uio_iovcnt = 1;
	piece.uio_resid = (ssize_t)len;
	td->td_ma = ma;
	td->td_ma_cnt = count;
	td->td_pflags |= TDP_UIOHELD;
	error = try_once(io, &piece);
	td->td_pflags = (td->td_pflags & ~TDP_UIOHELD) | outer_flag;
	td->td_ma = outer_ma;
	td->td_ma_cnt = outer_cnt;
	moved = len - (size_t)piece.uio_resid;
	uio->uio_iov->iov_base = (char *)uio->uio_iov->iov_base + moved;
	uio->uio_iov->iov_len -= moved;
	uio->uio_resid -= (ssize_t)moved;
	uio->uio_offset = piece.uio_offset;
	return (error);
}

/* The uio's next step by held pages.  *more: it may not have been the last. */
static int
held_step(const struct vn_io *io, struct uio *uio, bool *more)
{
	struct hf_relock lk;
	vm_page_t ma[HOLD_PAGES + 1];
	ssize_t before;
	size_t len;
	int count, error, i;

	*more = false;
	len = MIN(uio->uio_iov->iov_len, (size_t)uio->uio_resid);
	len = MIN(len, (size_t)ptoa(HOLD_PAGES));
	if (io->fp == NULL)
		hf_vn_let_go(io->vp, &lk);
	count = hold_user(uio, (vm_offset_t)uio->uio_iov->iov_base, &len, ma);
	error = io->fp == NULL ? hf_vn_lock_again(io->vp, &lk) : 0;
	if (count == -1)
		return (error != 0 ? error : EFAULT);
	before = uio->uio_resid;
	if (error == 0)
		error = move_held(io, uio, len, ma, count);
	if (uio->uio_rw == UIO_READ)
		for (i = 0; i < count; i++)
			hf_vm_page_dirty_stored(ma[i]);
	vm_page_unhold_pages(ma, count);
	/* Less than asked for is the end of the file. */
	*more = error == 0 && before - uio->uio_resid == (ssize_t)len;
	return (error);
}

int
hf_vn_io(const struct vn_io *io, struct uio *uio)
{
	bool more;
	int error;

	error = try_once(io, uio);
	if (error != EFAULT)
		return (error);
	for (error = 0, more = true; more && uio->uio_resid > 0;) {
		KASSERT(uio->uio_iovcnt > 0,
		    ("hf_vn_io: %ld bytes of no piece", uio->uio_resid));
		if (uio->uio_iov->iov_len == 0) {
			uio->uio_iov++;
			uio->uio_iovcnt--;
			continue;
		}
		error = held_step(io, uio, &more);
	}
	return (error);
}

int
hf_vn_io_locked(
    struct vnode *vp, struct uio *uio, int ioflag, struct ucred *cred)
{
	const struct vn_io io = { .vp = vp, .cred = cred, .flags = ioflag };

	return (hf_vn_io(&io, uio));
}

bool
hf_vn_io_may_fault(const struct uio *uio)
{
	return (uio->uio_segflg == UIO_USERSPACE &&
	    (curthread->td_pflags & TDP_NOFAULTING) == 0);
}
