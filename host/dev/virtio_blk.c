/* SPDX-License-Identifier: BSD-2-Clause */
/* virtio_blk.c: block device: what it offers, how it is made and unmade. */
#include "dev/virtio_blk.h"

#include <pthread.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "core/err.h"
#include "core/lock.h"
#include "dev/virtio_blk_priv.h"
#include "virtio_abi.h"

#define FEATURES                                                           \
	(VIRTIO_BIT(VIRTIO_F_VERSION_1) | VIRTIO_BIT(VIRTIO_BLK_F_FLUSH) | \
	    VIRTIO_BIT(VIRTIO_BLK_F_BLK_SIZE) |                            \
	    VIRTIO_BIT(VIRTIO_BLK_F_SEG_MAX) |                             \
	    VIRTIO_BIT(VIRTIO_F_RING_INDIRECT_DESC) |                      \
	    VIRTIO_BIT(VIRTIO_F_RING_EVENT_IDX))

/* Config fields up to here exist: blk_size is the last one offered. */
#define CONFIG_BYTES \
	(offsetof(struct virtio_blk_config, blk_size) + sizeof(uint32_t))

/* virtio_device_ops.doorbell */
static int
device_doorbell(void *dev, unsigned int queue)
{
	struct virtio_blk *b = dev;

	/* The exit costs less than the wake-up that it saves. */
	return (b->tries ? -1 : b->doorbell);
}

static const struct virtio_device_ops device_ops = { .start = virtio_blk_start,
	.stop = virtio_blk_stop,
	.notify = virtio_blk_notify,
	.doorbell = device_doorbell };

struct virtio_blk *
virtio_blk_new(
    const struct guestmem *mem, struct blk_backend *backend, const char *serial)
{
	struct virtio_blk *b = calloc(1, sizeof(*b));

	hf_check_memory(b != NULL);
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
	b->parked = true;
	lock_init(&b->taker);
	lock_init(&b->lock);
	pthread_cond_init(&b->wake, NULL);
	pthread_cond_init(&b->rest, NULL);
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
	virtio_blk_worker_destroy(b);
	pthread_cond_destroy(&b->rest);
	pthread_cond_destroy(&b->wake);
	lock_destroy(&b->lock);
	lock_destroy(&b->taker);
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

	lock_take(&b->lock);
	copy = b->stats;
	lock_drop(&b->lock);
	return (copy);
}
