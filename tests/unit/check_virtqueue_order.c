/* SPDX-License-Identifier: BSD-2-Clause */
/* check_virtqueue_order.c: what a driver may do between two steps of the device. */

/*
 * Two words that each side writes one of and reads the other need a full fence
 * in between.  At the fence of virtqueue.c (fence.h) the driver acts here:
 * after what the device was to store before, and before what it is to read
 * after.
 */
#include <string.h>

#include "dev/virtqueue.h"
#include "ram.h"
#include "unit.h"

#define RAM_BYTES 0x20000ull
#define DESC	  0x0ull
#define AVAIL	  0x8000ull
#define USED	  0xa000ull
#define SIZE	  8
#define EVENT	  VIRTIO_BIT(VIRTIO_F_RING_EVENT_IDX)

static uint8_t *ram;
static struct guestmem *mem;
static struct virtqueue vq;
static void (*act)(void);
static unsigned int fences;

void
at_fence(void)
{
	fences++;
	if (act != NULL)
		act();
}

static void
set_up(void)
{
	ram = ram_new(RAM_BYTES, &mem);
}

static void
tear_down(void)
{
	ram_free(ram, RAM_BYTES, mem);
}

static uint16_t *
word(uint64_t at)
{
	return ((uint16_t *)(void *)(ram + at));
}

static void
ready(uint64_t features)
{
	struct virtqueue_regs regs = {
		.size = SIZE, .desc = DESC, .avail = AVAIL, .used = USED
	};

	act = NULL;
	fences = 0;
	virtqueue_reset(&vq);
	ck_assert(virtqueue_ready(
	    &vq, mem, &regs, features, VIRTQUEUE_SIZE_MAX, SIZE));
}

static void
offer(void)
{
	struct virtq_desc d = { .addr = 0x1000, .len = 512 };

	memcpy(ram + DESC, &d, sizeof(d));
	*word(AVAIL + 4) = 0;
	*word(AVAIL + 2) = 1;
}

static void
offer_if_wanted(void)
{
	/* Already asked for: by its event index, or by no flag against it. */
	ck_assert_uint_eq(*word(USED), 0);
	ck_assert_uint_eq(*word(USED + 4 + 8 * SIZE), 0);
	offer();
}

/* _i: with an event index. */
START_TEST(request_that_comes_as_the_device_asks_for_notifications_is_seen)
{
	ready(_i != 0 ? EVENT : 0);
	*word(USED + 4 + 8 * SIZE) = _i != 0 ? 77 : 0;
	virtqueue_notify_off(&vq);
	ck_assert_uint_eq(*word(USED), _i != 0 ? 0 : VIRTQ_USED_F_NO_NOTIFY);
	act = offer_if_wanted;
	ck_assert(virtqueue_notify_on(&vq));
	ck_assert_uint_eq(fences, 1);
}
END_TEST

static void
want_interrupt(void)
{
	ck_assert_uint_eq(*word(USED + 2), 1);
	*word(AVAIL) = 0;
	*word(AVAIL + 4 + 2 * SIZE) = 0; /* after the first */
}

START_TEST(driver_that_asks_as_the_device_completes_is_interrupted)
{
	struct virtqueue_chain chain;
	const char *why;

	ready(_i != 0 ? EVENT : 0);
	*word(AVAIL) = VIRTQ_AVAIL_F_NO_INTERRUPT;
	*word(AVAIL + 4 + 2 * SIZE) = 5;
	offer();
	ck_assert_int_eq(virtqueue_take(&vq, &chain, &why), VIRTQUEUE_TAKEN);
	virtqueue_push(&vq, chain.head, 0);
	act = want_interrupt;
	ck_assert(virtqueue_should_interrupt(&vq));
	ck_assert_uint_eq(fences, 1);
}
END_TEST

int
main(void)
{
	TCase *t = tcase_create("all");

	tcase_add_checked_fixture(t, set_up, tear_down);
	tcase_add_loop_test(t,
	    request_that_comes_as_the_device_asks_for_notifications_is_seen, 0,
	    2);
	tcase_add_loop_test(
	    t, driver_that_asks_as_the_device_completes_is_interrupted, 0, 2);
	return (unit_run("virtqueue_order", t));
}
