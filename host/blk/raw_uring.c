/* SPDX-License-Identifier: BSD-2-Clause */
/* raw_uring.c: an image by io_uring, many requests under way at once. */

/*
 * The ring is set up when the first op comes, so that a run which never reads
 * its disk does not pay for it.  The submission side collects ops until
 * blk_kick, or until it is full.
 *
 * What io_uring leaves unfinished (a short transfer, EAGAIN, EINTR) is finished
 * by plain system calls where the completion is found: rare enough.
 */
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "blk/blk.h"
#include "blk/raw.h"
#include "core/err.h"
#include "core/lock.h"

#if HF_HAVE_URING

#include <liburing.h>

/* Ops in one io_uring_enter; as many again may be waiting in a full batch. */
#define RING_ENTRIES 64

/* Completions taken off the ring at a time, before their callbacks run. */
#define REAP_BATCH 32

enum ring_state {
	RING_NONE, /* not set up yet */
	RING_LIVE,
	RING_REFUSED /* preadv instead */
};

struct uring {
	struct raw raw;
	pthread_mutex_t lock;  /* the ring, both sides; not held in callbacks */
	enum ring_state state; /* written with the lock; atomic */
	struct io_uring ring;
};

const char *
blk_uring_refusal(void)
{
	static _Thread_local char why[80];
	struct io_uring ring;
	int error = -io_uring_queue_init(1, &ring, 0);

	if (error == 0) {
		io_uring_queue_exit(&ring);
		return (NULL);
	}
	(void)snprintf(why, sizeof(why), "io_uring_setup: %s%s",
	    strerror(error),
	    error == EPERM ? " (see sysctl kernel.io_uring_disabled)" : "");
	return (why);
}

static enum ring_state
ring_state(struct uring *u)
{
	return (__atomic_load_n(&u->state, __ATOMIC_ACQUIRE));
}

/* Entered and left with the lock held.  0 or an errno. */
static int
ring_set_up(struct uring *u)
{
	int error = -io_uring_queue_init(RING_ENTRIES, &u->ring, 0);

	/* Without these two features iovecs and completions could get lost. */
	if (error == 0 &&
	    ((u->ring.features & IORING_FEAT_NODROP) == 0 ||
		(u->ring.features & IORING_FEAT_SUBMIT_STABLE) == 0)) {
		io_uring_queue_exit(&u->ring);
		error = ENOSYS;
	}
	if (error != 0)
		__atomic_store_n(&u->raw.blk.name, "sync (io_uring refused)",
		    __ATOMIC_RELAXED);
	__atomic_store_n(
	    &u->state, error == 0 ? RING_LIVE : RING_REFUSED, __ATOMIC_RELEASE);
	return (error);
}

/*
 * Hands all that is collected to the kernel.  Entered and left with the lock
 * held, which is dropped while the kernel has no room.
 */
static void
ring_submit(struct uring *u)
{
	int n;

	while (io_uring_sq_ready(&u->ring) > 0) {
		n = io_uring_submit(&u->ring);
		if (n == -EAGAIN || n == -EBUSY) {
			/* Completions make room; the reaper needs the lock. */
			lock_drop(&u->lock);
			blk_reap(&u->raw.blk);
			sched_yield();
			lock_take(&u->lock);
		} else {
			hf_check(n >= 0 || n == -EINTR);
		}
	}
}

static void
ring_add(struct uring *u, struct blk_op *op)
{
	struct io_uring_sqe *sqe;

	while ((sqe = io_uring_get_sqe(&u->ring)) == NULL)
		ring_submit(u);
	switch (op->kind) {
	case BLK_READ:
		io_uring_prep_readv(
		    sqe, u->raw.fd, op->iov, op->iov_count, op->offset_bytes);
		break;
	case BLK_WRITE:
		io_uring_prep_writev(
		    sqe, u->raw.fd, op->iov, op->iov_count, op->offset_bytes);
		break;
	case BLK_FLUSH:
		io_uring_prep_fsync(sqe, u->raw.fd, IORING_FSYNC_DATASYNC);
		break;
	}
	io_uring_sqe_set_data(sqe, op);
}

static void
uring_submit(struct blk_backend *b, struct blk_op *op)
{
	struct uring *u = (struct uring *)b;

	if (op->kind == BLK_FLUSH && b->readonly) {
		blk_op_complete(op, 0);
		return;
	}
	if (raw_is_cut(&u->raw, op)) {
		blk_op_complete(op, EIO);
		return;
	}
	lock_take(&u->lock);
	if (u->state == RING_NONE)
		(void)ring_set_up(u);
	if (u->state == RING_LIVE) {
		ring_add(u, op);
		lock_drop(&u->lock);
		return;
	}
	lock_drop(&u->lock);
	if (op->kind == BLK_FLUSH)
		blk_op_complete(op, raw_flush(&u->raw));
	else
		blk_op_complete(op, raw_transfer(&u->raw, op, 0));
}

static void
uring_kick(struct blk_backend *b)
{
	struct uring *u = (struct uring *)b;

	if (ring_state(u) != RING_LIVE)
		return;
	lock_take(&u->lock);
	ring_submit(u);
	lock_drop(&u->lock);
}

static int
uring_event_fd(struct blk_backend *b)
{
	struct uring *u = (struct uring *)b;

	return (ring_state(u) == RING_LIVE ? u->ring.ring_fd : -1);
}

/* result: as read(2), errors negative. */
static void
uring_finish(struct uring *u, struct blk_op *op, int result)
{
	int error;

	bool again = result == -EINTR || result == -EAGAIN;

	if (op->kind == BLK_FLUSH)
		error = again ? raw_flush(&u->raw)
			      : raw_flush_result(&u->raw, -result);
	else if (again)
		error = raw_transfer(&u->raw, op, 0);
	else if (result < 0)
		error = -result;
	else if (result == 0)
		error = EIO;
	else
		error = raw_transfer(&u->raw, op, (uint64_t)result);
	blk_op_complete(op, error);
}

static void
uring_reap(struct blk_backend *b)
{
	struct uring *u = (struct uring *)b;
	struct io_uring_cqe *cqes[REAP_BATCH];
	struct {
		struct blk_op *op;
		int result;
	} finished[REAP_BATCH];
	unsigned int n;

	if (ring_state(u) != RING_LIVE)
		return;
	do {
		lock_take(&u->lock);
		n = io_uring_peek_batch_cqe(&u->ring, cqes, REAP_BATCH);
		for (unsigned int i = 0; i < n; i++) {
			finished[i].op = io_uring_cqe_get_data(cqes[i]);
			finished[i].result = cqes[i]->res;
		}
		io_uring_cq_advance(&u->ring, n);
		lock_drop(&u->lock);
		for (unsigned int i = 0; i < n; i++)
			uring_finish(u, finished[i].op, finished[i].result);
	} while (n == REAP_BATCH);
}

static void
uring_close(struct blk_backend *b)
{
	struct uring *u = (struct uring *)b;

	if (u->state == RING_LIVE)
		io_uring_queue_exit(&u->ring);
	lock_destroy(&u->lock);
	raw_unmap(&u->raw);
	close(u->raw.fd);
	free(u);
}

static const struct blk_backend_ops uring_ops = { .submit = uring_submit,
	.try_now = raw_try,
	.kick = uring_kick,
	.event_fd = uring_event_fd,
	.reap = uring_reap,
	.close = uring_close };

struct blk_backend *
blk_uring_new(int fd, uint64_t capacity_sectors, bool readonly)
{
	struct uring *u = calloc(1, sizeof(*u));

	hf_check_memory(u != NULL);
	raw_init(
	    &u->raw, &uring_ops, "io_uring", fd, capacity_sectors, readonly);
	lock_init(&u->lock);
	return (&u->raw.blk);
}

int
blk_uring_set_up(struct blk_backend *b, struct hf_err *err)
{
	struct uring *u = (struct uring *)b;
	int error;

	lock_take(&u->lock);
	error = ring_set_up(u);
	lock_drop(&u->lock);
	return (error == 0 ? 0
			   : err_user_errno(err, error,
				 "disk engine uring: io_uring refused"));
}

#else /* !HF_HAVE_URING */

const char *
blk_uring_refusal(void)
{
	return ("holdfast was built without liburing");
}

struct blk_backend *
blk_uring_new(int fd, uint64_t capacity_sectors, bool readonly)
{
	return (blk_sync_new(fd, capacity_sectors, readonly));
}

int
blk_uring_set_up(struct blk_backend *b, struct hf_err *err)
{
	return (err_user(err, "disk engine uring: %s", blk_uring_refusal()));
}

#endif
