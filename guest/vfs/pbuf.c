/* SPDX-License-Identifier: BSD-2-Clause */
/* pbuf.c: the pool of transfer buffers. */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/lock.h>
#include <sys/mutex.h>
#include <kern/fail_nth.h>
#include <vfs/pbuf.h>

/* Locks: p pool_lock. */
static struct mtx pool_lock = HF_MTX_INITIALIZER("pbuf pool", HF_LOCK_MTX);
static struct hf_pbuf pool[HF_PBUFS];
static struct hf_pbuf *pool_free; /* (p) */
static int pool_fresh;		  /* (p) from here on nobody had one yet */
static volatile int pool_used;	  /* (p) read without it */

struct hf_pbuf *
hf_pbuf_get(enum hf_pbuf_use use, bool nowait)
{
	struct hf_pbuf *pb;
	int spare;

	if (HF_FAIL_NTH(nowait ? HF_FAIL_SUBMIT : HF_FAIL_WAIT) && nowait)
		return (NULL);
	spare = use == HF_PBUF_READ ? HF_PBUFS_FOR_WRITES : 0;
	mtx_lock(&pool_lock);
	while (pool_used >= HF_PBUFS - spare) {
		if (nowait) {
			mtx_unlock(&pool_lock);
			return (NULL);
		}
		(void)msleep(&pool_free, &pool_lock, PVM, "pbuf", 0);
	}
	pb = pool_free;
	if (pb != NULL)
		pool_free = pb->pb_free;
	else
		pb = &pool[pool_fresh++];
	pool_used++;
	mtx_unlock(&pool_lock);
	pb->pb_io = (struct hf_io){ .segs = pb->pb_segs };
	pb->pb_error = 0;
	pb->pb_iodone = NULL;
	return (pb);
}

void
hf_pbuf_put(struct hf_pbuf *pb)
{
	mtx_lock(&pool_lock);
	pb->pb_free = pool_free;
	pool_free = pb;
	pool_used--;
	wakeup(&pool_free);
	mtx_unlock(&pool_lock);
}

u_long
hf_pbufs_used(void)
{
	return ((u_long)pool_used);
}

int
hf_bufobj_submit(struct bufobj *bo, struct hf_io *io)
{
	return (hf_bdev_submit(bo->bo_bdev, io));
}

int
hf_bufobj_io_wait(struct bufobj *bo, struct hf_io *io)
{
	return (hf_bdev_io_wait(bo->bo_bdev, io));
}
