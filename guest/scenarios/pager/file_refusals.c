/* SPDX-License-Identifier: BSD-2-Clause */
/* file_refusals.c: names that are too long, offsets below zero, what is no file. */

#include <sys/uio.h>
#include <test/file.h>
#include <test/scenario.h>

HF_SCENARIO(file_refusals, "pager.file_refusals", "VN-29",
    "nonsense is refused with its errno, and moves nothing",
    .flags = HF_NEEDS_DISK | HF_NEEDS_DEFAULT_IMAGE)
{
	static char name[300];
	struct componentname cn = { .cn_nameptr = "x", .cn_namelen = 1 };
	struct vnode *below = NULL, *root, *vp;
	struct bufobj *bo = NULL;
	daddr_t bn;
	char byte = 1;
	struct iovec iov = { &byte, 1 };
	struct uio uio = { .uio_iov = &iov,
		.uio_iovcnt = 1,
		.uio_resid = 1,
		.uio_offset = -1,
		.uio_segflg = UIO_SYSSPACE,
		.uio_rw = UIO_READ };

	vp = hf_file_open("size-1");
	hf_require_eq(hf_mount_rootdir(vp->v_mount, &root), 0);
	memset(name, 'n', sizeof(name) - 1);
	hf_expect_eq(
	    hf_namei(root, name, &(struct vnode *){ NULL }), ENAMETOOLONG);
	name[255] = '\0';
	hf_expect_eq(hf_namei(root, name, &(struct vnode *){ NULL }), ENOENT);
	(void)vn_lock(vp, LK_EXCLUSIVE | LK_RETRY);
	hf_expect_eq(VOP_READ(vp, &uio, 0, NULL), EINVAL);
	uio.uio_rw = UIO_WRITE;
	hf_expect_eq(VOP_WRITE(vp, &uio, 0, NULL), EINVAL);
	VOP_UNLOCK(vp);
	(void)vn_lock(root, LK_EXCLUSIVE | LK_RETRY);
	uio.uio_offset = 0;
	hf_expect_eq(VOP_WRITE(root, &uio, 0, NULL), EISDIR);
	VOP_UNLOCK(root);
	/* A file is no directory, and is in use. */
	(void)vn_lock(vp, LK_SHARED | LK_RETRY);
	hf_expect_eq(VOP_LOOKUP(vp, &below, &cn), ENOTDIR);
	hf_expect_eq(below, NULL);
	VOP_UNLOCK(vp);
	hf_expect_eq(hf_unmount(vp->v_mount), EBUSY);
	/* Which device it is on is told without a block; of too many nothing is. */
	hf_expect_eq(VOP_BMAP(vp, 0, &bo, NULL, NULL, NULL), 0);
	hf_expect_eq(bo, &vp->v_bufobj);
	hf_expect_eq(VOP_BMAP(vp, 1l << 40, NULL, &bn, NULL, NULL), EFBIG);
	hf_expect_eq(uio.uio_resid, 1);
	vrele(root);
	hf_file_close(vp);
}
