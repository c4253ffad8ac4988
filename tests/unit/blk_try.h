/* SPDX-License-Identifier: BSD-2-Clause */
/* blk_try.h: ops of a test's own on a disk, and what becomes of them. */
#ifndef HF_TESTS_UNIT_BLK_TRY_H
#define HF_TESTS_UNIT_BLK_TRY_H

#include <poll.h>
#include <pthread.h>
#include <string.h>

#include "blk/blk.h"
#include "unit.h"

/* An op of the test's own, and what became of it. */
struct
try {
	struct blk_op op;
	struct iovec iov[64];
	int error;
	unsigned int done; /* times */
};

static pthread_mutex_t done_lock = PTHREAD_MUTEX_INITIALIZER;

static inline void
on_done(struct blk_op *op, int error)
{
	struct try *t = (struct try *)op;

	pthread_mutex_lock(&done_lock);
	t->error = error;
	t->done++;
	pthread_mutex_unlock(&done_lock);
}

static inline unsigned int
times_done(struct try *t)
{
	unsigned int n;

	pthread_mutex_lock(&done_lock);
	n = t->done;
	pthread_mutex_unlock(&done_lock);
	return (n);
}

/* pieces: in how many iovecs buf is handed over. */
static inline void
start(struct blk_backend *b, struct try *t, enum blk_kind kind, uint64_t sector,
    uint8_t *buf, uint64_t len, unsigned int pieces)
{
	uint64_t each = len / pieces;

	memset(t, 0, sizeof(*t));
	for (unsigned int i = 0; i < pieces; i++) {
		t->iov[i].iov_base = buf + i * each;
		t->iov[i].iov_len = i + 1 < pieces ? each : len - i * each;
	}
	t->op.kind = kind;
	t->op.iov = t->iov;
	t->op.iov_count = kind == BLK_FLUSH ? 0 : pieces;
	t->op.offset_bytes = sector * 512;
	t->op.length_bytes = kind == BLK_FLUSH ? 0 : len;
	t->op.done = on_done;
	blk_submit(b, &t->op);
}

static inline int
finish(struct blk_backend *b, struct try *t)
{
	struct pollfd p;

	blk_kick(b);
	while (times_done(t) == 0) {
		p = (struct pollfd){ .fd = blk_event_fd(b), .events = POLLIN };
		ck_assert_msg(p.fd >= 0, "nothing to wait for");
		ck_assert_msg(poll(&p, 1, 30000) == 1, "op was lost");
		blk_reap(b);
	}
	ck_assert_uint_eq(times_done(t), 1);
	return (t->error);
}

static inline int
transfer(struct blk_backend *b, enum blk_kind kind, uint64_t sector,
    uint8_t *buf, uint64_t len)
{
	struct try t;

	start(b, &t, kind, sector, buf, len, 1);
	return (finish(b, &t));
}

static inline int
flush(struct blk_backend *b)
{
	return (transfer(b, BLK_FLUSH, 0, NULL, 0));
}

#endif
