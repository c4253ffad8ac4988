/* SPDX-License-Identifier: BSD-2-Clause */
/* virtio_blk.c: block device: requests from the ring to the backend and back. */
#include "dev/virtio_blk.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "core/err.h"
#include "core/log.h"
#include "dev/virtio_blk_request.h"
#include "dev/virtqueue.h"
#include "virtio_abi.h"

#define FEATURES                                                           \
	(VIRTIO_BIT(VIRTIO_F_VERSION_1) | VIRTIO_BIT(VIRTIO_BLK_F_FLUSH) | \
	    VIRTIO_BIT(VIRTIO_BLK_F_BLK_SIZE) |                            \
	    VIRTIO_BIT(VIRTIO_BLK_F_SEG_MAX) |                             \
	    VIRTIO_BIT(VIRTIO_F_RING_INDIRECT_DESC) |                      \
	    VIRTIO_BIT(VIRTIO_F_RING_EVENT_IDX))

/* Errors of the guest that are logged, a device's life long. */
#define LOG_MAX 10

/*
 * What a vCPU's thread does itself in one notification, at most (or one request
 * more); what is left goes to the worker.  A request's copy takes microseconds, a wake-up of the worker
 * and an interrupt take more.
 */
#define TAKE_BYTES_MAX (512u << 10)
#define TAKE_LOOKS_MAX 64u

/* Config fields up to here exist: blk_size is the last one offered. */
#define CONFIG_BYTES \
	(offsetof(struct virtio_blk_config, blk_size) + sizeof(uint32_t))

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
	pthread_cond_t wake;	  /* the worker waits for run or quit */
	pthread_cond_t parked_cv; /* stop waits for parked */
	pthread_t worker;	  /* C from the first start */
	bool have_worker;	  /* written by start only */
	bool parked;		  /* L */
	bool run;		  /* L; also read by the worker without (A) */
	bool quit;		  /* L */
	bool broken;		  /* L, written with taker too */
	bool broken_told;	  /* W */
	unsigned int in_flight;	  /* L */
	unsigned int logged;	  /* L */
	struct flight *flights;	  /* C from the first start */
	unsigned int carved;	  /* L flights that were ever used */
	struct flight *free_flights;   /* L last freed first: warm */
	struct flight *deferred;       /* L for the worker to submit */
	struct flight **deferred_tail; /* L */
	struct virtio_blk_stats stats; /* L */
};

static void
doorbell_ring(struct virtio_blk *b)
{
	uint64_t one = 1;
	ssize_t n;

	/* It can only fail when the count is full: then it is readable. */
	do
		n = write(b->doorbell, &one, sizeof(one));
	while (n < 0 && errno == EINTR);
}

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
		doorbell_ring(b);
}

/*
 * The only way out for a request.  After a class B error nothing is written to
 * the guest any more.  used_bytes includes the status byte.
 */
static void
flight_complete(struct flight *f, uint8_t status, uint32_t used_bytes)
{
	struct virtio_blk *b = f->blk;

	pthread_mutex_lock(&b->lock);
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
	pthread_mutex_unlock(&b->lock);
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

	pthread_mutex_lock(&b->lock);
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
	pthread_mutex_unlock(&b->lock);
	f->blk = b;
	f->head = b->chain.head;
	return (f);
}

/* Leaves f to the worker, behind what was left to it before. */
static void
flight_defer(struct virtio_blk *b, struct flight *f)
{
	f->next = NULL;
	pthread_mutex_lock(&b->lock);
	*b->deferred_tail = f;
	b->deferred_tail = &f->next;
	b->stats.deferred++;
	pthread_mutex_unlock(&b->lock);
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
		pthread_mutex_lock(&b->lock);
		log_guest_error(b, "request without header or status byte");
		pthread_mutex_unlock(&b->lock);
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

/* Entered and left with taker held. */
static bool
should_serve(struct virtio_blk *b)
{
	return (__atomic_load_n(&b->run, __ATOMIC_ACQUIRE) && !b->broken);
}

/* Entered and left with taker held.  The worker tells the driver. */
static void
break_down(struct virtio_blk *b, const char *why)
{
	pthread_mutex_lock(&b->lock);
	b->broken = true;
	b->stats.breaks++;
	log_guest_error(b, why);
	pthread_mutex_unlock(&b->lock);
}

/*
 * Takes what is in the ring and performs it, HOW_NOW or HOW_LATER, until there is no
 * more and a notification will come.  True: there is more, for the worker.
 * Entered and left with taker held.
 */
static bool
take_some(struct virtio_blk *b, enum how how)
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

/*
 * The worker.
 */

/* Submits what is in the ring now, a queue's worth at the most. */
static unsigned int
worker_batch(struct virtio_blk *b)
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

/*
 * Until the ring is empty and the driver has been asked to notify again.  The
 * looks at the ring between batches are what makes one notification enough
 * for all that arrives meanwhile.
 */
static void
worker_drain_ring(struct virtio_blk *b)
{
	unsigned int n;

	if (!b->queue.ready)
		return;
	do {
		n = worker_batch(b);
		if (n > 0) {
			blk_kick(b->backend);
			blk_reap(b->backend);
		}
	} while (should_serve(b) && (n > 0 || virtqueue_notify_on(&b->queue)));
}

/* What was left over.  Also when the device stops: it must come back. */
static void
worker_submit_deferred(struct virtio_blk *b)
{
	struct flight *f, *next;

	pthread_mutex_lock(&b->lock);
	f = b->deferred;
	b->deferred = NULL;
	b->deferred_tail = &b->deferred;
	pthread_mutex_unlock(&b->lock);
	if (f == NULL)
		return;
	for (; f != NULL; f = next) {
		next = f->next;
		blk_submit(b->backend, &f->op);
	}
	blk_kick(b->backend);
	blk_reap(b->backend);
}

static unsigned int
worker_in_flight(struct virtio_blk *b)
{
	unsigned int n;

	pthread_mutex_lock(&b->lock);
	n = b->in_flight;
	pthread_mutex_unlock(&b->lock);
	return (n);
}

/* Sleeps until the doorbell rings or the backend has completions. */
static void
worker_sleep(struct virtio_blk *b, unsigned int in_flight)
{
	struct pollfd fds[2] = {
		{ .fd = b->doorbell, .events = POLLIN },
		{ .fd = -1, .events = POLLIN },
	};
	uint64_t count;

	if (in_flight > 0)
		fds[1].fd = blk_event_fd(b->backend);
	if (fds[1].fd >= 0 && poll(fds, 2, -1) > 0) {
		if (fds[1].revents != 0)
			blk_reap(b->backend);
		if (fds[0].revents == 0)
			return;
	}
	/* EINTR and the like: the caller looks at everything again anyway. */
	if (fds[1].fd < 0 || fds[0].revents != 0)
		(void)!read(b->doorbell, &count, sizeof(count));
}

/* From start until stop, and until nothing is under way. */
static void
worker_serve(struct virtio_blk *b)
{
	unsigned int in_flight;
	bool ended, more;

	for (;;) {
		more = false;
		pthread_mutex_lock(&b->taker);
		if (b->tries)
			more = take_some(b, HOW_LATER);
		else if (should_serve(b))
			worker_drain_ring(b);
		pthread_mutex_unlock(&b->taker);
		worker_submit_deferred(b);

		pthread_mutex_lock(&b->taker);
		in_flight = worker_in_flight(b);
		if (b->broken && !b->broken_told && in_flight == 0) {
			/* Told only now: no guest write can follow it. */
			b->broken_told = true;
			b->device.broken(b->device.transport);
		}
		/* With taker: no vCPU is taking chains, and none will. */
		ended = !__atomic_load_n(&b->run, __ATOMIC_ACQUIRE) &&
		    in_flight == 0;
		pthread_mutex_unlock(&b->taker);
		if (ended)
			return;
		if (more)
			continue;
		worker_sleep(b, in_flight);
		pthread_mutex_lock(&b->lock);
		b->stats.wakeups++;
		pthread_mutex_unlock(&b->lock);
	}
}

static void *
worker_main(void *arg)
{
	struct virtio_blk *b = arg;

	pthread_mutex_lock(&b->lock);
	for (;;) {
		while (!b->run && !b->quit) {
			b->parked = true;
			pthread_cond_broadcast(&b->parked_cv);
			pthread_cond_wait(&b->wake, &b->lock);
		}
		if (!b->run)
			break;
		pthread_mutex_unlock(&b->lock);
		worker_serve(b);
		pthread_mutex_lock(&b->lock);
	}
	pthread_mutex_unlock(&b->lock);
	return (NULL);
}

/*
 * What the transport calls.
 */

/* At the first DRIVER_OK: until then the device costs no thread, no pool. */
static int
worker_create(struct virtio_blk *b)
{
	sigset_t all, old;
	int error;

	if (b->doorbell < 0) {
		int fd = eventfd(0, EFD_CLOEXEC);

		if (fd < 0)
			return (errno);
		__atomic_store_n(&b->doorbell, fd, __ATOMIC_RELEASE);
	}
	/* Pages of it are touched only as far as requests are in flight. */
	if (b->flights == NULL)
		b->flights = calloc(VIRTQUEUE_SIZE_MAX, sizeof(*b->flights));
	if (b->flights == NULL)
		return (ENOMEM);
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	error = pthread_create(&b->worker, NULL, worker_main, b);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	if (error == 0) {
		b->have_worker = true;
		(void)pthread_setname_np(b->worker, "hf-blk");
	}
	return (error);
}

static void
worker_destroy(struct virtio_blk *b)
{
	if (b->have_worker) {
		pthread_mutex_lock(&b->lock);
		b->quit = true;
		pthread_cond_signal(&b->wake);
		pthread_mutex_unlock(&b->lock);
		pthread_join(b->worker, NULL);
		b->have_worker = false;
	}
	free(b->flights);
	if (b->doorbell >= 0)
		close(b->doorbell);
}

/* virtio_device_ops.start */
static void
device_start(void *dev, uint64_t features)
{
	struct virtio_blk *b = dev;
	int error;

	if (!b->have_worker && (error = worker_create(b)) != 0) {
		log_error("virtio-blk: cannot start the I/O thread: %s",
		    strerror(error));
		b->device.broken(b->device.transport);
		return;
	}
	pthread_mutex_lock(&b->lock);
	hf_check(b->in_flight == 0);
	b->broken = false;
	b->broken_told = false;
	b->parked = false;
	__atomic_store_n(&b->run, true, __ATOMIC_RELEASE);
	pthread_cond_signal(&b->wake);
	pthread_mutex_unlock(&b->lock);
}

/* virtio_device_ops.stop */
static void
device_stop(void *dev)
{
	struct virtio_blk *b = dev;

	if (!b->have_worker)
		return;
	pthread_mutex_lock(&b->lock);
	__atomic_store_n(&b->run, false, __ATOMIC_RELEASE);
	doorbell_ring(b);
	while (!b->parked)
		pthread_cond_wait(&b->parked_cv, &b->lock);
	hf_check(b->in_flight == 0);
	hf_check(b->stats.taken == b->stats.returned + b->stats.discarded);
	pthread_mutex_unlock(&b->lock);
}

/* virtio_device_ops.notify */
static void
device_notify(void *dev, unsigned int queue)
{
	struct virtio_blk *b = dev;

	bool more = true;

	/* Perhaps while another vCPU is in the first start. */
	if (__atomic_load_n(&b->doorbell, __ATOMIC_ACQUIRE) < 0)
		return;
	/* Whoever is at it now may have looked at the ring too early. */
	if (b->tries && pthread_mutex_trylock(&b->taker) == 0) {
		more = take_some(b, HOW_NOW);
		pthread_mutex_unlock(&b->taker);
	}
	if (more)
		doorbell_ring(b);
}

/* virtio_device_ops.doorbell */
static int
device_doorbell(void *dev, unsigned int queue)
{
	struct virtio_blk *b = dev;

	/* The exit costs less than the wake-up that it saves. */
	return (b->tries ? -1 : b->doorbell);
}

static const struct virtio_device_ops device_ops = { .start = device_start,
	.stop = device_stop,
	.notify = device_notify,
	.doorbell = device_doorbell };

struct virtio_blk *
virtio_blk_new(
    const struct guestmem *mem, struct blk_backend *backend, const char *serial)
{
	struct virtio_blk *b = calloc(1, sizeof(*b));

	hf_check(b != NULL);
	b->mem = mem;
	b->backend = backend;
	b->tries = blk_can_try(backend);
	b->deferred_tail = &b->deferred;
	b->limits.capacity_sectors = blk_capacity_sectors(backend);
	b->limits.readonly = blk_readonly(backend);
	b->config.capacity = b->limits.capacity_sectors;
	b->config.seg_max = VIRTQUEUE_SIZE_MAX - 2;
	b->config.blk_size = VIRTIO_BLK_SECTOR_BYTES;
	memcpy(b->id, serial, strnlen(serial, sizeof(b->id)));
	b->doorbell = -1;
	pthread_mutex_init(&b->taker, NULL);
	pthread_mutex_init(&b->lock, NULL);
	pthread_cond_init(&b->wake, NULL);
	pthread_cond_init(&b->parked_cv, NULL);
	b->device = (struct virtio_device){ .id = VIRTIO_ID_BLOCK,
		.features = FEATURES |
		    (b->limits.readonly ? VIRTIO_BIT(VIRTIO_BLK_F_RO) : 0),
		.config = &b->config,
		.config_bytes = CONFIG_BYTES,
		.nqueues = 1,
		.queue_size_max = VIRTQUEUE_SIZE_MAX,
		.queues = &b->queue,
		.ops = &device_ops,
		.dev = b };
	return (b);
}

void
virtio_blk_free(struct virtio_blk *b)
{
	if (b == NULL)
		return;
	hf_check(!b->run);
	worker_destroy(b);
	pthread_cond_destroy(&b->parked_cv);
	pthread_cond_destroy(&b->wake);
	pthread_mutex_destroy(&b->lock);
	pthread_mutex_destroy(&b->taker);
	free(b);
}

struct virtio_device *
virtio_blk_device(struct virtio_blk *b)
{
	return (&b->device);
}

struct virtio_blk_stats
virtio_blk_stats(struct virtio_blk *b)
{
	struct virtio_blk_stats copy;

	pthread_mutex_lock(&b->lock);
	copy = b->stats;
	pthread_mutex_unlock(&b->lock);
	return (copy);
}
