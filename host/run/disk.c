/* SPDX-License-Identifier: BSD-2-Clause */
/* disk.c: join block backend, device model, transport and machine. */
#include "run/disk.h"

#include <stdlib.h>
#include <string.h>

#include "abi.h"
#include "blk/blk.h"
#include "dev/bus.h"
#include "dev/virtio_blk.h"
#include "dev/virtio_mmio.h"
#include "virtio_abi.h"
#include "vm/vm.h"

#define DISK_SERIAL "holdfast-0"

struct disk {
	struct blk_backend *backend;
	struct virtio_blk *device;
	struct virtio_mmio *transport;
};

static enum blk_access
access_of(const struct run_options *opt)
{
	if (opt->disk_readonly)
		return (BLK_ACCESS_READ_ONLY);
	return (opt->snapshot || opt->disk_is_default ? BLK_ACCESS_SNAPSHOT
						      : BLK_ACCESS_READ_WRITE);
}

const char *
disk_how(const struct run_options *opt)
{
	if (opt->disk_path == NULL)
		return ("");
	switch (access_of(opt)) {
	case BLK_ACCESS_READ_ONLY:
		return (" (read-only)");
	case BLK_ACCESS_SNAPSHOT:
		return (opt->disk_is_default ? " (default image, snapshot)"
					     : " (snapshot)");
	case BLK_ACCESS_READ_WRITE:
		break;
	}
	return ("");
}

static struct blk_backend *
open_image(const struct run_options *opt, struct hf_err *err)
{
	struct blk_image_options image = {
		.path = opt->disk_path,
		.access = access_of(opt),
		.opened = opt->disk_opened,
		.engine = opt->blk_engine,
		.faults = opt->faults,
	};

	return (blk_image_open(&image, err));
}

int
disk_check(const struct run_options *opt, struct hf_err *err)
{
	struct run_options plain = *opt;
	struct blk_backend *b;

	if (opt->faults != NULL && blk_faulty_check(opt->faults, err) != 0)
		return (-1);
	if (opt->disk_path == NULL || opt->disk_is_default)
		return (0);
	/* No operation of the plan is to be spent here. */
	plain.faults = NULL;
	b = open_image(&plain, err);
	if (b == NULL)
		return (-1);
	blk_close(b);
	return (0);
}

struct disk *
disk_new(const struct run_options *opt, struct vm *vm, struct bus *bus,
    struct hf_err *err)
{
	struct dev_host_ops host = { .arg = vm,
		.irq_raise = vm_irq_raise,
		.doorbell_add = vm_doorbell_add,
		.doorbell_remove = vm_doorbell_remove,
		.failed = vm_host_failed };
	struct virtio_mmio_config cfg = { .base = gpa_make(HF_VIRTIO_BASE),
		.irq = HF_VIRTIO_IRQ_BASE,
		.notify_port = HF_PORT_NOTIFY,
		.mem = vm_guestmem(vm),
		.host = &host };
	struct disk *d = calloc(1, sizeof(*d));
	int error;

	hf_check_memory(d != NULL);
	d->backend = open_image(opt, err);
	if (d->backend == NULL)
		goto fail;
	error = vm_irq_setup(vm, cfg.irq);
	if (error != 0) {
		err_host_errno(
		    err, -error, "cannot set up interrupt %u", cfg.irq);
		goto fail;
	}
	d->device = virtio_blk_new(cfg.mem, d->backend, DISK_SERIAL);
	d->transport = virtio_mmio_new(&cfg, virtio_blk_device(d->device));
	error = bus_add_mmio(bus, "virtio-blk", cfg.base, VIRTIO_MMIO_WINDOW,
	    &virtio_mmio_bus_ops, d->transport);
	hf_check(error == 0);
	error = bus_add_pio(bus, "virtio-blk notify", cfg.notify_port, 4,
	    &virtio_mmio_notify_ops, d->transport);
	hf_check(error == 0);
	return (d);
fail:
	disk_free(d);
	return (NULL);
}

void
disk_announce(const struct disk *d, char *buf, size_t buf_bytes)
{
	size_t used = strlen(buf);

	virtio_mmio_announce(d->transport, buf + used, buf_bytes - used);
}

void
disk_cut_short(struct disk *d)
{
	if (d != NULL)
		blk_cut_short(d->backend);
}

void
disk_free(struct disk *d)
{
	if (d == NULL)
		return;
	virtio_mmio_free(d->transport);
	virtio_blk_free(d->device);
	blk_close(d->backend);
	free(d);
}
