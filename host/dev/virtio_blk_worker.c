/* SPDX-License-Identifier: BSD-2-Clause */
/* virtio_blk_worker.c: the thread that does what must wait; start and stop. */
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "core/err.h"
#include "core/lock.h"
#include "dev/virtio_blk_priv.h"

/* Lock order: taker, lock (virtio_blk_priv.h). */

/*
 * The doorbell's count: a notification adds 1, a call of virtio_blk_settle
 * this. So the worker's read says which calls its next look comes after, and
 * nothing comes between that look and the sleep that ends the wait for it.
 */
#define DOORBELL_SETTLE (1ull << 32)

static void
doorbell_add(struct virtio_blk *b, uint64_t count)
{
	ssize_t n;

	/* It can only fail when the count is full: then it is readable. */
	do
		n = write(b->doorbell, &count, sizeof(count));
	while (n < 0 && errno == EINTR);
}

void
virtio_blk_doorbell_ring(struct virtio_blk *b)
{
	doorbell_add(b, 1);
}

/* What was left over.  Also when the device stops: it must come back. */
static void
worker_submit_deferred(struct virtio_blk *b)
{
	struct flight *f, *next;

	lock_take(&b->lock);
	f = b->deferred;
	b->deferred = NULL;
	b->deferred_tail = &b->deferred;
	lock_drop(&b->lock);
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

	lock_take(&b->lock);
	n = b->in_flight;
	lock_drop(&b->lock);
	return (n);
}

/* Nothing is left to look at: the worker is about to sleep. */
static void
worker_settled(struct virtio_blk *b)
{
	/* Nobody else writes them. */
	if (b->settled == b->settles_heard)
		return;
	lock_take(&b->lock);
	b->settled = b->settles_heard;
	pthread_cond_broadcast(&b->rest);
	lock_drop(&b->lock);
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
	if ((fds[1].fd < 0 || fds[0].revents != 0) &&
	    read(b->doorbell, &count, sizeof(count)) == sizeof(count))
		b->settles_heard += count / DOORBELL_SETTLE;
}

/* From start until stop, and until nothing is under way. */
static void
worker_serve(struct virtio_blk *b)
{
	unsigned int in_flight;
	bool ended, more;

	for (;;) {
		more = false;
		lock_take(&b->taker);
		if (b->tries)
			more = virtio_blk_take(b, HOW_LATER);
		else
			virtio_blk_drain(b);
		lock_drop(&b->taker);
		worker_submit_deferred(b);

		lock_take(&b->taker);
		in_flight = worker_in_flight(b);
		if (b->broken && !b->broken_told && in_flight == 0) {
			/* Told only now: no guest write can follow it. */
			b->broken_told = true;
			b->device.broken(b->device.transport);
		}
		/* With taker: no vCPU is taking chains, and none will. */
		ended = !__atomic_load_n(&b->run, __ATOMIC_ACQUIRE) &&
		    in_flight == 0;
		lock_drop(&b->taker);
		if (ended)
			return;
		if (more)
			continue;
		worker_settled(b);
		worker_sleep(b, in_flight);
		lock_take(&b->lock);
		b->stats.wakeups++;
		lock_drop(&b->lock);
	}
}

/*
 * Each start is served, even if stop has come before this thread has woken: a
 * vCPU may have taken requests in between, or be about to.
 */
static void *
worker_main(void *arg)
{
	struct virtio_blk *b = arg;

	lock_take(&b->lock);
	for (;;) {
		while (b->parked && !b->quit)
			lock_wait(&b->wake, &b->lock);
		if (b->parked)
			break;
		lock_drop(&b->lock);
		worker_serve(b);
		lock_take(&b->lock);
		b->parked = true;
		pthread_cond_broadcast(&b->rest);
	}
	lock_drop(&b->lock);
	return (NULL);
}

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

void
virtio_blk_worker_destroy(struct virtio_blk *b)
{
	if (b->have_worker) {
		lock_take(&b->lock);
		b->quit = true;
		pthread_cond_signal(&b->wake);
		lock_drop(&b->lock);
		pthread_join(b->worker, NULL);
		b->have_worker = false;
	}
	free(b->flights);
	if (b->doorbell >= 0)
		close(b->doorbell);
}

void
virtio_blk_start(void *dev, uint64_t features)
{
	struct virtio_blk *b = dev;
	char why[128];
	int error;

	if (!b->have_worker && (error = worker_create(b)) != 0) {
		snprintf(why, sizeof(why),
		    "virtio-blk: cannot start the I/O thread: %s",
		    strerror(error));
		b->device.broken(b->device.transport);
		b->device.failed(b->device.transport, why);
		return;
	}
	lock_take(&b->lock);
	hf_check(b->in_flight == 0);
	b->broken = false;
	b->broken_told = false;
	b->parked = false;
	__atomic_store_n(&b->run, true, __ATOMIC_RELEASE);
	pthread_cond_signal(&b->wake);
	lock_drop(&b->lock);
}

void
virtio_blk_stop(void *dev)
{
	struct virtio_blk *b = dev;

	if (!b->have_worker)
		return;
	lock_take(&b->lock);
	__atomic_store_n(&b->run, false, __ATOMIC_RELEASE);
	virtio_blk_doorbell_ring(b);
	while (!b->parked)
		lock_wait(&b->rest, &b->lock);
	hf_check(b->in_flight == 0);
	hf_check(b->stats.taken == b->stats.returned + b->stats.discarded);
	lock_drop(&b->lock);
}

void
virtio_blk_settle(struct virtio_blk *b)
{
	uint64_t call;

	lock_take(&b->lock);
	if (!b->parked) {
		call = ++b->settles_asked;
		doorbell_add(b, DOORBELL_SETTLE);
		/* If it parks, the doorbell keeps the count for the next start. */
		while (b->settled < call && !b->parked)
			lock_wait(&b->rest, &b->lock);
	}
	lock_drop(&b->lock);
}
