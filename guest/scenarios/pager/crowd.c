/* SPDX-License-Identifier: BSD-2-Clause */
/* crowd.c: look up a name of the large directory. */

#include <test/file.h>
#include <test/scenario.h>
#include <vfs/ext2/ext2fs.h>
#include "crowd.h"

int
crowd_look_up(struct vnode *dvp, int i)
{
	char name[16];
	struct componentname cn = { name, 0 };
	struct vnode *vp;
	int error;

	cn.cn_namelen = snprintf(name, sizeof(name), "name%d", i);
	(void)vn_lock(dvp, LK_SHARED | LK_RETRY);
	error = VOP_LOOKUP(dvp, &vp, &cn);
	VOP_UNLOCK(dvp);
	if (error == 0) {
		hf_expect_eq(VTOE2(vp)->en_size, 1);
		vput(vp);
	}
	return (error);
}
