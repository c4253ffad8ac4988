/* SPDX-License-Identifier: BSD-2-Clause */
/* virtio_mmio.c: register window, life cycle and queue set-up. */
#include "dev/virtio_mmio.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/err.h"
#include "core/lock.h"
#include "dev/virtqueue.h"
#include "virtio_abi.h"

#define VENDOR_ID 0x48464d56u /* "HFMV"; virtio 4.2.2 allows any value */

/* DEVICE_NEEDS_RESET is ours alone; these are the driver's to add. */
#define DRIVER_STATUS_BITS                                        \
	(VIRTIO_STATUS_ACKNOWLEDGE | VIRTIO_STATUS_DRIVER |       \
	    VIRTIO_STATUS_DRIVER_OK | VIRTIO_STATUS_FEATURES_OK | \
	    VIRTIO_STATUS_FAILED)

/*
 * Fields: C constant; L lock; A atomic, readable without it.  status is also
 * written with the lock, except that the device may set NEEDS_RESET in it at
 * any time between start and stop.
 */
struct virtio_mmio {
	struct virtio_device *dev;    /* C */
	const struct guestmem *mem;   /* C */
	struct dev_host_ops host;     /* C */
	gpa_t base;		      /* C */
	unsigned int irq;	      /* C */
	uint16_t notify_port;	      /* C 0: none */
	pthread_mutex_t lock;	      /* outermost: before the device's */
	uint32_t status;	      /* A */
	uint32_t interrupt_status;    /* A */
	bool started;		      /* L between ops start and stop */
	uint32_t device_features_sel; /* L */
	uint32_t driver_features_sel; /* L */
	uint32_t queue_sel;	      /* L */
	uint64_t driver_features;     /* L constant once FEATURES_OK */
	struct virtqueue_regs regs[VIRTIO_QUEUES_MAX]; /* L */
	int doorbells[VIRTIO_QUEUES_MAX];      /* L bound eventfd or -1 */
	int port_doorbells[VIRTIO_QUEUES_MAX]; /* L the same, by the port */
};

static uint32_t
status_load(const struct virtio_mmio *t)
{
	return (__atomic_load_n(&t->status, __ATOMIC_ACQUIRE));
}

static void
interrupt_raise(struct virtio_mmio *t, uint32_t bit)
{
	__atomic_fetch_or(&t->interrupt_status, bit, __ATOMIC_SEQ_CST);
	t->host.irq_raise(t->host.arg, t->irq);
}

/* struct virtio_device.used */
static void
transport_used(void *arg)
{
	interrupt_raise(arg, VIRTIO_INT_USED_RING);
}

/* struct virtio_device.failed */
static void
transport_failed(void *arg, const char *why)
{
	struct virtio_mmio *t = arg;

	if (t->host.failed != NULL)
		t->host.failed(t->host.arg, why);
}

/* struct virtio_device.broken */
static void
transport_broken(void *arg)
{
	struct virtio_mmio *t = arg;
	uint32_t old = __atomic_fetch_or(
	    &t->status, VIRTIO_STATUS_DEVICE_NEEDS_RESET, __ATOMIC_SEQ_CST);

	if ((old & VIRTIO_STATUS_DRIVER_OK) != 0)
		interrupt_raise(t, VIRTIO_INT_CONFIG);
}

/*
 * Queues.
 */

/* Entered and left with the lock held, like all functions down to reset. */
static bool
queue_selected(const struct virtio_mmio *t)
{
	return (t->queue_sel < t->dev->nqueues);
}

/* Its registers, if the driver may write them now; else NULL. */
static struct virtqueue_regs *
queue_writable(struct virtio_mmio *t)
{
	uint32_t status = status_load(t);

	if (!queue_selected(t) || t->dev->queues[t->queue_sel].ready ||
	    (status & VIRTIO_STATUS_FEATURES_OK) == 0 ||
	    (status & VIRTIO_STATUS_DRIVER_OK) != 0)
		return (NULL);
	return (&t->regs[t->queue_sel]);
}

/* QueueNotify of queue q, by MMIO or by the port. */
static struct doorbell
doorbell_of(const struct virtio_mmio *t, unsigned int q, bool is_port, int fd)
{
	return ((struct doorbell){ .is_port = is_port,
	    .addr =
		is_port ? t->notify_port : t->base.v + VIRTIO_MMIO_QUEUE_NOTIFY,
	    .len_bytes = 4,
	    .value = q,
	    .eventfd = fd });
}

/* The bound eventfd, or -1. */
static int
doorbell_bind(struct virtio_mmio *t, unsigned int q, bool is_port, int fd)
{
	struct doorbell bell = doorbell_of(t, q, is_port, fd);

	/* Where the host refuses it notifications arrive as exits. */
	return (t->host.doorbell_add(t->host.arg, &bell) == 0 ? fd : -1);
}

static void
doorbell_unbind(struct virtio_mmio *t, unsigned int q, bool is_port, int *fd)
{
	struct doorbell bell = doorbell_of(t, q, is_port, *fd);

	if (*fd >= 0)
		t->host.doorbell_remove(t->host.arg, &bell);
	*fd = -1;
}

static void
doorbells_bind(struct virtio_mmio *t)
{
	int fd;

	for (unsigned int q = 0; q < t->dev->nqueues; q++) {
		fd = t->dev->ops->doorbell(t->dev->dev, q);
		if (fd < 0 || !t->dev->queues[q].ready)
			continue;
		t->doorbells[q] = doorbell_bind(t, q, false, fd);
		if (t->notify_port != 0)
			t->port_doorbells[q] = doorbell_bind(t, q, true, fd);
	}
}

static void
doorbells_unbind(struct virtio_mmio *t)
{
	for (unsigned int q = 0; q < t->dev->nqueues; q++) {
		doorbell_unbind(t, q, false, &t->doorbells[q]);
		doorbell_unbind(t, q, true, &t->port_doorbells[q]);
	}
}

static void
device_start(struct virtio_mmio *t)
{
	t->started = true;
	t->dev->ops->start(t->dev->dev, t->driver_features);
	doorbells_bind(t);
}

static void
device_stop(struct virtio_mmio *t)
{
	if (!t->started)
		return;
	doorbells_unbind(t);
	t->dev->ops->stop(t->dev->dev);
	t->started = false;
}

static void
queue_ready_write(struct virtio_mmio *t, uint32_t value)
{
	struct virtqueue_regs *regs;
	struct virtqueue *vq;

	if (!queue_selected(t))
		return;
	vq = &t->dev->queues[t->queue_sel];
	if (value == 0 && vq->ready) {
		/* All queues stop with it: none may be set up again before
		 * the reset anyway. */
		device_stop(t);
		virtqueue_reset(vq);
	} else if (value == 1 && (regs = queue_writable(t)) != NULL) {
		(void)virtqueue_ready(vq, t->mem, regs, t->driver_features,
		    t->dev->queue_size_max, t->dev->queue_size_max);
	}
}

/*
 * Life cycle.
 */

/* Nothing is under way when this returns, and only then Status reads 0. */
static void
transport_reset(struct virtio_mmio *t)
{
	device_stop(t);
	for (unsigned int q = 0; q < t->dev->nqueues; q++) {
		virtqueue_reset(&t->dev->queues[q]);
		t->regs[q] = (struct virtqueue_regs){ .size = 0 };
	}
	t->device_features_sel = 0;
	t->driver_features_sel = 0;
	t->queue_sel = 0;
	t->driver_features = 0;
	__atomic_store_n(&t->interrupt_status, 0, __ATOMIC_SEQ_CST);
	__atomic_store_n(&t->status, 0, __ATOMIC_SEQ_CST);
}

static bool
features_acceptable(const struct virtio_mmio *t)
{
	return ((t->driver_features & ~t->dev->features) == 0 &&
	    (t->driver_features & VIRTIO_BIT(VIRTIO_F_VERSION_1)) != 0);
}

static void
status_write(struct virtio_mmio *t, uint32_t value)
{
	uint32_t old = status_load(t) & DRIVER_STATUS_BITS;
	uint32_t added;

	if (value == 0) {
		transport_reset(t);
		return;
	}
	value &= DRIVER_STATUS_BITS;
	if ((old & ~value) != 0)
		return;
	added = value & ~old;
	if ((added & VIRTIO_STATUS_FEATURES_OK) != 0 && !features_acceptable(t))
		added &= ~VIRTIO_STATUS_FEATURES_OK;
	if (((old | added) & VIRTIO_STATUS_FEATURES_OK) == 0)
		added &= ~VIRTIO_STATUS_DRIVER_OK;
	__atomic_fetch_or(&t->status, added, __ATOMIC_SEQ_CST);
	if ((added & VIRTIO_STATUS_DRIVER_OK) != 0)
		device_start(t);
}

/*
 * Register access.
 */

static uint32_t
feature_bank(uint64_t features, uint32_t sel)
{
	return (sel < 2 ? (uint32_t)(features >> (32 * sel)) : 0);
}

static uint32_t
register_read(struct virtio_mmio *t, uint32_t reg)
{
	switch (reg) {
	case VIRTIO_MMIO_MAGIC_VALUE:
		return (VIRTIO_MMIO_MAGIC);
	case VIRTIO_MMIO_VERSION:
		return (VIRTIO_MMIO_VERSION_2);
	case VIRTIO_MMIO_DEVICE_ID:
		return (t->dev->id);
	case VIRTIO_MMIO_VENDOR_ID:
		return (VENDOR_ID);
	case VIRTIO_MMIO_DEVICE_FEATURES:
		return (feature_bank(t->dev->features, t->device_features_sel));
	case VIRTIO_MMIO_QUEUE_NUM_MAX:
		return (queue_selected(t) ? t->dev->queue_size_max : 0);
	case VIRTIO_MMIO_QUEUE_READY:
		return (
		    queue_selected(t) && t->dev->queues[t->queue_sel].ready);
	case VIRTIO_MMIO_STATUS:
		return (status_load(t));
	case VIRTIO_MMIO_SHM_LEN_LOW:
	case VIRTIO_MMIO_SHM_LEN_HIGH:
	case VIRTIO_MMIO_SHM_BASE_LOW:
	case VIRTIO_MMIO_SHM_BASE_HIGH:
		return (UINT32_MAX);
	case VIRTIO_MMIO_CONFIG_GENERATION:
		return (0); /* nothing in the configuration ever changes */
	default:
		return (0);
	}
}

static void
driver_features_write(struct virtio_mmio *t, uint32_t value)
{
	unsigned int shift;

	if (t->driver_features_sel >= 2 ||
	    (status_load(t) & VIRTIO_STATUS_FEATURES_OK) != 0)
		return;
	shift = 32 * t->driver_features_sel;
	t->driver_features &= ~((uint64_t)UINT32_MAX << shift);
	t->driver_features |= (uint64_t)value << shift;
}

static void
half_write(uint64_t *whole, bool high, uint32_t value)
{
	unsigned int shift = high ? 32 : 0;

	*whole &= ~((uint64_t)UINT32_MAX << shift);
	*whole |= (uint64_t)value << shift;
}

static void
queue_register_write(struct virtio_mmio *t, uint32_t reg, uint32_t value)
{
	struct virtqueue_regs *regs = queue_writable(t);

	if (regs == NULL)
		return;
	switch (reg) {
	case VIRTIO_MMIO_QUEUE_NUM:
		regs->size = value;
		break;
	case VIRTIO_MMIO_QUEUE_DESC_LOW:
	case VIRTIO_MMIO_QUEUE_DESC_HIGH:
		half_write(
		    &regs->desc, reg == VIRTIO_MMIO_QUEUE_DESC_HIGH, value);
		break;
	case VIRTIO_MMIO_QUEUE_DRIVER_LOW:
	case VIRTIO_MMIO_QUEUE_DRIVER_HIGH:
		half_write(
		    &regs->avail, reg == VIRTIO_MMIO_QUEUE_DRIVER_HIGH, value);
		break;
	case VIRTIO_MMIO_QUEUE_DEVICE_LOW:
	case VIRTIO_MMIO_QUEUE_DEVICE_HIGH:
		half_write(
		    &regs->used, reg == VIRTIO_MMIO_QUEUE_DEVICE_HIGH, value);
		break;
	default:
		break;
	}
}

static void
register_write(struct virtio_mmio *t, uint32_t reg, uint32_t value)
{
	switch (reg) {
	case VIRTIO_MMIO_DEVICE_FEATURES_SEL:
		t->device_features_sel = value;
		break;
	case VIRTIO_MMIO_DRIVER_FEATURES_SEL:
		t->driver_features_sel = value;
		break;
	case VIRTIO_MMIO_DRIVER_FEATURES:
		driver_features_write(t, value);
		break;
	case VIRTIO_MMIO_QUEUE_SEL:
		t->queue_sel = value;
		break;
	case VIRTIO_MMIO_QUEUE_READY:
		queue_ready_write(t, value);
		break;
	case VIRTIO_MMIO_STATUS:
		status_write(t, value);
		break;
	default:
		queue_register_write(t, reg, value);
		break;
	}
}

/* Past the end of the structure, and wherever no feature puts a field: 0. */
static void
config_read(
    const struct virtio_mmio *t, uint64_t off, unsigned int width, void *data)
{
	memset(data, 0, width);
	if (off >= t->dev->config_bytes)
		return;
	if (width > t->dev->config_bytes - off)
		width = (unsigned int)(t->dev->config_bytes - off);
	memcpy(data, (const uint8_t *)t->dev->config + off, width);
}

static bool
register_access_regular(uint64_t off, unsigned int width)
{
	return (width == sizeof(uint32_t) && off % sizeof(uint32_t) == 0);
}

/* bus_mmio_ops.read */
static void
transport_read(void *arg, uint64_t off, unsigned int width, void *data)
{
	struct virtio_mmio *t = arg;
	uint32_t value;

	if (off >= VIRTIO_MMIO_CONFIG) {
		config_read(t, off - VIRTIO_MMIO_CONFIG, width, data);
		return;
	}
	memset(data, 0, width);
	if (!register_access_regular(off, width))
		return;
	if (off == VIRTIO_MMIO_INTERRUPT_STATUS) {
		/* The interrupt handler's register: never waits for a reset. */
		value = __atomic_load_n(&t->interrupt_status, __ATOMIC_SEQ_CST);
	} else {
		lock_take(&t->lock);
		value = register_read(t, (uint32_t)off);
		lock_drop(&t->lock);
	}
	memcpy(data, &value, sizeof(value));
}

/* QueueNotify that arrived as an exit: the same as a count of the eventfd. */
static void
notify_write(struct virtio_mmio *t, uint32_t queue)
{
	if (queue < t->dev->nqueues &&
	    (status_load(t) & VIRTIO_STATUS_DRIVER_OK) != 0)
		t->dev->ops->notify(t->dev->dev, queue);
}

/* bus_mmio_ops.write; the configuration has no writable field. */
static void
transport_write(void *arg, uint64_t off, unsigned int width, const void *data)
{
	struct virtio_mmio *t = arg;
	uint32_t value;

	if (off >= VIRTIO_MMIO_CONFIG || !register_access_regular(off, width))
		return;
	memcpy(&value, data, sizeof(value));
	switch (off) {
	case VIRTIO_MMIO_QUEUE_NOTIFY:
		notify_write(t, value);
		break;
	case VIRTIO_MMIO_INTERRUPT_ACK:
		__atomic_fetch_and(
		    &t->interrupt_status, ~value, __ATOMIC_SEQ_CST);
		break;
	default:
		lock_take(&t->lock);
		register_write(t, (uint32_t)off, value);
		lock_drop(&t->lock);
		break;
	}
}

/* bus_pio_ops: QueueNotify by a port (abi.h, HF_PORT_NOTIFY). */
static void
notify_in(
    void *arg, uint16_t port, unsigned int width, void *data, size_t count)
{
	const struct virtio_mmio *t = arg;
	uint32_t window = (uint32_t)t->base.v;

	memset(data, 0xff, width * count);
	if (width == sizeof(window) && count == 1)
		memcpy(data, &window, sizeof(window));
}

static void
notify_out(void *arg, uint16_t port, unsigned int width, const void *data,
    size_t count)
{
	uint32_t queue;

	if (width != sizeof(queue) || count != 1)
		return;
	memcpy(&queue, data, sizeof(queue));
	notify_write(arg, queue);
}

const struct bus_pio_ops virtio_mmio_notify_ops = { .in = notify_in,
	.out = notify_out };

const struct bus_mmio_ops virtio_mmio_bus_ops = { .read = transport_read,
	.write = transport_write };

struct virtio_mmio *
virtio_mmio_new(
    const struct virtio_mmio_config *config, struct virtio_device *dev)
{
	struct virtio_mmio *t = calloc(1, sizeof(*t));

	hf_check_memory(t != NULL);
	hf_check(dev->nqueues <= VIRTIO_QUEUES_MAX);
	t->dev = dev;
	t->mem = config->mem;
	t->host = *config->host;
	t->base = config->base;
	t->irq = config->irq;
	t->notify_port = config->notify_port;
	for (unsigned int q = 0; q < VIRTIO_QUEUES_MAX; q++)
		t->doorbells[q] = t->port_doorbells[q] = -1;
	lock_init(&t->lock);
	dev->used = transport_used;
	dev->broken = transport_broken;
	dev->failed = transport_failed;
	dev->transport = t;
	return (t);
}

void
virtio_mmio_free(struct virtio_mmio *t)
{
	if (t == NULL)
		return;
	lock_take(&t->lock);
	transport_reset(t);
	lock_drop(&t->lock);
	lock_destroy(&t->lock);
	free(t);
}

int
virtio_mmio_announce(const struct virtio_mmio *t, char *buf, size_t buf_bytes)
{
	return (
	    snprintf(buf, buf_bytes, " virtio_mmio.device=%u@0x%" PRIx64 ":%u",
		VIRTIO_MMIO_WINDOW, t->base.v, t->irq));
}
