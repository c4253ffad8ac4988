/* SPDX-License-Identifier: BSD-2-Clause */
/* vn_locked.c: user I/O on a vnode that its caller has locked. */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/uio.h>
#include <sys/vnode.h>
#include <kern/kalloc.h>
#include <vfs/vn_io.h>

/* Entries that go to the user in one step; room for three of the longest. */
#define STEP_BYTES 1024

void
hf_vn_let_go(struct vnode *vp, struct hf_relock *lk)
{
	lk->how = VOP_ISLOCKED(vp) == LK_EXCLUSIVE ? LK_EXCLUSIVE : LK_SHARED;
	lk->recurse = vp->v_recurse;
	if (lk->how == LK_EXCLUSIVE)
		vp->v_recurse = 0;
	VOP_UNLOCK(vp);
}

int
hf_vn_lock_again(struct vnode *vp, const struct hf_relock *lk)
{
	(void)vn_lock(vp, lk->how | LK_RETRY);
	if (lk->how == LK_EXCLUSIVE)
		vp->v_recurse = lk->recurse;
	return (VN_IS_DOOMED(vp) ? EIO : 0);
}

/* One step; *got bytes went to the user, and the uio stands behind them. */
static int
readdir_step(struct vnode *vp, struct uio *uio, struct ucred *cred, char *buf,
    int *eof, ssize_t *got)
{
	struct hf_relock lk;
	struct iovec iov = { buf, MIN((size_t)uio->uio_resid, STEP_BYTES) };
	struct uio kuio = { .uio_iov = &iov,
		.uio_iovcnt = 1,
		.uio_offset = uio->uio_offset,
		.uio_resid = (ssize_t)iov.iov_len,
		.uio_segflg = UIO_SYSSPACE,
		.uio_rw = UIO_READ,
		.uio_td = uio->uio_td };
	off_t before = uio->uio_offset;
	int error, gone, listed;

	*got = kuio.uio_resid;
	listed = VOP_READDIR(vp, &kuio, cred, eof, NULL, NULL);
	*got -= kuio.uio_resid;
	/* What came before an error is told, too. */
	if (listed != 0 && *got == 0)
		return (listed);
	hf_vn_let_go(vp, &lk);
	error = uiomove(buf, (int)*got, uio);
	gone = hf_vn_lock_again(vp, &lk);
	/* Where the next entry starts is not a count of bytes. */
	uio->uio_offset = error == 0 ? kuio.uio_offset : before;
	if (error == 0)
		error = gone;
	return (error != 0 ? error : listed);
}

int
hf_vn_readdir(
    struct vnode *vp, struct uio *uio, struct ucred *cred, int *eofflag)
{
	ssize_t got;
	char *buf;
	int eof, error;

	buf = hf_kalloc(STEP_BYTES, M_WAITOK);
	do {
		eof = 0;
		error = readdir_step(vp, uio, cred, buf, &eof, &got);
	} while (error == 0 && got != 0 && !eof);
	hf_kfree(buf);
	if (eofflag != NULL)
		*eofflag = eof;
	return (error);
}
