/* SPDX-License-Identifier: BSD-2-Clause */
/* bdev.c: what every block device does the same: checks, waiting, counting. */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/lock.h>
#include <sys/mutex.h>
#include <kern/fail_nth.h>
#include <kern/failpoint.h>
#include <machine/atomic.h>
#include <kern/trace.h>
#include <dev/bdev.h>

/* 0, or why the io cannot be given to the device. */
static int
io_check(struct hf_bdev *bd, struct hf_io *io)
{
	uint64_t bytes, sectors;
	uint32_t i, mask;

	if (io->op == HF_IO_FLUSH)
		return (0);
	for (bytes = 0, i = 0; i < io->nsegs; i++)
		bytes += io->segs[i].len;
	if (io->op == HF_IO_GET_ID)
		return (bytes == 20 ? 0 : EINVAL);
	mask = bd->sector_bytes - 1;
	sectors = bytes >> HF_SECTOR_SHIFT;
	if (bytes == 0 || (bytes & mask) != 0 ||
	    ((io->sector << HF_SECTOR_SHIFT) & mask) != 0)
		return (EINVAL);
	if (io->sector > bd->capacity_sectors ||
	    sectors > bd->capacity_sectors - io->sector)
		return (ENXIO);
	if (io->op == HF_IO_WRITE && bd->read_only)
		return (EROFS);
	return (0);
}

static void
count(struct hf_bdev *bd, const struct hf_io *io)
{
	uint64_t bytes;
	uint32_t i;

	for (bytes = 0, i = 0; i < io->nsegs; i++)
		bytes += io->segs[i].len;
	switch (io->op) {
	case HF_IO_READ:
		atomic_add_64(&bd->reads, 1);
		atomic_add_64(&bd->read_sectors, bytes >> HF_SECTOR_SHIFT);
		break;
	case HF_IO_WRITE:
		atomic_add_64(&bd->writes, 1);
		atomic_add_64(&bd->write_sectors, bytes >> HF_SECTOR_SHIFT);
		break;
	case HF_IO_FLUSH:
		atomic_add_64(&bd->flushes, 1);
		break;
	case HF_IO_GET_ID:
		break;
	}
}

static bool
made_to_fail(const struct hf_io *io)
{
	switch (io->op) {
	case HF_IO_READ:
		return (
		    HF_FAILPOINT("bdev.read") || HF_FAIL_NTH(HF_FAIL_PAGEIN));
	case HF_IO_WRITE:
		return (
		    HF_FAILPOINT("bdev.write") || HF_FAIL_NTH(HF_FAIL_PAGEOUT));
	case HF_IO_FLUSH:
		return (
		    HF_FAILPOINT("bdev.flush") || HF_FAIL_NTH(HF_FAIL_PAGEOUT));
	case HF_IO_GET_ID:
		break;
	}
	return (false);
}

static void
hold_push(struct hf_bdev *bd, struct hf_io *io)
{
	uintptr_t head;

	head = atomic_load_ptr((volatile uintptr_t *)&bd->held);
	do
		io->link = (struct hf_io *)head;
	while (!atomic_fcmpset_ptr(
	    (volatile uintptr_t *)&bd->held, &head, (uintptr_t)io));
}

volatile u_int hf_bdevs_held;

void
hf_bdev_hold(struct hf_bdev *bd)
{
	if (bd->holding == 0)
		atomic_add_int(&hf_bdevs_held, 1);
	atomic_store_rel_int(&bd->holding, 1);
}

int
hf_bdev_held(struct hf_bdev *bd)
{
	struct hf_io *io;
	int n;

	io = (struct hf_io *)atomic_load_acq_ptr(
	    (volatile uintptr_t *)&bd->held);
	for (n = 0; io != NULL; io = io->link)
		n++;
	return (n);
}

void
hf_bdev_release(struct hf_bdev *bd)
{
	struct hf_io *io, *next, *oldest_first;

	if (bd->holding != 0)
		atomic_subtract_int(&hf_bdevs_held, 1);
	atomic_store_rel_int(&bd->holding, 0);
	io =
	    (struct hf_io *)atomic_swap_ptr((volatile uintptr_t *)&bd->held, 0);
	for (oldest_first = NULL; io != NULL; io = next) {
		next = io->link;
		io->link = oldest_first;
		oldest_first = io;
	}
	for (io = oldest_first; io != NULL; io = next) {
		next = io->link;
		if (made_to_fail(io))
			io->done(io, EIO);
		else
			bd->ops->submit(bd, io);
	}
}

int
hf_bdev_submit(struct hf_bdev *bd, struct hf_io *io)
{
	int error;

	error = io_check(bd, io);
	if (error == 0 && HF_FAIL_NTH(HF_FAIL_SUBMIT))
		error = ENXIO;
	if (error != 0)
		return (error);
	io->error = 0;
	if (io->op == HF_IO_FLUSH) {
		io->nsegs = 0;
		if (!bd->can_flush) {
			io->done(io, 0);
			return (0);
		}
	}
	count(bd, io);
	if (made_to_fail(io))
		io->done(io, EIO);
	else if (atomic_load_acq_int(&bd->holding) != 0)
		hold_push(bd, io);
	else
		bd->ops->submit(bd, io);
	return (0);
}

/* One waiting thread's view of its io. */
struct waiter {
	struct mtx lock;
	int error;
	bool finished;
	bool sleeping; /* somebody must be woken */
};

static void
waiter_done(struct hf_io *io, int error)
{
	struct waiter *w;

	w = io->arg;
	mtx_lock_spin(&w->lock);
	w->error = error;
	w->finished = true;
	/* Under the lock: afterwards the waiter's stack may be gone. */
	if (w->sleeping)
		wakeup(w);
	mtx_unlock_spin(&w->lock);
}

int
hf_bdev_io_wait(struct hf_bdev *bd, struct hf_io *io)
{
	struct waiter w = { .finished = false };
	int error;

	hf_assert_may_sleep("hf_bdev_io_wait");
	mtx_init(&w.lock, "bdev wait", NULL, MTX_SPIN);
	io->done = waiter_done;
	io->arg = &w;
	error = hf_bdev_submit(bd, io);
	if (error == 0) {
		enum hf_layer before = hf_trace_enter(HF_LAYER_DEVICE);

		/* Mostly it is finished: hosts answer in the doorbell. */
		mtx_lock_spin(&w.lock);
		w.sleeping = true;
		while (!w.finished)
			(void)msleep_spin(&w, &w.lock, "bdevio", 0);
		hf_trace_leave(before);
		error = w.error;
		mtx_unlock_spin(&w.lock);
	}
	mtx_destroy(&w.lock);
	if (error != 0)
		bd->last_error = error;
	return (error);
}

static void
polled_done(struct hf_io *io, int error)
{
	io->error = error;
	atomic_store_rel_int((volatile u_int *)io->arg, 1);
}

int
hf_bdev_io_polled(struct hf_bdev *bd, struct hf_io *io)
{
	volatile u_int finished;
	int error;

	finished = 0;
	io->done = polled_done;
	io->arg = (void *)(uintptr_t)&finished;
	error = hf_bdev_submit(bd, io);
	if (error != 0)
		return (error);
	while (atomic_load_acq_int(&finished) == 0)
		bd->ops->poll(bd);
	return (io->error);
}
