/* SPDX-License-Identifier: BSD-2-Clause */
/* backend.h: where a disk's bytes are kept: one interface for all of them. */

/*
 * A backend moves bytes between iovecs and a store of 512-byte sectors.  The
 * caller owns a struct blk_op from blk_submit until its completion and the
 * backend allocates nothing for it.
 *
 * Threads.  Every function except blk_close may be called from any thread.
 * Each submitted op completes exactly once.  The callback runs on any thread
 * and in any context: inside blk_submit, inside blk_reap, or on a thread of the
 * backend's own.  It must not submit the same op again before it has returned.
 * An op may sit in the backend until the submitter calls blk_kick; a backend
 * whose blk_event_fd is not -1 completes ops only when somebody calls blk_reap
 * after that descriptor became readable.  No order is kept between ops that are
 * under way at once; a flush covers the writes that completed before it was
 * submitted, no others.
 */
#ifndef HF_BLK_BACKEND_H
#define HF_BLK_BACKEND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/uio.h>

#define BLK_SECTOR_BYTES 512u
#define BLK_LAYERS_MAX	 4

enum blk_kind {
	BLK_READ,
	BLK_WRITE,
	BLK_FLUSH /* no iovecs, offset and length 0 */
};

struct blk_op;
struct blk_backend;

/*
 * error: 0, all bytes were moved (flush: they are stable); or a positive errno,
 * any part of them may have been moved.
 */
typedef void blk_done_fn(struct blk_op *, int error);

struct blk_op {
	enum blk_kind kind;
	unsigned int iov_count;
	const struct iovec *iov; /* read only for the backend */
	uint64_t offset_bytes;	 /* multiple of BLK_SECTOR_BYTES */
	uint64_t length_bytes;	 /* sum of iov; likewise; not 0 */
	blk_done_fn *done;

	/* Private to the backends: what each layer does on the way back. */
	unsigned int depth;
	struct blk_layer {
		blk_done_fn *done;
		void *arg;
	} layers[BLK_LAYERS_MAX];
};

/*
 * Starts op.  Requires it to lie inside the capacity, and no write when
 * blk_readonly: the device has checked what the guest said.
 */
void blk_submit(struct blk_backend *, struct blk_op *op);

/*
 * Whether blk_try may ever succeed.  blk_try completes op inside the call, if
 * that takes no longer than moving the bytes.  On false op is still the
 * caller's and nothing has happened, but its buffers may have been written to.
 * Requires what blk_submit does.
 */
bool blk_can_try(const struct blk_backend *);
bool blk_try(struct blk_backend *, struct blk_op *op);

/* The batch is complete: whatever was only collected goes to the host now. */
void blk_kick(struct blk_backend *);

/* Readable when blk_reap has something to do; -1 while there is no need. */
int blk_event_fd(struct blk_backend *);

/* Runs the callbacks of what has completed.  Never waits. */
void blk_reap(struct blk_backend *);

/*
 * The end has come: what is held back on purpose, now or later, completes with
 * ECANCELED instead, by blk_reap.
 */
void blk_cut_short(struct blk_backend *);

uint64_t blk_capacity_sectors(const struct blk_backend *);
bool blk_readonly(const struct blk_backend *);

/*
 * "io_uring", "snapshot over sync"...: for reports, after the fact: what is
 * really in use may be known only when the first op came.  Returns buf.
 */
char *blk_describe(const struct blk_backend *, char *buf, size_t buf_bytes);

/* Requires that no op is under way.  NULL is fine. */
void blk_close(struct blk_backend *);

#endif
