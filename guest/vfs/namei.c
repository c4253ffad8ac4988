/* SPDX-License-Identifier: BSD-2-Clause */
/* namei.c: from a path to a vnode. */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/vnode.h>

int
hf_namei(struct vnode *dvp, const char *path, struct vnode **vpp)
{
	struct componentname cn;
	struct vnode *next, *vp;
	int error;

	vref(dvp);
	vp = dvp;
	error = vn_lock(vp, LK_SHARED);
	if (error != 0) {
		vrele(vp);
		return (error);
	}
	for (;;) {
		while (*path == '/')
			path++;
		if (*path == '\0')
			break;
		cn.cn_nameptr = path;
		while (*path != '\0' && *path != '/')
			path++;
		cn.cn_namelen = path - cn.cn_nameptr;
		if (cn.cn_namelen > HF_NAME_MAX)
			error = ENAMETOOLONG;
		else if (vp->v_type != VDIR)
			error = vp->v_type == VLNK ? ELOOP : ENOTDIR;
		else
			error = VOP_LOOKUP(vp, &next, &cn);
		if (error != 0) {
			vput(vp);
			return (error);
		}
		vput(vp);
		vp = next;
	}
	*vpp = vp;
	return (0);
}
