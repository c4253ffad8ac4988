/* SPDX-License-Identifier: BSD-2-Clause */
/* buf.c: a small cache of file system metadata blocks, read only. */

#include <sys/param.h>
#include <sys/systm.h>
#include <dev/bdev.h>
#include <machine/vmparam.h>
#include <vfs/buf.h>
#include <vm/vm.h>
#include <vm/vm_page.h>

int
hf_bufcache_init(struct hf_bufcache *bc, struct hf_bdev *bd, uint32_t bsize)
{
	struct hf_buf *bp;
	int i;

	mtx_init(&bc->bc_lock, "buf cache", NULL, MTX_DEF);
	bc->bc_bdev = bd;
	bc->bc_bsize = bsize;
	bc->bc_hits = bc->bc_reads = 0;
	TAILQ_INIT(&bc->bc_lru);
	for (i = 0; i < HF_BUFS; i++) {
		bp = &bc->bc_bufs[i];
		*bp = (struct hf_buf){ .b_page = vm_page_alloc_noobj(
					   VM_ALLOC_WIRED | VM_ALLOC_NORMAL) };
		if (bp->b_page == NULL) {
			hf_bufcache_destroy(bc);
			return (ENOMEM);
		}
		bp->b_data = (void *)PHYS_TO_DMAP(VM_PAGE_TO_PHYS(bp->b_page));
		TAILQ_INSERT_TAIL(&bc->bc_lru, bp, b_link);
	}
	return (0);
}

void
hf_bufcache_destroy(struct hf_bufcache *bc)
{
	struct hf_buf *bp;

	while ((bp = TAILQ_FIRST(&bc->bc_lru)) != NULL) {
		KASSERT(bp->b_refs == 0,
		    ("hf_bufcache_destroy: block %lu held",
			(u_long)bp->b_block));
		TAILQ_REMOVE(&bc->bc_lru, bp, b_link);
		vm_page_unwire_noq(bp->b_page);
		vm_page_free(bp->b_page);
	}
	mtx_destroy(&bc->bc_lock);
}

static int
read_block(struct hf_bufcache *bc, struct hf_buf *bp)
{
	struct hf_seg seg;
	struct hf_io io = { .op = HF_IO_READ };

	seg.pa = VM_PAGE_TO_PHYS(bp->b_page);
	seg.len = bc->bc_bsize;
	io.sector = bp->b_block * (bc->bc_bsize >> HF_SECTOR_SHIFT);
	io.segs = &seg;
	io.nsegs = 1;
	return (hf_bdev_io_wait(bc->bc_bdev, &io));
}

/* The buffer of the block, or one to use for it; NULL if all are held. */
static struct hf_buf *
find_buf(struct hf_bufcache *bc, uint64_t block)
{
	struct hf_buf *bp, *unused;

	unused = NULL;
	TAILQ_FOREACH (bp, &bc->bc_lru, b_link) {
		if ((bp->b_valid || bp->b_reading) && bp->b_block == block)
			return (bp);
		if (unused == NULL && bp->b_refs == 0)
			unused = bp;
	}
	return (unused);
}

int
hf_bread(struct hf_bufcache *bc, uint64_t block, struct hf_buf **bpp)
{
	struct hf_buf *bp;
	int error;

	mtx_lock(&bc->bc_lock);
	for (;;) {
		bp = find_buf(bc, block);
		if (bp != NULL && !bp->b_reading)
			break;
		(void)msleep(bc, &bc->bc_lock, PVFS, "bread", 0);
	}
	bp->b_refs++;
	TAILQ_REMOVE(&bc->bc_lru, bp, b_link);
	TAILQ_INSERT_TAIL(&bc->bc_lru, bp, b_link);
	error = 0;
	if (bp->b_valid && bp->b_block == block)
		bc->bc_hits++;
	else {
		bc->bc_reads++;
		bp->b_valid = false;
		bp->b_reading = true;
		bp->b_block = block;
		mtx_unlock(&bc->bc_lock);
		error = read_block(bc, bp);
		mtx_lock(&bc->bc_lock);
		bp->b_reading = false;
		bp->b_valid = error == 0;
		if (error != 0)
			bp->b_refs--;
		wakeup(bc);
	}
	mtx_unlock(&bc->bc_lock);
	*bpp = error == 0 ? bp : NULL;
	return (error);
}

void
hf_brelse(struct hf_bufcache *bc, struct hf_buf *bp)
{
	mtx_lock(&bc->bc_lock);
	KASSERT(bp->b_refs > 0,
	    ("hf_brelse: block %lu not held", (u_long)bp->b_block));
	if (--bp->b_refs == 0)
		wakeup(bc);
	mtx_unlock(&bc->bc_lock);
}
