/* SPDX-License-Identifier: BSD-2-Clause */
/* io.h: read(2) and write(2) of a file, whichever way a caller comes in. */

#ifndef HF_SCENARIOS_PAGER_IO_H
#define HF_SCENARIOS_PAGER_IO_H

#include <sys/file.h>
#include <sys/proc.h>
#include <sys/uio.h>
#include <test/file.h>

enum io_how {
	IO_FILE,   /* read(2), write(2) of an open file */
	IO_RDWR,   /* vn_rdwr() */
	IO_LOCKED, /* VOP_READ, VOP_WRITE of a vnode that the caller locks */
	IO_HOWS
};

/* One transfer by a thread of its own, or of the caller's. */
struct io {
	struct vnode *vp;
	enum io_how how;
	enum uio_rw rw;
	off_t off;
	vm_offset_t buf;
	size_t bytes;
	/* The rest is not for the caller to set. */
	ssize_t left; /* not moved */
	volatile int error;
	volatile int done;
};

/* Moves a uio; VOP_WRITE and VOP_READ get the lock they need. */
static inline int
io_uio(struct vnode *vp, enum io_how how, struct uio *uio)
{
	struct file f;
	int error;

	if (how == IO_FILE) {
		finit_vnode(&f, FREAD | FWRITE, vp, &vnops);
		error = uio->uio_rw == UIO_READ
		    ? fo_read(&f, uio, NULL, FOF_OFFSET, curthread)
		    : fo_write(&f, uio, NULL, FOF_OFFSET, curthread);
		hf_file_fini(&f);
		return (error);
	}
	(void)vn_lock(vp,
	    (uio->uio_rw == UIO_READ ? LK_SHARED : LK_EXCLUSIVE) | LK_RETRY);
	error = uio->uio_rw == UIO_READ ? VOP_READ(vp, uio, 0, NULL)
					: VOP_WRITE(vp, uio, 0, NULL);
	VOP_UNLOCK(vp);
	return (error);
}

/* Performs it; errno. */
static inline int
io_run(struct io *io)
{
	struct iovec iov = { (void *)io->buf, io->bytes };
	struct uio uio = { .uio_iov = &iov,
		.uio_iovcnt = 1,
		.uio_offset = io->off,
		.uio_resid = (ssize_t)io->bytes,
		.uio_segflg = UIO_USERSPACE,
		.uio_rw = io->rw,
		.uio_td = curthread };
	int error;

	if (io->how == IO_RDWR)
		error = vn_rdwr(io->rw, io->vp, (void *)io->buf, (int)io->bytes,
		    io->off, UIO_USERSPACE, 0, NULL, NULL, &io->left,
		    curthread);
	else {
		error = io_uio(io->vp, io->how, &uio);
		io->left = uio.uio_resid;
	}
	io->error = error;
	return (error);
}

static inline int
io_do(struct vnode *vp, enum io_how how, enum uio_rw rw, off_t off,
    vm_offset_t buf, size_t bytes)
{
	struct io io = { vp, how, rw, off, buf, bytes, 0, 0, 0 };

	return (io_run(&io));
}

/* For a thread of its own. */
static inline void
io_thread(void *arg)
{
	struct io *io = arg;

	(void)io_run(io);
	io->done = 1;
}

#endif
