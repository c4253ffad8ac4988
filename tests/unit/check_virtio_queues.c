/* SPDX-License-Identifier: BSD-2-Clause */
/* check_virtio_queues.c: a transport and a device that has two queues, not three. */
#include <stdlib.h>
#include <string.h>

#include "dev/doorbell.h"
#include "dev/virtio_device.h"
#include "dev/virtio_mmio.h"
#include "dev/virtqueue.h"
#include "unit.h"

#define QUEUES 2
#define SIZE   8
#define BASE   0xd0000000ull

/* What the device was asked, by queue; there is room for one too many. */
static unsigned int doorbells[QUEUES + 1], notified[QUEUES + 1], starts, stops;
static unsigned int bound, unbound;
static struct virtqueue queues[QUEUES + 1];

static void
fake_start(void *dev, uint64_t features)
{
	starts++;
}

static void
fake_stop(void *dev)
{
	stops++;
}

static void
fake_notify(void *dev, unsigned int queue)
{
	ck_assert_uint_le(queue, QUEUES);
	notified[queue]++;
}

static int
fake_doorbell(void *dev, unsigned int queue)
{
	ck_assert_uint_le(queue, QUEUES);
	doorbells[queue]++;
	return (100 + (int)queue);
}

static const struct virtio_device_ops ops = { .start = fake_start,
	.stop = fake_stop,
	.notify = fake_notify,
	.doorbell = fake_doorbell };

static struct virtio_device device = { .id = 2,
	.features = VIRTIO_BIT(VIRTIO_F_VERSION_1),
	.nqueues = QUEUES,
	.queue_size_max = SIZE,
	.queues = queues,
	.ops = &ops };

static void
fake_irq(void *arg, unsigned int irq)
{
}

static int
bind(void *arg, const struct doorbell *bell)
{
	ck_assert_int_eq(bell->eventfd, 100 + (int)bell->value);
	bound++;
	return (0);
}

static void
unbind(void *arg, const struct doorbell *bell)
{
	unbound++;
}

static struct guestmem_region ram;
static struct guestmem *mem;
static struct virtio_mmio *mmio;

static uint32_t
reg_read(uint32_t reg)
{
	uint32_t value = 0xdeadbeef;

	virtio_mmio_bus_ops.read(mmio, reg, 4, &value);
	return (value);
}

static void
reg_write(uint32_t reg, uint32_t value)
{
	virtio_mmio_bus_ops.write(mmio, reg, 4, &value);
}

static void
set_up(void)
{
	const struct dev_host_ops host = { .irq_raise = fake_irq,
		.doorbell_add = bind,
		.doorbell_remove = unbind };
	struct virtio_mmio_config config = {
		.base = gpa_make(BASE), .irq = 5, .host = &host
	};

	ram.len_bytes = 0x10000;
	ck_assert_int_eq(posix_memalign(&ram.host, 4096, ram.len_bytes), 0);
	memset(ram.host, 0, ram.len_bytes);
	mem = guestmem_new(&ram, 1);
	config.mem = mem;
	mmio = virtio_mmio_new(&config, &device);
	/* Whatever lies behind the device's queues. */
	queues[QUEUES].ready = true;
}

static void
tear_down(void)
{
	virtio_mmio_free(mmio);
	ck_assert_uint_eq(bound, unbound);
	ck_assert_uint_eq(starts, stops);
	ck_assert(queues[QUEUES].ready);
	guestmem_free(mem);
	free(ram.host);
}

static void
negotiate(void)
{
	reg_write(VIRTIO_MMIO_STATUS,
	    VIRTIO_STATUS_ACKNOWLEDGE | VIRTIO_STATUS_DRIVER);
	reg_write(VIRTIO_MMIO_DRIVER_FEATURES_SEL, 1);
	reg_write(VIRTIO_MMIO_DRIVER_FEATURES,
	    (uint32_t)(VIRTIO_BIT(VIRTIO_F_VERSION_1) >> 32));
	reg_write(VIRTIO_MMIO_STATUS,
	    VIRTIO_STATUS_ACKNOWLEDGE | VIRTIO_STATUS_DRIVER |
		VIRTIO_STATUS_FEATURES_OK);
}

static void
set_up_queue(uint32_t q)
{
	reg_write(VIRTIO_MMIO_QUEUE_SEL, q);
	reg_write(VIRTIO_MMIO_QUEUE_NUM, SIZE);
	reg_write(VIRTIO_MMIO_QUEUE_DESC_LOW, 0x1000 + q * 0x4000);
	reg_write(VIRTIO_MMIO_QUEUE_DRIVER_LOW, 0x2000 + q * 0x4000);
	reg_write(VIRTIO_MMIO_QUEUE_DEVICE_LOW, 0x3000 + q * 0x4000);
	reg_write(VIRTIO_MMIO_QUEUE_READY, 1);
}

static void
driver_ok(void)
{
	reg_write(VIRTIO_MMIO_STATUS,
	    VIRTIO_STATUS_ACKNOWLEDGE | VIRTIO_STATUS_DRIVER |
		VIRTIO_STATUS_FEATURES_OK | VIRTIO_STATUS_DRIVER_OK);
}

START_TEST(every_queue_that_is_ready_has_its_doorbell)
{
	negotiate();
	set_up_queue(0);
	set_up_queue(1);
	driver_ok();
	ck_assert_uint_eq(starts, 1);
	ck_assert_uint_eq(doorbells[0], 1);
	ck_assert_uint_eq(doorbells[1], 1);
	ck_assert_uint_eq(doorbells[QUEUES], 0);
	ck_assert_uint_eq(bound, QUEUES);
	reg_write(VIRTIO_MMIO_STATUS, 0);
	ck_assert_uint_eq(unbound, QUEUES);
	ck_assert(!queues[0].ready && !queues[1].ready);
}
END_TEST

START_TEST(queue_that_is_not_ready_has_none)
{
	negotiate();
	set_up_queue(1);
	driver_ok();
	ck_assert_uint_eq(bound, 1);
}
END_TEST

START_TEST(queue_that_the_device_has_not_is_none)
{
	negotiate();
	reg_write(VIRTIO_MMIO_QUEUE_SEL, QUEUES - 1);
	ck_assert_uint_eq(reg_read(VIRTIO_MMIO_QUEUE_NUM_MAX), SIZE);
	reg_write(VIRTIO_MMIO_QUEUE_SEL, QUEUES);
	ck_assert_uint_eq(reg_read(VIRTIO_MMIO_QUEUE_NUM_MAX), 0);
	ck_assert_uint_eq(reg_read(VIRTIO_MMIO_QUEUE_READY), 0);
	reg_write(VIRTIO_MMIO_QUEUE_READY, 0);
	ck_assert(queues[QUEUES].ready);
	set_up_queue(0);
	driver_ok();
	reg_write(VIRTIO_MMIO_QUEUE_NOTIFY, QUEUES - 1);
	reg_write(VIRTIO_MMIO_QUEUE_NOTIFY, QUEUES);
	reg_write(VIRTIO_MMIO_QUEUE_NOTIFY, 0);
	reg_write(VIRTIO_MMIO_QUEUE_NOTIFY, 0x10000);
	ck_assert_uint_eq(notified[0], 1);
	ck_assert_uint_eq(notified[QUEUES - 1], 1);
	ck_assert_uint_eq(notified[QUEUES], 0);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		every_queue_that_is_ready_has_its_doorbell,
		queue_that_is_not_ready_has_none,
		queue_that_the_device_has_not_is_none, NULL
	};

	return (unit_main_fixture("virtio_queues", tests, set_up, tear_down));
}
