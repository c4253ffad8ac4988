/* SPDX-License-Identifier: BSD-2-Clause */
/* file.h: an open file, with FreeBSD's names: what reading and writing need. */

/*
 * There is no table of descriptors and there are no system calls: whoever opens
 * a file keeps a struct file and the vnode's reference, and asks for rights
 * himself.
 */
#ifndef HF_SYS_FILE_H
#define HF_SYS_FILE_H

#include <sys/types.h>
#include <sys/sx.h>

struct file;
struct thread;
struct ucred;
struct uio;
struct vnode;

/* f_flag */
#define FREAD	 0x0001
#define FWRITE	 0x0002
#define O_APPEND 0x0008
#define O_FSYNC	 0x0080

/* Flags of fo_read and fo_write: the uio says where, f_offset stays (pread). */
#define FOF_OFFSET 0x01

typedef int fo_rdwr_t(struct file *fp, struct uio *uio,
    struct ucred *active_cred, int flags, struct thread *td);

struct fileops {
	fo_rdwr_t *fo_read;
	fo_rdwr_t *fo_write;
};

struct file {
	const struct fileops *f_ops; /* constant */
	struct vnode *f_vnode;	     /* constant; the opener's reference */
	u_int f_flag;		     /* constant */
	struct sx f_offset_lock;     /* "file offset" */
	off_t f_offset;		     /* f_offset_lock */
};

/*
 * Files of a file system: read(2) and write(2), at the uio's offset with
 * FOF_OFFSET, else at the file's, which advances.  The range is locked
 * throughout, the vnode in steps.  Bytes before the first that cannot be had
 * are moved, and counted in the uio, when EFAULT comes back.  The memory is
 * that of the calling process.  If another thread unmaps it or forks meanwhile,
 * what is read may land in pages that are no longer the process's own.
 */
extern const struct fileops vnops;

/* Makes fp an open file of the vnode `data'; hf_file_fini() is the end of it. */
void finit_vnode(
    struct file *fp, u_int flag, void *data, const struct fileops *ops);
void hf_file_fini(struct file *fp);

/*
 * errno; the uio tells what was moved, also after an error.  td is curthread.
 * No lock may be held; sleep.
 */
static inline int
fo_read(struct file *fp, struct uio *uio, struct ucred *active_cred, int flags,
    struct thread *td)
{
	return (fp->f_ops->fo_read(fp, uio, active_cred, flags, td));
}

static inline int
fo_write(struct file *fp, struct uio *uio, struct ucred *active_cred, int flags,
    struct thread *td)
{
	return (fp->f_ops->fo_write(fp, uio, active_cred, flags, td));
}

#endif
