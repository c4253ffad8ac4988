/* SPDX-License-Identifier: BSD-2-Clause */
/* snapshot.c: keeps writes in memory, off the backend below. */

/*
 * The overlay is one reserved stretch of memory, as large as the disk; the host
 * gives us its pages as they are written.  A bit for each sector says whether
 * the overlay has it; so no write ever needs to read what lies around it.
 *
 * A read goes to the lower backend whole and is patched on its way back, unless
 * the overlay has all of it.  So the guest's buffer may hold old bytes for a
 * moment before the read completes, which is no promise broken.
 */
#include <errno.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "blk/backend_priv.h"
#include "blk/blk.h"
#include "blk/snapshot.h"
#include "core/err.h"
#include "core/lock.h"

static size_t
present_bytes(const struct snapshot *s)
{
	return ((size_t)((s->blk.capacity_sectors + 7) / 8));
}

static bool
sector_present(const struct snapshot *s, uint64_t sector)
{
	return ((s->present[sector / 8] & (1u << sector % 8)) != 0);
}

/* How many sectors from first on are like first; *has says which way. */
static uint64_t
run_length(const struct snapshot *s, uint64_t first, uint64_t end, bool *has)
{
	uint64_t at = first + 1;

	*has = sector_present(s, first);
	while (at < end && sector_present(s, at) == *has)
		at++;
	return (at - first);
}

/* Copies what the overlay has of op to its buffers.  Requires the lock. */
static void
patch_locked(struct snapshot *s, struct blk_op *op)
{
	uint64_t first = op->offset_bytes / BLK_SECTOR_BYTES;
	uint64_t end = first + op->length_bytes / BLK_SECTOR_BYTES;
	uint64_t n;
	bool has;

	for (uint64_t at = first; at < end; at += n) {
		n = run_length(s, at, end, &has);
		if (has)
			blk_iov_write(op->iov, op->iov_count,
			    (at - first) * BLK_SECTOR_BYTES,
			    s->overlay + at * BLK_SECTOR_BYTES,
			    n * BLK_SECTOR_BYTES);
	}
}

/*
 * A write that a read must see has completed before the read came: then so
 * has this count.
 */
static bool
was_written(const struct snapshot *s)
{
	return (__atomic_load_n(&s->nwritten, __ATOMIC_ACQUIRE) != 0);
}

static void
read_done(struct blk_op *op, int error)
{
	struct snapshot *s = blk_op_layer_arg(op);

	if (error == 0 && was_written(s)) {
		lock_take(&s->lock);
		patch_locked(s, op);
		lock_drop(&s->lock);
	}
	blk_op_complete(op, error);
}

/* Completes op if the overlay has all of it; true if so. */
static bool
read_overlay(struct snapshot *s, struct blk_op *op)
{
	uint64_t first = op->offset_bytes / BLK_SECTOR_BYTES;
	uint64_t sectors = op->length_bytes / BLK_SECTOR_BYTES;
	bool has, whole = false;

	if (!was_written(s))
		return (false);
	lock_take(&s->lock);
	if (run_length(s, first, first + sectors, &has) == sectors && has) {
		patch_locked(s, op);
		whole = true;
	}
	lock_drop(&s->lock);
	if (whole)
		blk_op_complete(op, 0);
	return (whole);
}

static void
snapshot_read(struct snapshot *s, struct blk_op *op)
{
	if (read_overlay(s, op))
		return;
	blk_op_push_layer(op, read_done, s);
	blk_submit(s->blk.lower, op);
}

static bool
try_read(struct snapshot *s, struct blk_op *op)
{
	if (read_overlay(s, op))
		return (true);
	blk_op_push_layer(op, read_done, s);
	if (blk_try(s->blk.lower, op))
		return (true);
	blk_op_pop_layer(op);
	return (false);
}

static void
snapshot_write(struct snapshot *s, struct blk_op *op)
{
	uint64_t first = op->offset_bytes / BLK_SECTOR_BYTES;
	uint64_t end = first + op->length_bytes / BLK_SECTOR_BYTES;

	lock_take(&s->lock);
	blk_iov_read(op->iov, op->iov_count, 0, s->overlay + op->offset_bytes,
	    op->length_bytes);
	for (uint64_t at = first; at < end; at++) {
		if (!sector_present(s, at)) {
			s->present[at / 8] |= (uint8_t)(1u << at % 8);
			__atomic_fetch_add(&s->nwritten, 1, __ATOMIC_RELEASE);
		}
	}
	if (s->back != NULL)
		write_back_mark(s->back, first, end);
	lock_drop(&s->lock);
	blk_op_complete(op, 0);
}

static void
snapshot_submit(struct blk_backend *b, struct blk_op *op)
{
	struct snapshot *s = (struct snapshot *)b;

	switch (op->kind) {
	case BLK_READ:
		snapshot_read(s, op);
		break;
	case BLK_WRITE:
		snapshot_write(s, op);
		break;
	case BLK_FLUSH:
		if (s->back != NULL)
			write_back_flush(s->back, op);
		else /* As durable as it will ever be: gone at the end. */
			blk_op_complete(op, 0);
		break;
	}
}

static bool
snapshot_try(struct blk_backend *b, struct blk_op *op)
{
	if (op->kind == BLK_READ)
		return (try_read((struct snapshot *)b, op));
	if (op->kind == BLK_FLUSH && ((struct snapshot *)b)->back != NULL)
		return (false);
	snapshot_submit(b, op);
	return (true);
}

static void
snapshot_kick(struct blk_backend *b)
{
	blk_kick(b->lower);
}

static int
snapshot_event_fd(struct blk_backend *b)
{
	return (blk_event_fd(b->lower));
}

static void
snapshot_reap(struct blk_backend *b)
{
	blk_reap(b->lower);
}

static void
snapshot_close(struct blk_backend *b)
{
	struct snapshot *s = (struct snapshot *)b;

	write_back_free(s->back);
	blk_close(s->blk.lower);
	if (s->overlay != NULL)
		(void)munmap(s->overlay,
		    (size_t)(b->capacity_sectors * BLK_SECTOR_BYTES));
	if (s->present != NULL)
		(void)munmap(s->present, present_bytes(s));
	lock_destroy(&s->lock);
	free(s);
}

static const struct blk_backend_ops snapshot_ops = { .submit = snapshot_submit,
	.try_now = snapshot_try,
	.kick = snapshot_kick,
	.event_fd = snapshot_event_fd,
	.reap = snapshot_reap,
	.close = snapshot_close };

void *
snapshot_reserve(size_t len_bytes)
{
	void *p = mmap(NULL, len_bytes, PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	return (p == MAP_FAILED ? NULL : p);
}

/* lower is owned from now on, also when this fails. */
static struct snapshot *
overlay_new(struct blk_backend *lower, const char *name, struct hf_err *err)
{
	struct snapshot *s = calloc(1, sizeof(*s));

	hf_check_memory(s != NULL);
	s->blk.ops = &snapshot_ops;
	s->blk.capacity_sectors = blk_capacity_sectors(lower);
	s->blk.name = name;
	s->blk.lower = lower;
	lock_init(&s->lock);
	s->overlay = snapshot_reserve(
	    (size_t)(s->blk.capacity_sectors * BLK_SECTOR_BYTES));
	s->present = snapshot_reserve(present_bytes(s));
	if (s->overlay == NULL || s->present == NULL) {
		err_user_errno(err, errno,
		    "%s: no address space for a disk of %ju sectors", name,
		    (uintmax_t)s->blk.capacity_sectors);
		snapshot_close(&s->blk);
		return (NULL);
	}
	return (s);
}

struct blk_backend *
blk_snapshot_new(struct blk_backend *lower, struct hf_err *err)
{
	struct snapshot *s = overlay_new(lower, "snapshot", err);

	return (s != NULL ? &s->blk : NULL);
}

struct blk_backend *
blk_volatile_new(struct blk_backend *lower, struct hf_err *err)
{
	struct snapshot *s = overlay_new(lower, "volatile cache", err);

	if (s == NULL)
		return (NULL);
	s->blk.readonly = blk_readonly(lower);
	s->back = write_back_new(s);
	return (&s->blk);
}
