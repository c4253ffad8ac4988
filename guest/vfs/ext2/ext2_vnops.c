/* SPDX-License-Identifier: BSD-2-Clause */
/* ext2_vnops.c: the table of ext2's vnode operations. */

#include <sys/param.h>
#include <sys/systm.h>
#include <kern/kalloc.h>
#include <vfs/ext2/ext2_index.h>
#include <vfs/ext2/ext2fs.h>
#include <vfs/vfs.h>
#include <vm/vm.h>
#include <vm/vm_object.h>
#include <vm/vnode_pager.h>

static int
ext2_getattr(struct vnode *vp, struct vattr *vap, struct ucred *cred)
{
	struct ext2_node *en;

	en = VTOE2(vp);
	vap->va_type = vp->v_type;
	vap->va_mode = en->en_din.i_mode & 07777u;
	vap->va_fileid = en->en_ino;
	vap->va_size = en->en_size;
	vap->va_bytes = (uint64_t)en->en_din.i_blocks *
	    ((en->en_din.i_flags & EXT2_HUGE_FILE_FL) != 0
		    ? MPTOE2(vp->v_mount)->em_bsize
		    : DEV_BSIZE);
	vap->va_blocksize = (long)MPTOE2(vp->v_mount)->em_bsize;
	vap->va_nlink = en->en_din.i_links_count;
	return (0);
}

int
ext2_access(
    struct vnode *vp, accmode_t accmode, struct ucred *cred, struct thread *td)
{
	uint32_t forbids;

	if ((accmode & (VWRITE | VAPPEND)) == 0)
		return (0);
	/* Devices and pipes are not on the disk. */
	if ((vp->v_mount->mnt_flag & MNT_RDONLY) != 0 &&
	    (vp->v_type == VREG || vp->v_type == VDIR || vp->v_type == VLNK))
		return (EROFS);
	forbids = EXT2_IMMUTABLE_FL;
	if ((accmode & VAPPEND) == 0)
		forbids |= EXT2_APPEND_FL;
	return ((VTOE2(vp)->en_din.i_flags & forbids) != 0 ? EPERM : 0);
}

static int
ext2_reclaim(struct vnode *vp)
{
	ext2_index_free((struct ext2_index *)VTOE2(vp)->en_index);
	hf_kfree(vp->v_data);
	vp->v_data = NULL;
	return (0);
}

const struct vop_vector ext2_vnodeops = {
	.vop_getpages = vnode_pager_local_getpages,
	.vop_getpages_async = vnode_pager_local_getpages_async,
	.vop_putpages = ext2_putpages,
	.vop_bmap = ext2_bmap,
	.vop_getattr = ext2_getattr,
	.vop_access = ext2_access,
	.vop_read = hf_vn_read,
	.vop_write = ext2_write,
	.vop_fsync = ext2_fsync,
	.vop_lookup = ext2_lookup,
	.vop_readdir = ext2_readdir,
	.vop_reclaim = ext2_reclaim,
};
