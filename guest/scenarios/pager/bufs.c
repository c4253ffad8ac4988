/* SPDX-License-Identifier: BSD-2-Clause */
/* bufs.c: the cache of metadata blocks. */

#include <test/file.h>
#include <test/scenario.h>
#include <test/space.h>
#include <test/vm_util.h>
#include <vfs/buf.h>
#include <vfs/pbuf.h>

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

HF_SCENARIO(bufs_held, "pager.bufs_held", "VN-39",
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

/* Nobody lets go of it before all have it. */
static void
want_block(void *arg)
{
	struct hf_buf *bp;

	bp = hold(7);
	atomic_add_int(&got, 1);
	while (atomic_load_acq_int(&got) < 2)
		hf_yield();
	hf_brelse(&cache, bp);
}

HF_SCENARIO(bufs_read_once, "pager.bufs_read_once", "VN-39",
    "who wants a block that is being read waits for it and reads nothing",
    .flags = HF_NEEDS_DISK)
{
	struct hf_bdev *bd = hf_file_mount()->mnt_bdev;
	struct thread *td[2];
	int i;

	hf_require_eq(hf_bufcache_init(&cache, bd, BLOCK_BYTES), 0);
	got = 0;
	hf_bdev_hold(bd);
	td[0] = hf_thread_create(want_block, NULL, "reader", -1);
	hf_file_await_held(bd, 1);
	td[1] = hf_thread_create(want_block, NULL, "reader", -1);
	hf_test_await_sleepers(&cache, 1);
	hf_expect_eq(got, 0);
	hf_bdev_release(bd);
	for (i = 0; i < 2; i++)
		hf_thread_join(td[i]);
	hf_expect_eq(got, 2);
	hf_expect_eq(cache.bc_reads, 1);
	hf_expect_eq(cache.bc_hits, 1);
	hf_bufcache_destroy(&cache);
}

static struct hf_pbuf *one_more;

static void
want_pbuf(void *arg)
{
	one_more = hf_pbuf_get(HF_PBUF_WRITE, false);
	atomic_store_rel_int(&got, 1);
}

HF_SCENARIO(pbufs_waited_for, "pager.pbufs_waited_for", "PP-29",
    "who finds all transfers in use sleeps until one is over")
{
	struct hf_pbuf *all[HF_PBUFS + 1];
	struct thread *td;
	int n;

	for (n = 0; n <= HF_PBUFS; n++) {
		all[n] = hf_pbuf_get(HF_PBUF_WRITE, true);
		if (all[n] == NULL)
			break;
	}
	hf_require_eq(n, HF_PBUFS);
	hf_expect_eq(hf_pbufs_used(), HF_PBUFS);
	/* Reads leave some to the writes. */
	hf_expect_eq(hf_pbuf_get(HF_PBUF_READ, true), NULL);
	got = 0;
	td = hf_thread_create(want_pbuf, NULL, "writer", -1);
	hf_await_sleep(td, "pbuf");
	hf_expect_eq(got, 0);
	hf_pbuf_put(all[--n]);
	hf_thread_join(td);
	hf_expect_eq(got, 1);
	hf_pbuf_put(one_more);
	while (n > 0)
		hf_pbuf_put(all[--n]);
	hf_expect_eq(hf_pbufs_used(), 0);
}
