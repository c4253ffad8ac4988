/* SPDX-License-Identifier: BSD-2-Clause */
/* vn_io.h: what the files of user I/O on vnodes share. */

#ifndef HF_VFS_VN_IO_H
#define HF_VFS_VN_IO_H

#include <sys/types.h>
#include <sys/file.h>

/* One transfer: by an open file, or on a vnode that the caller has locked. */
struct vn_io {
	struct file *fp; /* NULL: VOP_READ or VOP_WRITE of vp */
	fo_rdwr_t *fop;	 /* locks the vnode itself */
	struct vnode *vp;
	struct ucred *cred;
	int flags; /* fop's, or the ioflag */
};

/*
 * Moves the uio without ever faulting under the vnode lock: tries with page
 * faults disabled, and after EFAULT goes on with held pages.  With fp NULL the
 * lock is let go for each hold and taken again in its mode; EIO if the file is
 * gone then.  EFAULT at the first byte that cannot be had; what lies before it
 * has been moved and counted in the uio.
 */
int hf_vn_io(const struct vn_io *io, struct uio *uio);

/* VOP_READ or VOP_WRITE of user memory; vp locked by the caller. */
int hf_vn_io_locked(
    struct vnode *vp, struct uio *uio, int ioflag, struct ucred *cred);

/* VOP_READDIR into user memory; the same. */
int hf_vn_readdir(
    struct vnode *vp, struct uio *uio, struct ucred *cred, int *eofflag);

/* User memory, and not yet inside hf_vn_io(). */
bool hf_vn_io_may_fault(const struct uio *uio);

/*
 * The caller's lock of vp, recursive or not, is let go, and taken again in its
 * mode; EIO if the file is gone then (it is locked all the same).
 */
struct hf_relock {
	int how; /* LK_EXCLUSIVE or LK_SHARED */
	int recurse;
};
void hf_vn_let_go(struct vnode *vp, struct hf_relock *lk);
int hf_vn_lock_again(struct vnode *vp, const struct hf_relock *lk);

#endif
