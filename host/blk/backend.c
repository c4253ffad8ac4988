/* SPDX-License-Identifier: BSD-2-Clause */
/* backend.c: the parts that all backends share. */
#include "blk/backend.h"

#include <stdio.h>
#include <string.h>

#include "blk/backend_priv.h"
#include "core/err.h"

static void
op_check(const struct blk_backend *b, const struct blk_op *op)
{
	uint64_t capacity_bytes = b->capacity_sectors * BLK_SECTOR_BYTES;

	hf_check(op->kind != BLK_WRITE || !b->readonly);
	hf_check(op->offset_bytes % BLK_SECTOR_BYTES == 0);
	hf_check(op->length_bytes % BLK_SECTOR_BYTES == 0);
	hf_check((op->length_bytes == 0) == (op->kind == BLK_FLUSH));
	hf_check(op->offset_bytes <= capacity_bytes &&
	    op->length_bytes <= capacity_bytes - op->offset_bytes);
}

void
blk_submit(struct blk_backend *b, struct blk_op *op)
{
	op_check(b, op);
	b->ops->submit(b, op);
}

bool
blk_can_try(const struct blk_backend *b)
{
	return (b->ops->try_now != NULL &&
	    (b->lower == NULL || blk_can_try(b->lower)));
}

bool
blk_try(struct blk_backend *b, struct blk_op *op)
{
	op_check(b, op);
	return (b->ops->try_now(b, op));
}

void
blk_kick(struct blk_backend *b)
{
	if (b->ops->kick != NULL)
		b->ops->kick(b);
}

int
blk_event_fd(struct blk_backend *b)
{
	return (b->ops->event_fd != NULL ? b->ops->event_fd(b) : -1);
}

void
blk_reap(struct blk_backend *b)
{
	if (b->ops->reap != NULL)
		b->ops->reap(b);
}

void
blk_cut_short(struct blk_backend *b)
{
	for (; b != NULL; b = b->lower)
		if (b->ops->cut_short != NULL)
			b->ops->cut_short(b);
}

uint64_t
blk_capacity_sectors(const struct blk_backend *b)
{
	return (b->capacity_sectors);
}

bool
blk_readonly(const struct blk_backend *b)
{
	return (b->readonly);
}

char *
blk_describe(const struct blk_backend *b, char *buf, size_t buf_bytes)
{
	size_t len = 0;
	int n;

	for (; b != NULL && len < buf_bytes; b = b->lower) {
		n = snprintf(buf + len, buf_bytes - len, "%s%s",
		    __atomic_load_n(&b->name, __ATOMIC_RELAXED),
		    b->lower != NULL ? " over " : "");
		len += (size_t)n;
	}
	return (buf);
}

void
blk_close(struct blk_backend *b)
{
	if (b != NULL)
		b->ops->close(b);
}

void
blk_op_push_layer(struct blk_op *op, blk_done_fn *done, void *arg)
{
	hf_check(op->depth < BLK_LAYERS_MAX);
	op->layers[op->depth++] =
	    (struct blk_layer){ .done = done, .arg = arg };
}

void
blk_op_pop_layer(struct blk_op *op)
{
	hf_check(op->depth > 0);
	op->depth--;
}

void *
blk_op_layer_arg(const struct blk_op *op)
{
	/* blk_op_complete has taken the layer off but not overwritten it. */
	return (op->layers[op->depth].arg);
}

void
blk_op_complete(struct blk_op *op, int error)
{
	if (op->depth == 0) {
		op->done(op, error);
		return;
	}
	op->depth--;
	op->layers[op->depth].done(op, error);
}

unsigned int
blk_iov_slice(const struct iovec *iov, unsigned int iov_count, uint64_t skip,
    uint64_t take, struct iovec *out, unsigned int max)
{
	unsigned int n = 0;

	for (unsigned int i = 0; i < iov_count && n < max && take > 0; i++) {
		uint64_t len = iov[i].iov_len;

		if (skip >= len) {
			skip -= len;
			continue;
		}
		len -= skip;
		if (len > take)
			len = take;
		out[n].iov_base = (uint8_t *)iov[i].iov_base + skip;
		out[n].iov_len = len;
		n++;
		take -= len;
		skip = 0;
	}
	return (n);
}

void
blk_iov_read(const struct iovec *iov, unsigned int iov_count, uint64_t skip,
    void *to, uint64_t len_bytes)
{
	uint8_t *at = to;
	struct iovec piece;

	while (len_bytes > 0) {
		hf_check(blk_iov_slice(
			     iov, iov_count, skip, len_bytes, &piece, 1) == 1);
		memcpy(at, piece.iov_base, piece.iov_len);
		at += piece.iov_len;
		skip += piece.iov_len;
		len_bytes -= piece.iov_len;
	}
}

void
blk_iov_write(const struct iovec *iov, unsigned int iov_count, uint64_t skip,
    const void *from, uint64_t len_bytes)
{
	const uint8_t *at = from;
	struct iovec piece;

	while (len_bytes > 0) {
		hf_check(blk_iov_slice(
			     iov, iov_count, skip, len_bytes, &piece, 1) == 1);
		memcpy(piece.iov_base, at, piece.iov_len);
		at += piece.iov_len;
		skip += piece.iov_len;
		len_bytes -= piece.iov_len;
	}
}
