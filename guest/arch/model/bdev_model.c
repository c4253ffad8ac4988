/* SPDX-License-Identifier: BSD-2-Clause */
/* bdev_model.c: the model's disk: a file read into memory, never written. */

/*
 * The image is the file that the environment names as HF_MODEL_DISK.  Requests
 * are carried out at submission; done is called as from an interrupt, so that a
 * callback that blocks is found here too.  Failures and delays: dev/bdev.h.
 * While a schedule is explored threads of the disk's own carry them out, two so
 * that a later request may come first.
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

static uint8_t *image;
static struct hf_bdev disk;

/* While exploring: requests to come, newest last; under the queue's chain lock. */
static struct hf_io *queue, **queue_end = &queue;

/* What a device moves, threads may store to meanwhile. */
static void
carry_out(struct hf_io *io)
{
	static const char id[20] = "model";
	uint8_t *at, *mem;
	uint32_t i;

	at = image + (io->sector << HF_SECTOR_SHIFT);
	for (i = 0; i < io->nsegs; at += io->segs[i++].len) {
		mem = (uint8_t *)PHYS_TO_DMAP(io->segs[i].pa);
		if (io->op == HF_IO_READ)
			hf_user_bytes_move(mem, at, io->segs[i].len);
		else if (io->op == HF_IO_WRITE)
			hf_user_bytes_move(at, mem, io->segs[i].len);
		else if (io->op == HF_IO_GET_ID)
			memcpy(mem, id, sizeof(id));
	}
	curthread->td_intr_nesting++;
	io->done(io, 0);
	curthread->td_intr_nesting--;
}

static void
submit(struct hf_bdev *bd, struct hf_io *io)
{
	if (!hf_exploring) {
		carry_out(io);
		return;
	}
	hf_sleepq_lock(&queue);
	io->link = NULL;
	*queue_end = io;
	queue_end = &io->link;
	hf_sleepq_wake(&queue, 1);
	hf_sleepq_unlock(&queue);
}

/* The oldest request, NULL: there is none.  The chain is locked. */
static struct hf_io *
take_first(void)
{
	struct hf_io *io = queue;

	if (io != NULL && (queue = io->link) == NULL)
		queue_end = &queue;
	return (io);
}

static void
poll(struct hf_bdev *bd)
{
	struct hf_io *io;

	hf_sleepq_lock(&queue);
	io = take_first();
	hf_sleepq_unlock(&queue);
	if (io != NULL)
		carry_out(io);
}

static void
disk_main(void *arg)
{
	struct hf_io *io;

	for (;;) {
		hf_sleepq_lock(&queue);
		while ((io = take_first()) == NULL) {
			(void)hf_sleepq_wait(&queue, "disk", 0);
			hf_sleepq_lock(&queue);
		}
		hf_sleepq_unlock(&queue);
		carry_out(io);
	}
}

void
hf_model_disk_start(void)
{
	(void)hf_thread_create(disk_main, NULL, "disk", -1);
	(void)hf_thread_create(disk_main, NULL, "disk", -1);
}

static const struct hf_bdev_ops model_ops = { submit, poll };

void
hf_model_disk_load(void)
{
	const char *path;
	size_t bytes;

	path = hf_host_getenv("HF_MODEL_DISK");
	if (image != NULL || path == NULL)
		return;
	image = hf_host_file_load(path, &bytes);
	disk = (struct hf_bdev){ .name = "model",
		.ops = &model_ops,
		.capacity_sectors = bytes >> HF_SECTOR_SHIFT,
		.sector_bytes = HF_SECTOR_BYTES,
		.can_flush = true };
}

int
hf_bdev_root(struct hf_bdev **bdp, char *msg, size_t msg_bytes)
{
	hf_model_disk_load();
	if (image == NULL) {
		snprintf(msg, msg_bytes,
		    "the model has no disk (HF_MODEL_DISK names an image)");
		return (ENXIO);
	}
	*bdp = &disk;
	return (0);
}
