/* SPDX-License-Identifier: BSD-2-Clause */
/* vfs.h: what the files of the vnode layer share with each other. */

#ifndef HF_VFS_VFS_H
#define HF_VFS_VFS_H

#include <sys/types.h>
#include <sys/cdefs.h>

struct ucred;
struct uio;
struct mount;
struct vnode;
struct vop_vector;

/* How a file system makes its vnodes. */
struct hf_vnode_kind {
	const char *vk_tag;
	const struct vop_vector *vk_ops;
	/*
	 * Sets v_type, v_data and flags of a vnode that is locked exclusively;
	 * *sizep is a regular file's.  On failure there must be nothing for
	 * VOP_RECLAIM() to free.
	 */
	int (*vk_load)(struct vnode *vp, uint64_t number, off_t *sizep);
};

/*
 * The vnode of the file with this number, used, and locked as flags say (LK_*).
 * Whatever vk_load() or vget() says.  Sleeps.
 */
int hf_vnode_get(struct mount *mp, uint64_t number, int flags,
    const struct hf_vnode_kind *kind, struct vnode **vpp);

/*
 * One page's share of a read or write of the file's bytes, at most limit of
 * them, through its object; advances the uio.  A page that is not there is
 * paged in.  EIO, EFAULT.
 */
int hf_vn_copy_page(struct vnode *vp, struct uio *uio, int limit);

/*
 * Reads through the object up to the end of file: VOP_READ of a file system
 * whose files are all like that.
 */
int hf_vn_read(
    struct vnode *vp, struct uio *uio, int ioflag, struct ucred *cred);

/*
 * VOP_WRITE of such a file system, whose files do not grow (EFBIG).  page()
 * writes some of the next page's bytes (hf_vn_copy_page()).  nocopy() writes
 * what lies in pages that the caller has busied (UIO_NOCOPY, from
 * vnode_pager_generic_putpages()).  Both advance the uio by what they have
 * written.
 */
typedef int hf_vn_write_t(struct vnode *vp, struct uio *uio);
int hf_vn_write(struct vnode *vp, struct uio *uio, int ioflag,
    struct ucred *cred, hf_vn_write_t *page, hf_vn_write_t *nocopy);

/* VOP_READDIR's record of one name, if there is room; struct dirent's values. */
int hf_dirent_emit(struct uio *uio, uint64_t fileno, uint8_t type,
    const char *name, size_t len);

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
