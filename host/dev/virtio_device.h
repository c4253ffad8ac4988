/* SPDX-License-Identifier: BSD-2-Clause */
/* virtio_device.h: the line between a virtio transport and a device model. */

/*
 * The transport (virtio_mmio.c) owns registers, status, features, interrupt
 * status and the set-up of queues; the device owns what happens between
 * start and stop.  Neither includes the other's header.
 */
#ifndef HF_DEV_VIRTIO_DEVICE_H
#define HF_DEV_VIRTIO_DEVICE_H

#include <stddef.h>
#include <stdint.h>

struct virtqueue;

#define VIRTIO_QUEUES_MAX 4

/*
 * Transport to device.  start and stop are called with the transport's
 * register lock held, alternately; notify without it, on any vCPU thread, also
 * before start and after stop.
 */
struct virtio_device_ops {
	/*
	 * DRIVER_OK: serve the queues that are ready, beginning with what is in
	 * them already.
	 */
	void (*start)(void *dev, uint64_t features);
	/*
	 * Returns when nothing is under way any more: from then until the next
	 * start no guest memory is written and no callback below is called.
	 */
	void (*stop)(void *dev);
	/* There may be something new in queue. */
	void (*notify)(void *dev, unsigned int queue);
	/*
	 * An eventfd whose count stands for notify(queue), for the VM to bind;
	 * owned by the device.  -1: there is none.  Called after start.
	 */
	int (*doorbell)(void *dev, unsigned int queue);
};

/* What a device tells its transport; constant while they are joined. */
struct virtio_device {
	uint32_t id;
	uint64_t features; /* offered, VERSION_1 included */
	const void *config;
	size_t config_bytes;
	unsigned int nqueues; /* at most VIRTIO_QUEUES_MAX */
	uint16_t queue_size_max;
	struct virtqueue *queues; /* set up by the transport while stopped */
	const struct virtio_device_ops *ops;
	void *dev;

	/*
	 * Device to transport, filled by the transport.  All may be called on
	 * any thread between start and stop, with any lock of the device held.
	 */
	void (*used)(void *transport);	 /* raise the used-buffer interrupt */
	void (*broken)(void *transport); /* DEVICE_NEEDS_RESET */
	/* The host refuses what the device needs; in .start, too. */
	void (*failed)(void *transport, const char *why);
	void *transport;
};

#endif
