/* SPDX-License-Identifier: BSD-2-Clause */
/* ram.c: a disk in memory. */
#include <stdlib.h>
#include <sys/mman.h>

#include "blk/backend_priv.h"
#include "blk/blk.h"
#include "core/err.h"

struct ram {
	struct blk_backend blk;
	uint8_t *bytes;
	size_t mapped_bytes; /* 0: bytes are not ours */
};

/*
 * Ops that overlap and are under way on several threads at once leave either
 * one's bytes, as on a real disk.
 */
static void
ram_submit(struct blk_backend *b, struct blk_op *op)
{
	struct ram *r = (struct ram *)b;
	uint8_t *at = r->bytes + op->offset_bytes;

	if (op->kind == BLK_READ)
		blk_iov_write(op->iov, op->iov_count, 0, at, op->length_bytes);
	else if (op->kind == BLK_WRITE)
		blk_iov_read(op->iov, op->iov_count, 0, at, op->length_bytes);
	blk_op_complete(op, 0);
}

static bool
ram_try(struct blk_backend *b, struct blk_op *op)
{
	ram_submit(b, op);
	return (true);
}

static void
ram_close(struct blk_backend *b)
{
	struct ram *r = (struct ram *)b;

	if (r->mapped_bytes != 0)
		(void)munmap(r->bytes, r->mapped_bytes);
	free(r);
}

static const struct blk_backend_ops ram_ops = {
	.submit = ram_submit, .try_now = ram_try, .close = ram_close
};

static struct ram *
ram_make(uint64_t capacity_sectors, const char *name)
{
	struct ram *r = calloc(1, sizeof(*r));

	hf_check_memory(r != NULL);
	r->blk.ops = &ram_ops;
	r->blk.capacity_sectors = capacity_sectors;
	r->blk.name = name;
	return (r);
}

struct blk_backend *
blk_ram_new(uint64_t capacity_sectors)
{
	struct ram *r = ram_make(capacity_sectors, "ram");
	void *p;

	r->mapped_bytes = (size_t)(capacity_sectors * BLK_SECTOR_BYTES);
	p = mmap(NULL, r->mapped_bytes, PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	hf_check(p != MAP_FAILED);
	r->bytes = p;
	return (&r->blk);
}

struct blk_backend *
blk_ram_wrap(const void *bytes, uint64_t capacity_sectors)
{
	struct ram *r = ram_make(capacity_sectors, "built-in");

	/* readonly, so blk_submit lets no write through to them. */
	r->bytes = (uint8_t *)(uintptr_t)bytes;
	r->blk.readonly = true;
	return (&r->blk);
}
