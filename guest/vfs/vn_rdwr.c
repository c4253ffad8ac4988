/* SPDX-License-Identifier: BSD-2-Clause */
/* vn_rdwr.c: reading and writing files: of an open file, and in one call. */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/file.h>
#include <sys/limits.h>
#include <sys/proc.h>
#include <sys/uio.h>
#include <sys/vnode.h>
#include <vfs/vn_io.h>

void
finit_vnode(struct file *fp, u_int flag, void *data, const struct fileops *ops)
{
	fp->f_ops = ops;
	fp->f_vnode = data;
	fp->f_flag = flag;
	fp->f_offset = 0;
	sx_init(&fp->f_offset_lock, "file offset");
}

void
hf_file_fini(struct file *fp)
{
	sx_destroy(&fp->f_offset_lock);
}

static void
check_args(const struct uio *uio, enum uio_rw rw, int flags, struct thread *td)
{
	KASSERT(
	    td == curthread && uio->uio_rw == rw && (flags & FOF_OFFSET) != 0,
	    ("vn_read, vn_write: flags %#x, not at the uio's offset", flags));
}

/*
 * The steps of an open file: FOF_OFFSET is set, user memory must not need a
 * fault.
 */
static int
vn_read(struct file *fp, struct uio *uio, struct ucred *active_cred, int flags,
    struct thread *td)
{
	int error;

	check_args(uio, UIO_READ, flags, td);
	(void)vn_lock(fp->f_vnode, LK_SHARED | LK_RETRY);
	error = VOP_READ(fp->f_vnode, uio, 0, active_cred);
	VOP_UNLOCK(fp->f_vnode);
	return (error);
}

static int
vn_write(struct file *fp, struct uio *uio, struct ucred *active_cred, int flags,
    struct thread *td)
{
	int error, ioflag;

	check_args(uio, UIO_WRITE, flags, td);
	ioflag = IO_UNIT;
	if ((fp->f_flag & O_APPEND) != 0)
		ioflag |= IO_APPEND;
	if ((fp->f_flag & O_FSYNC) != 0)
		ioflag |= IO_SYNC;
	(void)vn_lock(fp->f_vnode, LK_EXCLUSIVE | LK_RETRY);
	error = VOP_WRITE(fp->f_vnode, uio, ioflag, active_cred);
	VOP_UNLOCK(fp->f_vnode);
	return (error);
}

void *
vn_rangelock_rlock(struct vnode *vp, off_t start, off_t end)
{
	return (rangelock_rlock(&vp->v_rl, start, end, &vp->v_interlock));
}

void *
vn_rangelock_wlock(struct vnode *vp, off_t start, off_t end)
{
	return (rangelock_wlock(&vp->v_rl, start, end, &vp->v_interlock));
}

void
vn_rangelock_unlock(struct vnode *vp, void *cookie)
{
	rangelock_unlock(&vp->v_rl, cookie, &vp->v_interlock);
}

/* Appending may write anywhere.  A range that no file has is left to the VOP. */
static void *
lock_range(struct vnode *vp, const struct uio *uio, bool append)
{
	off_t end, start;

	start = uio->uio_offset;
	if (append || start < 0 || uio->uio_resid > OFF_MAX - start) {
		start = 0;
		end = OFF_MAX;
	} else
		end = start + uio->uio_resid;
	if (uio->uio_rw == UIO_READ)
		return (vn_rangelock_rlock(vp, start, end));
	return (vn_rangelock_wlock(vp, start, end));
}

static int
vn_io_fault(struct file *fp, struct uio *uio, struct ucred *active_cred,
    int flags, struct thread *td)
{
	struct vn_io io = { .fp = fp, .vp = fp->f_vnode, .cred = active_cred };
	bool own_offset;
	void *cookie;
	int error;

	io.flags = flags | FOF_OFFSET;
	io.fop = uio->uio_rw == UIO_READ ? vn_read : vn_write;
	own_offset = (flags & FOF_OFFSET) == 0;
	if (own_offset) {
		sx_xlock(&fp->f_offset_lock);
		uio->uio_offset = fp->f_offset;
	}
	cookie = lock_range(io.vp, uio, (fp->f_flag & O_APPEND) != 0);
	if (hf_vn_io_may_fault(uio))
		error = hf_vn_io(&io, uio);
	else
		error = io.fop(fp, uio, active_cred, io.flags, td);
	vn_rangelock_unlock(io.vp, cookie);
	if (own_offset) {
		fp->f_offset = uio->uio_offset;
		sx_xunlock(&fp->f_offset_lock);
	}
	return (error);
}

const struct fileops vnops = {
	.fo_read = vn_io_fault,
	.fo_write = vn_io_fault,
};

int
vn_rdwr(enum uio_rw rw, struct vnode *vp, void *base, int len, off_t offset,
    enum uio_seg segflg, int ioflg, struct ucred *active_cred,
    struct ucred *file_cred, ssize_t *aresid, struct thread *td)
{
	struct iovec iov = { base, (size_t)len };
	struct uio uio = { .uio_iov = &iov,
		.uio_iovcnt = 1,
		.uio_offset = offset,
		.uio_resid = len,
		.uio_segflg = segflg,
		.uio_rw = rw,
		.uio_td = td };
	struct ucred *cred;
	void *cookie;
	int error;

	if (len < 0 || offset < 0)
		return (EINVAL);
	cookie = NULL;
	if ((ioflg & IO_NODELOCKED) == 0) {
		if ((ioflg & IO_RANGELOCKED) == 0)
			cookie = lock_range(vp, &uio, (ioflg & IO_APPEND) != 0);
		(void)vn_lock(
		    vp, (rw == UIO_READ ? LK_SHARED : LK_EXCLUSIVE) | LK_RETRY);
	}
	cred = file_cred != NULL ? file_cred : active_cred;
	if (rw == UIO_READ)
		error = VOP_READ(vp, &uio, ioflg, cred);
	else
		error = VOP_WRITE(vp, &uio, ioflg, cred);
	if ((ioflg & IO_NODELOCKED) == 0)
		VOP_UNLOCK(vp);
	if (cookie != NULL)
		vn_rangelock_unlock(vp, cookie);
	if (aresid != NULL)
		*aresid = uio.uio_resid;
	else if (error == 0 && uio.uio_resid != 0)
		error = EIO;
	return (error);
}
