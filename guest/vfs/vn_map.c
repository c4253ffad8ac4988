/* SPDX-License-Identifier: BSD-2-Clause */
/* vn_map.c: which rights a mapping of a file may have. */

#include <sys/param.h>
#include <sys/vnode.h>
#include <vfs/vn_map.h>

int
hf_vn_map_rights(
    struct vnode *vp, vm_prot_t prot, bool shared, vm_prot_t *maxprotp)
{
	int error;

	*maxprotp = VM_PROT_ALL;
	if (!shared)
		return (0);
	error = vn_lock(vp, LK_SHARED);
	if (error != 0)
		return (error);
	error = VOP_ACCESS(vp, VWRITE, NULL, NULL);
	VOP_UNLOCK(vp);
	if (error == 0)
		return (0);
	*maxprotp = VM_PROT_ALL & ~VM_PROT_WRITE;
	return ((prot & VM_PROT_WRITE) != 0 ? error : 0);
}
