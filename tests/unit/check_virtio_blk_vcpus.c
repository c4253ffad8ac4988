/* SPDX-License-Identifier: BSD-2-Clause */
/* check_virtio_blk_vcpus.c: several vCPUs notify at once, VB-33, VB-34. */

/*
 * What happens at one moment is made to happen there: the linker puts functions
 * of this file before some of the device's (--wrap, meson.build), and they do
 * what another vCPU would be doing, or hold the thread up.
 */
#include <check.h>
#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <time.h>

#include "blk/backend.h"
#include "dev/virtqueue.h"
#include "probe_backend.h"
#include "virtio_rig.h"

#define SECTORS	 512
#define VCPUS	 2
#define REQUESTS 10000 /* of each vCPU */

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

/* What the device asks for, and the wrapped functions' real ones. */
bool __real_virtqueue_notify_on(struct virtqueue *);
bool __wrap_virtqueue_notify_on(struct virtqueue *);
enum virtqueue_result __real_virtqueue_take(
    struct virtqueue *, struct virtqueue_chain *, const char **);
enum virtqueue_result __wrap_virtqueue_take(
    struct virtqueue *, struct virtqueue_chain *, const char **);
void __real_blk_submit(struct blk_backend *, struct blk_op *);
void __wrap_blk_submit(struct blk_backend *, struct blk_op *);

/*
 * A request that arrives while the device goes from looking to sleeping.
 */
enum arrival { NEVER, BEFORE_NOTIFY_ON, AFTER_NOTIFY_ON };

static enum arrival arrival; /* of slot 1; atomic */
static bool was_wanted;	     /* its notification */

/* True once, at the moment chosen. */
static bool
arrives(enum arrival now)
{
	return (__atomic_compare_exchange_n(
	    &arrival, &now, NEVER, false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST));
}

/* As another vCPU would, if it had all the time it needs. */
static void
offer_the_other(void)
{
	rig_offer_read(r, 1);
	was_wanted = rig_kick_if_wanted(r);
}

bool
__wrap_virtqueue_notify_on(struct virtqueue *vq)
{
	bool more;

	if (arrives(BEFORE_NOTIFY_ON))
		offer_the_other();
	more = __real_virtqueue_notify_on(vq);
	if (!more && arrives(AFTER_NOTIFY_ON))
		offer_the_other();
	return (more);
}

/* _i bit 0: EVENT_IDX; bit 1: after notifications were asked for */
START_TEST(request_that_comes_when_the_device_stops_looking_is_seen)
{
	enum arrival when = (_i & 2) != 0 ? AFTER_NOTIFY_ON : BEFORE_NOTIFY_ON;

	for (int round = 0; round < 50; round++) {
		rig_up(r, RIG_FEATURES | ((_i & 1) != 0 ? RIG_EVENT : 0), 8);
		virtio_blk_settle(r->blk);
		rig_header(r, 0, VIRTIO_BLK_T_IN, 0);
		rig_header(r, 1, VIRTIO_BLK_T_IN, 1);
		rig_offer_read(r, 0);
		__atomic_store_n(&arrival, when, __ATOMIC_SEQ_CST);
		rig_kick(r);
		ck_assert_uint_eq(rig_used(r).id, 0);
		ck_assert_uint_eq(rig_used(r).id, 3);
		ck_assert(was_wanted == (when == AFTER_NOTIFY_ON));
	}
}
END_TEST

/*
 * A reset while a vCPU looks at the ring with nothing under way, after the
 * worker has looked: it has to be waited for all the same.
 */
static bool hold_submit, in_submit; /* atomic */
static bool hold_take, in_take;	    /* atomic */

static void
set(bool *flag, bool value)
{
	__atomic_store_n(flag, value, __ATOMIC_SEQ_CST);
}

static bool
get(bool *flag)
{
	return (__atomic_load_n(flag, __ATOMIC_SEQ_CST));
}

static void
wait_until(bool *flag, bool value, const char *what)
{
	for (struct rig_wait w = { 0 }; get(flag) != value;)
		rig_wait_step(&w, what);
}

void
__wrap_blk_submit(struct blk_backend *b, struct blk_op *op)
{
	if (get(&hold_submit)) {
		set(&in_submit, true);
		wait_until(&hold_submit, false, "the worker to be let go");
	}
	__real_blk_submit(b, op);
}

/* Long enough for a reset that does not wait to do its damage first. */
#define RESET_HEAD_START_NS 5000000

enum virtqueue_result
__wrap_virtqueue_take(
    struct virtqueue *vq, struct virtqueue_chain *chain, const char **why)
{
	const struct timespec start = { .tv_nsec = RESET_HEAD_START_NS };

	if (get(&hold_take)) {
		set(&in_take, true);
		wait_until(&hold_take, false, "the vCPU to be let go");
		nanosleep(&start, NULL);
	}
	return (__real_virtqueue_take(vq, chain, why));
}

static void *
kick_main(void *arg)
{
	rig_kick(r);
	return (NULL);
}

START_TEST(reset_waits_for_a_vcpu_that_looks_at_the_ring)
{
	pthread_t vcpu;

	for (int round = 0; round < 20; round++) {
		rig_up(r, RIG_FEATURES, 8);
		virtio_blk_settle(r->blk);
		rig_header(r, 0, VIRTIO_BLK_T_IN, 0);
		rig_header(r, 1, VIRTIO_BLK_T_IN, 1);
		/* The worker is given a request, and held up with it. */
		set(&in_submit, false);
		set(&hold_submit, true);
		probe_hold(probe);
		rig_offer_read(r, 0);
		rig_kick(r);
		wait_until(&in_submit, true, "the worker to submit");
		probe_release_later(probe, 0);
		probe_join(probe);
		/* Another vCPU looks. */
		set(&in_take, false);
		set(&hold_take, true);
		rig_offer_read(r, 1);
		ck_assert_int_eq(
		    pthread_create(&vcpu, NULL, kick_main, NULL), 0);
		wait_until(&in_take, true, "the vCPU to look");

		set(&hold_submit, false);
		set(&hold_take, false);
		rig_reset(r);
		ck_assert_uint_eq(rig_used_idx(r), 2);
		pthread_join(vcpu, NULL);
	}
	ck_assert_uint_eq(virtio_blk_stats(r->blk).returned, 40);
}
END_TEST

/*
 * Each vCPU has one request under way and waits for it, as one that pages does,
 * and notifies with the driver's lock let go, and only if the device wants it.
 * With EVENT_IDX a notification that the device loses is the last one that it
 * asked for: all vCPUs wait for ever.
 */
static struct vcpu {
	pthread_t thread;
	uint16_t slot; /* constant */
	bool waits;    /* (driver) */
} vcpus[VCPUS];

/* The driver's: the rig and its rings. */
static pthread_mutex_t driver = PTHREAD_MUTEX_INITIALIZER;

static void
request_begin(struct vcpu *v)
{
	bool wanted;

	pthread_mutex_lock(&driver);
	v->waits = true;
	rig_header(r, v->slot, VIRTIO_BLK_T_IN, v->slot);
	rig_offer_read(r, v->slot);
	wanted = rig_kick_wanted(r);
	pthread_mutex_unlock(&driver);
	if (wanted)
		rig_kick(r);
}

/* Takes what is in the used ring, whoever waits for it.  True: v's was there. */
static bool
request_ended(struct vcpu *v)
{
	struct virtq_used_elem e;
	bool ended;

	pthread_mutex_lock(&driver);
	while (rig_used_idx(r) != r->used_seen) {
		e = rig_used(r);
		ck_assert_uint_lt(e.id, 3 * VCPUS);
		ck_assert_uint_eq(e.id % 3, 0);
		ck_assert_uint_eq(e.len, 513);
		ck_assert(vcpus[e.id / 3].waits);
		vcpus[e.id / 3].waits = false;
	}
	ended = !v->waits;
	pthread_mutex_unlock(&driver);
	return (ended);
}

static void *
vcpu_main(void *arg)
{
	struct vcpu *v = arg;

	for (unsigned int i = 0; i < REQUESTS; i++) {
		struct rig_wait w = { 0 };

		request_begin(v);
		for (unsigned int look = 0; !request_ended(v); look++) {
			if (look < 1000)
				sched_yield();
			else
				rig_wait_step(&w, "a request of a vCPU");
		}
	}
	return (NULL);
}

/* _i: EVENT_IDX */
START_TEST(requests_of_several_vcpus_never_stall)
{
	rig_up(r, RIG_FEATURES | (_i != 0 ? RIG_EVENT : 0), 8);
	for (uint16_t i = 0; i < VCPUS; i++) {
		vcpus[i].slot = i;
		ck_assert_int_eq(pthread_create(&vcpus[i].thread, NULL,
				     vcpu_main, &vcpus[i]),
		    0);
	}
	for (uint16_t i = 0; i < VCPUS; i++)
		pthread_join(vcpus[i].thread, NULL);
	ck_assert_uint_eq(virtio_blk_stats(r->blk).returned, VCPUS * REQUESTS);
	ck_assert_uint_eq(virtio_blk_stats(r->blk).breaks, 0);
}
END_TEST

static Suite *
vcpus_suite(void)
{
	Suite *s = suite_create("virtio_blk_vcpus");
	TCase *t = tcase_create("vcpus");

	tcase_set_timeout(t, 170);
	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_loop_test(
	    t, request_that_comes_when_the_device_stops_looking_is_seen, 0, 4);
	/* Else vCPUs do not look at the ring. */
	if (getenv("HF_PROBE_TRY") != NULL)
		tcase_add_test(
		    t, reset_waits_for_a_vcpu_that_looks_at_the_ring);
	tcase_add_loop_test(t, requests_of_several_vcpus_never_stall, 0, 2);
	suite_add_tcase(s, t);
	return (s);
}

int
main(void)
{
	SRunner *sr = srunner_create(vcpus_suite());
	int failed;

	srunner_run_all(sr, CK_NORMAL);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return (failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE);
}
