/* SPDX-License-Identifier: BSD-2-Clause */
/* buf.h: a small cache of file system metadata blocks, read only. */

/*
 * A fixed number of one-page buffers, allocated at mount, so that looking up a
 * block for page-out never allocates.  A thread holds at most one buffer at a
 * time and so never waits for one while it keeps another from being reused.
 */
#ifndef HF_VFS_BUF_H
#define HF_VFS_BUF_H

#include <sys/types.h>
#include <sys/queue.h>
#include <sys/lock.h>
#include <sys/mutex.h>

struct hf_bdev;
struct vm_page;

#define HF_BUFS 16

/* Locks: m bc_lock; r only the thread that is reading the block in. */
struct hf_buf {
	TAILQ_ENTRY(hf_buf) b_link; /* (m) least recently used first */
	struct vm_page *b_page;	    /* constant */
	uint64_t b_block;	    /* (m) */
	void *b_data;		    /* contents stable while b_refs > 0 */
	u_int b_refs;		    /* (m) */
	bool b_valid;		    /* (m) b_block's contents are here */
	bool b_reading;		    /* (m) */
};

struct hf_bufcache {
	struct mtx bc_lock;
	struct hf_bdev *bc_bdev;
	uint32_t bc_bsize;
	TAILQ_HEAD(hf_buflist, hf_buf) bc_lru; /* (m) */
	struct hf_buf bc_bufs[HF_BUFS];
	uint64_t bc_hits, bc_reads; /* (m) */
};

/* 0 or ENOMEM. */
int hf_bufcache_init(
    struct hf_bufcache *bc, struct hf_bdev *bd, uint32_t bsize);
void hf_bufcache_destroy(struct hf_bufcache *bc);

/* The buffer of a block, referenced: hf_brelse() it.  Sleeps.  errno. */
int hf_bread(struct hf_bufcache *bc, uint64_t block, struct hf_buf **bpp);
void hf_brelse(struct hf_bufcache *bc, struct hf_buf *bp);

#endif
