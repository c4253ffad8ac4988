/* SPDX-License-Identifier: BSD-2-Clause */
/* vfs.h: what the files of the vnode layer share with each other. */

#ifndef HF_VFS_VFS_H
#define HF_VFS_VFS_H

#include <sys/types.h>
#include <sys/cdefs.h>

struct mount;
struct vnode;

/*
 * Reclaims one vnode that nobody uses, dirty pages are written.  lkflags:
 * LK_NOWAIT or 0.  False if there is none, or it could not be locked.
 */
bool hf_vnode_recycle(struct mount *mp, int lkflags);

/* The vnode of this number, held; NULL.  mnt_listmtx held. */
struct vnode *hf_vnode_find(struct mount *mp, uint64_t hash);

/*
 * Makes a new vnode findable.  False if another thread was faster: then vp is
 * gone.
 */
bool hf_vnode_insert(struct vnode *vp, uint64_t hash);

/* Vnodes in existence, for the leak check. */
u_long hf_vnodes_live(void);

/*
 * Records and prints that a structure of the file system makes no sense.
 * Returns EINTEGRITY.
 */
int hf_fs_broken(struct mount *mp, const char *fmt, ...) __printflike(2, 3);

/* Waits for asynchronous writes of the file; 0, or the errno of one of them. */
int hf_vnode_wait_writes(struct vnode *vp);

#endif
