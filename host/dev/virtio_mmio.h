/* SPDX-License-Identifier: BSD-2-Clause */
/* virtio_mmio.h: virtio transport over MMIO, version 2 (virtio 1.2, 4.2). */
#ifndef HF_DEV_VIRTIO_MMIO_H
#define HF_DEV_VIRTIO_MMIO_H

#include <stddef.h>
#include <stdint.h>

#include "dev/bus.h"
#include "dev/virtio_device.h"
#include "gpa.h"
#include "vm/guestmem.h"

struct virtio_mmio;

struct virtio_mmio_config {
	gpa_t base;	      /* of the window of VIRTIO_MMIO_WINDOW bytes */
	unsigned int irq;     /* for dev_host_ops.irq_raise */
	uint16_t notify_port; /* HF_PORT_NOTIFY of this device; 0: none */
	const struct guestmem *mem;
	const struct dev_host_ops *host; /* copied; its arg must stay */
};

/*
 * Joins dev, which must outlive it, to a register window.  Any number of
 * threads may access the window at once.
 */
struct virtio_mmio *virtio_mmio_new(
    const struct virtio_mmio_config *, struct virtio_device *dev);

/*
 * Resets the device first, so nothing is under way afterwards.  Requires that
 * no vCPU runs.  NULL is fine.
 */
void virtio_mmio_free(struct virtio_mmio *);

/* The window's handlers, with the struct virtio_mmio as dev. */
extern const struct bus_mmio_ops virtio_mmio_bus_ops;
/* The same for its HF_PORT_NOTIFY. */
extern const struct bus_pio_ops virtio_mmio_notify_ops;

/*
 * " virtio_mmio.device=SIZE@BASE:IRQ" for the guest's command line, as
 * snprintf.
 */
int virtio_mmio_announce(
    const struct virtio_mmio *, char *buf, size_t buf_bytes);

#endif
