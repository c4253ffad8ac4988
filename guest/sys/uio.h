/* SPDX-License-Identifier: BSD-2-Clause */
/* uio.h: the description of a scattered transfer, with FreeBSD's names. */

#ifndef HF_SYS_UIO_H
#define HF_SYS_UIO_H

#include <sys/types.h>

struct thread;
struct vm_page;

struct iovec {
	void *iov_base;
	size_t iov_len;
};

enum uio_rw { UIO_READ, UIO_WRITE };

/* UIO_NOCOPY: the data is already in (or stays in) the pages of the object. */
enum uio_seg { UIO_USERSPACE, UIO_SYSSPACE, UIO_NOCOPY };

struct uio {
	struct iovec *uio_iov;
	int uio_iovcnt;
	off_t uio_offset;
	ssize_t uio_resid;
	enum uio_seg uio_segflg;
	enum uio_rw uio_rw;
	struct thread *uio_td;
};

/* Counts n bytes of the first piece, which has as many, as moved. */
static inline void
hf_uio_advance(struct uio *uio, size_t n)
{
	struct iovec *iov = uio->uio_iov;

	iov->iov_base = (char *)iov->iov_base + n;
	iov->iov_len -= n;
	uio->uio_resid -= (ssize_t)n;
	uio->uio_offset += (off_t)n;
}

/* Makes the first piece one that is not empty; false if there is none. */
static inline bool
hf_uio_more(struct uio *uio)
{
	while (uio->uio_iovcnt > 0 && uio->uio_iov->iov_len == 0) {
		uio->uio_iov++;
		uio->uio_iovcnt--;
	}
	return (uio->uio_iovcnt > 0 && uio->uio_resid > 0);
}

/*
 * Moves up to n bytes between cp (kernel memory) and the uio, which advances.
 * 0, or EFAULT at the first byte that cannot be reached.  May fault and sleep
 * for UIO_USERSPACE.
 */
int uiomove(void *cp, int n, struct uio *uio);

/*
 * uiomove() for the bytes of ma[], from byte `offset' of ma[0] on; offset may
 * reach into later pages.  The caller keeps the pages (wired, busied or his
 * own) and sees to their dirtiness.  Their side never faults; the uio's side
 * does as in uiomove(), and not at all for UIO_SYSSPACE.  After EFAULT the uio
 * says how far it came: pieces of a page that failed half-way are not counted.
 */
int uiomove_fromphys(
    struct vm_page *ma[], vm_offset_t offset, int n, struct uio *uio);

/*
 * Kernel memory to (in) and from (out) physical memory, of any alignment.  0,
 * or EFAULT where a frame has no vm_page; what lies before it has been copied.
 * Never sleep.
 */
int physcopyin(void *src, vm_paddr_t dst, size_t len);
int physcopyout(vm_paddr_t src, void *dst, size_t len);

#endif
