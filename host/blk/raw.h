/* SPDX-License-Identifier: BSD-2-Clause */
/* raw.h: an open image, as raw_sync.c and raw_uring.c see it. */
#ifndef HF_BLK_RAW_H
#define HF_BLK_RAW_H

#include "blk/backend_priv.h"
#include "core/err.h"

/* How to move bytes without waiting for a device. */
enum raw_nowait {
	RAW_NOWAIT_FLAG,  /* RWF_NOWAIT: what is in the page cache */
	RAW_NOWAIT_MEMORY /* the file lies in memory: any way */
};

struct raw_map;

struct raw {
	struct blk_backend blk;
	int fd;
	/*
	 * The errno of the first flush that failed, 0 if none did (atomic).  It
	 * stays: Linux reports a lost page once, and a later fdatasync that
	 * succeeds says nothing of it.
	 */
	int flush_error;
	enum raw_nowait nowait; /* constant */
	bool is_file;		/* constant; else a block device */
	struct raw_map *map;	/* raw_map.c's (atomic) */
};

void raw_init(struct raw *, const struct blk_backend_ops *, const char *name,
    int fd, uint64_t capacity_sectors, bool readonly);

/*
 * Moves all of op but its first done_bytes, which are moved already, in the
 * caller's thread; continues short transfers.  Returns 0 or a positive errno:
 * EIO if the image ends too early, because somebody truncated it.
 */
int raw_transfer(struct raw *, const struct blk_op *op, uint64_t done_bytes);

/*
 * Somebody has truncated the image, and op would write behind its end: that
 * would make it longer again, with a hole for what is lost.  Asked before each
 * write; what gets shorter between the question and the write is found by the
 * next flush.
 */
bool raw_is_cut(const struct raw *, const struct blk_op *op);

/* The outcome of a flush: error (0 or errno), or what was remembered. */
int raw_flush_result(struct raw *, int error);

/*
 * Sets the ring of blk_uring_new's backend up at once.  0, or -1 if it is
 * refused: *err.
 */
int blk_uring_set_up(struct blk_backend *, struct hf_err *err);

/* blk_backend_ops.try_now of both backends. */
bool raw_try(struct blk_backend *, struct blk_op *op);

/*
 * For files in memory: op, a read, is done; false: it is not, and should be by
 * a system call.  Not on a thread that blocks SIGBUS.
 */
bool raw_map_read(struct raw *, const struct blk_op *op);
/* At the end. */
void raw_unmap(struct raw *);

/* fdatasync.  Returns 0 or a positive errno. */
int raw_flush(struct raw *);

#endif
