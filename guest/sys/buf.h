/* SPDX-License-Identifier: BSD-2-Clause */
/* buf.h: a transfer between a device and the memory of a process. */

#ifndef HF_SYS_BUF_H
#define HF_SYS_BUF_H

#include <sys/param.h>

struct vm_page;

#define BIO_READ  0x01 /* device to memory */
#define BIO_WRITE 0x02

/* Most bytes of one transfer, and the pages that they can touch. */
#define DFLTPHYS     (64 * 1024)
#define HF_BUF_PAGES (DFLTPHYS / PAGE_SIZE + 1)

/* The owner's alone, but for what it hands to a device. */
struct buf {
	int b_iocmd;	      /* BIO_READ, BIO_WRITE */
	size_t b_bcount;      /* bytes */
	vm_offset_t b_data;   /* in kernel addresses, or 0: not mapped there */
	vm_offset_t b_offset; /* of the first byte in its page */
	int b_npages;	      /* held; 0: nothing is mapped */
	struct vm_page *b_pages[HF_BUF_PAGES];
	vm_paddr_t b_phys[HF_BUF_PAGES]; /* of these pages */
};

/*
 * Makes len bytes of the current process's memory at uaddr the buffer's.  Its
 * pages are held.  Reading from the device holds them as for a store: they are
 * copied, paged in and dirtied now.  Writing to it holds them as for a load.
 * With mapbuf they also are at consecutive kernel addresses, in b_data.  No
 * lock held; may sleep.
 *
 * 0, or -1 and nothing is held: the memory does not permit it, or there are
 * more than DFLTPHYS bytes, or no kernel addresses.  No bytes are no pages.
 */
int vmapbuf(struct buf *bp, void *uaddr, size_t len, int mapbuf);

/*
 * The end, in any thread, even of another process: what the device has stored
 * is dirty (also if the pages were written back meanwhile), the pages are let
 * go.  May sleep. Exactly once.
 */
void vunmapbuf(struct buf *bp);

#endif
