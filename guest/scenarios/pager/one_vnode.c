/* SPDX-License-Identifier: BSD-2-Clause */
/* one_vnode.c: a file has one vnode, whoever comes meanwhile. */

#include <sys/mount.h>
#include <sys/proc.h>
#include <kern/failpoint.h>
#include <test/file.h>
#include <test/scenario.h>
#include <vfs/vfs.h>
#include <vfs/vn_map.h>

#define ON_DISK .flags = HF_NEEDS_DISK | HF_NEEDS_DEFAULT_IMAGE
#define NAME	"size-4097"

static struct vnode *other;

static void
open_too(void *root)
{
	hf_require_eq(hf_namei(root, NAME, &other), 0);
	VOP_UNLOCK(other);
}

static void
reclaim(void *arg)
{
	(void)vn_lock(other, LK_EXCLUSIVE | LK_RETRY);
	vgone(other);
	VOP_UNLOCK(other);
}

/* The file's vnode, unlocked, by a look-up beside which fn does its part. */
static struct vnode *
look_up_beside(struct vnode *root, void (*fn)(void *))
{
	struct vnode *vp = NULL;

	hf_failpoint_call("vnode.looked", 0, fn, root);
	hf_require_eq(hf_namei(root, NAME, &vp), 0);
	hf_expect_eq(hf_failpoint_fired("vnode.looked"), 1);
	hf_failpoint_disarm_all();
	VOP_UNLOCK(vp);
	return (vp);
}

HF_SCENARIO(vnode_made_twice, "pager.vnode_made_twice", "VN-33",
    "of two who look a file up for the first time one finds the other's vnode",
    ON_DISK)
{
	u_long live;
	struct vnode *root, *vp;

	root = hf_file_open("/");
	live = hf_vnodes_live();
	vp = look_up_beside(root, open_too);
	hf_expect(vp == other);
	hf_expect(!VN_IS_DOOMED(vp));
	hf_expect_eq(vrefcnt(vp), 2);
	hf_expect_eq(hf_vnodes_live(), live + 1);
	vrele(other);
	vrele(vp);
	hf_file_close(root);
}

HF_SCENARIO(vnode_reclaimed_meanwhile, "pager.vnode_reclaimed_meanwhile",
    "VN-33 VN-03",
    "a vnode that is reclaimed while it is looked up is made anew", ON_DISK)
{
	struct vnode *root, *vp;
	char byte;
	ssize_t left;

	root = hf_file_open("/");
	open_too(root);
	vp = look_up_beside(root, reclaim);
	hf_expect(vp != other);
	hf_expect(VN_IS_DOOMED(other));
	hf_expect(!VN_IS_DOOMED(vp));
	hf_expect_eq(hf_file_bytes(vp), 4097);
	hf_expect_eq(vn_rdwr(UIO_READ, vp, &byte, 1, 4096, UIO_SYSSPACE, 0,
			 NULL, NULL, &left, curthread),
	    0);
	hf_expect_eq(left, 0);
	vrele(other);
	vrele(vp);
	hf_file_close(root);
}

HF_SCENARIO(vnode_gone, "pager.vnode_gone", "VN-03",
    "nothing is looked up in, or mapped of, a file that is gone", ON_DISK)
{
	struct vnode *dvp, *vp, *found = NULL;
	vm_prot_t max;

	dvp = hf_file_open("nested");
	vp = hf_file_open(NAME);
	(void)vn_lock(dvp, LK_EXCLUSIVE | LK_RETRY);
	vgone(dvp);
	VOP_UNLOCK(dvp);
	other = vp;
	reclaim(NULL);
	hf_expect_eq(hf_namei(dvp, "a", &found), ENOENT);
	hf_expect(found == NULL);
	hf_expect_eq(vrefcnt(dvp), 1);
	hf_expect_eq(hf_vn_map_rights(vp, VM_PROT_READ, true, &max), ENOENT);
	/* What is private needs no right of the file. */
	hf_expect_eq(hf_vn_map_rights(vp, VM_PROT_ALL, false, &max), 0);
	hf_file_close(vp);
	hf_file_close(dvp);
}

static const struct vop_vector no_ops;

HF_SCENARIO(vnodes_bounded, "pager.vnodes_bounded", "VN-45",
    "beyond 512 vnodes the oldest that nobody uses goes for each new one",
    ON_DISK)
{
	struct mount *mp = hf_file_mount();
	struct vnode *first = NULL, *used = NULL, *vp;
	u_long live;

	for (uint64_t i = 0; mp->mnt_nvnodelistsize < 512; i++) {
		hf_require_eq(getnewvnode("bare", mp, &no_ops, &vp), 0);
		hf_require(hf_vnode_insert(vp, ~0ul - i));
		VOP_UNLOCK(vp);
		if (used == NULL)
			used = vp;
		else
			vrele(vp);
		if (i == 1)
			first = vp;
	}
	hf_require(first != NULL);
	vhold(first);
	live = hf_vnodes_live();
	/* The root directory goes first, or has gone. */
	for (uint64_t i = 0; i < 4; i++) {
		hf_require_eq(getnewvnode("bare", mp, &no_ops, &vp), 0);
		hf_require(hf_vnode_insert(vp, i + (1ul << 40)));
		vput(vp);
	}
	hf_expect_eq(hf_vnodes_live(), live + 1);
	hf_expect(VN_IS_DOOMED(first));
	hf_expect(!VN_IS_DOOMED(used));
	vdrop(first);
	hf_expect_le(mp->mnt_nvnodelistsize, 512);
	(void)vn_lock(used, LK_EXCLUSIVE | LK_RETRY);
	vgone(used);
	vput(used);
}
