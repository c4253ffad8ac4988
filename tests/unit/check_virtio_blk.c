/* SPDX-License-Identifier: BSD-2-Clause */
/* check_virtio_blk.c: what requests do, VB-11..17, 20, 21, 23, 29, 30, 36, 39. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "dev/virtio_blk_request.h"
#include "probe_backend.h"
#include "unit.h"
#include "virtio_rig.h"

#define SECTORS	  2048 /* 1 MiB */
#define SEG_MAX	  254
#define F_W	  VIRTQ_DESC_F_WRITE
#define OK	  VIRTIO_BLK_S_OK
#define IOERR	  VIRTIO_BLK_S_IOERR
#define UNSUPP	  VIRTIO_BLK_S_UNSUPP
#define T_IN	  VIRTIO_BLK_T_IN
#define T_OUT	  VIRTIO_BLK_T_OUT
#define HIGH_END  (RIG_HIGH + RIG_HIGH_BYTES)
#define FLUSH_LEN 0

static struct rig *r;
static struct probe *probe;

static void
setup(void)
{
	r = rig_new(probe_new(SECTORS, false, &probe), RIG_BY_EVENTFD);
	rig_up(r, RIG_FEATURES | RIG_INDIRECT | RIG_EVENT, 256);
}

static void
setup_readonly(void)
{
	r = rig_new(probe_new(SECTORS, true, &probe), RIG_BY_EVENTFD);
	rig_up(r, RIG_FEATURES, 256);
}

static void
teardown(void)
{
	rig_free(r);
}

static void
expect_disk_untouched(void)
{
	for (uint64_t s = 0; s < SECTORS; s++) {
		uint8_t want[512];

		memset(want, probe_byte(s), sizeof(want));
		ck_assert_mem_eq(
		    probe_bytes(probe) + s * 512, want, sizeof(want));
	}
}

static void
fill(uint64_t addr, uint8_t byte, uint64_t len)
{
	memset(rig_at(r, addr, len), byte, len);
}

/* bufs as a request with head 0; returns what was used. */
static struct virtq_used_elem
run_chain(const struct rig_buf *bufs, unsigned int n)
{
	struct virtq_used_elem e;

	rig_chain(r, 0, bufs, n);
	rig_offer(r, 0);
	rig_kick(r);
	e = rig_used(r);
	ck_assert_uint_eq(e.id, 0);
	return (e);
}

/* VB-11 */
START_TEST(in_returns_image_bytes)
{
	uint32_t len;

	for (uint32_t n = 1; n <= 128; n *= 2) {
		fill(RIG_DATA, 0xee, n * 512 + 1);
		ck_assert_uint_eq(
		    rig_request(r, T_IN, 5, RIG_DATA, n * 512, &len), OK);
		ck_assert_uint_eq(len, n * 512 + 1);
		ck_assert_mem_eq(rig_at(r, RIG_DATA, n * 512),
		    probe_bytes(probe) + 5 * 512, n * 512);
		ck_assert_uint_eq(
		    *(uint8_t *)rig_at(r, RIG_DATA + n * 512, 1), 0xee);
	}
}
END_TEST

/* VB-11 */
START_TEST(out_changes_exactly_its_sectors)
{
	uint32_t len;
	uint8_t *disk = probe_bytes(probe);

	fill(RIG_DATA, 0x5a, 3 * 512);
	ck_assert_uint_eq(
	    rig_request(r, T_OUT, 7, RIG_DATA, 3 * 512, &len), OK);
	ck_assert_uint_eq(len, 1);
	for (uint32_t i = 7 * 512; i < 10 * 512; i++) {
		ck_assert_uint_eq(disk[i], 0x5a);
		disk[i] = probe_byte(i / 512);
	}
	expect_disk_untouched();
}
END_TEST

/*
 * VB-12: a write and a read of 3 sectors, each part cut at every place that
 * cut gives, by way of a table of descriptors.
 */
static void
transfer_in_pieces(unsigned int cut_readable, unsigned int cut_writable)
{
	struct rig_buf bufs[64];
	const uint32_t out_total = 16 + 1024, in_total = 1024 + 1;
	struct virtq_used_elem e;
	unsigned int n = 0;

	/* Readable: header and data lie behind one another. */
	rig_header(r, 0, T_OUT, 20);
	memcpy(rig_at(r, RIG_DATA, 16), rig_at(r, RIG_HEADER, 16), 16);
	for (unsigned int i = 0; i < 1024; i++)
		fill(RIG_DATA + 16 + i, (uint8_t)(i * 13 + cut_readable), 1);
	for (uint32_t at = 0; at < out_total; at += cut_readable)
		bufs[n++] = (struct rig_buf){ RIG_DATA + at,
			cut_readable < out_total - at ? cut_readable
						      : out_total - at,
			0 };
	bufs[n++] = (struct rig_buf){ RIG_DATA, 0, 0 };
	bufs[n++] = (struct rig_buf){ RIG_STATUS, 1, F_W };
	bufs[n++] = (struct rig_buf){ 0, 0, F_W };
	e = run_chain(bufs, n);
	ck_assert_uint_eq(e.len, 1);
	ck_assert_uint_eq(rig_status_byte(r, 0), OK);
	ck_assert_mem_eq(probe_bytes(probe) + 20 * 512,
	    rig_at(r, RIG_DATA + 16, 1024), 1024);

	/* Writable: the status byte is the last of it. */
	rig_header(r, 0, T_IN, 20);
	fill(RIG_DATA + 0x4000, 0xee, in_total + 1);
	n = 0;
	for (uint32_t at = 0; at < 16; at += cut_readable)
		bufs[n++] = (struct rig_buf){ RIG_HEADER + at,
			cut_readable < 16 - at ? cut_readable : 16 - at, 0 };
	for (uint32_t at = 0; at < in_total; at += cut_writable)
		bufs[n++] = (struct rig_buf){ RIG_DATA + 0x4000 + at,
			cut_writable < in_total - at ? cut_writable
						     : in_total - at,
			F_W };
	e = run_chain(bufs, n);
	ck_assert_uint_eq(e.len, in_total);
	ck_assert_mem_eq(probe_bytes(probe) + 20 * 512,
	    rig_at(r, RIG_DATA + 0x4000, 1024), 1024);
	ck_assert_uint_eq(*(uint8_t *)rig_at(r, RIG_DATA + 0x4400, 1), OK);
	ck_assert_uint_eq(*(uint8_t *)rig_at(r, RIG_DATA + 0x4401, 1), 0xee);
}

START_TEST(framing_does_not_matter)
{
	static const unsigned int cuts[] = { 1040, 1025, 1024, 1023, 528, 512,
		511, 100, 33, 32, 31, 29 };

	for (unsigned int i = 0; i < sizeof(cuts) / sizeof(cuts[0]); i++) {
		for (unsigned int j = 0; j < sizeof(cuts) / sizeof(cuts[0]);
		     j++)
			transfer_in_pieces(cuts[i], cuts[j]);
	}
}
END_TEST

/* VB-12: every byte its own descriptor, as far as a chain can be long. */
START_TEST(header_in_16_descriptors_of_one_byte)
{
	struct rig_buf bufs[32];

	rig_header(r, 0, T_IN, 9);
	for (unsigned int i = 0; i < 16; i++)
		bufs[i] = (struct rig_buf){ RIG_HEADER + i, 1, 0 };
	bufs[16] = (struct rig_buf){ RIG_DATA, 512, F_W };
	bufs[17] = (struct rig_buf){ RIG_STATUS, 1, F_W };
	ck_assert_uint_eq(run_chain(bufs, 18).len, 513);
	ck_assert_uint_eq(*(uint8_t *)rig_at(r, RIG_DATA, 1), probe_byte(9));
}
END_TEST

/* n data segments of len bytes each, every second one moved aside. */
static void
transfer_segments(unsigned int nsegs, uint32_t len, bool indirect)
{
	struct rig_buf bufs[SEG_MAX + 2];
	uint64_t at;

	for (int write = 0; write < 2; write++) {
		rig_header(r, 0, write ? T_OUT : T_IN, 2);
		bufs[0] = (struct rig_buf){ RIG_HEADER, 16, 0 };
		for (unsigned int i = 0; i < nsegs; i++) {
			at = RIG_DATA + (uint64_t)(i ^ 1) * len;
			bufs[i + 1] =
			    (struct rig_buf){ at, len, write ? 0 : F_W };
			fill(at, write ? (uint8_t)(i + 3) : 0xee, len);
		}
		bufs[nsegs + 1] = (struct rig_buf){ RIG_STATUS, 1, F_W };
		if (indirect)
			rig_indirect(r, 0, RIG_TABLE, bufs, nsegs + 2);
		else
			rig_chain(r, 0, bufs, nsegs + 2);
		rig_offer(r, 0);
		rig_kick(r);
		ck_assert_uint_eq(rig_used(r).len, write ? 1 : nsegs * len + 1);
		ck_assert_uint_eq(rig_status_byte(r, 0), OK);
		for (unsigned int i = 0; i < nsegs; i++)
			ck_assert_mem_eq(
			    probe_bytes(probe) + 1024 + (size_t)i * len,
			    rig_at(r, bufs[i + 1].addr, len), len);
	}
}

/* VB-13 */
START_TEST(any_number_of_segments_moves_the_right_bytes)
{
	static const uint32_t lens[] = { 512, 1024, 3584 };

	for (unsigned int l = 0; l < 3; l++) {
		for (unsigned int n = 1; n <= SEG_MAX; n = n * 3 / 2 + 1) {
			if (n * lens[l] > 0xe0000)
				break;
			transfer_segments(n, lens[l], false);
			transfer_segments(n, lens[l], true);
		}
	}
	transfer_segments(SEG_MAX, 512, false);
	transfer_segments(SEG_MAX, 512, true);
	transfer_segments(1, 0x60000, false);
}
END_TEST

/* VB-14 */
START_TEST(range_outside_the_disk_is_an_error_and_changes_nothing)
{
	static const uint64_t bad[] = { SECTORS, SECTORS + 1, 1ull << 55,
		(1ull << 55) - 1, UINT64_MAX, UINT64_MAX - 1, 1ull << 63 };
	uint32_t len;

	ck_assert_uint_eq(
	    rig_request(r, T_IN, SECTORS - 1, RIG_DATA, 512, NULL), OK);
	ck_assert_uint_eq(
	    rig_request(r, T_IN, SECTORS - 1, RIG_DATA, 1024, NULL), IOERR);
	fill(RIG_DATA, 0xee, 512);
	for (unsigned int i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		ck_assert_uint_eq(
		    rig_request(r, T_IN, bad[i], RIG_DATA, 512, &len), IOERR);
		ck_assert_uint_eq(len, 1);
		ck_assert_uint_eq(
		    rig_request(r, T_OUT, bad[i], RIG_DATA, 512, &len), IOERR);
		ck_assert_uint_eq(len, 1);
	}
	ck_assert_uint_eq(*(uint8_t *)rig_at(r, RIG_DATA, 1), 0xee);
	expect_disk_untouched();
	ck_assert_str_eq(probe_trace(probe), "rR");
}
END_TEST

/* VB-15 */
START_TEST(length_must_be_whole_sectors)
{
	static const uint32_t bad[] = { 1, 100, 511, 513, 1023 };

	for (unsigned int i = 0; i < 5; i++) {
		ck_assert_uint_eq(
		    rig_request(r, T_OUT, 0, RIG_DATA, bad[i], NULL), IOERR);
		ck_assert_uint_eq(
		    rig_request(r, T_IN, 0, RIG_DATA, bad[i], NULL), IOERR);
	}
	ck_assert_uint_eq(rig_request(r, T_OUT, 0, 0, 0, NULL), OK);
	ck_assert_uint_eq(rig_request(r, T_IN, 0, 0, 0, NULL), OK);
	expect_disk_untouched();
	ck_assert_str_eq(probe_trace(probe), "");
}
END_TEST

/* VB-16 */
START_TEST(unknown_and_unnegotiated_types_are_unsupported)
{
	static const uint32_t types[] = { 2, 3, 5, 6, 7, 9, 10, 11, 13, 14, 15,
		16, 17, 18, 20, 22, 24, 26, 99, 0x80000000, UINT32_MAX };
	uint32_t len;

	for (unsigned int i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		ck_assert_uint_eq(
		    rig_request(r, types[i], 0, RIG_DATA, 512, &len), UNSUPP);
		ck_assert_uint_eq(len, 1);
	}
	ck_assert_str_eq(probe_trace(probe), "");
}
END_TEST

/* VB-17, VB-62 */
START_TEST(get_id_returns_20_bytes)
{
	static const char want[20] = "holdfast-test";
	uint32_t len;

	fill(RIG_DATA, 0xee, 21);
	ck_assert_uint_eq(
	    rig_request(r, VIRTIO_BLK_T_GET_ID, 0, RIG_DATA, 20, &len), OK);
	ck_assert_uint_eq(len, 21);
	ck_assert_mem_eq(rig_at(r, RIG_DATA, 20), want, 20);
	ck_assert_uint_eq(*(uint8_t *)rig_at(r, RIG_DATA + 20, 1), 0xee);
	ck_assert_uint_eq(
	    rig_request(r, VIRTIO_BLK_T_GET_ID, 0, RIG_DATA, 19, NULL), IOERR);
	ck_assert_uint_eq(
	    rig_request(r, VIRTIO_BLK_T_GET_ID, 0, RIG_DATA, 512, NULL), IOERR);
}
END_TEST

/* VB-20 */
START_TEST(readonly_disk_refuses_writes_and_reads_on)
{
	rig_write(r, VIRTIO_MMIO_DEVICE_FEATURES_SEL, 0);
	ck_assert_uint_ne(
	    rig_read(r, VIRTIO_MMIO_DEVICE_FEATURES) & 1u << 5, 0);
	ck_assert_uint_eq(rig_request(r, T_OUT, 0, RIG_DATA, 512, NULL), IOERR);
	ck_assert_uint_eq(rig_request(r, T_IN, 0, RIG_DATA, 512, NULL), OK);
	ck_assert_uint_eq(
	    rig_request(r, VIRTIO_BLK_T_FLUSH, 0, 0, FLUSH_LEN, NULL), OK);
	expect_disk_untouched();
	ck_assert_str_eq(probe_trace(probe), "rRfF");
}
END_TEST

/* VB-21 */
START_TEST(flush_comes_between_the_writes_and_its_completion)
{
	for (int i = 0; i < 3; i++)
		ck_assert_uint_eq(
		    rig_request(r, T_OUT, 1, RIG_DATA, 512, NULL), OK);
	ck_assert_uint_eq(
	    rig_request(r, VIRTIO_BLK_T_FLUSH, 0, 0, FLUSH_LEN, NULL), OK);
	ck_assert_str_eq(probe_trace(probe), "wWwWwWfF");
	/* It waits for the backend. */
	probe_hold(probe);
	rig_header(r, 0, VIRTIO_BLK_T_FLUSH, 0);
	rig_offer(r, 0);
	rig_kick(r);
	for (struct rig_wait w = { 0 }; probe_held(probe) == 0;)
		rig_wait_step(&w, "the flush to arrive");
	ck_assert_uint_eq(rig_status_byte(r, 0), VIRTIO_BLK_S_UNSET);
	probe_release_later(probe, 0);
	ck_assert_uint_eq(rig_used(r).len, 1);
	ck_assert_uint_eq(rig_status_byte(r, 0), OK);
	probe_join(probe);
	probe_fail(probe, BLK_FLUSH, EIO);
	ck_assert_uint_eq(
	    rig_request(r, VIRTIO_BLK_T_FLUSH, 0, 0, FLUSH_LEN, NULL), IOERR);
	/* Data that comes with it is ignored, in either direction. */
	probe_fail(probe, BLK_FLUSH, 0);
	ck_assert_uint_eq(
	    rig_request(r, VIRTIO_BLK_T_FLUSH, 9, RIG_DATA, 100, NULL), OK);
}
END_TEST

/* VB-23 */
START_TEST(backend_errors_become_ioerr_with_length_1)
{
	static const int errors[] = { EIO, ENOSPC, EINVAL, EFAULT };
	uint32_t len;

	for (unsigned int i = 0; i < 4; i++) {
		probe_fail(probe, BLK_READ, errors[i]);
		probe_fail(probe, BLK_WRITE, errors[i]);
		ck_assert_uint_eq(
		    rig_request(r, T_IN, 0, RIG_DATA, 4096, &len), IOERR);
		ck_assert_uint_eq(len, 1);
		ck_assert_uint_eq(
		    rig_request(r, T_OUT, 0, RIG_DATA, 4096, &len), IOERR);
		ck_assert_uint_eq(len, 1);
	}
	probe_fail(probe, BLK_READ, 0);
	ck_assert_uint_eq(rig_request(r, T_IN, 0, RIG_DATA, 4096, &len), OK);
}
END_TEST

/* VB-23, IB-4 */
START_TEST(short_transfers_of_the_backend_become_ioerr)
{
	struct hf_err err;
	uint32_t len;

	rig_free(r);
	r = rig_new(blk_faulty_new(probe_new(SECTORS, false, &probe),
			"read@1=short:1024,write@1=short:512", &err),
	    RIG_BY_EVENTFD);
	rig_up(r, RIG_FEATURES, 8);
	ck_assert_uint_eq(rig_request(r, T_IN, 0, RIG_DATA, 4096, &len), IOERR);
	ck_assert_uint_eq(len, 1);
	ck_assert_uint_eq(
	    rig_request(r, T_OUT, 0, RIG_DATA, 4096, &len), IOERR);
	ck_assert_uint_eq(len, 1);
	ck_assert_uint_eq(rig_request(r, T_IN, 0, RIG_DATA, 4096, &len), OK);
	ck_assert_uint_eq(len, 4097);
}
END_TEST

static void
expect_dropped(const struct rig_buf *bufs, unsigned int n)
{
	uint64_t dropped = virtio_blk_stats(r->blk).dropped;

	rig_header(r, 0, T_IN, 0);
	ck_assert_uint_eq(run_chain(bufs, n).len, 0);
	ck_assert_uint_eq(rig_status_byte(r, 0), VIRTIO_BLK_S_UNSET);
	ck_assert_uint_eq(virtio_blk_stats(r->blk).dropped, dropped + 1);
	ck_assert_uint_eq(rig_request(r, T_IN, 0, RIG_DATA, 512, NULL), OK);
}

/* VB-29 */
START_TEST(request_without_header_or_status_is_returned_with_length_0)
{
	const struct rig_buf header = { RIG_HEADER, 16, 0 };
	const struct rig_buf status = { RIG_STATUS, 1, F_W };
	const struct rig_buf header_8 = { RIG_HEADER, 8, 0 };
	const struct rig_buf header_15 = { RIG_HEADER, 15, 0 };
	const struct rig_buf status_0 = { RIG_STATUS, 0, F_W };
	/* No RAM where the status byte should be. */
	const struct rig_buf nowhere = { RIG_BASE, 1, F_W };
	const struct rig_buf behind = { HIGH_END, 1, F_W };
	const struct rig_buf over_end = { HIGH_END - 512, 513, F_W };
	const struct rig_buf wraps = { UINT64_MAX - 511, 513, F_W };

	expect_dropped((struct rig_buf[]){ header_8, status }, 2);
	expect_dropped((struct rig_buf[]){ header_15, status }, 2);
	expect_dropped((struct rig_buf[]){ status }, 1);
	expect_dropped((struct rig_buf[]){ header }, 1);
	expect_dropped((struct rig_buf[]){ header, status_0 }, 2);
	expect_dropped((struct rig_buf[]){ header, nowhere }, 2);
	expect_dropped((struct rig_buf[]){ header, behind }, 2);
	expect_dropped((struct rig_buf[]){ header, over_end }, 2);
	expect_dropped((struct rig_buf[]){ header, wraps }, 2);
}
END_TEST

static uint8_t
read_to(uint64_t addr, uint32_t len)
{
	return (rig_request(r, T_IN, 3, addr, len, NULL));
}

/* VB-30 */
START_TEST(data_outside_ram_is_an_error_before_any_io)
{
	static const uint64_t bad[] = { UINT64_MAX - 511, UINT64_MAX - 255,
		HIGH_END, HIGH_END - 256, RIG_BASE, RIG_LOW_END,
		RIG_LOW_END - 256, RIG_HIGH - 256, 1ull << 63 };

	for (unsigned int i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		ck_assert_uint_eq(read_to(bad[i], 512), IOERR);
		ck_assert_uint_eq(
		    rig_request(r, T_OUT, 3, bad[i], 512, NULL), IOERR);
	}
	ck_assert_uint_eq(read_to(0, UINT32_MAX & ~511u), IOERR);
	ck_assert_str_eq(probe_trace(probe), "");
	expect_disk_untouched();
}
END_TEST

/* VB-30 */
START_TEST(buffers_at_the_end_of_ram_and_across_regions_are_good)
{
	ck_assert_uint_eq(read_to(HIGH_END - 512, 512), OK);
	ck_assert_uint_eq(
	    *(uint8_t *)rig_at(r, HIGH_END - 1, 1), probe_byte(3));
	ck_assert_uint_eq(read_to(RIG_HIGH, RIG_HIGH_BYTES), OK);
	ck_assert_uint_eq(read_to(RIG_LOW_END - 1024, 1024), OK);
	ck_assert_uint_eq(read_to(RIG_SEAM - 100, 1024), OK);
	for (uint64_t i = 0; i < 1024; i++)
		ck_assert_uint_eq(*(uint8_t *)rig_at(r, RIG_SEAM - 100 + i, 1),
		    probe_byte(3 + i / 512));
	ck_assert_uint_eq(
	    rig_request(r, T_OUT, 50, RIG_SEAM - 100, 1024, NULL), OK);
	ck_assert_uint_eq(probe_bytes(probe)[51 * 512 - 1], probe_byte(3));
	ck_assert_uint_eq(probe_bytes(probe)[51 * 512], probe_byte(4));
}
END_TEST

/* VB-30: pieces that touch are joined, and the seam is not forgotten. */
START_TEST(neighbouring_buffers_across_regions_are_good)
{
	struct rig_buf bufs[] = { { RIG_HEADER, 16, 0 },
		{ RIG_SEAM - 612, 512, F_W }, { RIG_SEAM - 100, 512, F_W },
		{ RIG_STATUS, 1, F_W } };

	rig_header(r, 0, T_IN, 3);
	ck_assert_uint_eq(run_chain(bufs, 4).len, 1025);
	for (uint64_t i = 0; i < 1024; i++)
		ck_assert_uint_eq(*(uint8_t *)rig_at(r, RIG_SEAM - 612 + i, 1),
		    probe_byte(3 + i / 512));
}
END_TEST

/* A guest's long buffer is one, however it cuts it up. */
START_TEST(buffers_that_touch_are_one_piece)
{
	struct rig_buf bufs[] = { { RIG_HEADER, 16, 0 }, { RIG_DATA, 512, F_W },
		{ RIG_DATA + 512, 512, F_W }, { RIG_DATA + 1024, 512, F_W },
		{ RIG_STATUS, 1, F_W } };

	rig_header(r, 0, T_IN, 3);
	(void)run_chain(bufs, 5);
	ck_assert_uint_eq(probe_pieces(probe), 1);
	/* The third is elsewhere. */
	bufs[3].addr += 512;
	rig_header(r, 0, T_IN, 3);
	(void)run_chain(bufs, 5);
	ck_assert_uint_eq(probe_pieces(probe), 2);
	ck_assert_uint_eq(
	    *(uint8_t *)rig_at(r, RIG_DATA + 1536, 1), probe_byte(5));
}
END_TEST

/* VB-30: the same for the header. */
START_TEST(header_outside_ram_is_an_error)
{
	static const uint64_t bad[] = { RIG_BASE, HIGH_END, HIGH_END - 15,
		UINT64_MAX - 15, UINT64_MAX - 7 };
	struct rig_buf bufs[] = { { 0, 16 + 512, 0 }, { RIG_STATUS, 1, F_W } };

	for (unsigned int i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		rig_header(r, 0, T_OUT, 0);
		bufs[0].addr = bad[i];
		ck_assert_uint_eq(run_chain(bufs, 2).len, 1);
		ck_assert_uint_eq(rig_status_byte(r, 0), IOERR);
	}
	ck_assert_str_eq(probe_trace(probe), "");
}
END_TEST

/*
 * VB-63: a length of 2^32 and more, from segments that overlap.  It takes
 * more RAM than a rig has, but none of it is touched.
 */
START_TEST(total_length_over_4_gib_is_an_error)
{
	static struct virtqueue_chain chain;
	static struct virtio_blk_request req;
	const struct virtio_blk_limits limits = { .capacity_sectors = 1ull
		    << 40 };
	struct guestmem_region region = { .len_bytes = 0x1100000 };
	struct virtio_blk_req header = { .type = T_IN };
	struct guestmem *mem;

	region.host = calloc(1, region.len_bytes);
	ck_assert_ptr_nonnull(region.host);
	memcpy(region.host, &header, sizeof(header));
	mem = guestmem_new(&region, 1);
	chain.nread = 1;
	chain.segs[0].len_bytes = sizeof(header);
	for (unsigned int i = 1; i <= 254; i++)
		chain.segs[i].len_bytes = 0x1000000;
	chain.segs[255].len_bytes = 1;
	chain.nwrite = 255;
	virtio_blk_decode(mem, &chain, &limits, &req);
	ck_assert_int_eq(req.action, VIRTIO_BLK_READ);
	ck_assert_uint_eq(req.length_bytes, 254 * 0x1000000ull);
	for (unsigned int i = 1; i <= 254; i++)
		chain.segs[i].len_bytes = 0x1100000;
	virtio_blk_decode(mem, &chain, &limits, &req);
	ck_assert_int_eq(req.action, VIRTIO_BLK_COMPLETE);
	ck_assert_uint_eq(req.status, IOERR);
	guestmem_free(mem);
	free(region.host);
}
END_TEST

/* VB-64 */
START_TEST(data_in_the_wrong_direction_is_an_error)
{
	struct rig_buf bufs[4] = { { RIG_HEADER, 16, 0 }, { RIG_DATA, 512, 0 },
		{ RIG_DATA, 512, F_W }, { RIG_STATUS, 1, F_W } };

	for (uint32_t type = T_IN; type <= T_OUT; type++) {
		rig_header(r, 0, type, 0);
		ck_assert_uint_eq(run_chain(bufs, 4).len, 1);
		ck_assert_uint_eq(rig_status_byte(r, 0), IOERR);
	}
	rig_header(r, 0, VIRTIO_BLK_T_GET_ID, 0);
	bufs[2].len = 20;
	ck_assert_uint_eq(run_chain(bufs, 4).len, 1);
	ck_assert_uint_eq(rig_status_byte(r, 0), IOERR);
	ck_assert_str_eq(probe_trace(probe), "");
}
END_TEST

/* VB-36, IB-2 */
START_TEST(as_many_requests_as_descriptors_are_in_flight_and_all_return)
{
	struct rig_buf table[] = { { RIG_HEADER, 16, 0 },
		{ RIG_DATA, 512, F_W }, { RIG_STATUS, 1, F_W } };
	bool seen[256] = { false };

	rig_header(r, 0, T_IN, 0);
	for (int round = 0; round < 3; round++) {
		memset(seen, 0, sizeof(seen));
		probe_hold(probe);
		for (uint16_t head = 0; head < 256; head++)
			rig_indirect(r, head, RIG_TABLE, table, 3);
		for (uint16_t head = 0; head < 256; head++)
			rig_offer(r, head);
		rig_kick(r);
		for (struct rig_wait w = { 0 }; probe_held(probe) < 256;)
			rig_wait_step(&w, "256 requests in the backend");
		probe_release_later(probe, 0);
		for (int i = 0; i < 256; i++) {
			struct virtq_used_elem e = rig_used(r);

			ck_assert_uint_lt(e.id, 256);
			ck_assert(!seen[e.id]);
			seen[e.id] = true;
			ck_assert_uint_eq(e.len, 513);
		}
		probe_join(probe);
	}
	ck_assert_uint_eq(virtio_blk_stats(r->blk).taken, 3 * 256);
	ck_assert_uint_eq(virtio_blk_stats(r->blk).returned, 3 * 256);
}
END_TEST

/* VB-39 */
START_TEST(qcow2_header_is_just_bytes)
{
	uint8_t *disk = probe_bytes(probe);

	memcpy(disk, "QFI\xfb\0\0\0\3", 8);
	ck_assert_uint_eq(rig_request(r, T_IN, 0, RIG_DATA, 1024, NULL), OK);
	ck_assert_mem_eq(rig_at(r, RIG_DATA, 1024), disk, 1024);
	ck_assert_uint_eq(rig_read(r, VIRTIO_MMIO_CONFIG), SECTORS);
}
END_TEST

static Suite *
blk_suite(void)
{
	Suite *s = suite_create("virtio_blk");
	TCase *t = tcase_create("requests");

	tcase_set_timeout(t, 120);
	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, in_returns_image_bytes);
	tcase_add_test(t, out_changes_exactly_its_sectors);
	tcase_add_test(t, framing_does_not_matter);
	tcase_add_test(t, header_in_16_descriptors_of_one_byte);
	tcase_add_test(t, any_number_of_segments_moves_the_right_bytes);
	tcase_add_test(
	    t, range_outside_the_disk_is_an_error_and_changes_nothing);
	tcase_add_test(t, length_must_be_whole_sectors);
	tcase_add_test(t, unknown_and_unnegotiated_types_are_unsupported);
	tcase_add_test(t, get_id_returns_20_bytes);
	tcase_add_test(t, flush_comes_between_the_writes_and_its_completion);
	tcase_add_test(t, backend_errors_become_ioerr_with_length_1);
	tcase_add_test(t, short_transfers_of_the_backend_become_ioerr);
	tcase_add_test(
	    t, request_without_header_or_status_is_returned_with_length_0);
	tcase_add_test(t, data_outside_ram_is_an_error_before_any_io);
	tcase_add_test(
	    t, buffers_at_the_end_of_ram_and_across_regions_are_good);
	tcase_add_test(t, neighbouring_buffers_across_regions_are_good);
	tcase_add_test(t, buffers_that_touch_are_one_piece);
	tcase_add_test(t, header_outside_ram_is_an_error);
	tcase_add_test(t, total_length_over_4_gib_is_an_error);
	tcase_add_test(t, data_in_the_wrong_direction_is_an_error);
	tcase_add_test(
	    t, as_many_requests_as_descriptors_are_in_flight_and_all_return);
	tcase_add_test(t, qcow2_header_is_just_bytes);
	suite_add_tcase(s, t);

	t = tcase_create("readonly");
	tcase_add_checked_fixture(t, setup_readonly, teardown);
	tcase_add_test(t, readonly_disk_refuses_writes_and_reads_on);
	suite_add_tcase(s, t);
	return (s);
}

int
main(void)
{
	return (unit_run_suite(blk_suite()));
}
