/* SPDX-License-Identifier: BSD-2-Clause */
/* virtio_blk_queue.c: requests from the ring to the backend and back. */
#include <pthread.h>
#include <stddef.h>
#include <string.h>

#include "core/err.h"
#include "core/lock.h"
#include "core/log.h"
#include "dev/virtio_blk_priv.h"
#include "virtio_abi.h"

/* Errors of the guest that are logged, a device's life long. */
#define LOG_MAX 10

/*
 * What a vCPU's thread does itself in one notification, at most (or one request
 * more); what is left goes to the worker.  A request's copy takes microseconds,
 * a wake-up of the worker and an interrupt take more.
 */
#define TAKE_BYTES_MAX (512u << 10)
#define TAKE_LOOKS_MAX 64u

/* Entered and left with the lock held. */
static void
log_guest_error(struct virtio_blk *b, const char *what)
{
	if (b->logged++ < LOG_MAX)
		log_warn("virtio-blk: guest error: %s%s", what,
		    b->logged == LOG_MAX ? " (no more of these are shown)"
					 : "");
}

/*
 * Completion.
 */

/* Takes f back.  Entered and left with the lock held. */
static void
flight_end(struct virtio_blk *b, struct flight *f)
{
	hf_check(b->in_flight > 0);
	b->in_flight--;
	f->next = b->free_flights;
	b->free_flights = f;
	/* Somebody waits for the last one, and perhaps for nothing else. */
	if (b->in_flight == 0 && (b->broken || !b->run))
		virtio_blk_doorbell_ring(b);
}

/*
 * The only way out for a request.  After a class B error nothing is written to
 * the guest any more.  used_bytes includes the status byte.
 */
static void
flight_complete(struct flight *f, uint8_t status, uint32_t used_bytes)
{
	struct virtio_blk *b = f->blk;

	lock_take(&b->lock);
	if (b->broken) {
		b->stats.discarded++;
	} else {
		if (f->req.status_byte != NULL)
			__atomic_store_n(
			    f->req.status_byte, status, __ATOMIC_RELAXED);
		else
			b->stats.dropped++;
		b->stats.failed += status == VIRTIO_BLK_S_IOERR;
		b->stats.unsupported += status == VIRTIO_BLK_S_UNSUPP;
		b->stats.returned++;
		virtqueue_push(&b->queue, f->head, used_bytes);
		if (virtqueue_should_interrupt(&b->queue)) {
			b->stats.interrupts++;
			b->device.used(b->device.transport);
		}
	}
	flight_end(b, f);
	lock_drop(&b->lock);
}

/* blk_op.done: on any thread. */
static void
flight_done(struct blk_op *op, int error)
{
	struct flight *f =
	    (struct flight *)((char *)op - offsetof(struct flight, op));
	uint32_t used_bytes = 1;

	if (error == 0 && f->req.action == VIRTIO_BLK_READ)
		used_bytes += (uint32_t)f->req.length_bytes;
	flight_complete(
	    f, error == 0 ? VIRTIO_BLK_S_OK : VIRTIO_BLK_S_IOERR, used_bytes);
}

/*
 * Submission; all of it with taker held.
 */

static struct flight *
flight_begin(struct virtio_blk *b)
{
	struct flight *f;

	lock_take(&b->lock);
	f = b->free_flights;
	if (f != NULL) {
		b->free_flights = f->next;
	} else {
		/* At most one a head, and heads in flight are distinct. */
		hf_check(b->carved < VIRTQUEUE_SIZE_MAX);
		f = &b->flights[b->carved++];
	}
	b->in_flight++;
	b->stats.taken++;
	lock_drop(&b->lock);
	f->blk = b;
	f->head = b->chain.head;
	return (f);
}

/* Leaves f to the worker, behind what was left to it before. */
static void
flight_defer(struct virtio_blk *b, struct flight *f)
{
	f->next = NULL;
	lock_take(&b->lock);
	*b->deferred_tail = f;
	b->deferred_tail = &f->next;
	b->stats.deferred++;
	lock_drop(&b->lock);
}

/* False: not done, the worker has to be told. */
static bool
flight_submit(struct flight *f, enum blk_kind kind, enum how how)
{
	struct virtio_blk *b = f->blk;

	f->op.kind = kind;
	f->op.iov = f->req.iov;
	f->op.iov_count = kind == BLK_FLUSH ? 0 : f->req.iov_count;
	f->op.offset_bytes =
	    kind == BLK_FLUSH ? 0 : f->req.sector * VIRTIO_BLK_SECTOR_BYTES;
	f->op.length_bytes = kind == BLK_FLUSH ? 0 : f->req.length_bytes;
	f->op.done = flight_done;
	f->op.depth = 0;
	b->taken_bytes += f->op.length_bytes;
	if (how == HOW_WAIT)
		blk_submit(b->backend, &f->op);
	else if (how == HOW_LATER || !blk_try(b->backend, &f->op)) {
		flight_defer(b, f);
		return (how == HOW_LATER);
	}
	return (true);
}

static void
id_copy(struct flight *f)
{
	const uint8_t *from = f->blk->id;

	for (unsigned int i = 0; i < f->req.iov_count; i++) {
		memcpy(f->req.iov[i].iov_base, from, f->req.iov[i].iov_len);
		from += f->req.iov[i].iov_len;
	}
}

/* The chain in b->chain, which was just taken.  As flight_submit. */
static bool
request_perform(struct virtio_blk *b, enum how how)
{
	struct flight *f = flight_begin(b);

	virtio_blk_decode(b->mem, &b->chain, &b->limits, &f->req);
	switch (f->req.action) {
	case VIRTIO_BLK_DROP:
		lock_take(&b->lock);
		log_guest_error(b, "request without header or status byte");
		lock_drop(&b->lock);
		flight_complete(f, VIRTIO_BLK_S_OK, 0);
		break;
	case VIRTIO_BLK_COMPLETE:
		flight_complete(f, f->req.status, 1);
		break;
	case VIRTIO_BLK_READ:
		return (flight_submit(f, BLK_READ, how));
	case VIRTIO_BLK_WRITE:
		return (flight_submit(f, BLK_WRITE, how));
	case VIRTIO_BLK_FLUSH:
		return (flight_submit(f, BLK_FLUSH, how));
	case VIRTIO_BLK_GET_ID:
		id_copy(f);
		flight_complete(f, VIRTIO_BLK_S_OK, VIRTIO_BLK_ID_BYTES + 1);
		break;
	}
	return (true);
}

/*
 * Taking; all of it with taker held.
 */

static bool
should_serve(struct virtio_blk *b)
{
	return (__atomic_load_n(&b->run, __ATOMIC_ACQUIRE) && !b->broken);
}

/* The worker tells the driver, when nothing is under way any more. */
static void
break_down(struct virtio_blk *b, const char *why)
{
	lock_take(&b->lock);
	b->broken = true;
	b->stats.breaks++;
	log_guest_error(b, why);
	lock_drop(&b->lock);
}

bool
virtio_blk_take(struct virtio_blk *b, enum how how)
{
	uint64_t enough = b->taken_bytes + TAKE_BYTES_MAX;
	const char *why;

	if (!should_serve(b) || !b->queue.ready)
		return (false);
	for (unsigned int n = 0; n < TAKE_LOOKS_MAX; n++) {
		if (b->taken_bytes >= enough)
			return (virtqueue_notify_on(&b->queue));
		switch (virtqueue_take(&b->queue, &b->chain, &why)) {
		case VIRTQUEUE_EMPTY:
			if (!virtqueue_notify_on(&b->queue))
				return (false);
			break;
		case VIRTQUEUE_BROKEN:
			break_down(b, why);
			return (true);
		case VIRTQUEUE_TAKEN:
			virtqueue_notify_off(&b->queue);
			if (!request_perform(b, how))
				return (true);
			break;
		}
	}
	return (true);
}

/* Submits what is in the ring now, a queue's worth at the most. */
static unsigned int
take_batch(struct virtio_blk *b)
{
	unsigned int n;
	const char *why;

	for (n = 0; n < b->queue.size && should_serve(b); n++) {
		switch (virtqueue_take(&b->queue, &b->chain, &why)) {
		case VIRTQUEUE_EMPTY:
			return (n);
		case VIRTQUEUE_BROKEN:
			break_down(b, why);
			return (n);
		case VIRTQUEUE_TAKEN:
			virtqueue_notify_off(&b->queue);
			(void)request_perform(b, HOW_WAIT);
			break;
		}
	}
	return (n);
}

void
virtio_blk_drain(struct virtio_blk *b)
{
	unsigned int n;

	if (!should_serve(b) || !b->queue.ready)
		return;
	do {
		n = take_batch(b);
		if (n > 0) {
			blk_kick(b->backend);
			blk_reap(b->backend);
		}
	} while (should_serve(b) && (n > 0 || virtqueue_notify_on(&b->queue)));
}

/*
 * Notification.
 */

void
virtio_blk_notify(void *dev, unsigned int queue)
{
	struct virtio_blk *b = dev;
	bool more = true;

	/* Perhaps while another vCPU is in the first start. */
	if (__atomic_load_n(&b->doorbell, __ATOMIC_ACQUIRE) < 0)
		return;
	/* Whoever is at it now may have looked at the ring too early. */
	if (b->tries && lock_try(&b->taker)) {
		more = virtio_blk_take(b, HOW_NOW);
		lock_drop(&b->taker);
	}
	if (more)
		virtio_blk_doorbell_ring(b);
}
