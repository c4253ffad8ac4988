/* SPDX-License-Identifier: BSD-2-Clause */
/* check_guestmem.c: the accessor at the edges of guest RAM. */
#include <signal.h>
#include <string.h>

#include "unit.h"
#include "vm/guestmem.h"

#define PAGE 4096ull
#define HIGH 0x100000000ull

/*
 * [0, 2 pages) and [2 pages, 3 pages), adjacent for the guest but not for
 * the host, then a page at 4 GiB.
 */
static char low[2 * PAGE], mid[PAGE], high[PAGE];

static struct guestmem *
make(void)
{
	struct guestmem_region regions[] = {
		{ .base = { 0 }, .len_bytes = sizeof(low), .host = low },
		{ .base = { 2 * PAGE }, .len_bytes = sizeof(mid), .host = mid },
		{ .base = { HIGH }, .len_bytes = sizeof(high), .host = high },
	};

	return (guestmem_new(regions, 3));
}

START_TEST(last_byte_is_good_and_the_byte_after_is_not)
{
	struct guestmem *gm = make();

	/* VB-30: a buffer that ends exactly at the end of RAM is good. */
	ck_assert(guestmem_valid(gm, gpa_make(3 * PAGE - 1), 1));
	ck_assert(guestmem_valid(gm, gpa_make(2 * PAGE), PAGE));
	ck_assert(!guestmem_valid(gm, gpa_make(3 * PAGE - 1), 2));
	ck_assert(!guestmem_valid(gm, gpa_make(3 * PAGE), 1));
	ck_assert(guestmem_valid(gm, gpa_make(HIGH + PAGE - 1), 1));
	ck_assert(!guestmem_valid(gm, gpa_make(HIGH + PAGE), 1));
	ck_assert(!guestmem_valid(gm, gpa_make(HIGH - 1), 1));
	ck_assert(!guestmem_valid(gm, gpa_make(HIGH - 1), 2));
	ck_assert_ptr_eq(
	    guestmem_ptr(gm, gpa_make(HIGH + PAGE - 1), 1), high + PAGE - 1);
	ck_assert_ptr_null(guestmem_ptr(gm, gpa_make(HIGH + PAGE), 1));
	guestmem_free(gm);
}
END_TEST

START_TEST(empty_range_is_good_up_to_just_after_ram)
{
	struct guestmem *gm = make();

	ck_assert(guestmem_valid(gm, gpa_make(0), 0));
	ck_assert(guestmem_valid(gm, gpa_make(3 * PAGE), 0));
	ck_assert(!guestmem_valid(gm, gpa_make(3 * PAGE + 1), 0));
	ck_assert(guestmem_valid(gm, gpa_make(HIGH + PAGE), 0));
	ck_assert(!guestmem_valid(gm, gpa_make(HIGH + PAGE + 1), 0));
	ck_assert(!guestmem_valid(gm, gpa_make(UINT64_MAX), 0));
	guestmem_free(gm);
}
END_TEST

START_TEST(no_length_wraps)
{
	struct guestmem *gm = make();

	/* VB-30: data addresses at 2^64-512. */
	ck_assert(!guestmem_valid(gm, gpa_make(-512ull), 512));
	ck_assert(!guestmem_valid(gm, gpa_make(-512ull), 1024));
	ck_assert(!guestmem_valid(gm, gpa_make(0), UINT64_MAX));
	ck_assert(!guestmem_valid(gm, gpa_make(1), UINT64_MAX));
	ck_assert(!guestmem_valid(gm, gpa_make(HIGH), UINT64_MAX - HIGH + 1));
	ck_assert(!guestmem_valid(gm, gpa_make(PAGE), -PAGE + 1));
	guestmem_free(gm);
}
END_TEST

START_TEST(adjacent_regions_are_crossed_by_segments)
{
	struct guestmem *gm = make();
	struct iovec iov[GUESTMEM_REGIONS_MAX];
	char out[8];

	/* VB-30: a buffer spanning two RAM regions is good. */
	ck_assert_int_eq(
	    guestmem_iov(gm, gpa_make(2 * PAGE - 4), 8, iov, 4), 2);
	ck_assert_ptr_eq(iov[0].iov_base, low + 2 * PAGE - 4);
	ck_assert_uint_eq(iov[0].iov_len, 4);
	ck_assert_ptr_eq(iov[1].iov_base, mid);
	ck_assert_uint_eq(iov[1].iov_len, 4);
	ck_assert_ptr_null(guestmem_ptr(gm, gpa_make(2 * PAGE - 4), 8));
	ck_assert_ptr_eq(
	    guestmem_ptr(gm, gpa_make(2 * PAGE - 4), 4), low + 2 * PAGE - 4);
	ck_assert_ptr_eq(guestmem_ptr(gm, gpa_make(2 * PAGE), 4), mid);

	ck_assert(guestmem_write(gm, gpa_make(2 * PAGE - 4), "abcdefgh", 8));
	ck_assert_mem_eq(low + 2 * PAGE - 4, "abcd", 4);
	ck_assert_mem_eq(mid, "efgh", 4);
	ck_assert(guestmem_read(gm, gpa_make(2 * PAGE - 4), out, 8));
	ck_assert_mem_eq(out, "abcdefgh", 8);
	ck_assert(guestmem_valid(gm, gpa_make(0), 3 * PAGE));
	ck_assert_int_eq(guestmem_iov(gm, gpa_make(0), 3 * PAGE, iov, 4), 2);
	guestmem_free(gm);
}
END_TEST

START_TEST(refused_range_changes_nothing)
{
	struct guestmem *gm = make();
	struct iovec iov[4] = { { .iov_base = &iov, .iov_len = 7 } };
	char out[8] = "1234567";

	memset(mid, 'm', sizeof(mid));
	ck_assert(!guestmem_write(gm, gpa_make(3 * PAGE - 4), "abcdefgh", 8));
	ck_assert_mem_eq(mid + PAGE - 4, "mmmm", 4);
	ck_assert(!guestmem_read(gm, gpa_make(3 * PAGE - 4), out, 8));
	ck_assert_str_eq(out, "1234567");
	ck_assert_int_eq(
	    guestmem_iov(gm, gpa_make(3 * PAGE - 4), 8, iov, 4), -1);
	/* Two pieces do not fit into one. */
	ck_assert_int_eq(
	    guestmem_iov(gm, gpa_make(2 * PAGE - 4), 8, iov, 1), -1);
	ck_assert_ptr_eq(iov[0].iov_base, &iov);
	ck_assert_uint_eq(iov[0].iov_len, 7);
	guestmem_free(gm);
}
END_TEST

START_TEST(regions_can_be_listed)
{
	struct guestmem *gm = make();

	ck_assert_uint_eq(guestmem_nregions(gm), 3);
	ck_assert_uint_eq(guestmem_region(gm, 2).base.v, HIGH);
	ck_assert_uint_eq(guestmem_bytes(gm), 4 * PAGE);
	guestmem_free(gm);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		last_byte_is_good_and_the_byte_after_is_not,
		empty_range_is_good_up_to_just_after_ram, no_length_wraps,
		adjacent_regions_are_crossed_by_segments,
		refused_range_changes_nothing, regions_can_be_listed, NULL
	};

	return (unit_main("guestmem", tests));
}
