/* SPDX-License-Identifier: BSD-2-Clause */
/* check_virtio_blk_hostile.c: drivers that break rules, VB-24..28, 31..34. */

/*
 * Longer runs, by environment variable:
 *	HF_STALL_REQUESTS	of each no-stall test (VB-34 asks for 10000000)
 *	HF_FUZZ_STEPS		of the fuzz (VB-32)
 *	HF_FLIP_REQUESTS	of the flipping-descriptor test (VB-31)
 *	HF_FUZZ_SEED		of both
 */
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "probe_backend.h"
#include "random.h"
#include "unit.h"
#include "virtio_rig.h"

#define SECTORS	 512
#define F_W	 VIRTQ_DESC_F_WRITE
#define F_N	 VIRTQ_DESC_F_NEXT
#define F_I	 VIRTQ_DESC_F_INDIRECT
#define T_IN	 VIRTIO_BLK_T_IN
#define HIGH_END (RIG_HIGH + RIG_HIGH_BYTES)

#if defined(__SANITIZE_THREAD__)
#define TSAN 1
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define TSAN 1
#endif
#endif
#ifndef TSAN
#define TSAN 0
#endif

static struct rig *r;
static struct probe *probe;

static uint64_t
below(uint64_t n)
{
	return (random64() % n);
}

static void
seed(void)
{
	rng = number_from_env("HF_FUZZ_SEED", 0x5eed);
	if (rng == 0)
		rng = 1;
}

static void
setup(void)
{
	r = rig_new(probe_new(SECTORS, false, &probe), RIG_BY_EVENTFD);
	seed();
}

static void
teardown(void)
{
	rig_free(r);
}

/* Guest RAM as it is now, byte by byte: the device may be writing. */
static uint8_t *
ram_copy(void)
{
	uint8_t *copy = malloc(RIG_LOW_END);

	ck_assert_ptr_nonnull(copy);
	for (uint64_t i = 0; i < RIG_LOW_END; i += RIG_SEAM) {
		const uint8_t *from = rig_at(r, i, RIG_SEAM);

		for (uint64_t j = 0; j < RIG_SEAM; j++)
			copy[i + j] =
			    __atomic_load_n(&from[j], __ATOMIC_RELAXED);
	}
	return (copy);
}

/*
 * What all class B errors have in common: NEEDS_RESET, the configuration
 * interrupt, no byte of memory written, notifications ignored; and a reset
 * brings the device back.  The bad thing is in the ring but not yet kicked.
 */
static void
expect_breaks(uint64_t features)
{
	/* The worker may have looked at the ring before the kick. */
	static uint64_t irqs;
	uint8_t *before = ram_copy(), *after;

	rig_kick(r);
	rig_wait_broken(r);
	rig_wait_irq(r, irqs);
	ck_assert_uint_eq(rig_read(r, VIRTIO_MMIO_INTERRUPT_STATUS) & 2, 2);
	for (int i = 0; i < 3; i++) {
		rig_kick(r);
		rig_write(r, VIRTIO_MMIO_QUEUE_NOTIFY, 0);
	}
	rig_reset(r);
	after = ram_copy();
	ck_assert(memcmp(before, after, RIG_LOW_END) == 0);
	free(before);
	free(after);
	rig_up(r, features, 8);
	ck_assert_uint_eq(
	    rig_request(r, T_IN, 0, RIG_DATA, 512, NULL), VIRTIO_BLK_S_OK);
	rig_reset(r);
	irqs = rig_irqs(r);
	rig_up(r, features, 8);
}

static void
avail_idx_set(uint16_t idx)
{
	struct virtq_avail *a = rig_at(r, RIG_AVAIL, 4);

	__atomic_store_n(&a->idx, idx, __ATOMIC_SEQ_CST);
}

/* VB-24..28, with and without EVENT_IDX */
START_TEST(class_b_errors_break_the_device_and_reset_mends_it)
{
	const uint64_t features =
	    RIG_FEATURES | RIG_INDIRECT | (_i ? RIG_EVENT : 0);
	const struct rig_buf flush[] = { { RIG_HEADER, 16, 0 },
		{ RIG_STATUS, 1, F_W } };

	rig_up(r, features, 8);
	avail_idx_set(9); /* VB-24 */
	expect_breaks(features);
	avail_idx_set(UINT16_MAX);
	expect_breaks(features);
	rig_offer(r, 8); /* VB-25 */
	expect_breaks(features);
	rig_desc(r, 0, RIG_HEADER, 16, F_N, 8);
	rig_offer(r, 0);
	expect_breaks(features);
	rig_desc(r, 0, RIG_HEADER, 16, F_N, 0);
	rig_offer(r, 0);
	expect_breaks(features);
	rig_desc(r, 0, RIG_HEADER, 16, F_N, 1);
	rig_desc(r, 1, RIG_HEADER, 16, F_N, 0);
	rig_offer(r, 0);
	expect_breaks(features);
	rig_indirect(r, 0, RIG_TABLE, flush, 2); /* VB-26 */
	rig_desc(r, 0, RIG_TABLE, 32, F_I | F_N, 1);
	rig_offer(r, 0);
	expect_breaks(features);
	for (uint32_t len = 0; len <= 24; len += 8) {
		if (len == 16)
			continue;
		rig_desc(r, 0, RIG_TABLE, len, F_I, 0);
		rig_offer(r, 0);
		expect_breaks(features);
	}
	rig_desc(r, 0, RIG_TABLE, 257 * 16, F_I, 0);
	rig_offer(r, 0);
	expect_breaks(features);
	rig_indirect(r, 0, RIG_TABLE, flush, 2);
	memcpy(rig_at(r, RIG_TABLE, 16), rig_at(r, RIG_DESC, 16), 16);
	rig_offer(r, 0);
	expect_breaks(features);
	rig_desc(r, 0, RIG_STATUS, 1, F_W | F_N, 1); /* VB-27 */
	rig_desc(r, 1, RIG_HEADER, 16, 0, 0);
	rig_offer(r, 0);
	expect_breaks(features);
	ck_assert_uint_ge(virtio_blk_stats(r->blk).breaks, 13);
	ck_assert_uint_eq(virtio_blk_stats(r->blk).discarded, 0);
}
END_TEST

/*
 * VB-28, and what becomes of the innocent request: the device is not broken
 * for the driver before it is finished, and it is not returned.
 */
START_TEST(head_offered_twice_breaks_after_the_first_is_finished)
{
	const struct rig_buf read[] = { { RIG_HEADER, 16, 0 },
		{ RIG_DATA, 512, F_W }, { RIG_STATUS, 1, F_W } };

	for (int round = 0; round < 20; round++) {
		rig_up(r, RIG_FEATURES, 8);
		probe_hold(probe);
		rig_header(r, 0, T_IN, 0);
		rig_chain(r, 0, read, 3);
		rig_offer(r, 0);
		rig_offer(r, 0);
		rig_kick(r);
		for (struct rig_wait w = { 0 };
		     virtio_blk_stats(r->blk).breaks <= (uint64_t)round;)
			rig_wait_step(&w, "the second one to be refused");
		ck_assert_uint_eq(rig_read(r, VIRTIO_MMIO_STATUS) & 64, 0);
		probe_release_later(probe, 1);
		rig_wait_broken(r);
		ck_assert_uint_eq(probe_held(probe), 0);
		ck_assert_uint_eq(rig_used_idx(r), 0);
		ck_assert_uint_eq(rig_status_byte(r, 0), VIRTIO_BLK_S_UNSET);
		probe_join(probe);
	}
	ck_assert_uint_eq(virtio_blk_stats(r->blk).discarded, 20);
}
END_TEST

/*
 * VB-31, IB-3.  Another vCPU rewrites the descriptors that the device is
 * reading.
 */
struct flipper {
	pthread_t thread;
	bool stop; /* atomic */
	uint64_t rng;
};

static uint64_t
hostile_address(uint64_t random)
{
	static const uint64_t places[] = { RIG_DATA, RIG_DATA + 512, RIG_HEADER,
		RIG_STATUS, RIG_SEAM - 100, HIGH_END - 512, HIGH_END - 511,
		RIG_BASE, UINT64_MAX - 511, RIG_LOW_END - 1, RIG_TABLE };

	/* Not the table for the thread sanitizer, which would be right. */
	return (places[random % (sizeof(places) / sizeof(places[0]) - TSAN)]);
}

static uint64_t
hostile_rest(uint64_t random, uint16_t size)
{
	static const uint32_t lens[] = { 0, 1, 15, 16, 17, 20, 512, 513, 1024,
		0x80000000, UINT32_MAX, 65536 };
	uint64_t len = lens[random % (sizeof(lens) / sizeof(lens[0]) - TSAN)];
	uint64_t flags = (random >> 8) % 8;
	uint64_t next = (random >> 16) % (size + 1u);

	/* Mostly as it should be, or nothing would ever be carried out. */
	if ((random >> 24) % 4 != 0)
		flags &= 3;
	return (len | flags << 32 | next << 48);
}

static void *
flipper_main(void *arg)
{
	struct flipper *f = arg;
	uint64_t *descs = rig_at(r, RIG_DESC, 16 * 16);
	uint64_t *table = rig_at(r, RIG_TABLE, 16 * 16);
	/* Header, data, status: most of the time this is what is there. */
	const uint64_t good[3][2] = { { RIG_HEADER, 16 | 1ull << 32 },
		{ RIG_DATA, 512 | 3ull << 32 },
		{ RIG_STATUS, 1 | 2ull << 32 } };
	uint64_t x, i, *d;
	bool hostile;

	while (!__atomic_load_n(&f->stop, __ATOMIC_RELAXED)) {
		f->rng = f->rng * 6364136223846793005ull + 1;
		x = f->rng >> 20;
		i = (x >> 1) % 15;
		d = &((x & 1) != 0 ? descs : table)[2 * i];
		hostile = (x >> 6) % 16 == 0;
		if ((x & 32) != 0)
			__atomic_store_n(&d[0],
			    hostile ? hostile_address(x >> 10) : good[i % 3][0],
			    __ATOMIC_RELAXED);
		else
			__atomic_store_n(&d[1],
			    hostile ? hostile_rest(x >> 10, 16)
				    : good[i % 3][1] |
				    ((i + 1) % 3 != 0 ? (i + 1) << 48 : 0),
			    __ATOMIC_RELAXED);
	}
	return (NULL);
}

START_TEST(descriptors_that_change_under_the_device_do_no_harm)
{
	uint64_t n = number_from_env("HF_FLIP_REQUESTS", TSAN ? 2000 : 30000);
	struct flipper f = { .rng = rng };
	struct virtio_blk_stats stats;

	rig_up(r, RIG_FEATURES | RIG_INDIRECT, 16);
	for (uint16_t i = 0; i < 16; i++)
		rig_header(r, i, i % 2, i);
	ck_assert_int_eq(pthread_create(&f.thread, NULL, flipper_main, &f), 0);
	for (uint64_t i = 0; i < n; i++) {
		rig_offer(r, (uint16_t)(3 * below(5)));
		rig_kick(r);
		for (struct rig_wait w = { 0 };;) {
			if (rig_used_idx(r) == r->avail_idx)
				break;
			if ((rig_read(r, VIRTIO_MMIO_STATUS) & 64) != 0) {
				rig_negotiate(r, RIG_FEATURES | RIG_INDIRECT);
				r->size = 16;
				r->avail_idx = 0;
				avail_idx_set(0);
				memset(rig_at(r, RIG_USED, 4), 0, 4);
				rig_write(r, VIRTIO_MMIO_QUEUE_NUM, 16);
				rig_write64(
				    r, VIRTIO_MMIO_QUEUE_DESC_LOW, RIG_DESC);
				rig_write64(
				    r, VIRTIO_MMIO_QUEUE_DRIVER_LOW, RIG_AVAIL);
				rig_write64(
				    r, VIRTIO_MMIO_QUEUE_DEVICE_LOW, RIG_USED);
				rig_write(r, VIRTIO_MMIO_QUEUE_READY, 1);
				rig_driver_ok(r);
				break;
			}
			if (w.start_ns == 0)
				sched_yield();
			rig_wait_step(&w, "a completion or a break");
		}
	}
	__atomic_store_n(&f.stop, true, __ATOMIC_RELAXED);
	pthread_join(f.thread, NULL);
	rig_reset(r);
	stats = virtio_blk_stats(r->blk);
	/* All three classes were met, and something was carried out too. */
	ck_assert_uint_gt(stats.breaks, 0);
	ck_assert_uint_gt(stats.failed, 0);
	ck_assert_uint_gt(stats.dropped, 0);
	ck_assert_uint_gt(
	    stats.returned, stats.failed + stats.dropped + stats.unsupported);
}
END_TEST

/*
 * VB-32.  Registers and memory at random; every so often a set-up that is
 * right, so that the fuzz gets past it.  A hang ends in a wait or in Check's
 * time limit, everything else is the sanitizers' to find.
 */
static void
fuzz_memory(uint64_t addr, uint64_t len, unsigned int writes)
{
	uint8_t *at = rig_at(r, addr, len);

	for (unsigned int i = 0; i < writes; i++) {
		uint64_t j = below(len);
		uint8_t byte = (uint8_t)(below(2) != 0 ? below(8) : random64());

		__atomic_store_n(&at[j], byte, __ATOMIC_RELAXED);
	}
}

static void
fuzz_descriptor(uint16_t size)
{
	uint64_t *d = rig_at(r, RIG_DESC + 16 * below(size), 16);

	__atomic_store_n(&d[0], hostile_address(random64()), __ATOMIC_RELAXED);
	__atomic_store_n(
	    &d[1], hostile_rest(random64(), size), __ATOMIC_RELAXED);
}

static void
fuzz_register(void)
{
	uint32_t value = 0;
	unsigned int width = 1u << below(4);
	uint64_t off = below(VIRTIO_MMIO_WINDOW - 7), data;

	switch (below(4)) {
	case 0:
		value = (uint32_t)below(256);
		break;
	case 1:
		value = (uint32_t)random64();
		break;
	case 2:
		value = 1u << below(32);
		break;
	default:
		value = (uint32_t)(RIG_DESC + 0x1000 * below(8));
		break;
	}
	if (below(4) != 0) {
		width = 4;
		off &= ~3ull;
	}
	data = value;
	if (below(2) != 0)
		virtio_mmio_bus_ops.read(r->mmio, off, width, &data);
	else
		virtio_mmio_bus_ops.write(r->mmio, off, width, &data);
}

static void
fuzz_step(void)
{
	static const uint16_t sizes[] = { 1, 2, 8, 32, 256 };
	static const uint64_t sets[] = { RIG_FEATURES,
		RIG_FEATURES | RIG_INDIRECT, RIG_FEATURES | RIG_EVENT,
		RIG_FEATURES | RIG_INDIRECT | RIG_EVENT };

	switch (below(64)) {
	case 0:
		rig_up(r, sets[below(4)], sizes[below(5)]);
		return;
	case 1:
		rig_reset(r);
		return;
	case 2:
	case 3:
		fuzz_register();
		return;
	default:
		break;
	}
	if (r->size == 0)
		return;
	if (TSAN && rig_read(r, VIRTIO_MMIO_STATUS) != 0) {
		/* Data races on guest memory are the guest's right. */
		rig_kick(r);
		return;
	}
	switch (below(8)) {
	case 0:
		rig_header(r, (uint16_t)below(256), (uint32_t)below(12),
		    below(2 * SECTORS));
		break;
	case 1:
		fuzz_memory(RIG_DESC, 0x8000, (unsigned int)below(4));
		break;
	case 2:
	case 3:
	case 4:
		fuzz_descriptor(r->size);
		break;
	default:
		rig_offer(r, (uint16_t)below(r->size));
		rig_kick(r);
		break;
	}
}

START_TEST(fuzzed_registers_and_rings_do_no_harm)
{
	uint64_t n = number_from_env("HF_FUZZ_STEPS", TSAN ? 20000 : 200000);
	struct virtio_blk_stats stats;

	for (uint64_t i = 0; i < n; i++)
		fuzz_step();
	rig_reset(r);
	stats = virtio_blk_stats(r->blk);
	ck_assert_uint_eq(stats.taken, stats.returned + stats.discarded);
	/* It got somewhere. */
	if (!TSAN)
		ck_assert_uint_gt(stats.returned, n / 1000);
	rig_up(r, RIG_FEATURES, 8);
	ck_assert_uint_eq(
	    rig_request(r, T_IN, 0, RIG_DATA, 512, NULL), VIRTIO_BLK_S_OK);
}
END_TEST

/*
 * Stalls.  WINDOW requests at the most are under way; the driver kicks only if
 * the device wants it, and in the second half of the cases sleeps until an
 * interrupt.
 */
#define WINDOW 16

/* Ask for an interrupt at the next completion; wait for it or for one. */
static void
sleep_until_used(void)
{
	uint16_t *event =
	    rig_at(r, RIG_AVAIL + VIRTQ_USED_EVENT_OFFSET(r->size), 2);
	uint64_t irqs = rig_irqs(r);
	static uint32_t fence;

	__atomic_store_n(event, r->used_seen, __ATOMIC_SEQ_CST);
	(void)__atomic_exchange_n(&fence, 1, __ATOMIC_SEQ_CST);
	while (rig_used_idx(r) == r->used_seen) {
		struct timespec until;

		clock_gettime(CLOCK_REALTIME, &until);
		until.tv_sec += RIG_WAIT_S;
		pthread_mutex_lock(&r->lock);
		while (r->irqs == irqs && rig_used_idx(r) == r->used_seen)
			ck_assert_msg(pthread_cond_timedwait(
					  &r->irq_cv, &r->lock, &until) == 0,
			    "no interrupt came: used %u seen %u",
			    rig_used_idx(r), r->used_seen);
		irqs = r->irqs;
		pthread_mutex_unlock(&r->lock);
	}
}

static void
spin_until_used(void)
{
	struct rig_wait w = { 0 };

	for (unsigned int i = 0; rig_used_idx(r) == r->used_seen; i++) {
		if (i < 1000)
			sched_yield();
		else
			rig_wait_step(&w, "a completion without a kick");
	}
}

static void
run_window(uint64_t total, bool by_interrupt)
{
	uint16_t free_slots[WINDOW], nfree = WINDOW;
	uint64_t offered = 0, done = 0, kicks = 0;

	for (uint16_t i = 0; i < WINDOW; i++) {
		free_slots[i] = i;
		rig_header(r, i, T_IN, i);
	}
	while (done < total) {
		for (uint64_t burst = 1 + below(WINDOW);
		     burst > 0 && nfree > 0 && offered < total; burst--) {
			rig_offer_read(r, free_slots[--nfree]);
			offered++;
			kicks += rig_kick_if_wanted(r);
		}
		if (by_interrupt)
			sleep_until_used();
		else
			spin_until_used();
		while (rig_used_idx(r) != r->used_seen) {
			struct virtq_used_elem e = rig_used(r);

			ck_assert_uint_eq(e.len, 513);
			free_slots[nfree++] = (uint16_t)(e.id / 3);
			done++;
		}
	}
	ck_assert_uint_eq(nfree, WINDOW);
	ck_assert_uint_le(kicks, offered);
}

static int
image_fd(void)
{
	FILE *f = tmpfile();
	int fd;

	ck_assert_ptr_nonnull(f);
	fd = dup(fileno(f));
	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(ftruncate(fd, SECTORS * 512), 0);
	fclose(f);
	return (fd);
}

/*
 * VB-33, VB-34: _i bit 0: EVENT_IDX; bit 1: sleep until an interrupt; bit 2:
 * completions come from io_uring, later than the submission.
 */
START_TEST(driver_that_skips_suppressed_kicks_never_stalls)
{
	uint64_t n = number_from_env("HF_STALL_REQUESTS", TSAN ? 3000 : 40000);

	if ((_i & 4) != 0) {
		rig_free(r);
		r = rig_new(
		    blk_uring_new(image_fd(), SECTORS, true), RIG_BY_EVENTFD);
	}
	rig_up(r, RIG_FEATURES | ((_i & 1) != 0 ? RIG_EVENT : 0), 64);
	run_window(n, (_i & 2) != 0);
	ck_assert_uint_eq(virtio_blk_stats(r->blk).returned, n);
}
END_TEST

/* VB-33 */
START_TEST(no_interrupt_comes_unless_it_is_asked_for)
{
	uint16_t *event;
	uint64_t irqs;

	rig_up(r, RIG_FEATURES | RIG_EVENT, 64);
	event = rig_at(r, RIG_AVAIL + VIRTQ_USED_EVENT_OFFSET(64), 2);
	irqs = rig_irqs(r);
	__atomic_store_n(event, 1000, __ATOMIC_SEQ_CST);
	run_window(1000, false);
	ck_assert_uint_eq(rig_irqs(r), irqs);
	ck_assert_uint_eq(rig_read(r, VIRTIO_MMIO_INTERRUPT_STATUS), 0);
	run_window(1, false);
	rig_wait_irq(r, irqs);
	run_window(70000, false); /* over the wrap: asked for again at 1000 */
	rig_reset(r);
	ck_assert_uint_eq(rig_irqs(r), irqs + 2);

	rig_up(r, RIG_FEATURES, 64);
	irqs = rig_irqs(r);
	__atomic_store_n((uint16_t *)rig_at(r, RIG_AVAIL, 2),
	    VIRTQ_AVAIL_F_NO_INTERRUPT, __ATOMIC_SEQ_CST);
	run_window(1000, false);
	rig_reset(r);
	ck_assert_uint_eq(rig_irqs(r), irqs);
}
END_TEST

static Suite *
hostile_suite(void)
{
	Suite *s = suite_create("virtio_blk_hostile");
	TCase *t = tcase_create("hostile");

	/* The longer runs set their own limit: CK_DEFAULT_TIMEOUT. */
	if (getenv("CK_DEFAULT_TIMEOUT") == NULL)
		tcase_set_timeout(t, 170);
	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_loop_test(
	    t, class_b_errors_break_the_device_and_reset_mends_it, 0, 2);
	tcase_add_test(
	    t, head_offered_twice_breaks_after_the_first_is_finished);
	tcase_add_test(t, descriptors_that_change_under_the_device_do_no_harm);
	tcase_add_test(t, fuzzed_registers_and_rings_do_no_harm);
	tcase_add_loop_test(
	    t, driver_that_skips_suppressed_kicks_never_stalls, 0, 8);
	tcase_add_test(t, no_interrupt_comes_unless_it_is_asked_for);
	suite_add_tcase(s, t);
	return (s);
}

int
main(void)
{
	return (unit_run_suite(hostile_suite()));
}
