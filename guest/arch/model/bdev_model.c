/* SPDX-License-Identifier: BSD-2-Clause */
/* bdev_model.c: the model's disk: a file read into memory, never written. */

/*
 * The image is the file that the environment names as HF_MODEL_DISK.  Requests
 * are carried out at submission; done is called as from an interrupt, so that
 * a callback that blocks is found here too.  Failures and delays: dev/bdev.h.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/proc.h>
#include <dev/bdev.h>
#include <machine/vmparam.h>
#include "host.h"

static uint8_t *image;
static struct hf_bdev disk;

static void
transfer(struct hf_bdev *bd, struct hf_io *io)
{
	static const char id[20] = "model";
	uint8_t *at, *mem;
	uint32_t i;

	at = image + (io->sector << HF_SECTOR_SHIFT);
	for (i = 0; i < io->nsegs; at += io->segs[i++].len) {
		mem = (uint8_t *)PHYS_TO_DMAP(io->segs[i].pa);
		if (io->op == HF_IO_READ)
			memcpy(mem, at, io->segs[i].len);
		else if (io->op == HF_IO_WRITE)
			memcpy(at, mem, io->segs[i].len);
		else if (io->op == HF_IO_GET_ID)
			memcpy(mem, id, sizeof(id));
	}
	curthread->td_intr_nesting++;
	io->done(io, 0);
	curthread->td_intr_nesting--;
}

static void
poll_nothing(struct hf_bdev *bd)
{
}

static const struct hf_bdev_ops model_ops = { transfer, poll_nothing };

int
hf_bdev_root(struct hf_bdev **bdp, char *msg, size_t msg_bytes)
{
	const char *path;
	size_t bytes;

	path = hf_host_getenv("HF_MODEL_DISK");
	if (image == NULL && path != NULL) {
		image = hf_host_file_load(path, &bytes);
		disk = (struct hf_bdev){ .name = "model",
			.ops = &model_ops,
			.capacity_sectors = bytes >> HF_SECTOR_SHIFT,
			.sector_bytes = HF_SECTOR_BYTES,
			.can_flush = true };
	}
	if (image == NULL) {
		snprintf(msg, msg_bytes,
		    "the model has no disk (HF_MODEL_DISK names an image)");
		return (ENXIO);
	}
	*bdp = &disk;
	return (0);
}
