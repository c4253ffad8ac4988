/* SPDX-License-Identifier: BSD-2-Clause */
/* vop.c: the vnode operations, handed to the file system. */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/vnode.h>
#include <kern/fail_nth.h>
#include <vm/vm.h>
#include <vm/vm_object.h>
#include <vm/vm_page.h>
#include <vm/vm_pager.h>
#include <vfs/vfs.h>
#include <vfs/vn_io.h>

/*
 * What both get operations require of their pages: consecutive, of the
 * vnode's object, exclusively busied, unmapped, clean, not fully valid.
 */
static void
assert_getpages(struct vnode *vp, vm_page_t *ma, int count)
{
#ifdef INVARIANTS
	int i;

	ASSERT_VOP_LOCKED(vp, "VOP_GETPAGES");
	KASSERT(count > 0, ("VOP_GETPAGES: count %d", count));
	for (i = 0; i < count; i++) {
		KASSERT(ma[i]->object == vp->v_object,
		    ("VOP_GETPAGES: page %d of another object", i));
		KASSERT(ma[i]->pindex == ma[0]->pindex + i,
		    ("VOP_GETPAGES: page %d is not consecutive", i));
		vm_page_assert_xbusied_unchecked(ma[i]);
		KASSERT(!pmap_page_is_mapped(ma[i]),
		    ("VOP_GETPAGES: page %d is mapped", i));
		KASSERT(
		    ma[i]->dirty == 0, ("VOP_GETPAGES: page %d is dirty", i));
		KASSERT(!vm_page_all_valid(ma[i]),
		    ("VOP_GETPAGES: page %d is valid", i));
	}
#endif
}

/*
 * Reads ma[0..count-1]; vnode_pager.md 3.  vp locked, object unlocked, paging
 * in progress.  The pages stay busied by the caller on every return, who
 * frees them after a failure.  VM_PAGER_*.  Sleeps.
 */
int
VOP_GETPAGES(
    struct vnode *vp, struct vm_page **ma, int count, int *rbehind, int *rahead)
{
	assert_getpages(vp, ma, count);
	if (vp->v_op->vop_getpages == NULL)
		return (VM_PAGER_BAD);
	if (HF_FAIL_NTH(HF_FAIL_PAGEIN))
		return (VM_PAGER_ERROR);
	return (vp->v_op->vop_getpages(vp, ma, count, rbehind, rahead));
}

/*
 * Starts reading; iodone runs exactly once, also for a failure, maybe before
 * return.  The pages belong to the I/O until then.
 */
int
VOP_GETPAGES_ASYNC(struct vnode *vp, struct vm_page **ma, int count,
    int *rbehind, int *rahead, vop_getpages_iodone_t *iodone, void *arg)
{
	assert_getpages(vp, ma, count);
	if (vp->v_op->vop_getpages_async == NULL) {
		iodone(arg, ma, count, EOPNOTSUPP);
		return (VM_PAGER_BAD);
	}
	if (HF_FAIL_NTH(HF_FAIL_PAGEIN)) {
		iodone(arg, ma, count, EIO);
		return (VM_PAGER_ERROR);
	}
	return (vp->v_op->vop_getpages_async(
	    vp, ma, count, rbehind, rahead, iodone, arg));
}

/*
 * Writes pages that the caller has shared-busied, write-protected and counted
 * in paging_in_progress; vnode_pager.md 3.  Every slot of rtvals is set.
 */
int
VOP_PUTPAGES(struct vnode *vp, struct vm_page **ma, int bytecount, int flags,
    int *rtvals)
{
	int i;

	ASSERT_VOP_LOCKED(vp, "VOP_PUTPAGES");
	if (vp->v_op->vop_putpages == NULL || HF_FAIL_NTH(HF_FAIL_PAGEOUT)) {
		for (i = 0; i < (int)(bytecount / PAGE_SIZE); i++)
			rtvals[i] = VM_PAGER_ERROR;
		return (rtvals[0]);
	}
	return (vp->v_op->vop_putpages(vp, ma, bytecount, flags, rtvals));
}

/*
 * Device address of file system block lbn, in 512-byte units, -1 for a hole,
 * and how many blocks follow and precede it contiguously.  Sleeps.
 */
int
VOP_BMAP(struct vnode *vp, daddr_t lbn, struct bufobj **bop, daddr_t *bnp,
    int *runp, int *runb)
{
	if (vp->v_op->vop_bmap == NULL)
		return (EOPNOTSUPP);
	if (HF_FAIL_NTH(HF_FAIL_PAGEIN))
		return (EIO);
	return (vp->v_op->vop_bmap(vp, lbn, bop, bnp, runp, runb));
}

int
VOP_GETATTR(struct vnode *vp, struct vattr *vap, struct ucred *cred)
{
	ASSERT_VOP_LOCKED(vp, "VOP_GETATTR");
	if (vp->v_op->vop_getattr == NULL)
		return (EOPNOTSUPP);
	return (vp->v_op->vop_getattr(vp, vap, cred));
}

/*
 * May the file be used so?  EROFS on a read-only mount, EPERM for what the file
 * itself forbids.  Owners and modes are not looked at: there are no users.
 */
int
VOP_ACCESS(
    struct vnode *vp, accmode_t accmode, struct ucred *cred, struct thread *td)
{
	ASSERT_VOP_LOCKED(vp, "VOP_ACCESS");
	if (vp->v_op->vop_access == NULL)
		return (EOPNOTSUPP);
	return (vp->v_op->vop_access(vp, accmode, cred, td));
}

int
VOP_READ(struct vnode *vp, struct uio *uio, int ioflag, struct ucred *cred)
{
	ASSERT_VOP_LOCKED(vp, "VOP_READ");
	if (vp->v_op->vop_read == NULL)
		return (EOPNOTSUPP);
	if (hf_vn_io_may_fault(uio))
		return (hf_vn_io_locked(vp, uio, ioflag, cred));
	return (vp->v_op->vop_read(vp, uio, ioflag, cred));
}

int
VOP_WRITE(struct vnode *vp, struct uio *uio, int ioflag, struct ucred *cred)
{
	ASSERT_VOP_LOCKED(vp, "VOP_WRITE");
	if (vp->v_op->vop_write == NULL)
		return (EOPNOTSUPP);
	if (hf_vn_io_may_fault(uio))
		return (hf_vn_io_locked(vp, uio, ioflag, cred));
	return (vp->v_op->vop_write(vp, uio, ioflag, cred));
}

/*
 * MNT_WAIT: every write of the file that was started is complete and flushed
 * out of the device's cache; an error of an earlier asynchronous write comes
 * out here, once.
 */
int
VOP_FSYNC(struct vnode *vp, int waitfor, struct thread *td)
{
	ASSERT_VOP_LOCKED(vp, "VOP_FSYNC");
	if (vp->v_op->vop_fsync == NULL)
		return (0);
	return (vp->v_op->vop_fsync(vp, waitfor, td));
}

int
VOP_LOOKUP(struct vnode *dvp, struct vnode **vpp, struct componentname *cnp)
{
	ASSERT_VOP_LOCKED(dvp, "VOP_LOOKUP");
	*vpp = NULL;
	if (dvp->v_op->vop_lookup == NULL)
		return (EOPNOTSUPP);
	return (dvp->v_op->vop_lookup(dvp, vpp, cnp));
}

int
VOP_READDIR(struct vnode *vp, struct uio *uio, struct ucred *cred, int *eofflag,
    int *ncookies, uint64_t **cookies)
{
	ASSERT_VOP_LOCKED(vp, "VOP_READDIR");
	if (vp->v_op->vop_readdir == NULL)
		return (EOPNOTSUPP);
	if (hf_vn_io_may_fault(uio))
		return (hf_vn_readdir(vp, uio, cred, eofflag));
	return (
	    vp->v_op->vop_readdir(vp, uio, cred, eofflag, ncookies, cookies));
}

int
hf_dirent_emit(struct uio *uio, uint64_t fileno, uint8_t type, const char *name,
    size_t len)
{
	struct dirent d;

	d.d_fileno = fileno;
	d.d_type = type;
	d.d_namlen = (uint8_t)len;
	d.d_reclen = roundup2(offsetof(struct dirent, d_name) + len + 1, 8);
	memset(d.d_name, 0, d.d_reclen - offsetof(struct dirent, d_name));
	memcpy(d.d_name, name, len);
	return (uiomove(&d, d.d_reclen, uio));
}

int
VOP_RECLAIM(struct vnode *vp)
{
	ASSERT_VOP_ELOCKED(vp, "VOP_RECLAIM");
	if (vp->v_op->vop_reclaim == NULL)
		return (0);
	return (vp->v_op->vop_reclaim(vp));
}
