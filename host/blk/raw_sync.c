/* SPDX-License-Identifier: BSD-2-Clause */
/* raw_sync.c: an image by preadv, pwritev and fdatasync, in the caller. */
#include <errno.h>
#include <stdlib.h>
#include <linux/magic.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "blk/blk.h"
#include "blk/raw.h"
#include "core/err.h"
#include "core/log.h"

/* Linux takes up to 1024 (UIO_MAXIOV); a request has fewer. */
#define IOV_CALL_MAX 1024

/* Pieces for the rest of a short transfer at a time: rare, so small. */
#define IOV_REST_MAX 16

/* Files in memory refuse RWF_NOWAIT (tmpfs) or have no use for it. */
static enum raw_nowait
nowait_of(int fd)
{
	struct statfs fs;

	if (fstatfs(fd, &fs) == 0 &&
	    (fs.f_type == TMPFS_MAGIC || fs.f_type == RAMFS_MAGIC))
		return (RAW_NOWAIT_MEMORY);
	return (RAW_NOWAIT_FLAG);
}

/* Whether a regular file has fewer bytes than this. */
static bool
shorter_than(const struct raw *r, uint64_t bytes)
{
	struct stat st;

	return (r->is_file &&
	    (fstat(r->fd, &st) != 0 || (uint64_t)st.st_size < bytes));
}

bool
raw_is_cut(const struct raw *r, const struct blk_op *op)
{
	return (op->kind == BLK_WRITE &&
	    shorter_than(r, op->offset_bytes + op->length_bytes));
}

static bool
is_regular(int fd)
{
	struct stat st;

	return (fstat(fd, &st) == 0 && S_ISREG(st.st_mode));
}

void
raw_init(struct raw *r, const struct blk_backend_ops *ops, const char *name,
    int fd, uint64_t capacity_sectors, bool readonly)
{
	r->blk.ops = ops;
	r->blk.capacity_sectors = capacity_sectors;
	r->blk.readonly = readonly;
	r->blk.name = name;
	r->fd = fd;
	r->flush_error = 0;
	r->nowait = nowait_of(fd);
	r->is_file = is_regular(fd);
	r->map = NULL;
}

/* One system call from byte done_bytes of op on.  Bytes moved, or -errno. */
static ssize_t
transfer_some(struct raw *r, const struct blk_op *op, uint64_t done_bytes)
{
	struct iovec rest[IOV_REST_MAX];
	const struct iovec *iov = op->iov;
	unsigned int iov_count = op->iov_count;
	off_t at = (off_t)(op->offset_bytes + done_bytes);
	ssize_t n;

	if (done_bytes != 0 || iov_count > IOV_CALL_MAX) {
		iov_count = blk_iov_slice(op->iov, op->iov_count, done_bytes,
		    UINT64_MAX, rest, IOV_REST_MAX);
		iov = rest;
	}
	if (op->kind == BLK_READ)
		n = preadv(r->fd, iov, (int)iov_count, at);
	else if (raw_is_cut(r, op))
		return (-EIO);
	else
		n = pwritev(r->fd, iov, (int)iov_count, at);
	return (n < 0 ? -errno : n);
}

int
raw_transfer(struct raw *r, const struct blk_op *op, uint64_t done_bytes)
{
	ssize_t n;

	while (done_bytes < op->length_bytes) {
		n = transfer_some(r, op, done_bytes);
		if (n == -EINTR || n == -EAGAIN)
			continue;
		if (n < 0)
			return ((int)-n);
		if (n == 0)
			return (EIO);
		done_bytes += (uint64_t)n;
	}
	return (0);
}

/* True: all of it was moved. */
static bool
transfer_now(struct raw *r, const struct blk_op *op)
{
	int flags = r->nowait == RAW_NOWAIT_FLAG ? RWF_NOWAIT : 0;
	off_t at = (off_t)op->offset_bytes;
	ssize_t n;

	if (raw_is_cut(r, op))
		return (false);
	if (op->kind == BLK_WRITE)
		n = pwritev2(r->fd, op->iov, (int)op->iov_count, at, flags);
	else if (r->nowait == RAW_NOWAIT_MEMORY && raw_map_read(r, op))
		return (true);
	else if (op->iov_count == 1 && flags == 0)
		n = pread(r->fd, op->iov[0].iov_base, op->iov[0].iov_len, at);
	else
		n = preadv2(r->fd, op->iov, (int)op->iov_count, at, flags);
	/* Of an error or a part the slow way finds out what it means. */
	return (n >= 0 && (uint64_t)n == op->length_bytes);
}

bool
raw_try(struct blk_backend *b, struct blk_op *op)
{
	struct raw *r = (struct raw *)b;
	int error = 0;

	if (op->kind == BLK_FLUSH) {
		if (!b->readonly && r->nowait == RAW_NOWAIT_FLAG)
			return (false);
		error = raw_flush(r);
	} else if (!transfer_now(r, op))
		return (false);
	blk_op_complete(op, error);
	return (true);
}

int
raw_flush_result(struct raw *r, int error)
{
	int none = 0;

	/* What was acknowledged behind the end is gone. */
	if (error == 0 && !r->blk.readonly &&
	    shorter_than(r, r->blk.capacity_sectors * BLK_SECTOR_BYTES))
		error = EIO;
	if (error != 0 &&
	    __atomic_compare_exchange_n(&r->flush_error, &none, error, false,
		__ATOMIC_RELAXED, __ATOMIC_RELAXED))
		log_warn("disk image: flush failed: %s; data may be lost, so "
			 "every later flush fails too",
		    strerror(error));
	return (__atomic_load_n(&r->flush_error, __ATOMIC_RELAXED));
}

int
raw_flush(struct raw *r)
{
	int error = 0;

	if (!r->blk.readonly && fdatasync(r->fd) != 0)
		error = errno;
	return (raw_flush_result(r, error));
}

static void
sync_submit(struct blk_backend *b, struct blk_op *op)
{
	struct raw *r = (struct raw *)b;

	if (op->kind == BLK_FLUSH)
		blk_op_complete(op, raw_flush(r));
	else
		blk_op_complete(op, raw_transfer(r, op, 0));
}

static void
sync_close(struct blk_backend *b)
{
	struct raw *r = (struct raw *)b;

	raw_unmap(r);
	close(r->fd);
	free(r);
}

static const struct blk_backend_ops sync_ops = {
	.submit = sync_submit, .try_now = raw_try, .close = sync_close
};

struct blk_backend *
blk_sync_new(int fd, uint64_t capacity_sectors, bool readonly)
{
	struct raw *r = calloc(1, sizeof(*r));

	hf_check_memory(r != NULL);
	raw_init(r, &sync_ops, "sync", fd, capacity_sectors, readonly);
	return (&r->blk);
}
