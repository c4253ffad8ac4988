/* SPDX-License-Identifier: BSD-2-Clause */
/* mount.h: a mounted file system, and the one root mount of the guest. */

/*
 * Locks:  c  constant after mount
 *         m  mnt_listmtx
 */
#ifndef HF_SYS_MOUNT_H
#define HF_SYS_MOUNT_H

#include <sys/types.h>
#include <sys/queue.h>
#include <sys/lock.h>
#include <sys/mutex.h>

struct vnode;
struct hf_bdev;

#define MNT_RDONLY 0x0000000000000001ull

/* waitfor of VOP_FSYNC and VFS_SYNC */
#define MNT_WAIT   1
#define MNT_NOWAIT 2

/* Room for a mount's message, which may name many features. */
#define HF_MOUNT_MSG 400

/* Lists that the vnodes of a mount are on by number: a power of two. */
#define HF_VNODE_HASH 128

struct statfs {
	uint64_t f_bsize;  /* file system block */
	uint64_t f_iosize; /* best transfer, here the same */
	uint64_t f_blocks;
	uint64_t f_files;
};

struct mount {
	uint64_t mnt_flag;	  /* (c) MNT_* */
	struct statfs mnt_stat;	  /* (c) */
	void *mnt_data;		  /* (c) the file system's own */
	struct hf_bdev *mnt_bdev; /* (c) */
	struct mtx mnt_listmtx;
	TAILQ_HEAD(, vnode) mnt_nvnodelist; /* (m) every vnode, oldest first */
	int mnt_nvnodelistsize;		    /* (m) */
	LIST_HEAD(, vnode) mnt_vnodehash[HF_VNODE_HASH]; /* (m) by v_hash */
	char mnt_error[160]; /* (m) the last broken structure met */
	char mnt_why_rdonly[HF_MOUNT_MSG]; /* (c) with MNT_RDONLY */
};

/*
 * Mounts the ext2 file system on bd; errno and a sentence for people in msg.
 * Unmounting writes what is dirty; EBUSY while a vnode is used.  May sleep.
 */
int hf_mount(
    struct hf_bdev *bd, struct mount **mpp, char *msg, size_t msg_bytes);
int hf_unmount(struct mount *mp);

/* The root directory, referenced and unlocked: vrele() it.  errno. */
int hf_mount_rootdir(struct mount *mp, struct vnode **vpp);

/* The root mount, NULL when nothing is mounted. */
struct mount *hf_rootmp(void);

/*
 * Mounts the ext2 file system of the first disk at the first call, later calls
 * return the same mount.  On success *vpp is the root directory, referenced and
 * unlocked: vrele() it.  On failure an errno with a sentence for people in
 * msg (what was wrong with which structure).  May sleep.
 */
int hf_root_mount(
    struct mount **mpp, struct vnode **vpp, char *msg, size_t msg_bytes);

/*
 * Writes what is dirty, drops every vnode, page and buffer of the root mount
 * and forgets it; the next hf_root_mount() reads the disk anew.  0 when
 * nothing is mounted; EBUSY if a vnode is still referenced.  May sleep.
 */
int hf_root_unmount(void);

#endif
