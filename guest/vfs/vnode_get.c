/* SPDX-License-Identifier: BSD-2-Clause */
/* vnode_get.c: the one vnode of a file, found or made. */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/mount.h>
#include <sys/vnode.h>
#include <kern/failpoint.h>
#include <vfs/vfs.h>

/* Once findable it is locked exclusively, so nobody sees it half made. */
static int
make_vnode(struct mount *mp, uint64_t number, int flags,
    const struct hf_vnode_kind *kind, struct vnode **vpp)
{
	struct vnode *vp;
	off_t size = 0;
	int error;

	(void)getnewvnode(kind->vk_tag, mp, kind->vk_ops, &vp);
	if (!hf_vnode_insert(vp, number))
		return (EAGAIN);
	error = kind->vk_load(vp, number, &size);
	if (error == 0 && vp->v_type == VREG)
		error = vnode_create_vobject(vp, size, NULL);
	if (error != 0) {
		vgone(vp);
		vput(vp);
		return (error);
	}
	if ((flags & LK_TYPE_MASK) == LK_SHARED)
		(void)VOP_LOCK(vp, LK_DOWNGRADE);
	*vpp = vp;
	return (0);
}

int
hf_vnode_get(struct mount *mp, uint64_t number, int flags,
    const struct hf_vnode_kind *kind, struct vnode **vpp)
{
	struct vnode *vp;
	int error;

	do {
		mtx_lock(&mp->mnt_listmtx);
		vp = hf_vnode_find(mp, number);
		mtx_unlock(&mp->mnt_listmtx);
		(void)HF_FAILPOINT("vnode.looked");
		if (vp == NULL) {
			error = make_vnode(mp, number, flags, kind, vpp);
			continue;
		}
		error = vget(vp, flags);
		vdrop(vp);
		if (error == 0)
			*vpp = vp;
		else if (error == ENOENT)
			error = EAGAIN; /* reclaimed meanwhile: read it again */
	} while (error == EAGAIN);
	return (error);
}
