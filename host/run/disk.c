/* SPDX-License-Identifier: BSD-2-Clause */
/* disk.c: join block backend, device model, transport and machine. */
#include "run/disk.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "blk/blk.h"
#include "dev/bus.h"
#include "dev/virtio_blk.h"
#include "dev/virtio_mmio.h"
#include "virtio_abi.h"
#include "vm/vm.h"

struct disk {
	struct blk_backend *backend;
	struct virtio_blk *device;
	struct virtio_mmio *transport;
};

static enum blk_access
access_of(const struct run_disk *disk)
{
	if (disk->readonly)
		return (BLK_ACCESS_READ_ONLY);
	return (disk->snapshot || disk->is_default ? BLK_ACCESS_SNAPSHOT
						   : BLK_ACCESS_READ_WRITE);
}

const char *
disk_how(const struct run_disk *disk)
{
	switch (access_of(disk)) {
	case BLK_ACCESS_READ_ONLY:
		return ("read-only");
	case BLK_ACCESS_SNAPSHOT:
		return (
		    disk->is_default ? "default image, snapshot" : "snapshot");
	case BLK_ACCESS_READ_WRITE:
		break;
	}
	return ("in place");
}

void
disk_text(
    const struct run_options *opt, unsigned int i, char text[DISK_TEXT_BYTES])
{
	const struct run_disk *disk = &opt->disks[i];

	if (i >= opt->ndisks)
		snprintf(text, DISK_TEXT_BYTES, "none");
	else if (access_of(disk) == BLK_ACCESS_READ_WRITE)
		snprintf(text, DISK_TEXT_BYTES, "%.400s", disk->path);
	else
		snprintf(text, DISK_TEXT_BYTES, "%.400s (%s)", disk->path,
		    disk_how(disk));
}

unsigned int
disks_needed(uint32_t flags)
{
	if ((flags & HF_NEEDS_SECOND_DISK) != 0)
		return (2);
	return ((flags & HF_NEEDS_ANY_DISK) != 0 ? 1 : 0);
}

/* A disk that the user named is there even if nobody asks for it. */
static unsigned int
count(const struct run_options *opt, uint32_t flags)
{
	unsigned int n = opt->ndisks;

	while (n > disks_needed(flags) && opt->disks[n - 1].is_default)
		n--;
	return (n);
}

static struct blk_backend *
open_image(const struct run_options *opt, const struct run_disk *disk,
    const char *faults, struct hf_err *err)
{
	struct blk_image_options image = {
		.path = disk->path,
		.access = access_of(disk),
		.opened = disk->opened,
		.engine = opt->blk_engine,
		.faults = faults,
	};

	return (blk_image_open(&image, err));
}

static int
check(const struct run_options *opt, unsigned int i, struct hf_err *err)
{
	const struct run_disk *disk = &opt->disks[i];
	struct blk_backend *b;

	if (disk->faults != NULL && blk_faulty_check(disk->faults, err) != 0)
		return (-1);
	if (i >= opt->ndisks || disk->is_default)
		return (0);
	/* No operation of the plan is to be spent here. */
	b = open_image(opt, disk, NULL, err);
	if (b == NULL)
		return (-1);
	blk_close(b);
	return (0);
}

int
disks_check(const struct run_options *opt, struct hf_err *err)
{
	for (unsigned int i = 0; i < RUN_DISKS_MAX; i++)
		if (check(opt, i, err) != 0)
			return (-1);
	return (0);
}

static void
disk_free(void *device)
{
	struct disk *d = device;

	virtio_mmio_free(d->transport);
	virtio_blk_free(d->device);
	blk_close(d->backend);
	free(d);
}

static void *
disk_new(const struct run_options *opt, unsigned int i,
    const struct device_place *place, struct hf_err *err)
{
	struct dev_host_ops host = { .arg = place->vm,
		.irq_raise = vm_irq_raise,
		.doorbell_add = vm_doorbell_add,
		.doorbell_remove = vm_doorbell_remove,
		.failed = vm_host_failed };
	struct virtio_mmio_config cfg = { .base = place->base,
		.irq = place->irq,
		.notify_port = place->notify_port,
		.mem = vm_guestmem(place->vm),
		.host = &host };
	struct disk *d = calloc(1, sizeof(*d));
	char serial[21];
	int error;

	hf_check_memory(d != NULL);
	d->backend = open_image(opt, &opt->disks[i], opt->disks[i].faults, err);
	if (d->backend == NULL) {
		free(d);
		return (NULL);
	}
	snprintf(serial, sizeof(serial), "holdfast-%u", i);
	d->device = virtio_blk_new(cfg.mem, d->backend, serial);
	d->transport = virtio_mmio_new(&cfg, virtio_blk_device(d->device));
	error = bus_add_mmio(place->bus, "virtio-blk", cfg.base,
	    VIRTIO_MMIO_WINDOW, &virtio_mmio_bus_ops, d->transport);
	hf_check(error == 0);
	error = bus_add_pio(place->bus, "virtio-blk notify", cfg.notify_port, 4,
	    &virtio_mmio_notify_ops, d->transport);
	hf_check(error == 0);
	return (d);
}

static int
disk_announce(const void *device, char *buf, size_t buf_bytes)
{
	const struct disk *d = device;

	return (virtio_mmio_announce(d->transport, buf, buf_bytes));
}

static void
disk_cut_short(void *device)
{
	struct disk *d = device;

	blk_cut_short(d->backend);
}

const struct device_kind device_disk = {
	.count = count,
	.new = disk_new,
	.announce = disk_announce,
	.cut_short = disk_cut_short,
	.free = disk_free,
};
