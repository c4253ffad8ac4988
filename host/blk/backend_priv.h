/* SPDX-License-Identifier: BSD-2-Clause */
/* backend_priv.h: what a backend is made of; only for files in blk/. */
#ifndef HF_BLK_BACKEND_PRIV_H
#define HF_BLK_BACKEND_PRIV_H

#include <sys/types.h>

#include "blk/backend.h"

struct blk_backend_ops {
	void (*submit)(struct blk_backend *, struct blk_op *);
	/* As blk_try.  NULL: never. */
	bool (*try_now)(struct blk_backend *, struct blk_op *);
	void (*kick)(struct blk_backend *);    /* NULL: nothing to do */
	int (*event_fd)(struct blk_backend *); /* NULL: -1 */
	void (*reap)(struct blk_backend *);    /* NULL: nothing to do */
	/* As blk_cut_short, without the backends below.  NULL: nothing to do */
	void (*cut_short)(struct blk_backend *);
	void (*close)(struct blk_backend *); /* frees it */
};

/* First member of every backend. */
struct blk_backend {
	const struct blk_backend_ops *ops;
	uint64_t capacity_sectors;
	bool readonly;
	const char *name;	   /* atomic */
	struct blk_backend *lower; /* what this is on top of, or NULL */
};

/* For a backend on top of another: op comes back to done first. */
void blk_op_push_layer(struct blk_op *op, blk_done_fn *done, void *arg);
/* The last push is taken back: op did not go to the lower backend. */
void blk_op_pop_layer(struct blk_op *op);
/* The argument of the layer whose done is running. */
void *blk_op_layer_arg(const struct blk_op *op);
/* op is finished as far as this backend is concerned. */
void blk_op_complete(struct blk_op *op, int error);

/*
 * The part of iov behind skip bytes, at most max pieces and take bytes of it.
 * Returns how many pieces.
 */
unsigned int blk_iov_slice(const struct iovec *iov, unsigned int iov_count,
    uint64_t skip, uint64_t take, struct iovec *out, unsigned int max);

/* Copy between iov and flat memory; iov must be at least len long. */
void blk_iov_read(const struct iovec *iov, unsigned int iov_count,
    uint64_t skip, void *to, uint64_t len_bytes);
void blk_iov_write(const struct iovec *iov, unsigned int iov_count,
    uint64_t skip, const void *from, uint64_t len_bytes);

#endif
