/* SPDX-License-Identifier: BSD-2-Clause */
/* virtio_blk_priv.h: what a block device is made of; only for virtio_blk*.c. */
#ifndef HF_DEV_VIRTIO_BLK_PRIV_H
#define HF_DEV_VIRTIO_BLK_PRIV_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#include "blk/backend.h"
#include "dev/virtio_blk.h"
#include "dev/virtio_blk_request.h"
#include "dev/virtio_device.h"
#include "dev/virtqueue.h"
#include "vm/guestmem.h"

/* A request in flight; owned by the backend while op is. */
struct flight {
	struct blk_op op;
	struct virtio_blk *blk;
	struct flight *next; /* in virtio_blk.free_flights or .deferred */
	uint16_t head;
	struct virtio_blk_request req;
};

/* Where a request's bytes are moved. */
enum how {
	HOW_NOW,   /* here, if that needs no waiting; else LATER */
	HOW_WAIT,  /* here; blk_kick follows */
	HOW_LATER, /* on the worker */
};

/*
 * Fields: C constant; W the worker; T taker; L lock; A atomic.  start and stop
 * run with the worker parked, so what they write needs nothing more than the
 * lock that parked it.  Lock order: transport, taker, lock; the backend's locks
 * and the interrupt are inside.
 *
 * Whoever holds taker takes chains from the ring: the worker, or the vCPU that
 * notified, if the backend can try.  That vCPU performs what needs no waiting and
 * has the worker do the rest.  Then the worker too lets go of taker and has
 * notifications turned on before it moves any bytes: otherwise requests that come
 * meanwhile would wait for it instead of being performed at once.
 *
 *	           start                    stop
 *	parked ------------> serving ------------> draining ----> parked
 *	   ^                    | class B                            ^
 *	   |                    v            stop                    |
 *	   |                 broken -------------------------------- +
 */
struct virtio_blk {
	const struct guestmem *mem;	 /* C */
	struct blk_backend *backend;	 /* C */
	struct virtio_blk_limits limits; /* C */
	struct virtio_blk_config config; /* C */
	uint8_t id[VIRTIO_BLK_ID_BYTES]; /* C */
	struct virtio_device device;	 /* C */
	struct virtqueue queue;		 /* as virtqueue.h says */
	bool tries;			 /* C blk_can_try */
	int doorbell;			 /* A -1 until the first start */

	pthread_mutex_t taker;
	struct virtqueue_chain chain; /* T */
	uint64_t taken_bytes;	      /* T of requests, ever */

	pthread_mutex_t lock;
	pthread_cond_t wake;	     /* the worker waits for !parked or quit */
	pthread_cond_t rest;	     /* parked or settled has changed */
	pthread_t worker;	     /* C from the first start */
	bool have_worker;	     /* written by start only */
	bool parked;		     /* L cleared by start, set by the worker */
	bool run;		     /* L; also read with taker (A) */
	bool quit;		     /* L */
	uint64_t settles_asked;	     /* L calls of virtio_blk_settle */
	uint64_t settles_heard;	     /* W of them, by the doorbell */
	uint64_t settled;	     /* L settles_heard before the last sleep */
	bool broken;		     /* L, written with taker too */
	bool broken_told;	     /* W */
	unsigned int in_flight;	     /* L */
	unsigned int logged;	     /* L */
	struct flight *flights;	     /* C from the first start */
	unsigned int carved;	     /* L flights that were ever used */
	struct flight *free_flights; /* L last freed first: warm */
	struct flight *deferred;     /* L for the worker to submit */
	struct flight **deferred_tail; /* L */
	struct virtio_blk_stats stats; /* L */
};

/*
 * virtio_blk_queue.c: requests from the ring to the backend and back.
 */

/* virtio_device_ops.notify: on a vCPU's thread, no lock held. */
void virtio_blk_notify(void *dev, unsigned int queue);

/*
 * Takes what is in the ring and performs it, HOW_NOW or HOW_LATER, until there
 * is no more and a notification will come.  True: there is more, for the
 * worker. Entered and left with taker held.
 */
bool virtio_blk_take(struct virtio_blk *, enum how how);

/*
 * Performs HOW_WAIT until the ring is empty and the driver has been asked to
 * notify again.  The looks at the ring between batches are what makes one
 * notification enough for all that arrives meanwhile.  Only the worker, entered
 * and left with taker held.
 */
void virtio_blk_drain(struct virtio_blk *);

/*
 * virtio_blk_worker.c: the thread.
 */

/* The worker is to look again.  After the first start; any lock may be held. */
void virtio_blk_doorbell_ring(struct virtio_blk *);

/* virtio_device_ops.start and .stop: the transport's lock is held. */
void virtio_blk_start(void *dev, uint64_t features);
void virtio_blk_stop(void *dev);

/* Ends the thread.  Requires that the device is stopped, for good. */
void virtio_blk_worker_destroy(struct virtio_blk *);

#endif
