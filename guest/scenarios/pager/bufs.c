/* SPDX-License-Identifier: BSD-2-Clause */
/* bufs.c: the cache of metadata blocks. */

#include <test/file.h>
#include <test/scenario.h>
#include <test/vm_util.h>
#include <vfs/buf.h>

#define BLOCK_BYTES 1024u

static struct hf_bufcache cache;

/* The block through the cache; its first word, which stays while it is held. */
static struct hf_buf *
hold(uint64_t block)
{
	struct hf_buf *bp;

	hf_require_eq(hf_bread(&cache, block, &bp), 0);
	return (bp);
}

static volatile u_int got;

static void
want_one_more(void *arg)
{
	hf_brelse(&cache, hold(HF_BUFS));
	atomic_store_rel_int(&got, 1);
}

HF_SCENARIO(bufs_held, "pager.bufs_held", "GP-06",
    "a metadata block that somebody looks at is not replaced by another",
    .flags = HF_NEEDS_DISK)
{
	struct hf_buf *bp, *held[HF_BUFS];
	uint64_t first, reads;
	struct thread *td;
	int i;

	hf_require_eq(
	    hf_bufcache_init(&cache, hf_file_mount()->mnt_bdev, BLOCK_BYTES),
	    0);
	/* The superblock. */
	bp = hold(1);
	first = *(volatile uint64_t *)bp->b_data;
	for (i = 2; i < 3 * HF_BUFS; i++)
		hf_brelse(&cache, hold((uint64_t)i));
	hf_expect_eq(bp->b_block, 1);
	hf_expect_eq(*(volatile uint64_t *)bp->b_data, first);
	/* It is still the one that the cache knows. */
	reads = cache.bc_reads;
	hf_expect(hold(1) == bp);
	hf_expect_eq(cache.bc_reads, reads);
	hf_brelse(&cache, bp);
	hf_brelse(&cache, bp);

	/* Nobody gets one when all are held, until one is let go. */
	got = 0;
	for (i = 0; i < HF_BUFS; i++)
		held[i] = hold((uint64_t)i);
	td = hf_thread_create(want_one_more, NULL, "reader", -1);
	hf_test_await_sleepers(&cache, 1);
	hf_expect_eq(got, 0);
	hf_brelse(&cache, held[0]);
	hf_thread_join(td);
	hf_expect_eq(got, 1);
	for (i = 1; i < HF_BUFS; i++) {
		hf_expect_eq(held[i]->b_block, i);
		hf_brelse(&cache, held[i]);
	}
	hf_bufcache_destroy(&cache);
}
