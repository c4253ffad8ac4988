/* SPDX-License-Identifier: BSD-2-Clause */
/* bdev_model.c: the model's disks: files read into memory, never written. */

/*
 * The first image is the file that the environment names as HF_MODEL_DISK; the
 * second one is HF_MODEL_SECOND_DISK or, without that, second.img beside the
 * first, if it is there.  Requests are carried out at submission; done is called
 * as from an interrupt, so that a callback that blocks is found here too.
 * Failures and delays: dev/bdev.h.  While a schedule is explored threads of a
 * disk's own carry them out, two so that a later request may come first.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/proc.h>
#include <dev/bdev.h>
#include <kern/copyio.h>
#include <kern/sleepq.h>
#include <kern/thread.h>
#include <machine/vmparam.h>
#include "bdev_model.h"
#include "explore_priv.h"
#include "host.h"

struct disk {
	struct hf_bdev bdev;
	uint8_t *image; /* NULL: there is none */
	char name[8], id[20];
	/*
	 * While exploring: requests to come, newest last; under the chain lock
	 * of queue.
	 */
	struct hf_io *queue, **queue_end;
};

static struct disk disks[HF_BDEV_MAX]; /* two may be there */

/* What a device moves, threads may store to meanwhile. */
static void
carry_out(struct disk *d, struct hf_io *io)
{
	uint8_t *at, *mem;
	uint32_t i;

	at = d->image + (io->sector << HF_SECTOR_SHIFT);
	for (i = 0; i < io->nsegs; at += io->segs[i++].len) {
		mem = (uint8_t *)PHYS_TO_DMAP(io->segs[i].pa);
		if (io->op == HF_IO_READ)
			hf_user_bytes_move(mem, at, io->segs[i].len);
		else if (io->op == HF_IO_WRITE)
			hf_user_bytes_move(at, mem, io->segs[i].len);
		else if (io->op == HF_IO_GET_ID)
			memcpy(mem, d->id, sizeof(d->id));
	}
	curthread->td_intr_nesting++;
	io->done(io, 0);
	curthread->td_intr_nesting--;
}

static void
submit(struct hf_bdev *bd, struct hf_io *io)
{
	struct disk *d = bd->softc;

	if (!hf_exploring) {
		carry_out(d, io);
		return;
	}
	hf_sleepq_lock(&d->queue);
	io->link = NULL;
	*d->queue_end = io;
	d->queue_end = &io->link;
	hf_sleepq_wake(&d->queue, 1);
	hf_sleepq_unlock(&d->queue);
}

/* The oldest request, NULL: there is none.  The chain is locked. */
static struct hf_io *
take_first(struct disk *d)
{
	struct hf_io *io = d->queue;

	if (io != NULL && (d->queue = io->link) == NULL)
		d->queue_end = &d->queue;
	return (io);
}

static void
poll(struct hf_bdev *bd)
{
	struct disk *d = bd->softc;
	struct hf_io *io;

	hf_sleepq_lock(&d->queue);
	io = take_first(d);
	hf_sleepq_unlock(&d->queue);
	if (io != NULL)
		carry_out(d, io);
}

static void
disk_main(void *arg)
{
	struct disk *d = arg;
	struct hf_io *io;

	for (;;) {
		hf_sleepq_lock(&d->queue);
		while ((io = take_first(d)) == NULL) {
			(void)hf_sleepq_wait(&d->queue, "disk", 0);
			hf_sleepq_lock(&d->queue);
		}
		hf_sleepq_unlock(&d->queue);
		carry_out(d, io);
	}
}

static const struct hf_bdev_ops model_ops = { submit, poll };

static void
load(int unit, const char *path)
{
	struct disk *d = &disks[unit];
	size_t bytes;

	d->image = hf_host_file_load(path, &bytes);
	if (d->image == NULL)
		return;
	d->queue_end = &d->queue;
	snprintf(d->id, sizeof(d->id), "model-%d", unit);
	d->bdev = (struct hf_bdev){ .ops = &model_ops,
		.softc = d,
		.capacity_sectors = bytes >> HF_SECTOR_SHIFT,
		.sector_bytes = HF_SECTOR_BYTES,
		.can_flush = true };
}

void
hf_model_disks_load(void)
{
	const char *first = hf_host_getenv("HF_MODEL_DISK"), *second;
	char beside[1024];
	size_t folder;

	if (first == NULL || disks[0].image != NULL)
		return;
	load(0, first);
	second = hf_host_getenv("HF_MODEL_SECOND_DISK");
	if (second == NULL) {
		for (folder = strlen(first); folder > 0; folder--)
			if (first[folder - 1] == '/')
				break;
		snprintf(beside, sizeof(beside), "%.*ssecond.img", (int)folder,
		    first);
		second = beside;
	}
	load(1, second);
}

static int
attach(int unit, const char *name, struct hf_bdev **bdp, char *msg,
    size_t msg_bytes)
{
	struct disk *d = &disks[unit];

	hf_model_disks_load();
	if (d->image == NULL) {
		snprintf(msg, msg_bytes,
		    "the model has no disk %s (HF_MODEL_DISK and "
		    "HF_MODEL_SECOND_DISK name the images)",
		    name);
		return (ENXIO);
	}
	strlcpy(d->name, name, sizeof(d->name));
	d->bdev.name = d->name;
	/* Two, so that a later request may come first. */
	if (hf_exploring)
		for (int i = 0; i < 2; i++)
			(void)hf_thread_create(disk_main, d, "disk", -1);
	*bdp = &d->bdev;
	return (0);
}

const struct hf_bdev_driver hf_vtbd_driver = { "vtbd", attach };
