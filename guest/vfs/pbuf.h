/* SPDX-License-Identifier: BSD-2-Clause */
/* pbuf.h: a transfer between pages of a file and its device. */

/*
 * Unmapped: only physical segments travel.  The pool is fixed; reading may
 * sleep for a buffer but never takes the last HF_PBUFS_FOR_WRITES, so that
 * page-out always finds one when those in flight complete.
 */
#ifndef HF_VFS_PBUF_H
#define HF_VFS_PBUF_H

#include <sys/types.h>
#include <dev/bdev.h>
#include <kern/intr.h>
#include <sys/vnode.h>

struct vm_object;
struct vm_page;

#define HF_PBUF_PAGES	    64 /* of one transfer */
#define HF_PBUFS	    8
#define HF_PBUFS_FOR_WRITES 2

struct hf_pbuf {
	struct hf_pbuf *pb_free; /* pool lock */
	struct hf_io pb_io;
	struct hf_seg pb_segs[HF_PBUF_PAGES];
	struct hf_task pb_task;
	struct vnode *pb_vp;
	struct vm_object *pb_object;
	int pb_error;

	/* Reading: pages in file order, the middle ones were asked for. */
	struct vm_page *pb_pages[HF_PBUF_PAGES];
	int pb_behind, pb_count, pb_ahead;
	uint32_t pb_bytes; /* from the start of the first page */
	vop_getpages_iodone_t *pb_iodone;
	void *pb_arg;
};

enum hf_pbuf_use { HF_PBUF_READ, HF_PBUF_WRITE };

/* Sleeps for a buffer unless nowait (then NULL). */
struct hf_pbuf *hf_pbuf_get(enum hf_pbuf_use use, bool nowait);
void hf_pbuf_put(struct hf_pbuf *pb);

/* Buffers in use, for the leak check. */
u_long hf_pbufs_used(void);

/* hf_bdev_submit() and hf_bdev_io_wait() of the device under a file. */
int hf_bufobj_submit(struct bufobj *bo, struct hf_io *io);
int hf_bufobj_io_wait(struct bufobj *bo, struct hf_io *io);

#endif
