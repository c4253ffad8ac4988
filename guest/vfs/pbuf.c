/* SPDX-License-Identifier: BSD-2-Clause */
/* pbuf.c: the pool of transfer buffers. */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/lock.h>
#include <sys/mutex.h>
#include <kern/fail_nth.h>
#include <machine/atomic.h>
#include <vfs/pbuf.h>

/* Locks: p pool_lock. */
static struct mtx pool_lock;
static struct hf_pbuf pool[HF_PBUFS];
static struct hf_pbuf *pool_free; /* (p) */
static int pool_nfree;		  /* (p) */
static volatile u_int pool_state; /* 0 untouched, 1 being made, 2 ready */

static void
pool_init(void)
{
	int i;

	if (atomic_load_acq_int(&pool_state) == 2)
		return;
	if (!atomic_cmpset_int(&pool_state, 0, 1)) {
		while (atomic_load_acq_int(&pool_state) != 2)
			(void)hf_pause("pbufini", 1);
		return;
	}
	mtx_init(&pool_lock, "pbuf pool", NULL, MTX_DEF);
	for (i = 0; i < HF_PBUFS; i++) {
		pool[i].pb_free = pool_free;
		pool_free = &pool[i];
	}
	pool_nfree = HF_PBUFS;
	atomic_store_rel_int(&pool_state, 2);
}

struct hf_pbuf *
hf_pbuf_get(enum hf_pbuf_use use, bool nowait)
{
	struct hf_pbuf *pb;
	int spare;

	pool_init();
	if (HF_FAIL_NTH(nowait ? HF_FAIL_SUBMIT : HF_FAIL_WAIT) && nowait)
		return (NULL);
	spare = use == HF_PBUF_READ ? HF_PBUFS_FOR_WRITES : 0;
	mtx_lock(&pool_lock);
	while (pool_nfree <= spare) {
		if (nowait) {
			mtx_unlock(&pool_lock);
			return (NULL);
		}
		(void)msleep(&pool_free, &pool_lock, PVM, "pbuf", 0);
	}
	pb = pool_free;
	pool_free = pb->pb_free;
	pool_nfree--;
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
	pool_nfree++;
	wakeup(&pool_free);
	mtx_unlock(&pool_lock);
}

u_long
hf_pbufs_used(void)
{
	return (atomic_load_acq_int(&pool_state) == 2
		? (u_long)(HF_PBUFS - pool_nfree)
		: 0);
}
