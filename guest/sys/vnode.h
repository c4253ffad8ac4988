/* SPDX-License-Identifier: BSD-2-Clause */
/* vnode.h: files in memory and the operations on them, with FreeBSD's names. */

/*
 * Life of a vnode.  v_holdcnt keeps the structure, v_usecount says that
 * somebody works with the file; the first use carries one hold.  An object
 * holds its vnode while it has resident pages, and uses it while the object
 * itself is referenced.  With no hold left the vnode may be recycled: it is
 * locked exclusively, doomed (VIRF_DOOMED), VOP_RECLAIM()ed and freed.
 *
 * Lock order: file range, vnode lock, then the vm object lock.  Never sleep for
 * a vnode lock with a busy page, an object lock or a map lock held, and never
 * touch user memory with one held, unless page faults are disabled.
 *
 * Locks:  a  atomic
 *         c  constant from creation to reclaim
 *         i  v_interlock
 *         l  vnode lock (either mode to read, exclusive to write)
 *         m  mnt_listmtx of the mount
 */
#ifndef HF_SYS_VNODE_H
#define HF_SYS_VNODE_H

#include <sys/types.h>
#include <sys/queue.h>
#include <sys/lock.h>
#include <sys/mutex.h>
#include <sys/rangelock.h>
#include <sys/sx.h>
#include <sys/uio.h>

struct hf_bdev;
struct mount;
struct thread;
struct ucred;
struct vm_object;
struct vm_page;

enum vtype { VNON, VREG, VDIR, VBLK, VCHR, VLNK, VSOCK, VFIFO, VBAD };

struct bufobj {
	struct hf_bdev *bo_bdev; /* the device under the file system */
	int bo_bsize;		 /* its sector */
};

struct vop_vector;

struct vnode {
	enum vtype v_type;	       /* (c) */
	const struct vop_vector *v_op; /* (l) replaced when doomed */
	void *v_data;		       /* (l) the file system's own */
	struct mount *v_mount;	       /* (c) */
	uint64_t v_hash;	       /* (c) inode number */
	struct vm_object *v_object;    /* (i) to set, either lock to read */
	struct bufobj v_bufobj;	       /* (c) */
	volatile u_int v_usecount;     /* (a) */
	volatile u_int v_holdcnt;      /* (a) */
	u_int v_irflag;		       /* (l) VIRF_* */
	u_int v_vflag;		       /* (c) VV_* */
	int v_writecount;	       /* (i) writers and writable mappings */
	volatile int v_wrerror;	       /* (a) errno of an asynchronous write */
	volatile u_int v_writesinflight; /* (i) asynchronous writes */
	volatile u_int v_unflushed;	 /* (a) written since the last flush */

	struct mtx v_interlock;
	struct sx v_sx;			 /* behind VOP_LOCK() */
	int v_recurse;			 /* owner's extra locks */
	struct rangelock v_rl;		 /* (i) */
	TAILQ_ENTRY(vnode) v_nmntvnodes; /* (m) */
	LIST_ENTRY(vnode) v_hashlist;	 /* (m) */
};

#define VIRF_DOOMED	 0x0001
#define VV_ROOT		 0x0001
#define VN_IS_DOOMED(vp) (((vp)->v_irflag & VIRF_DOOMED) != 0)

/* Flags of VOP_LOCK, vn_lock, vget. */
#define LK_EXCLUSIVE  0x000001
#define LK_SHARED     0x000002
#define LK_UPGRADE    0x000004 /* others may come in between */
#define LK_DOWNGRADE  0x000008
#define LK_RELEASE    0x000010
#define LK_TYPE_MASK  0x0000ff
#define LK_NOWAIT     0x000100 /* EBUSY rather than sleep */
#define LK_RETRY      0x000200 /* lock a doomed vnode as well */
#define LK_CANRECURSE 0x000400
#define LK_INTERLOCK  0x000800 /* v_interlock is held, is released */
#define LK_EXCLOTHER  0x001000 /* VOP_ISLOCKED: another thread, exclusive */

/* ioflag of VOP_READ and VOP_WRITE. */
#define IO_UNIT	       0x0001
#define IO_APPEND      0x0002
#define IO_NODELOCKED  0x0008 /* vn_rdwr: the caller has the vnode locked */
#define IO_SYNC	       0x0080
#define IO_ASYNC       0x0100
#define IO_VMIO	       0x0200 /* data already in the VM object */
#define IO_INVAL       0x0400 /* pages are discarded afterwards */
#define IO_RANGELOCKED 0x4000 /* vn_rdwr: ... and the range */
#define IO_NOREUSE     0x8000
#define IO_SEQMAX      0x7f
#define IO_SEQSHIFT    16

struct vattr {
	enum vtype va_type;
	u_int va_mode;
	uint64_t va_fileid;
	uint64_t va_size;
	uint64_t va_bytes; /* allocated on disk */
	long va_blocksize;
	u_int va_nlink;
};

struct componentname {
	const char *cn_nameptr;
	long cn_namelen;
};

/* What VOP_READDIR writes, one after another, each d_reclen long. */
#define HF_NAME_MAX 255
struct dirent {
	uint64_t d_fileno;
	uint16_t d_reclen;
	uint8_t d_type; /* DT_* */
	uint8_t d_namlen;
	char d_name[HF_NAME_MAX + 1];
};

#define DT_UNKNOWN 0
#define DT_DIR	   4
#define DT_REG	   8
#define DT_LNK	   10

/* What VOP_ACCESS is asked for. */
#define VEXEC	000000000100
#define VWRITE	000000000200
#define VREAD	000000000400
#define VAPPEND 000000040000 /* with VWRITE: only at the end of file */

typedef void vop_getpages_iodone_t(
    void *arg, struct vm_page **ma, int count, int error);

/*
 * NULL entry: the operation answers EOPNOTSUPP (VM_PAGER_BAD for pages).
 */
struct vop_vector {
	int (*vop_getpages)(
	    struct vnode *, struct vm_page **, int, int *, int *);
	int (*vop_getpages_async)(struct vnode *, struct vm_page **, int, int *,
	    int *, vop_getpages_iodone_t *, void *);
	int (*vop_putpages)(struct vnode *, struct vm_page **, int, int, int *);
	int (*vop_bmap)(
	    struct vnode *, daddr_t, struct bufobj **, daddr_t *, int *, int *);
	int (*vop_getattr)(struct vnode *, struct vattr *, struct ucred *);
	int (*vop_access)(
	    struct vnode *, accmode_t, struct ucred *, struct thread *);
	int (*vop_read)(struct vnode *, struct uio *, int, struct ucred *);
	int (*vop_write)(struct vnode *, struct uio *, int, struct ucred *);
	int (*vop_fsync)(struct vnode *, int, struct thread *);
	int (*vop_lookup)(
	    struct vnode *, struct vnode **, struct componentname *);
	int (*vop_readdir)(struct vnode *, struct uio *, struct ucred *, int *,
	    int *, uint64_t **);
	int (*vop_reclaim)(struct vnode *);
};

/* The pages' protocol (who is busy, who frees): guest/vfs/vop.c. */
int VOP_GETPAGES(struct vnode *vp, struct vm_page **ma, int count, int *rbehind,
    int *rahead);
int VOP_GETPAGES_ASYNC(struct vnode *vp, struct vm_page **ma, int count,
    int *rbehind, int *rahead, vop_getpages_iodone_t *iodone, void *arg);
int VOP_PUTPAGES(struct vnode *vp, struct vm_page **ma, int bytecount,
    int flags, int *rtvals);

int VOP_BMAP(struct vnode *vp, daddr_t lbn, struct bufobj **bop, daddr_t *bnp,
    int *runp, int *runb);
int VOP_GETATTR(struct vnode *vp, struct vattr *vap, struct ucred *cred);
int VOP_ACCESS(
    struct vnode *vp, accmode_t accmode, struct ucred *cred, struct thread *td);

/*
 * VOP_READ, VOP_WRITE, VOP_READDIR of user memory never fault with vp locked,
 * whoever calls them.  An extension of ours: if the memory is not at hand, they
 * drop the caller's lock of vp (all of a recursive one), get hold of the
 * memory, and lock vp again in the same mode.  EIO if the file is gone by then.
 * What the caller knew about the file may be out of date afterwards, and other
 * I/O may come in between; vn_rdwr() and open files (sys/file.h), which lock
 * the range, exclude it.  No other vnode may be locked.
 */
int VOP_READ(struct vnode *vp, struct uio *uio, int ioflag, struct ucred *cred);
int VOP_WRITE(
    struct vnode *vp, struct uio *uio, int ioflag, struct ucred *cred);
int VOP_FSYNC(struct vnode *vp, int waitfor, struct thread *td);
int VOP_LOOKUP(
    struct vnode *dvp, struct vnode **vpp, struct componentname *cnp);
int VOP_READDIR(struct vnode *vp, struct uio *uio, struct ucred *cred,
    int *eofflag, int *ncookies, uint64_t **cookies);
int VOP_RECLAIM(struct vnode *vp);

/* Locking; see LK_*.  VOP_ISLOCKED: LK_EXCLUSIVE, LK_SHARED, LK_EXCLOTHER, 0. */
int VOP_LOCK(struct vnode *vp, int flags);
int VOP_UNLOCK(struct vnode *vp);
int VOP_ISLOCKED(struct vnode *vp);
void VOP_ADD_WRITECOUNT(struct vnode *vp, int inc);
void ASSERT_VOP_LOCKED(struct vnode *vp, const char *who);
void ASSERT_VOP_ELOCKED(struct vnode *vp, const char *who);

/* vn_lock: ENOENT for a doomed vnode unless LK_RETRY; EBUSY with LK_NOWAIT. */
int vn_lock(struct vnode *vp, int flags);

/*
 * vref, vhold: one more, from somebody who has one.  Atomic, never sleep.
 * vget: use reference and lock in one, for a holder; as vn_lock on failure,
 * then without the reference.  vrele, vdrop: one less; never sleep.
 * vput: VOP_UNLOCK and vrele.
 */
void vref(struct vnode *vp);
void vrele(struct vnode *vp);
int vget(struct vnode *vp, int flags);
void vput(struct vnode *vp);
void vhold(struct vnode *vp);
void vdrop(struct vnode *vp);
u_int vrefcnt(struct vnode *vp);

#define VI_LOCK(vp)   mtx_lock(&(vp)->v_interlock)
#define VI_UNLOCK(vp) mtx_unlock(&(vp)->v_interlock)

/* vgone: reclaims now, whoever uses it; exclusively locked, stays locked. */
void vgone(struct vnode *vp);
int getnewvnode(const char *tag, struct mount *mp,
    const struct vop_vector *vops, struct vnode **vpp);

/*
 * Walks path (with or without a leading '/') from the directory dvp, which
 * stays referenced and unlocked.  *vpp comes back referenced and locked shared.
 */
int hf_namei(struct vnode *dvp, const char *path, struct vnode **vpp);

/*
 * Reads or writes len bytes at offset in one call, with FreeBSD's arguments.
 * vp is used and unlocked, or locked with IO_NODELOCKED.  *aresid is what is
 * left (EIO for a short transfer without it).  Sleeps.
 */
int vn_rdwr(enum uio_rw rw, struct vnode *vp, void *base, int len, off_t offset,
    enum uio_seg segflg, int ioflg, struct ucred *active_cred,
    struct ucred *file_cred, ssize_t *aresid, struct thread *td);

/*
 * What a file system moves bytes with, in place of uiomove() and
 * uiomove_fromphys(): they move the held pages of the user instead of his
 * addresses when there are any.
 */
int vn_io_fault_uiomove(char *data, int xfersize, struct uio *uio);
int vn_io_fault_pgmove(
    struct vm_page *ma[], vm_offset_t offset, int xfersize, struct uio *uio);

/* [start, end) of the file; no vnode is locked. */
void *vn_rangelock_rlock(struct vnode *vp, off_t start, off_t end);
void *vn_rangelock_wlock(struct vnode *vp, off_t start, off_t end);
void vn_rangelock_unlock(struct vnode *vp, void *cookie);

/* Write suspension does not exist here: these always succeed. */
int vn_start_write(struct vnode *vp, struct mount **mpp, int flags);
void vn_finished_write(struct mount *mp);

/* In the vnode pager. */
int vnode_create_vobject(struct vnode *vp, off_t size, struct thread *td);
void vnode_destroy_vobject(struct vnode *vp);
void vnode_pager_setsize(struct vnode *vp, vm_ooffset_t nsize);
void vnode_pager_purge_range(
    struct vnode *vp, vm_ooffset_t start, vm_ooffset_t end);

#endif
