/* SPDX-License-Identifier: BSD-2-Clause */
/* check_virtio_mmio.c: registers and life cycle, VB-01..07, 09, 10, 37, 38. */
#include <stdlib.h>
#include <string.h>

#include "probe_backend.h"
#include "unit.h"
#include "virtio_rig.h"

#define SECTORS 64

static struct rig *r;

static void
setup(void)
{
	struct probe *probe;

	r = rig_new(probe_new(SECTORS, false, &probe), RIG_BY_EVENTFD);
}

static void
setup_exit(void)
{
	struct probe *probe;

	r = rig_new(probe_new(SECTORS, false, &probe), RIG_BY_EXIT);
}

/* A backend that can try. */
static void
setup_now(void)
{
	r = rig_new(blk_ram_new(SECTORS), RIG_BY_EVENTFD);
}

static void
teardown(void)
{
	rig_free(r);
}

static void
check_identity(void)
{
	ck_assert_uint_eq(rig_read(r, 0x000), 0x74726976);
	ck_assert_uint_eq(rig_read(r, 0x004), 2);
	ck_assert_uint_eq(rig_read(r, 0x008), 2);
	ck_assert_uint_ne(rig_read(r, 0x00c), 0);
}

/* VB-01 */
START_TEST(identity_reads_the_same_at_any_time)
{
	check_identity();
	rig_up(r, RIG_FEATURES, 8);
	check_identity();
	rig_write(r, 0x000, 0);
	rig_write(r, 0x008, 0);
	check_identity();
}
END_TEST

/* VB-02 */
START_TEST(feature_banks_are_as_configured)
{
	rig_write(r, VIRTIO_MMIO_DEVICE_FEATURES_SEL, 0);
	ck_assert_uint_eq(rig_read(r, VIRTIO_MMIO_DEVICE_FEATURES),
	    1u << 2 | 1u << 6 | 1u << 9 | 1u << 28 | 1u << 29);
	rig_write(r, VIRTIO_MMIO_DEVICE_FEATURES_SEL, 1);
	ck_assert_uint_eq(rig_read(r, VIRTIO_MMIO_DEVICE_FEATURES), 1);
	for (uint32_t bank = 2; bank != 0; bank <<= 1) {
		rig_write(r, VIRTIO_MMIO_DEVICE_FEATURES_SEL, bank);
		ck_assert_uint_eq(rig_read(r, VIRTIO_MMIO_DEVICE_FEATURES), 0);
	}
}
END_TEST

static uint32_t
features_ok_with(uint64_t features)
{
	rig_reset(r);
	rig_write(r, VIRTIO_MMIO_STATUS, 1);
	rig_write(r, VIRTIO_MMIO_STATUS, 3);
	for (uint32_t bank = 0; bank < 2; bank++) {
		rig_write(r, VIRTIO_MMIO_DRIVER_FEATURES_SEL, bank);
		rig_write(r, VIRTIO_MMIO_DRIVER_FEATURES,
		    (uint32_t)(features >> 32 * bank));
	}
	/* A third bank goes nowhere. */
	rig_write(r, VIRTIO_MMIO_DRIVER_FEATURES_SEL, 2);
	rig_write(r, VIRTIO_MMIO_DRIVER_FEATURES, UINT32_MAX);
	rig_write(r, VIRTIO_MMIO_STATUS, 11);
	return (rig_read(r, VIRTIO_MMIO_STATUS));
}

/* VB-03 */
START_TEST(unsupported_feature_sets_leave_features_ok_clear)
{
	ck_assert_uint_eq(features_ok_with(0), 3);
	ck_assert_uint_eq(features_ok_with(RIG_FEATURES & ~VIRTIO_BIT(32)), 3);
	for (unsigned int bit = 0; bit < 64; bit++) {
		uint64_t offered = RIG_FEATURES | RIG_INDIRECT | RIG_EVENT;
		uint64_t set = VIRTIO_BIT(32) | VIRTIO_BIT(bit);
		bool ok = (set & ~offered) == 0;

		ck_assert_uint_eq(features_ok_with(set), ok ? 11 : 3);
	}
	/* Without FEATURES_OK there is no DRIVER_OK either. */
	features_ok_with(0);
	rig_write(r, VIRTIO_MMIO_STATUS, 15);
	ck_assert_uint_eq(rig_read(r, VIRTIO_MMIO_STATUS), 3);
}
END_TEST

/* VB-58, IB-8 */
START_TEST(status_bits_can_only_be_added)
{
	rig_negotiate(r, RIG_FEATURES);
	rig_write(r, VIRTIO_MMIO_STATUS, 1);
	ck_assert_uint_eq(rig_read(r, VIRTIO_MMIO_STATUS), 11);
	/* Not even the bit that it adds counts. */
	rig_write(r, VIRTIO_MMIO_STATUS, 128);
	ck_assert_uint_eq(rig_read(r, VIRTIO_MMIO_STATUS), 11);
	/* NEEDS_RESET is not the driver's to set. */
	rig_write(r, VIRTIO_MMIO_STATUS, 11 | 64);
	ck_assert_uint_eq(rig_read(r, VIRTIO_MMIO_STATUS), 11);
	rig_write(r, VIRTIO_MMIO_STATUS, 11 | 128);
	ck_assert_uint_eq(rig_read(r, VIRTIO_MMIO_STATUS), 11 | 128);
	rig_reset(r);
}
END_TEST

/* VB-59 */
START_TEST(features_cannot_change_after_features_ok)
{
	/* INDIRECT is not accepted, so it must not come by later. */
	struct rig_buf bufs[] = { { RIG_HEADER, 16, 0 },
		{ RIG_STATUS, 1, VIRTQ_DESC_F_WRITE } };

	rig_negotiate(r, RIG_FEATURES);
	rig_write(r, VIRTIO_MMIO_DRIVER_FEATURES_SEL, 0);
	rig_write(r, VIRTIO_MMIO_DRIVER_FEATURES,
	    (uint32_t)(RIG_FEATURES | RIG_INDIRECT));
	rig_queue(r, 8);
	rig_driver_ok(r);
	rig_header(r, 0, VIRTIO_BLK_T_FLUSH, 0);
	rig_indirect(r, 0, RIG_TABLE, bufs, 2);
	rig_offer(r, 0);
	rig_kick(r);
	rig_wait_broken(r);
}
END_TEST

/* VB-04 */
START_TEST(live_queue_ignores_its_registers)
{
	uint8_t *data = rig_at(r, RIG_DATA, 512);

	rig_negotiate(r, RIG_FEATURES);
	rig_queue(r, 8);
	for (int round = 0; round < 2; round++) {
		rig_write(r, VIRTIO_MMIO_QUEUE_NUM, 4);
		rig_write64(r, VIRTIO_MMIO_QUEUE_DESC_LOW, 0x50000);
		rig_write64(r, VIRTIO_MMIO_QUEUE_DRIVER_LOW, 0x51000);
		rig_write64(r, VIRTIO_MMIO_QUEUE_DEVICE_LOW, 0x52000);
		rig_write(r, VIRTIO_MMIO_QUEUE_READY, 1);
		if (round == 0)
			rig_driver_ok(r);
	}
	for (int i = 0; i < 20; i++) {
		memset(data, 0xaa, 512);
		ck_assert_uint_eq(
		    rig_request(r, VIRTIO_BLK_T_IN, 1, RIG_DATA, 512, NULL),
		    VIRTIO_BLK_S_OK);
		ck_assert_uint_eq(data[0], probe_byte(1));
	}
	ck_assert_uint_eq(rig_read(r, VIRTIO_MMIO_QUEUE_READY), 1);
}
END_TEST

static bool
queue_refused(uint32_t size, uint64_t desc, uint64_t avail, uint64_t used)
{
	rig_negotiate(r, RIG_FEATURES);
	rig_write(r, VIRTIO_MMIO_QUEUE_SEL, 0);
	rig_write(r, VIRTIO_MMIO_QUEUE_NUM, size);
	rig_write64(r, VIRTIO_MMIO_QUEUE_DESC_LOW, desc);
	rig_write64(r, VIRTIO_MMIO_QUEUE_DRIVER_LOW, avail);
	rig_write64(r, VIRTIO_MMIO_QUEUE_DEVICE_LOW, used);
	rig_write(r, VIRTIO_MMIO_QUEUE_READY, 1);
	return (rig_read(r, VIRTIO_MMIO_QUEUE_READY) == 0);
}

/* VB-05 */
START_TEST(senseless_queues_do_not_become_ready)
{
	const uint64_t d = RIG_DESC, a = RIG_AVAIL, u = RIG_USED;
	const uint64_t top = RIG_HIGH + RIG_HIGH_BYTES;
	uint32_t max = rig_read(r, VIRTIO_MMIO_QUEUE_NUM_MAX);
	static const uint32_t sizes[] = { 0, 3, 6, 255, 0x10000, 0x80000000,
		UINT32_MAX };

	ck_assert_uint_eq(max, 256);
	for (unsigned int i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++)
		ck_assert(queue_refused(sizes[i], d, a, u));
	ck_assert(queue_refused(max * 2, d, a, u));
	ck_assert(!queue_refused(max, d, a, u));
	ck_assert(!queue_refused(1, d, a, u));

	ck_assert(queue_refused(8, d + 8, a, u));
	ck_assert(queue_refused(8, d, a + 1, u));
	ck_assert(queue_refused(8, d, a, u + 2));
	ck_assert(queue_refused(8, RIG_BASE, a, u));
	ck_assert(queue_refused(8, d, RIG_BASE, u));
	ck_assert(queue_refused(8, d, a, RIG_BASE));
	ck_assert(queue_refused(8, UINT64_MAX - 15, a, u));
	ck_assert(queue_refused(8, d, UINT64_MAX - 1, u));
	ck_assert(queue_refused(8, d, a, UINT64_MAX - 3));
	ck_assert(queue_refused(8, d | 1ull << 63, a, u));

	/* Event words belong to the rings; the last byte of RAM is RAM. */
	ck_assert(!queue_refused(8, top - VIRTQ_DESC_BYTES(8), a, u));
	ck_assert(queue_refused(8, top - VIRTQ_DESC_BYTES(8) + 16, a, u));
	ck_assert(!queue_refused(8, d, top - VIRTQ_AVAIL_BYTES(8), u));
	ck_assert(queue_refused(8, d, top - VIRTQ_AVAIL_BYTES(8) + 2, u));
	ck_assert(!queue_refused(8, d, a, (top - VIRTQ_USED_BYTES(8)) & ~3ull));
	ck_assert(queue_refused(8, d, a, top - 68));
}
END_TEST

/* VB-60 */
START_TEST(queue_registers_need_features_ok)
{
	rig_reset(r);
	rig_write(r, VIRTIO_MMIO_QUEUE_NUM, 8);
	rig_write64(r, VIRTIO_MMIO_QUEUE_DESC_LOW, RIG_DESC);
	rig_write64(r, VIRTIO_MMIO_QUEUE_DRIVER_LOW, RIG_AVAIL);
	rig_write64(r, VIRTIO_MMIO_QUEUE_DEVICE_LOW, RIG_USED);
	rig_write(r, VIRTIO_MMIO_QUEUE_READY, 1);
	ck_assert_uint_eq(rig_read(r, VIRTIO_MMIO_QUEUE_READY), 0);
}
END_TEST

/* VB-37: the part that holds with one queue. */
START_TEST(absent_queues_have_no_size)
{
	static const uint32_t absent[] = { 1, 2, 255, 0x7fffffff, 0x80000000,
		UINT32_MAX };

	rig_negotiate(r, RIG_FEATURES);
	for (unsigned int i = 0; i < sizeof(absent) / sizeof(absent[0]); i++) {
		rig_write(r, VIRTIO_MMIO_QUEUE_SEL, absent[i]);
		ck_assert_uint_eq(rig_read(r, VIRTIO_MMIO_QUEUE_NUM_MAX), 0);
		rig_write(r, VIRTIO_MMIO_QUEUE_NUM, 8);
		rig_write64(r, VIRTIO_MMIO_QUEUE_DESC_LOW, RIG_DESC);
		rig_write(r, VIRTIO_MMIO_QUEUE_READY, 1);
		ck_assert_uint_eq(rig_read(r, VIRTIO_MMIO_QUEUE_READY), 0);
		rig_write(r, VIRTIO_MMIO_QUEUE_READY, 0);
		/* CVE-2011-2512: compared as signed. */
		rig_write(r, VIRTIO_MMIO_QUEUE_NOTIFY, absent[i]);
	}
	rig_queue(r, 8);
	rig_driver_ok(r);
	for (unsigned int i = 0; i < sizeof(absent) / sizeof(absent[0]); i++)
		rig_write(r, VIRTIO_MMIO_QUEUE_NOTIFY, absent[i]);
	ck_assert_uint_eq(rig_request(r, VIRTIO_BLK_T_FLUSH, 0, 0, 0, NULL), 0);
}
END_TEST

/* VB-06, IB-6 */
START_TEST(buffers_offered_before_driver_ok_wait_for_it)
{
	struct rig_buf bufs[] = { { RIG_HEADER, 16, 0 },
		{ RIG_STATUS, 1, VIRTQ_DESC_F_WRITE } };

	/* A first run, so that the worker exists already. */
	rig_up(r, RIG_FEATURES, 8);
	for (int round = 0; round < 2; round++) {
		rig_negotiate(r, RIG_FEATURES);
		rig_queue(r, 8);
		rig_header(r, 0, VIRTIO_BLK_T_FLUSH, 0);
		rig_chain(r, 0, bufs, 2);
		rig_offer(r, 0);
		rig_write(r, VIRTIO_MMIO_QUEUE_NOTIFY, 0);
		rig_write(r, VIRTIO_MMIO_QUEUE_NOTIFY, 0);
		ck_assert_uint_eq(rig_used_idx(r), 0);
		ck_assert_uint_eq(rig_status_byte(r, 0), VIRTIO_BLK_S_UNSET);
		ck_assert_uint_eq(rig_read(r, VIRTIO_MMIO_INTERRUPT_STATUS), 0);
		ck_assert_int_eq(r->doorbell, -1);
		rig_driver_ok(r);
		ck_assert_uint_eq(rig_used(r).len, 1);
		ck_assert_uint_eq(rig_status_byte(r, 0), VIRTIO_BLK_S_OK);
	}
}
END_TEST

static uint64_t
access_read(uint64_t off, unsigned int width)
{
	uint64_t value = UINT64_MAX;

	virtio_mmio_bus_ops.read(r->mmio, off, width, &value);
	if (width < 8)
		value &= (1ull << 8 * width) - 1;
	return (value);
}

static void
access_write(uint64_t off, unsigned int width, uint64_t value)
{
	virtio_mmio_bus_ops.write(r->mmio, off, width, &value);
}

/* VB-07 */
START_TEST(irregular_register_accesses_read_zero_and_write_nothing)
{
	static const unsigned int widths[] = { 1, 2, 8 };

	rig_negotiate(r, RIG_FEATURES);
	for (unsigned int i = 0; i < 3; i++) {
		for (uint64_t off = 0; off < 0x100; off++) {
			ck_assert_uint_eq(access_read(off, widths[i]), 0);
			access_write(off, widths[i], 0);
		}
	}
	for (uint64_t off = 0; off < 0x100; off++) {
		if (off % 4 != 0) {
			ck_assert_uint_eq(access_read(off, 4), 0);
			access_write(off, 4, 0);
		}
	}
	/* Above all not Status: it would have been a reset. */
	ck_assert_uint_eq(rig_read(r, VIRTIO_MMIO_STATUS), 11);
}
END_TEST

START_TEST(unknown_and_write_only_registers_read_zero)
{
	static const uint32_t zero[] = { 0x014, 0x018, 0x01c, 0x020, 0x024,
		0x028, 0x02c, 0x030, 0x038, 0x03c, 0x040, 0x048, 0x04c, 0x050,
		0x054, 0x064, 0x074, 0x080, 0x084, 0x090, 0x094, 0x0a0, 0x0a4,
		0x0ac, 0x0c0, 0x0c4, 0x0f8, 0x0fc };

	rig_negotiate(r, RIG_FEATURES);
	for (unsigned int i = 0; i < sizeof(zero) / sizeof(zero[0]); i++) {
		rig_write(r, zero[i], UINT32_MAX);
		ck_assert_uint_eq(rig_read(r, zero[i]), 0);
	}
	for (uint32_t reg = VIRTIO_MMIO_SHM_LEN_LOW;
	     reg <= VIRTIO_MMIO_SHM_BASE_HIGH; reg += 4)
		ck_assert_uint_eq(rig_read(r, reg), UINT32_MAX);
}
END_TEST

/* VB-07 */
START_TEST(config_is_readable_by_1_2_4_bytes_and_zero_behind_its_end)
{
	struct virtio_blk_config want = {
		.capacity = SECTORS, .seg_max = 254, .blk_size = 512
	};
	uint8_t bytes[0x100] = { 0 };

	memcpy(bytes, &want, sizeof(want));
	for (unsigned int width = 1; width <= 4; width *= 2) {
		for (uint64_t off = 0; off + width <= 0x100; off += width) {
			uint64_t value = 0;

			memcpy(&value, bytes + off, width);
			ck_assert_uint_eq(
			    access_read(VIRTIO_MMIO_CONFIG + off, width),
			    value);
			access_write(
			    VIRTIO_MMIO_CONFIG + off, width, UINT64_MAX);
		}
	}
	ck_assert_uint_eq(rig_read(r, VIRTIO_MMIO_CONFIG), SECTORS);
}
END_TEST

/* VB-10, IB-5 */
START_TEST(interrupt_bits_stay_until_they_are_acknowledged)
{
	uint64_t irqs;

	rig_up(r, RIG_FEATURES, 8);
	irqs = rig_irqs(r);
	rig_request(r, VIRTIO_BLK_T_FLUSH, 0, 0, 0, NULL);
	rig_wait_irq(r, irqs);
	ck_assert_uint_eq(rig_read(r, VIRTIO_MMIO_INTERRUPT_STATUS), 1);
	rig_write(r, VIRTIO_MMIO_INTERRUPT_ACK, 2);
	ck_assert_uint_eq(rig_read(r, VIRTIO_MMIO_INTERRUPT_STATUS), 1);

	/* An impossible head breaks the device: bit 1 joins bit 0. */
	irqs = rig_irqs(r);
	rig_offer(r, 8);
	rig_kick(r);
	rig_wait_irq(r, irqs);
	ck_assert_uint_eq(rig_read(r, VIRTIO_MMIO_INTERRUPT_STATUS), 3);
	rig_write(r, VIRTIO_MMIO_INTERRUPT_ACK, 2);
	ck_assert_uint_eq(rig_read(r, VIRTIO_MMIO_INTERRUPT_STATUS), 1);
	rig_write(r, VIRTIO_MMIO_INTERRUPT_ACK, 1);
	ck_assert_uint_eq(rig_read(r, VIRTIO_MMIO_INTERRUPT_STATUS), 0);
}
END_TEST

/* VB-65 */
START_TEST(reset_clears_every_register)
{
	rig_up(r, RIG_FEATURES, 8);
	rig_request(r, VIRTIO_BLK_T_FLUSH, 0, 0, 0, NULL);
	rig_write(r, VIRTIO_MMIO_QUEUE_SEL, 7);
	rig_write(r, VIRTIO_MMIO_DEVICE_FEATURES_SEL, 7);
	rig_reset(r);
	ck_assert_uint_eq(rig_read(r, VIRTIO_MMIO_INTERRUPT_STATUS), 0);
	ck_assert_uint_eq(rig_read(r, VIRTIO_MMIO_QUEUE_READY), 0);
	ck_assert_uint_eq(rig_read(r, VIRTIO_MMIO_QUEUE_NUM_MAX), 256);
	ck_assert_uint_ne(rig_read(r, VIRTIO_MMIO_DEVICE_FEATURES), 0);
	ck_assert_int_eq(r->doorbell, -1);
	/* The accepted features are gone as well. */
	rig_write(r, VIRTIO_MMIO_STATUS, 11);
	ck_assert_uint_eq(rig_read(r, VIRTIO_MMIO_STATUS), 3);
}
END_TEST

/* VB-09 */
START_TEST(reset_and_set_up_again_1000_times)
{
	static const uint64_t sets[] = { RIG_FEATURES | RIG_EVENT,
		RIG_FEATURES | RIG_INDIRECT, RIG_FEATURES,
		VIRTIO_BIT(VIRTIO_F_VERSION_1) };

	for (int i = 0; i < 1000; i++) {
		rig_up(r, sets[i % 4], (uint16_t)(4 << i % 7));
		ck_assert_uint_eq(
		    rig_request(r, VIRTIO_BLK_T_IN, 3, RIG_DATA, 512, NULL),
		    VIRTIO_BLK_S_OK);
	}
	ck_assert_uint_eq(virtio_blk_stats(r->blk).returned, 1000);
}
END_TEST

/* VB-61 */
START_TEST(queue_ready_0_stops_the_queue_until_the_reset)
{
	rig_up(r, RIG_FEATURES, 8);
	rig_request(r, VIRTIO_BLK_T_FLUSH, 0, 0, 0, NULL);
	rig_write(r, VIRTIO_MMIO_QUEUE_READY, 0);
	ck_assert_uint_eq(rig_read(r, VIRTIO_MMIO_QUEUE_READY), 0);
	ck_assert_int_eq(r->doorbell, -1);
	rig_offer(r, 0);
	rig_kick(r);
	rig_write(r, VIRTIO_MMIO_QUEUE_READY, 1);
	ck_assert_uint_eq(rig_read(r, VIRTIO_MMIO_QUEUE_READY), 0);
	ck_assert_uint_eq(rig_used_idx(r), 1);
	rig_up(r, RIG_FEATURES, 8);
	ck_assert_uint_eq(rig_request(r, VIRTIO_BLK_T_FLUSH, 0, 0, 0, NULL), 0);
}
END_TEST

/* VB-38: this test runs in both fixtures. */
START_TEST(notification_reaches_the_device)
{
	rig_up(r, RIG_FEATURES, 8);
	for (int i = 0; i < 100; i++)
		ck_assert_uint_eq(
		    rig_request(r, VIRTIO_BLK_T_FLUSH, 0, 0, 0, NULL), 0);
	ck_assert_int_eq(r->doorbell >= 0, r->how == RIG_BY_EVENTFD);
	/* An exit is served even while the eventfd is bound. */
	rig_header(r, 0, VIRTIO_BLK_T_FLUSH, 0);
	rig_offer(r, 0);
	rig_write(r, VIRTIO_MMIO_QUEUE_NOTIFY, 0);
	ck_assert_uint_eq(rig_used(r).id, 0);
}
END_TEST

/*
 * The vCPU does the work: no eventfd is bound, the answer is in the ring when
 * the notification returns, and no thread was woken for it.
 */
START_TEST(notification_is_answered_before_it_returns)
{
	struct rig_buf bufs[] = { { RIG_HEADER, 16, 0 },
		{ RIG_DATA, 512, VIRTQ_DESC_F_WRITE },
		{ RIG_STATUS, 1, VIRTQ_DESC_F_WRITE } };
	uint64_t woken, irqs;

	rig_up(r, RIG_FEATURES | RIG_EVENT, 8);
	ck_assert_int_eq(r->doorbell, -1);
	/* The worker looks once when it starts; used_event 0 asks once. */
	virtio_blk_settle(r->blk);
	ck_assert_uint_eq(
	    rig_request(r, VIRTIO_BLK_T_IN, 0, RIG_DATA, 512, NULL), 0);
	rig_wait_irq(r, 0);
	woken = virtio_blk_stats(r->blk).wakeups;
	irqs = rig_irqs(r);
	rig_header(r, 0, VIRTIO_BLK_T_IN, 1);
	rig_chain(r, 0, bufs, 3);
	for (uint16_t n = 2; n < 1000; n++) {
		rig_offer(r, 0);
		ck_assert(rig_kick_if_wanted(r));
		ck_assert_uint_eq(rig_used_idx(r), n);
	}
	ck_assert_uint_eq(virtio_blk_stats(r->blk).wakeups, woken);
	ck_assert_uint_eq(virtio_blk_stats(r->blk).deferred, 0);
	ck_assert_uint_eq(rig_irqs(r), irqs);
}
END_TEST

/* It does not return too early, and not too late when there is no worker. */
START_TEST(settling_waits_for_the_answer_to_a_notification)
{
	const struct rig_buf flush[] = { { RIG_HEADER, 16, 0 },
		{ RIG_STATUS, 1, VIRTQ_DESC_F_WRITE } };

	virtio_blk_settle(r->blk);
	for (int round = 0; round < 100; round++) {
		rig_negotiate(r, RIG_FEATURES);
		rig_queue(r, 8);
		rig_header(r, 0, VIRTIO_BLK_T_FLUSH, 0);
		rig_chain(r, 0, flush, 2);
		rig_offer(r, 0);
		rig_driver_ok(r);
		virtio_blk_settle(r->blk);
		ck_assert_uint_eq(rig_used_idx(r), 1);
		rig_offer(r, 0);
		rig_kick(r);
		virtio_blk_settle(r->blk);
		ck_assert_uint_eq(rig_used_idx(r), 2);
		rig_reset(r);
		virtio_blk_settle(r->blk);
	}
}
END_TEST

/* HF_PORT_NOTIFY: as the register, and it says whose it is. */
START_TEST(notification_by_port_is_the_same)
{
	const struct bus_pio_ops *ops = &virtio_mmio_notify_ops;
	uint32_t zero = 0, other = 7, window = 0;

	rig_up(r, RIG_FEATURES, 8);
	ops->in(r->mmio, 0, 4, &window, 1);
	ck_assert_uint_eq(window, RIG_BASE);
	ops->in(r->mmio, 0, 2, &window, 2);
	ck_assert_uint_eq(window, UINT32_MAX);
	/* It has looked for what was there at its start. */
	virtio_blk_settle(r->blk);
	rig_header(r, 0, VIRTIO_BLK_T_FLUSH, 0);
	rig_chain(r, 0,
	    (struct rig_buf[]){
		{ RIG_HEADER, 16, 0 }, { RIG_STATUS, 1, VIRTQ_DESC_F_WRITE } },
	    2);
	rig_offer(r, 0);
	ops->out(r->mmio, 0, 4, &other, 1);
	ops->out(r->mmio, 0, 2, &zero, 1);
	ops->out(r->mmio, 0, 4, &zero, 2);
	ops->out(r->mmio, 0, 4, &zero, 1);
	ck_assert_uint_eq(rig_used(r).id, 0);
}
END_TEST

/* What would hold the vCPU up is left to the thread; all of it returns. */
START_TEST(a_long_batch_is_finished_by_the_thread)
{
	struct rig_buf bufs[] = { { RIG_HEADER, 16, 0 },
		{ RIG_DATA, SECTORS * 512, VIRTQ_DESC_F_WRITE },
		{ RIG_STATUS, 1, VIRTQ_DESC_F_WRITE } };
	bool seen[64] = { false };
	struct virtq_used_elem e;

	rig_up(r, RIG_FEATURES | RIG_EVENT | RIG_INDIRECT, 64);
	rig_header(r, 0, VIRTIO_BLK_T_IN, 0);
	for (uint16_t head = 0; head < 64; head++)
		rig_indirect(r, head, RIG_TABLE, bufs, 3);
	for (uint16_t head = 0; head < 64; head++)
		rig_offer(r, head);
	rig_kick(r);
	for (int i = 0; i < 64; i++) {
		e = rig_used(r);
		ck_assert_uint_lt(e.id, 64);
		ck_assert(!seen[e.id]);
		seen[e.id] = true;
	}
	rig_reset(r);
	ck_assert_uint_eq(virtio_blk_stats(r->blk).returned, 64);
}
END_TEST

START_TEST(announcement_fits_the_command_line)
{
	char buf[80];

	virtio_mmio_announce(r->mmio, buf, sizeof(buf));
	ck_assert_str_eq(buf, " virtio_mmio.device=512@0xd0000000:5");
}
END_TEST

static Suite *
mmio_suite(void)
{
	Suite *s = suite_create("virtio_mmio");
	TCase *t = tcase_create("registers");

	tcase_set_timeout(t, 60);
	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, identity_reads_the_same_at_any_time);
	tcase_add_test(t, feature_banks_are_as_configured);
	tcase_add_test(t, unsupported_feature_sets_leave_features_ok_clear);
	tcase_add_test(t, status_bits_can_only_be_added);
	tcase_add_test(t, features_cannot_change_after_features_ok);
	tcase_add_test(t, live_queue_ignores_its_registers);
	tcase_add_test(t, senseless_queues_do_not_become_ready);
	tcase_add_test(t, queue_registers_need_features_ok);
	tcase_add_test(t, absent_queues_have_no_size);
	tcase_add_test(t, buffers_offered_before_driver_ok_wait_for_it);
	tcase_add_test(
	    t, irregular_register_accesses_read_zero_and_write_nothing);
	tcase_add_test(t, unknown_and_write_only_registers_read_zero);
	tcase_add_test(
	    t, config_is_readable_by_1_2_4_bytes_and_zero_behind_its_end);
	tcase_add_test(t, interrupt_bits_stay_until_they_are_acknowledged);
	tcase_add_test(t, reset_clears_every_register);
	tcase_add_test(t, reset_and_set_up_again_1000_times);
	tcase_add_test(t, queue_ready_0_stops_the_queue_until_the_reset);
	tcase_add_test(t, notification_reaches_the_device);
	tcase_add_test(t, settling_waits_for_the_answer_to_a_notification);
	tcase_add_test(t, announcement_fits_the_command_line);
	suite_add_tcase(s, t);

	t = tcase_create("by exit");
	tcase_set_timeout(t, 60);
	tcase_add_checked_fixture(t, setup_exit, teardown);
	tcase_add_test(t, notification_reaches_the_device);
	tcase_add_test(t, settling_waits_for_the_answer_to_a_notification);
	tcase_add_test(t, buffers_offered_before_driver_ok_wait_for_it);
	tcase_add_test(t, reset_and_set_up_again_1000_times);
	suite_add_tcase(s, t);

	t = tcase_create("by the vCPU");
	tcase_set_timeout(t, 60);
	tcase_add_checked_fixture(t, setup_now, teardown);
	tcase_add_test(t, notification_is_answered_before_it_returns);
	tcase_add_test(t, settling_waits_for_the_answer_to_a_notification);
	tcase_add_test(t, notification_by_port_is_the_same);
	tcase_add_test(t, a_long_batch_is_finished_by_the_thread);
	tcase_add_test(t, buffers_offered_before_driver_ok_wait_for_it);
	tcase_add_test(t, interrupt_bits_stay_until_they_are_acknowledged);
	tcase_add_test(t, reset_and_set_up_again_1000_times);
	tcase_add_test(t, queue_ready_0_stops_the_queue_until_the_reset);
	suite_add_tcase(s, t);
	return (s);
}

int
main(void)
{
	return (unit_run_suite(mmio_suite()));
}
