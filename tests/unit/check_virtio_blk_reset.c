/* SPDX-License-Identifier: BSD-2-Clause */
/* check_virtio_blk_reset.c: resets with requests under way, VB-08. */

#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "probe_backend.h"
#include "unit.h"
#include "virtio_rig.h"

#define SECTORS 512
#define F_W	VIRTQ_DESC_F_WRITE
#define T_IN	VIRTIO_BLK_T_IN

static struct rig *r;
static struct probe *probe;

static void
setup(void)
{
	r = rig_new(probe_new(SECTORS, false, &probe), RIG_BY_EVENTFD);
}

static void
teardown(void)
{
	rig_free(r);
}

/* Where the device writes: data, status bytes, used ring. */
static const struct {
	uint64_t addr;
	uint64_t len;
} written[] = { { RIG_DATA, 32 * 512 }, { RIG_STATUS, 32 },
	{ RIG_USED, 1024 } };

static void
scribble(void)
{
	for (unsigned int i = 0; i < sizeof(written) / sizeof(written[0]); i++)
		memset(rig_at(r, written[i].addr, written[i].len), 0xee,
		    written[i].len);
}

static void
expect_scribbles(void)
{
	for (unsigned int i = 0; i < sizeof(written) / sizeof(written[0]);
	     i++) {
		const uint8_t *at = rig_at(r, written[i].addr, written[i].len);

		for (uint64_t j = 0; j < written[i].len; j++)
			if (at[j] != 0xee)
				ck_abort_msg("written to at %#jx",
				    (uintmax_t)(written[i].addr + j));
	}
}

/*
 * The reads are let go only after the reset has begun, so that a
 * device which does not wait for them is found out.
 */
START_TEST(reset_waits_for_reads_in_flight)
{
	uint64_t irqs;

	for (int round = 0; round < 20; round++) {
		rig_up(r, RIG_FEATURES, 128);
		probe_hold(probe);
		for (uint16_t i = 0; i < 32; i++) {
			rig_header(r, i, T_IN, i);
			rig_offer_read(r, i);
		}
		rig_kick(r);
		for (struct rig_wait w = { 0 }; probe_held(probe) < 32;)
			rig_wait_step(&w, "32 reads in flight");
		probe_release_later(probe, 5);
		rig_reset(r);
		irqs = rig_irqs(r);
		ck_assert_uint_eq(probe_held(probe), 0);
		scribble();
		probe_join(probe);
		expect_scribbles();
		ck_assert_uint_eq(rig_irqs(r), irqs);
		ck_assert_uint_eq(rig_read(r, VIRTIO_MMIO_INTERRUPT_STATUS), 0);
	}
	ck_assert_uint_eq(virtio_blk_stats(r->blk).taken, 20 * 32);
}
END_TEST

/*
 * The reset comes before the worker has woken for its first look, mostly,
 * but after a vCPU has taken a request and left it to the worker.
 */
START_TEST(reset_waits_for_a_read_that_the_worker_has_not_seen)
{
	const struct rig_buf read[] = { { RIG_HEADER, 16, 0 },
		{ RIG_DATA, 512, F_W }, { RIG_STATUS, 1, F_W } };
	struct virtio_blk_stats stats;
	const uint64_t rounds = 200;

	for (uint64_t i = 0; i < rounds; i++) {
		rig_negotiate(r, RIG_FEATURES);
		rig_queue(r, 8);
		rig_header(r, 0, T_IN, 0);
		rig_chain(r, 0, read, 3);
		probe_hold(probe);
		probe_release_later(probe, 1);
		rig_driver_ok(r);
		rig_offer(r, 0);
		rig_kick(r);
		rig_reset(r);
		scribble();
		probe_join(probe);
		expect_scribbles();
	}
	stats = virtio_blk_stats(r->blk);
	ck_assert_uint_eq(stats.taken, stats.returned);
	if (blk_can_try(r->backend))
		ck_assert_uint_gt(stats.taken, 0);
}
END_TEST

static uint64_t rng = 0x5eed;

static uint64_t
below(uint64_t n)
{
	rng = rng * 6364136223846793005u + 1442695040888963407u;
	return ((rng >> 33) % n);
}

/*
 * Another vCPU notifies, and somebody waits for the worker, while the device
 * is set up, given requests and reset: whoever took them, they are finished
 * before Status reads 0.  The device itself checks that each is, and once.
 */
struct notifier {
	pthread_t thread;
	bool stop; /* atomic */
};

static void *
notifier_main(void *arg)
{
	struct notifier *n = arg;

	for (uint32_t i = 0; !__atomic_load_n(&n->stop, __ATOMIC_RELAXED);
	     i++) {
		rig_write(r, VIRTIO_MMIO_QUEUE_NOTIFY, 0);
		if (i % 16 == 0)
			virtio_blk_settle(r->blk);
	}
	return (NULL);
}

START_TEST(resets_race_with_notifications_of_another_vcpu)
{
	const uint64_t rounds = 2000;
	struct notifier n = { .stop = false };
	struct virtio_blk_stats stats;

	ck_assert_int_eq(pthread_create(&n.thread, NULL, notifier_main, &n), 0);
	for (uint64_t i = 0; i < rounds; i++) {
		rig_negotiate(r, RIG_FEATURES | (i % 2 ? RIG_EVENT : 0));
		rig_queue(r, 16);
		for (uint16_t slot = 0; slot < 5; slot++)
			rig_header(r, slot, T_IN, slot);
		rig_driver_ok(r);
		for (uint64_t slot = below(6); slot-- > 0;) {
			rig_offer_read(r, (uint16_t)slot);
			if (below(2) != 0)
				rig_kick(r);
		}
		/* An impossible one, for a break in the midst of it. */
		if (below(8) == 0)
			rig_offer(r, 16);
		if (below(4) == 0)
			virtio_blk_settle(r->blk);
		rig_reset(r);
		scribble();
		sched_yield();
		expect_scribbles();
	}
	__atomic_store_n(&n.stop, true, __ATOMIC_RELAXED);
	pthread_join(n.thread, NULL);
	stats = virtio_blk_stats(r->blk);
	ck_assert_uint_eq(stats.taken, stats.returned + stats.discarded);
	/* It got somewhere. */
	ck_assert_uint_gt(stats.returned, 0);
	ck_assert_uint_gt(stats.breaks, 0);
}
END_TEST

/* Whose own input is closed has its first descriptor free. */
START_TEST(doorbell_may_be_descriptor_0)
{
	char name[32] = "";

	ck_assert_int_eq(close(0), 0);
	r->how = RIG_BY_EXIT;
	rig_up(r, RIG_FEATURES, 128);
	(void)readlink("/proc/self/fd/0", name, sizeof(name) - 1);
	ck_assert_str_eq(name, "anon_inode:[eventfd]");
	ck_assert_uint_eq(
	    rig_request(r, T_IN, 5, RIG_DATA, 512, NULL), VIRTIO_BLK_S_OK);
}
END_TEST

static Suite *
reset_suite(void)
{
	Suite *s = suite_create("virtio_blk_reset");
	TCase *t = tcase_create("resets");

	tcase_set_timeout(t, 170);
	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, reset_waits_for_reads_in_flight);
	tcase_add_test(t, reset_waits_for_a_read_that_the_worker_has_not_seen);
	tcase_add_test(t, resets_race_with_notifications_of_another_vcpu);
	tcase_add_test(t, doorbell_may_be_descriptor_0);
	suite_add_tcase(s, t);
	return (s);
}

int
main(void)
{
	return (unit_run_suite(reset_suite()));
}
