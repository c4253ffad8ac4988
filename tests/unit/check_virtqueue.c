/* SPDX-License-Identifier: BSD-2-Clause */
/* check_virtqueue.c: the ring alone: chains, limits, suppression, wraps. */
#include <stdlib.h>
#include <string.h>

#include "dev/virtqueue.h"
#include "unit.h"

#define RAM_BYTES 0x20000ull
#define DESC	  0x0ull
#define AVAIL	  0x8000ull
#define USED	  0xa000ull
#define TABLE	  0xc000ull
#define CHAIN_MAX 6

#define EVENT	 VIRTIO_BIT(VIRTIO_F_RING_EVENT_IDX)
#define INDIRECT VIRTIO_BIT(VIRTIO_F_RING_INDIRECT_DESC)
#define F_NEXT	 VIRTQ_DESC_F_NEXT
#define F_WRITE	 VIRTQ_DESC_F_WRITE
#define F_IND	 VIRTQ_DESC_F_INDIRECT

static uint8_t *ram;
static struct guestmem *mem;
static struct virtqueue vq;
static struct virtqueue_chain chain;
static const char *why;
static uint16_t size;

static void
setup(void)
{
	struct guestmem_region region = { .base = { 0 },
		.len_bytes = RAM_BYTES };

	ram = aligned_alloc(4096, RAM_BYTES);
	ck_assert_ptr_nonnull(ram);
	memset(ram, 0, RAM_BYTES);
	region.host = ram;
	mem = guestmem_new(&region, 1);
	memset(&vq, 0, sizeof(vq));
}

static void
teardown(void)
{
	guestmem_free(mem);
	free(ram);
}

static void
ready(uint16_t n, uint64_t features)
{
	struct virtqueue_regs regs = {
		.size = n, .desc = DESC, .avail = AVAIL, .used = USED
	};

	size = n;
	virtqueue_reset(&vq);
	memset(ram, 0, RAM_BYTES);
	ck_assert(virtqueue_ready(
	    &vq, mem, &regs, features, VIRTQUEUE_SIZE_MAX, CHAIN_MAX));
}

static void
desc_at(uint64_t table, unsigned int i, uint64_t addr, uint32_t len,
    uint16_t flags, uint16_t next)
{
	struct virtq_desc d = {
		.addr = addr, .len = len, .flags = flags, .next = next
	};

	memcpy(ram + table + 16 * i, &d, sizeof(d));
}

static void
desc(unsigned int i, uint64_t addr, uint32_t len, uint16_t flags, uint16_t next)
{
	desc_at(DESC, i, addr, len, flags, next);
}

static uint16_t *
word(uint64_t at)
{
	return ((uint16_t *)(void *)(ram + at));
}

static void
offer(uint16_t head)
{
	uint16_t *idx = word(AVAIL + 2);

	*word(AVAIL + 4 + 2u * (*idx % size)) = head;
	++*idx;
}

static enum virtqueue_result
take(void)
{
	why = NULL;
	return (virtqueue_take(&vq, &chain, &why));
}

static void
expect_broken(const char *reason)
{
	ck_assert_int_eq(take(), VIRTQUEUE_BROKEN);
	ck_assert_str_eq(why, reason);
}

START_TEST(direct_chain_is_copied_in_order)
{
	ready(8, 0);
	desc(5, 0x1000, 16, F_NEXT, 1);
	desc(1, 0x2000, 512, F_NEXT, 7);
	desc(7, 0x3000, 1024, F_NEXT | F_WRITE, 0);
	desc(0, UINT64_MAX, 1, F_WRITE, 3);
	ck_assert_int_eq(take(), VIRTQUEUE_EMPTY);
	offer(5);
	ck_assert_int_eq(take(), VIRTQUEUE_TAKEN);
	ck_assert_uint_eq(chain.head, 5);
	ck_assert_uint_eq(chain.nread, 2);
	ck_assert_uint_eq(chain.nwrite, 2);
	ck_assert_uint_eq(chain.segs[0].addr.v, 0x1000);
	ck_assert_uint_eq(chain.segs[1].len_bytes, 512);
	ck_assert_uint_eq(chain.segs[2].addr.v, 0x3000);
	ck_assert_uint_eq(chain.segs[3].addr.v, UINT64_MAX);
	ck_assert_int_eq(take(), VIRTQUEUE_EMPTY);
}
END_TEST

START_TEST(indirect_chain_follows_direct_descriptors)
{
	/* Odd on purpose: a table may lie anywhere. */
	const uint64_t table = TABLE + 5;

	ready(8, INDIRECT);
	desc(0, 0x1000, 16, F_NEXT, 1);
	desc(1, table, 48, F_IND | F_WRITE, 0);
	desc_at(table, 0, 0x2000, 1, F_NEXT, 2);
	desc_at(table, 2, 0x3000, 2, F_NEXT | F_WRITE, 1);
	desc_at(table, 1, 0x4000, 3, F_WRITE, 9);
	offer(0);
	ck_assert_int_eq(take(), VIRTQUEUE_TAKEN);
	ck_assert_uint_eq(chain.nread, 2);
	ck_assert_uint_eq(chain.nwrite, 2);
	ck_assert_uint_eq(chain.segs[1].addr.v, 0x2000);
	ck_assert_uint_eq(chain.segs[2].addr.v, 0x3000);
	ck_assert_uint_eq(chain.segs[3].len_bytes, 3);
}
END_TEST

/* VB-25 */
START_TEST(indices_out_of_range_break_the_queue)
{
	ready(8, 0);
	offer(8);
	expect_broken("head index too large");
	ready(8, 0);
	offer(UINT16_MAX);
	expect_broken("head index too large");
	ready(8, 0);
	desc(0, 0, 1, F_NEXT, 8);
	offer(0);
	expect_broken("descriptor index too large");
	ready(8, INDIRECT);
	desc(0, TABLE, 32, F_IND, 0);
	desc_at(TABLE, 0, 0, 1, F_NEXT, 2);
	offer(0);
	expect_broken("descriptor index too large");
}
END_TEST

/* VB-25 */
START_TEST(loops_break_the_queue)
{
	ready(8, 0);
	desc(3, 0, 0, F_NEXT, 3);
	offer(3);
	expect_broken("chain is a loop");
	ready(4, 0); /* smaller than CHAIN_MAX: the count of steps ends it */
	desc(0, 0, 1, F_NEXT, 1);
	desc(1, 0, 1, F_NEXT, 0);
	offer(0);
	expect_broken("chain is a loop");
	ready(256, 0);
	for (unsigned int i = 0; i < 256; i++)
		desc(i, 0, 1, F_NEXT, (uint16_t)(i + 1) % 256);
	offer(0);
	ck_assert_int_eq(take(), VIRTQUEUE_BROKEN);
	ready(8, INDIRECT);
	desc(0, TABLE, 32, F_IND, 0);
	desc_at(TABLE, 0, 0, 1, F_NEXT, 1);
	desc_at(TABLE, 1, 0, 1, F_NEXT, 0);
	offer(0);
	expect_broken("chain is a loop");
}
END_TEST

START_TEST(longest_chains_are_taken)
{
	ready(256, INDIRECT);
	for (unsigned int i = 0; i < 256; i++)
		desc(i, i, 1, i < 255 ? F_NEXT : 0, (uint16_t)(i + 1));
	offer(0);
	ck_assert_int_eq(take(), VIRTQUEUE_TAKEN);
	ck_assert_uint_eq(chain.nread, 256);
	/* A queue of 2 takes tables of CHAIN_MAX, and no longer ones. */
	ready(2, INDIRECT);
	desc(0, TABLE, 16 * CHAIN_MAX, F_IND, 0);
	for (unsigned int i = 0; i < CHAIN_MAX; i++)
		desc_at(TABLE, i, i, 1, i < CHAIN_MAX - 1 ? F_NEXT : 0,
		    (uint16_t)(i + 1));
	offer(0);
	ck_assert_int_eq(take(), VIRTQUEUE_TAKEN);
	ck_assert_uint_eq(chain.nread, CHAIN_MAX);
	desc(1, TABLE, 16 * (CHAIN_MAX + 1), F_IND, 0);
	offer(1);
	expect_broken("indirect table too large");
	/* Nor one that goes over it together with direct descriptors. */
	ready(2, INDIRECT);
	desc(0, 0, 1, F_NEXT, 1);
	desc(1, TABLE, 16 * CHAIN_MAX, F_IND, 0);
	for (unsigned int i = 0; i < CHAIN_MAX; i++)
		desc_at(TABLE, i, i, 1, i < CHAIN_MAX - 1 ? F_NEXT : 0,
		    (uint16_t)(i + 1));
	offer(0);
	expect_broken("chain too long or a loop");
}
END_TEST

/* VB-26 */
START_TEST(broken_indirect_descriptors_break_the_queue)
{
	static const uint32_t bad_len[] = { 0, 1, 8, 15, 17, 24 };

	ready(8, 0);
	desc(0, TABLE, 16, F_IND, 0);
	offer(0);
	expect_broken("indirect descriptor not negotiated");
	ready(8, INDIRECT);
	desc(0, TABLE, 16, F_IND, 0);
	desc_at(TABLE, 0, TABLE + 64, 16, F_IND, 0);
	offer(0);
	expect_broken("nested indirect descriptor");
	ready(8, INDIRECT);
	desc(0, TABLE, 16, F_IND | F_NEXT, 1);
	offer(0);
	expect_broken("indirect descriptor with next");
	for (unsigned int i = 0; i < 6; i++) {
		ready(8, INDIRECT);
		desc(0, TABLE, bad_len[i], F_IND, 0);
		offer(0);
		expect_broken("indirect table of a broken size");
	}
	ready(8, INDIRECT);
	desc(0, TABLE, UINT32_MAX - 15, F_IND, 0);
	offer(0);
	expect_broken("indirect table too large");
	ready(8, INDIRECT);
	desc(0, RAM_BYTES - 16, 32, F_IND, 0);
	offer(0);
	expect_broken("indirect table not in RAM");
	ready(8, INDIRECT);
	desc(0, UINT64_MAX - 15, 32, F_IND, 0);
	offer(0);
	expect_broken("indirect table not in RAM");
	ready(8, INDIRECT); /* but the last bytes of RAM are RAM */
	desc(0, RAM_BYTES - 16, 16, F_IND, 0);
	offer(0);
	ck_assert_int_eq(take(), VIRTQUEUE_TAKEN);
}
END_TEST

/* VB-27 */
START_TEST(writable_before_readable_breaks_the_queue)
{
	ready(8, 0);
	desc(0, 0, 1, F_NEXT | F_WRITE, 1);
	desc(1, 0, 1, 0, 0);
	offer(0);
	expect_broken("readable descriptor after writable");
}
END_TEST

/* VB-28 */
START_TEST(head_in_flight_cannot_be_offered_again)
{
	ready(8, 0);
	offer(2);
	offer(2);
	ck_assert_int_eq(take(), VIRTQUEUE_TAKEN);
	expect_broken("head offered while in flight");
	ready(8, 0);
	for (unsigned int i = 0; i < 100; i++) {
		offer(2);
		ck_assert_int_eq(take(), VIRTQUEUE_TAKEN);
		virtqueue_push(&vq, 2, 0);
	}
}
END_TEST

/* VB-24 */
START_TEST(available_index_that_jumps_breaks_the_queue)
{
	ready(8, 0);
	*word(AVAIL + 2) = 9;
	expect_broken("available index jumped");
	ready(8, 0);
	*word(AVAIL + 2) = UINT16_MAX;
	expect_broken("available index jumped");
	ready(8, 0);
	for (uint16_t i = 0; i < 8; i++)
		offer(i);
	for (int i = 0; i < 8; i++)
		ck_assert_int_eq(take(), VIRTQUEUE_TAKEN);
	*word(AVAIL + 2) = 7;
	expect_broken("available index jumped");
}
END_TEST

/* VB-36: the ring itself bounds what can be in flight. */
START_TEST(no_more_than_size_requests_are_in_flight)
{
	ready(4, 0);
	for (uint16_t i = 0; i < 4; i++)
		offer(i);
	for (int i = 0; i < 4; i++)
		ck_assert_int_eq(take(), VIRTQUEUE_TAKEN);
	ck_assert_int_eq(take(), VIRTQUEUE_EMPTY);
	for (uint16_t head = 0; head < 4; head++) {
		*word(AVAIL + 4) = head;
		*word(AVAIL + 2) = 5;
		expect_broken("head offered while in flight");
	}
}
END_TEST

START_TEST(used_elements_wrap_with_the_index)
{
	ready(4, 0);
	for (uint32_t i = 0; i < 70000; i++) {
		offer(1);
		ck_assert_int_eq(take(), VIRTQUEUE_TAKEN);
		virtqueue_push(&vq, 1, i);
		ck_assert_uint_eq(*word(USED + 2), (uint16_t)(i + 1));
		ck_assert_mem_eq(ram + USED + 4 + 8 * (i % 4) + 4, &i, 4);
	}
}
END_TEST

static void
push_one(void)
{
	offer(0);
	ck_assert_int_eq(take(), VIRTQUEUE_TAKEN);
	virtqueue_push(&vq, 0, 0);
}

/* VB-33 */
START_TEST(interrupt_comes_when_used_event_is_crossed_also_at_the_wrap)
{
	ready(4, EVENT);
	/* Once in 1000, over two wraps of the index. */
	for (uint32_t i = 0; i < 150000; i++) {
		uint16_t next = (uint16_t)(i / 1000 * 1000 + 999);

		*word(AVAIL + VIRTQ_USED_EVENT_OFFSET(4)) = next;
		*word(AVAIL) = VIRTQ_AVAIL_F_NO_INTERRUPT; /* means nothing */
		push_one();
		ck_assert_int_eq(
		    virtqueue_should_interrupt(&vq), i % 1000 == 999);
	}
}
END_TEST

/* VB-33 */
START_TEST(one_interrupt_stands_for_a_batch_that_crosses_the_event)
{
	ready(8, EVENT);
	*word(AVAIL + VIRTQ_USED_EVENT_OFFSET(8)) = 2;
	for (int i = 0; i < 5; i++)
		push_one();
	ck_assert(virtqueue_should_interrupt(&vq));
	ck_assert(!virtqueue_should_interrupt(&vq));
	push_one();
	ck_assert(!virtqueue_should_interrupt(&vq));
	*word(AVAIL + VIRTQ_USED_EVENT_OFFSET(8)) = 6;
	push_one();
	ck_assert(virtqueue_should_interrupt(&vq));
}
END_TEST

/* VB-33 */
START_TEST(without_event_idx_the_flag_decides)
{
	ready(4, 0);
	push_one();
	ck_assert(virtqueue_should_interrupt(&vq));
	*word(AVAIL) = VIRTQ_AVAIL_F_NO_INTERRUPT;
	push_one();
	ck_assert(!virtqueue_should_interrupt(&vq));
	*word(AVAIL) = 0;
	ck_assert(virtqueue_should_interrupt(&vq));
}
END_TEST

/* VB-34 */
START_TEST(notifications_are_off_while_working_and_on_before_sleeping)
{
	ready(4, 0);
	ck_assert_uint_eq(*word(USED), 0);
	offer(0);
	ck_assert_int_eq(take(), VIRTQUEUE_TAKEN);
	virtqueue_notify_off(&vq);
	ck_assert_uint_eq(*word(USED), VIRTQ_USED_F_NO_NOTIFY);
	offer(1);
	ck_assert(virtqueue_notify_on(&vq));
	ck_assert_uint_eq(*word(USED), 0);
	ck_assert_int_eq(take(), VIRTQUEUE_TAKEN);
	ck_assert(!virtqueue_notify_on(&vq));

	ready(4, EVENT);
	ck_assert(!virtqueue_notify_on(&vq));
	for (uint16_t i = 0; i < 3; i++) {
		offer(i);
		ck_assert_int_eq(take(), VIRTQUEUE_TAKEN);
		virtqueue_notify_off(&vq);
		/* Stale, so only the first of these was worth a notification. */
		ck_assert_uint_eq(*word(USED + VIRTQ_AVAIL_EVENT_OFFSET(4)), 0);
	}
	ck_assert(!virtqueue_notify_on(&vq));
	ck_assert_uint_eq(*word(USED + VIRTQ_AVAIL_EVENT_OFFSET(4)), 3);
	ck_assert_uint_eq(*word(USED), 0);
}
END_TEST

static Suite *
virtqueue_suite(void)
{
	Suite *s = suite_create("virtqueue");
	TCase *t = tcase_create("ring");

	tcase_set_timeout(t, 60);
	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, direct_chain_is_copied_in_order);
	tcase_add_test(t, indirect_chain_follows_direct_descriptors);
	tcase_add_test(t, indices_out_of_range_break_the_queue);
	tcase_add_test(t, loops_break_the_queue);
	tcase_add_test(t, longest_chains_are_taken);
	tcase_add_test(t, broken_indirect_descriptors_break_the_queue);
	tcase_add_test(t, writable_before_readable_breaks_the_queue);
	tcase_add_test(t, head_in_flight_cannot_be_offered_again);
	tcase_add_test(t, available_index_that_jumps_breaks_the_queue);
	tcase_add_test(t, no_more_than_size_requests_are_in_flight);
	tcase_add_test(t, used_elements_wrap_with_the_index);
	tcase_add_test(
	    t, interrupt_comes_when_used_event_is_crossed_also_at_the_wrap);
	tcase_add_test(
	    t, one_interrupt_stands_for_a_batch_that_crosses_the_event);
	tcase_add_test(t, without_event_idx_the_flag_decides);
	tcase_add_test(
	    t, notifications_are_off_while_working_and_on_before_sleeping);
	suite_add_tcase(s, t);
	return (s);
}

int
main(void)
{
	return (unit_run_suite(virtqueue_suite()));
}
