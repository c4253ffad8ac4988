/* SPDX-License-Identifier: BSD-2-Clause */
/* mount.h: file systems, mounted ones, and the root mount of the guest. */

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

struct mount;

/* What a file system does; mp->mnt_data is its own.  All may sleep. */
struct vfsops {
	/*
	 * Fills mp, of which locks, lists and mnt_bdev are set.  errno, with a
	 * sentence for people in msg.
	 */
	int (*vfs_mount)(struct mount *mp, char *msg, size_t msg_bytes);
	/* No vnode of mp exists any more. */
	void (*vfs_unmount)(struct mount *mp);
	/* The root directory, referenced, and locked as flags say (LK_*). */
	int (*vfs_root)(struct mount *mp, int flags, struct vnode **vpp);
};

/* A row of the table in vfs/mount.c. */
struct vfsconf {
	const char *vfc_name;
	const struct vfsops *vfc_vfsops;
};

/* NULL: there is none. */
const struct vfsconf *vfs_byname(const char *name);

struct mount {
	const struct vfsops *mnt_op; /* (c) */
	uint64_t mnt_flag;	     /* (c) MNT_* */
	struct statfs mnt_stat;	     /* (c) */
	void *mnt_data;		     /* (c) the file system's own */
	struct hf_bdev *mnt_bdev;    /* (c) NULL: it needs none */
	struct mtx mnt_listmtx;
	TAILQ_HEAD(, vnode) mnt_nvnodelist; /* (m) every vnode, oldest first */
	int mnt_nvnodelistsize;		    /* (m) */
	LIST_HEAD(, vnode) mnt_vnodehash[HF_VNODE_HASH]; /* (m) by v_hash */
	char mnt_error[160]; /* (m) the last broken structure met */
	char mnt_why_rdonly[HF_MOUNT_MSG]; /* (c) with MNT_RDONLY */
};

/*
 * Mounts the file system of this type on bd (NULL for one that needs no disk);
 * errno, ENODEV if there is no such type, and a sentence for people in msg.
 * Unmounting writes what is dirty; EBUSY while a vnode is used.  May sleep.
 */
int hf_mount(const char *type, struct hf_bdev *bd, struct mount **mpp,
    char *msg, size_t msg_bytes);
int hf_unmount(struct mount *mp);

/* The root directory, referenced and unlocked: vrele() it.  errno. */
int hf_mount_rootdir(struct mount *mp, struct vnode **vpp);

/* The type of the root mount. */
#define HF_ROOT_TYPE "ext2"

/* The root mount, NULL when nothing is mounted. */
struct mount *hf_rootmp(void);

/*
 * Mounts the file system of the first disk at the first call, later calls
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
