/* SPDX-License-Identifier: BSD-2-Clause */
/* check_blk_backends.c: what every backend promises, and snapshot and faulty. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "blk_try.h"
#include "probe_backend.h"
#include "unit.h"

#define SECTORS 256
#define BYTES	(SECTORS * 512)
#define OPS_MAX 200

/* Image files, without a name. */
static uint8_t image[BYTES];

static int
image_fd(int *second)
{
	FILE *f = tmpfile();
	int fd;

	ck_assert_ptr_nonnull(f);
	for (unsigned int i = 0; i < BYTES; i++)
		image[i] = probe_byte(i / 512);
	ck_assert_uint_eq(fwrite(image, 1, BYTES, f), BYTES);
	ck_assert_int_eq(fflush(f), 0);
	fd = dup(fileno(f));
	ck_assert_int_ge(fd, 0);
	if (second != NULL)
		*second = dup(fd);
	fclose(f);
	return (fd);
}

/* The kinds of disks that the same tests are run on. */
enum {
	SYNC,
	URING,
	RAM,
	SNAPSHOT,
	SNAPSHOT_URING,
	FAULTY_URING,
	VOLATILE,
	VOLATILE_URING,
	KINDS
};

static struct blk_backend *
disk_new(int kind)
{
	struct hf_err err;
	struct blk_backend *b;
	struct try t;

	switch (kind) {
	case SYNC:
		return (blk_sync_new(image_fd(NULL), SECTORS, false));
	case URING:
		return (blk_uring_new(image_fd(NULL), SECTORS, false));
	case SNAPSHOT:
		return (blk_snapshot_new(
		    blk_sync_new(image_fd(NULL), SECTORS, true), &err));
	case SNAPSHOT_URING:
		return (blk_snapshot_new(
		    blk_uring_new(image_fd(NULL), SECTORS, true), &err));
	case FAULTY_URING:
		return (blk_faulty_new(
		    blk_uring_new(image_fd(NULL), SECTORS, false),
		    "any@*=delay:1ms", &err));
	case VOLATILE:
		return (blk_volatile_new(
		    blk_sync_new(image_fd(NULL), SECTORS, false), &err));
	case VOLATILE_URING:
		return (blk_volatile_new(
		    blk_uring_new(image_fd(NULL), SECTORS, false), &err));
	default:
		b = blk_ram_new(SECTORS);
		for (unsigned int i = 0; i < BYTES; i++)
			image[i] = probe_byte(i / 512);
		start(b, &t, BLK_WRITE, 0, image, BYTES, 1);
		ck_assert_int_eq(finish(b, &t), 0);
		return (b);
	}
}

static bool
uring_missing(int kind)
{
	bool needs = kind == URING || kind == SNAPSHOT_URING ||
	    kind == FAULTY_URING || kind == VOLATILE_URING;

	if (needs && blk_uring_refusal() != NULL) {
		fprintf(stderr, "skipped: %s\n", blk_uring_refusal());
		return (true);
	}
	return (false);
}

static int
open_files(void)
{
	int n = 0;

	for (int fd = 0; fd < 256; fd++)
		n += fcntl(fd, F_GETFD) != -1;
	return (n);
}

START_TEST(what_is_closed_leaves_no_file_open)
{
	int before;

	if (uring_missing(_i))
		return;
	/* What is made once and kept is there after the first. */
	blk_close(disk_new(_i));
	before = open_files();
	blk_close(disk_new(_i));
	ck_assert_int_eq(open_files(), before);
}
END_TEST

START_TEST(reads_see_the_image_and_later_writes)
{
	static uint8_t buf[BYTES], want[BYTES];
	struct blk_backend *b;
	uint32_t x = 12345;

	if (uring_missing(_i))
		return;
	b = disk_new(_i);
	ck_assert_uint_eq(blk_capacity_sectors(b), SECTORS);
	ck_assert(!blk_readonly(b));
	memcpy(want, image, BYTES);
	for (int i = 0; i < 300; i++) {
		uint64_t first, n;

		x = x * 1103515245 + 12345;
		first = x / 65536 % SECTORS;
		x = x * 1103515245 + 12345;
		n = 1 + x / 65536 % (SECTORS - first);
		if (i % 3 == 0) {
			memset(buf, i + 1, n * 512);
			memset(want + first * 512, i + 1, n * 512);
			ck_assert_int_eq(
			    transfer(b, BLK_WRITE, first, buf, n * 512), 0);
		} else {
			memset(buf, 0xee, sizeof(buf));
			ck_assert_int_eq(
			    transfer(b, BLK_READ, first, buf, n * 512), 0);
			ck_assert_mem_eq(buf, want + first * 512, n * 512);
		}
	}
	ck_assert_int_eq(flush(b), 0);
	blk_close(b);
}
END_TEST

START_TEST(many_ops_are_under_way_at_once_in_many_pieces)
{
	static struct try tries[OPS_MAX];
	static uint8_t buf[OPS_MAX * 512];
	struct blk_backend *b;

	if (uring_missing(_i))
		return;
	b = disk_new(_i);
	for (int round = 0; round < 5; round++) {
		memset(buf, 0xee, sizeof(buf));
		for (unsigned int i = 0; i < OPS_MAX; i++)
			start(b, &tries[i], BLK_READ, i, buf + i * 512, 512,
			    1 + i % 64);
		for (unsigned int i = 0; i < OPS_MAX; i++)
			ck_assert_int_eq(finish(b, &tries[i]), 0);
		ck_assert_mem_eq(buf, image, sizeof(buf));
	}
	blk_close(b);
}
END_TEST

START_TEST(last_sector_is_there)
{
	uint8_t buf[512];
	struct blk_backend *b;

	if (uring_missing(_i))
		return;
	b = disk_new(_i);
	ck_assert_int_eq(transfer(b, BLK_READ, SECTORS - 1, buf, 512), 0);
	ck_assert_mem_eq(buf, image + BYTES - 512, 512);
	memset(buf, 1, 512);
	ck_assert_int_eq(transfer(b, BLK_WRITE, SECTORS - 1, buf, 512), 0);
	blk_close(b);
}
END_TEST

/* A description that says what is really used. */
START_TEST(backends_say_what_they_are)
{
	static const char *const want[KINDS] = { "sync", "io_uring", "ram",
		"snapshot over sync", "snapshot over io_uring",
		"faulty over io_uring", "volatile cache over sync",
		"volatile cache over io_uring" };
	struct blk_backend *b;
	char buf[64];

	if (uring_missing(_i))
		return;
	b = disk_new(_i);
	ck_assert_str_eq(blk_describe(b, buf, sizeof(buf)), want[_i]);
	blk_close(b);
}
END_TEST

/* done of an op that was tried: at once, or never. */
static int tried_error;

static void
tried_done(struct blk_op *op, int error)
{
	tried_error = error;
}

static bool
try_one(struct blk_backend *b, enum blk_kind kind, uint64_t sector, void *buf,
    uint64_t len_bytes)
{
	struct iovec iov = { .iov_base = buf, .iov_len = len_bytes };
	struct blk_op op = { .kind = kind,
		.iov = &iov,
		.iov_count = kind != BLK_FLUSH,
		.offset_bytes = sector * 512,
		.length_bytes = len_bytes,
		.done = tried_done };
	bool done;

	tried_error = -1;
	done = blk_try(b, &op);
	ck_assert(done || tried_error == -1);
	return (done);
}

/* VB-67 */
START_TEST(truncated_image_is_an_io_error)
{
	static uint8_t buf[8192];
	struct blk_backend *b;
	struct stat st;
	int fd;

	if (uring_missing(_i))
		return;
	b = _i == SYNC ? blk_sync_new(image_fd(&fd), SECTORS, false)
		       : blk_uring_new(image_fd(&fd), SECTORS, false);
	ck_assert_int_eq(ftruncate(fd, 1024 + 100), 0);
	ck_assert_int_eq(transfer(b, BLK_READ, 0, buf, 1024), 0);
	ck_assert_int_eq(transfer(b, BLK_READ, 1, buf, 8192), EIO);
	ck_assert_int_eq(transfer(b, BLK_READ, 100, buf, 512), EIO);
	/* Nor does a write make it longer, or a flush say that all is well. */
	ck_assert_int_eq(transfer(b, BLK_WRITE, 100, buf, 512), EIO);
	ck_assert_int_eq(transfer(b, BLK_WRITE, 1, buf, 8192), EIO);
	ck_assert_int_eq(transfer(b, BLK_WRITE, 2, buf, 512), EIO);
	ck_assert_int_eq(transfer(b, BLK_WRITE, 0, buf, 1024), 0);
	if (blk_can_try(b))
		ck_assert(!try_one(b, BLK_WRITE, 100, buf, 512));
	ck_assert_int_eq(flush(b), EIO);
	ck_assert_int_eq(fstat(fd, &st), 0);
	ck_assert_int_eq(st.st_size, 1024 + 100);
	close(fd);
	blk_close(b);
}
END_TEST

START_TEST(image_in_memory_that_ends_in_a_page_is_an_io_error)
{
	static uint8_t buf[4096];
	struct blk_backend *b;
	int fd = memfd_create("image", 0);

	ck_assert_int_ge(fd, 0);
	memset(buf, 0x5a, sizeof(buf));
	for (int i = 0; i < 16; i++)
		ck_assert_int_eq(write(fd, buf, 4096), 4096);
	b = blk_sync_new(dup(fd), 128, false);
	/* Often enough for the mapping to be used. */
	for (int i = 0; i < 20; i++)
		ck_assert(try_one(b, BLK_READ, 8, buf, 4096));
	/* In that page, and in the last one. */
	ck_assert_int_eq(ftruncate(fd, 15 * 4096 + 100), 0);
	for (int i = 0; i < 20; i++)
		ck_assert(!try_one(b, BLK_READ, 120, buf, 4096));
	ck_assert_int_eq(transfer(b, BLK_READ, 120, buf, 4096), EIO);
	ck_assert_int_eq(ftruncate(fd, 4096 + 600), 0);
	for (int i = 0; i < 20; i++)
		ck_assert(!try_one(b, BLK_READ, 8, buf, 4096));
	ck_assert_int_eq(transfer(b, BLK_READ, 8, buf, 4096), EIO);
	ck_assert(!try_one(b, BLK_WRITE, 8, buf, 4096));
	ck_assert_int_eq(transfer(b, BLK_WRITE, 8, buf, 4096), EIO);
	ck_assert_int_eq(transfer(b, BLK_READ, 8, buf, 512), 0);
	ck_assert_uint_eq(buf[511], 0x5a);
	close(fd);
	blk_close(b);
}
END_TEST

/* _i: whether a snapshot is on top. */
START_TEST(image_in_memory_needs_no_waiting)
{
	static uint8_t buf[4096];
	struct blk_backend *b;
	struct hf_err err;
	int fd, keep, other, own;

	fd = memfd_create("image", 0);
	ck_assert_int_ge(fd, 0);
	memset(buf, 0x5a, sizeof(buf));
	for (int i = 0; i < 16; i++)
		ck_assert_int_eq(write(fd, buf, 4096), 4096);
	own = dup(fd);
	b = blk_sync_new(own, 128, _i != 0);
	if (_i != 0)
		b = blk_snapshot_new(b, &err);
	ck_assert(blk_can_try(b));
	memset(buf, 0, sizeof(buf));
	/* By a system call, then by the mapping. */
	for (int i = 0; i < 20; i++) {
		memset(buf, 0, sizeof(buf));
		ck_assert(try_one(b, BLK_READ, 8, buf, 4096));
		ck_assert_int_eq(tried_error, 0);
		ck_assert_uint_eq(buf[0], 0x5a);
		ck_assert_uint_eq(buf[4095], 0x5a);
	}
	/* By now nobody asks what is behind the descriptor. */
	keep = dup(own);
	other = memfd_create("other", 0);
	ck_assert_int_eq(ftruncate(other, 16 * 4096), 0);
	ck_assert_int_eq(dup2(other, own), own);
	memset(buf, 0, sizeof(buf));
	ck_assert(try_one(b, BLK_READ, 8, buf, 4096));
	ck_assert_uint_eq(buf[0], 0x5a);
	ck_assert_int_eq(dup2(keep, own), own);
	close(keep);
	close(other);
	memset(buf, 0x77, 512);
	ck_assert(try_one(b, BLK_WRITE, 9, buf, 512));
	ck_assert_int_eq(tried_error, 0);
	ck_assert(try_one(b, BLK_READ, 8, buf + 1024, 1536));
	ck_assert_uint_eq(buf[1024], 0x5a);
	ck_assert_uint_eq(buf[1024 + 512], 0x77);
	ck_assert_uint_eq(buf[1024 + 1024], 0x5a);
	ck_assert(try_one(b, BLK_FLUSH, 0, NULL, 0));
	ck_assert_int_eq(tried_error, 0);
	/* Where the file has gone there is no way but the slow one, twice. */
	ck_assert_int_eq(ftruncate(fd, 4096), 0);
	for (int i = 0; i < 20; i++)
		ck_assert(!try_one(b, BLK_READ, 16, buf, 4096));
	ck_assert(!try_one(b, BLK_READ, 24, buf, 4096));
	ck_assert_int_eq(transfer(b, BLK_READ, 16, buf, 4096), EIO);
	ck_assert(try_one(b, BLK_READ, 0, buf, 4096));
	close(fd);
	blk_close(b);
}
END_TEST

/* Whether the sector of the file holds the byte everywhere. */
static bool
holds(int fd, uint64_t sector, int byte)
{
	uint8_t buf[512];

	ck_assert_int_eq(pread(fd, buf, 512, (off_t)(sector * 512)), 512);
	for (int i = 0; i < 512; i++)
		if (buf[i] != byte)
			return (false);
	return (true);
}

/* _i: the engine below. */
START_TEST(what_is_not_flushed_never_reaches_the_image)
{
	static uint8_t buf[512 * 300];
	struct blk_backend *b;
	struct hf_err err;
	struct try flushes[3];
	int fd;

	if (uring_missing(_i))
		return;
	b = _i == SYNC ? blk_sync_new(image_fd(&fd), SECTORS, false)
		       : blk_uring_new(image_fd(&fd), SECTORS, false);
	b = blk_volatile_new(b, &err);
	memset(buf, 0xa1, sizeof(buf));
	ck_assert_int_eq(transfer(b, BLK_WRITE, 1, buf, 512), 0);
	ck_assert_int_eq(transfer(b, BLK_WRITE, 3, buf, 512), 0);
	ck_assert(!holds(fd, 1, 0xa1) && !holds(fd, 3, 0xa1));
	/* Read back all the same, before and after the flush. */
	memset(buf, 0, 512);
	ck_assert_int_eq(transfer(b, BLK_READ, 3, buf, 512), 0);
	ck_assert_uint_eq(buf[17], 0xa1);
	ck_assert_int_eq(flush(b), 0);
	ck_assert(holds(fd, 1, 0xa1) && holds(fd, 3, 0xa1));
	ck_assert(holds(fd, 2, image[2 * 512]));
	/* More than a run at once, and flushes that wait for each other. */
	memset(buf, 0xb2, sizeof(buf));
	ck_assert_int_eq(
	    transfer(b, BLK_WRITE, 4, buf, (SECTORS - 8) * 512), 0);
	for (int i = 0; i < 3; i++)
		start(b, &flushes[i], BLK_FLUSH, 0, NULL, 0, 1);
	for (int i = 0; i < 3; i++)
		ck_assert_int_eq(finish(b, &flushes[i]), 0);
	ck_assert(holds(fd, 4, 0xb2) && holds(fd, SECTORS - 5, 0xb2));
	ck_assert(holds(fd, 3, 0xa1) && !holds(fd, SECTORS - 4, 0xb2));
	/* The last word was not flushed: the one before it stays. */
	memset(buf, 0xc3, 512);
	ck_assert_int_eq(transfer(b, BLK_WRITE, 1, buf, 512), 0);
	blk_close(b);
	ck_assert(holds(fd, 1, 0xa1));
	close(fd);
}
END_TEST

START_TEST(cache_keeps_what_could_not_be_flushed)
{
	static uint8_t buf[512];
	struct blk_backend *b;
	struct hf_err err;
	int fd;

	b = blk_faulty_new(blk_sync_new(image_fd(&fd), SECTORS, false),
	    "write@1=fail,flush@2=fail", &err);
	b = blk_volatile_new(b, &err);
	memset(buf, 0xd4, sizeof(buf));
	ck_assert_int_eq(transfer(b, BLK_WRITE, 9, buf, 512), 0);
	ck_assert_int_eq(flush(b), EIO); /* the write below */
	ck_assert(!holds(fd, 9, 0xd4));
	ck_assert_int_eq(flush(b), EIO); /* the flush below */
	ck_assert_int_eq(flush(b), 0);
	ck_assert(holds(fd, 9, 0xd4));
	blk_close(b);
	close(fd);
}
END_TEST

/* Each as long as its buffer at the most: 256 sectors. */
START_TEST(long_runs_are_flushed_in_parts)
{
	static uint8_t buf[513 * 512];
	struct hf_err err;
	struct probe *probe;
	struct blk_backend *b =
	    blk_volatile_new(probe_new(600, false, &probe), &err);

	memset(buf, 0xe5, sizeof(buf));
	ck_assert_int_eq(transfer(b, BLK_WRITE, 7, buf, sizeof(buf)), 0);
	ck_assert_int_eq(flush(b), 0);
	ck_assert_str_eq(probe_trace(probe), "wWwWwWfF");
	ck_assert_mem_eq(probe_bytes(probe) + 7 * 512, buf, sizeof(buf));
	ck_assert_uint_eq(probe_bytes(probe)[520 * 512], probe_byte(520));
	blk_close(b);
}
END_TEST

START_TEST(plan_puts_the_cache_between)
{
	static uint8_t buf[512];
	struct blk_backend *b;
	struct hf_err err;
	char text[80];
	int fd;

	b = blk_faulty_new(blk_sync_new(image_fd(&fd), SECTORS, false),
	    "flush@2=fail,volatile", &err);
	ck_assert_str_eq(blk_describe(b, text, sizeof(text)),
	    "faulty over volatile cache over sync");
	memset(buf, 0xe5, sizeof(buf));
	ck_assert_int_eq(transfer(b, BLK_WRITE, 9, buf, 512), 0);
	ck_assert(!holds(fd, 9, 0xe5));
	ck_assert_int_eq(flush(b), 0);
	ck_assert(holds(fd, 9, 0xe5));
	blk_close(b);
	close(fd);
}
END_TEST

START_TEST(faults_cannot_be_passed_by)
{
	struct hf_err err;
	struct blk_backend *b =
	    blk_faulty_new(blk_ram_new(8), "read@1=fail", &err);

	ck_assert(!blk_can_try(b));
	blk_close(b);
}
END_TEST

/* VB-66: a later success does not mean that earlier data is safe. */
START_TEST(failed_flush_is_remembered)
{
	struct blk_backend *b;
	int fd, other;

	if (uring_missing(_i))
		return;
	/* fdatasync of a pipe fails with EINVAL; then it becomes a file. */
	int pipe_fds[2];

	ck_assert_int_eq(pipe(pipe_fds), 0);
	fd = pipe_fds[0];
	b = _i == SYNC ? blk_sync_new(fd, SECTORS, false)
		       : blk_uring_new(fd, SECTORS, false);
	ck_assert_int_eq(flush(b), EINVAL);
	other = image_fd(NULL);
	ck_assert_int_eq(dup2(other, fd), fd);
	ck_assert_int_eq(fdatasync(fd), 0);
	ck_assert_int_eq(flush(b), EINVAL);
	close(other);
	close(pipe_fds[1]);
	blk_close(b);
}
END_TEST

START_TEST(error_of_the_host_reaches_the_caller)
{
	uint8_t buf[512] = { 0 };
	struct blk_backend *b;
	int fd;

	if (uring_missing(_i))
		return;
	fd = open("/dev/full", O_RDWR | O_CLOEXEC);
	if (fd < 0)
		return;
	b = _i == SYNC ? blk_sync_new(fd, SECTORS, false)
		       : blk_uring_new(fd, SECTORS, false);
	ck_assert_int_eq(transfer(b, BLK_WRITE, 0, buf, 512), ENOSPC);
	blk_close(b);
}
END_TEST

START_TEST(snapshot_keeps_every_write_off_the_image)
{
	static uint8_t buf[BYTES];
	struct blk_backend *b;
	struct hf_err err;
	int fd;

	b = blk_snapshot_new(blk_sync_new(image_fd(&fd), SECTORS, true), &err);
	/* Every second sector, so that reads must be patched in turn. */
	memset(buf, 0x77, 512);
	for (uint64_t s = 0; s < SECTORS; s += 2)
		ck_assert_int_eq(transfer(b, BLK_WRITE, s, buf, 512), 0);
	ck_assert_int_eq(flush(b), 0);
	ck_assert_int_eq(transfer(b, BLK_READ, 0, buf, BYTES), 0);
	for (unsigned int i = 0; i < BYTES; i++)
		ck_assert_uint_eq(
		    buf[i], i / 512 % 2 == 0 ? 0x77 : probe_byte(i / 512));
	ck_assert_int_eq(pread(fd, buf, BYTES, 0), BYTES);
	ck_assert_mem_eq(buf, image, BYTES);
	close(fd);
	blk_close(b);
}
END_TEST

/* What the overlay has whole does not need the image at all. */
START_TEST(snapshot_reads_its_own_writes_from_memory)
{
	struct probe *probe;
	struct hf_err err;
	struct blk_backend *b =
	    blk_snapshot_new(probe_new(SECTORS, true, &probe), &err);
	uint8_t buf[2048];

	memset(buf, 0x77, sizeof(buf));
	ck_assert_int_eq(transfer(b, BLK_WRITE, 8, buf, 2048), 0);
	ck_assert_int_eq(transfer(b, BLK_READ, 9, buf, 1024), 0);
	ck_assert_str_eq(probe_trace(probe), "");
	ck_assert_int_eq(transfer(b, BLK_READ, 7, buf, 1024), 0);
	ck_assert_str_eq(probe_trace(probe), "rR");
	ck_assert_uint_eq(buf[0], probe_byte(7));
	ck_assert_uint_eq(buf[512], 0x77);
	/* An error below is an error, whatever could be patched. */
	probe_fail(probe, BLK_READ, EIO);
	ck_assert_int_eq(transfer(b, BLK_READ, 7, buf, 1024), EIO);
	blk_close(b);
}
END_TEST

START_TEST(chosen_ops_fail_and_others_do_not)
{
	struct probe *probe;
	struct hf_err err;
	struct blk_backend *b = blk_faulty_new(
	    probe_new(SECTORS, false, &probe),
	    "read@2=fail,write@1=fail:ENOSPC,flush@1=fail,read@4=short:1024,"
	    "read@5=short:512,write@2=short:100",
	    &err);
	uint8_t buf[2048];

	ck_assert_int_eq(transfer(b, BLK_READ, 0, buf, 512), 0);
	ck_assert_int_eq(transfer(b, BLK_READ, 0, buf, 512), EIO);
	ck_assert_int_eq(transfer(b, BLK_READ, 0, buf, 512), 0);
	ck_assert_int_eq(transfer(b, BLK_WRITE, 0, buf, 512), ENOSPC);
	ck_assert_int_eq(flush(b), EIO);
	ck_assert_int_eq(flush(b), 0);
	/* Shortened: some of it arrives, and it fails. */
	memset(buf, 0xee, sizeof(buf));
	ck_assert_int_eq(transfer(b, BLK_READ, 4, buf, 2048), EIO);
	ck_assert_uint_eq(buf[1023], probe_byte(5));
	ck_assert_uint_eq(buf[1024], 0xee);
	ck_assert_int_eq(transfer(b, BLK_READ, 0, buf, 512), EIO);
	ck_assert_int_eq(transfer(b, BLK_WRITE, 0, buf, 512), EIO);
	ck_assert_str_eq(probe_trace(probe), "rRrRfFrR");
	blk_close(b);
}
END_TEST

static uint64_t
now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ((uint64_t)ts.tv_sec * 1000 + (uint64_t)ts.tv_nsec / 1000000);
}

/* The long delay is far above what a busy machine may take for the rest. */
START_TEST(delayed_op_lets_others_pass)
{
	struct probe *probe;
	struct hf_err err;
	struct blk_backend *b =
	    blk_faulty_new(probe_new(SECTORS, false, &probe),
		"read@1=delay:2s,read@2=delay:20ms", &err);
	uint8_t buf[3][512];
	struct try t[3];
	uint64_t start_ms = now_ms();

	for (unsigned int i = 0; i < 3; i++)
		start(b, &t[i], BLK_READ, i, buf[i], 512, 1);
	ck_assert_uint_eq(times_done(&t[0]), 0);
	ck_assert_uint_eq(times_done(&t[1]), 0);
	ck_assert_uint_eq(times_done(&t[2]), 1);
	ck_assert_int_eq(finish(b, &t[1]), 0);
	ck_assert_uint_ge(now_ms() - start_ms, 20);
	ck_assert_uint_eq(times_done(&t[0]), 0);
	ck_assert_int_eq(finish(b, &t[0]), 0);
	ck_assert_uint_ge(now_ms() - start_ms, 2000);
	for (unsigned int i = 0; i < 3; i++)
		ck_assert_uint_eq(buf[i][0], probe_byte(i));
	blk_close(b);
}
END_TEST

/* Each op that waits, or would have to, fails once, and moves nothing. */
START_TEST(delayed_ops_are_cut_short)
{
	struct probe *probe;
	struct hf_err err;
	struct blk_backend *b = blk_faulty_new(
	    probe_new(SECTORS, false, &probe), "any@2+=delay:1000s", &err);
	uint8_t buf[4][512] = { 0 };
	struct try t[4];

	for (unsigned int i = 0; i < 3; i++)
		start(b, &t[i], BLK_READ, i, buf[i], 512, 1);
	ck_assert_int_eq(finish(b, &t[0]), 0);
	ck_assert_uint_eq(times_done(&t[1]) + times_done(&t[2]), 0);
	blk_cut_short(b);
	ck_assert_int_eq(finish(b, &t[1]), ECANCELED);
	ck_assert_int_eq(finish(b, &t[2]), ECANCELED);
	start(b, &t[3], BLK_READ, 3, buf[3], 512, 1);
	ck_assert_int_eq(finish(b, &t[3]), ECANCELED);
	blk_cut_short(b);
	blk_reap(b);
	for (unsigned int i = 0; i < 4; i++) {
		ck_assert_uint_eq(times_done(&t[i]), 1);
		ck_assert_uint_eq(buf[i][0], i == 0 ? probe_byte(0) : 0);
	}
	blk_close(b);
}
END_TEST

static Suite *
backends_suite(void)
{
	Suite *s = suite_create("blk_backends");
	TCase *t = tcase_create("all");

	tcase_set_timeout(t, 120);
	tcase_add_loop_test(t, what_is_closed_leaves_no_file_open, 0, KINDS);
	tcase_add_loop_test(t, reads_see_the_image_and_later_writes, 0, KINDS);
	tcase_add_loop_test(
	    t, many_ops_are_under_way_at_once_in_many_pieces, 0, KINDS);
	tcase_add_loop_test(t, last_sector_is_there, 0, KINDS);
	tcase_add_loop_test(t, backends_say_what_they_are, 0, KINDS);
	tcase_add_loop_test(
	    t, what_is_not_flushed_never_reaches_the_image, SYNC, RAM);
	tcase_add_test(t, cache_keeps_what_could_not_be_flushed);
	tcase_add_test(t, long_runs_are_flushed_in_parts);
	tcase_add_test(t, plan_puts_the_cache_between);
	tcase_add_loop_test(t, truncated_image_is_an_io_error, SYNC, RAM);
	tcase_add_test(t, image_in_memory_that_ends_in_a_page_is_an_io_error);
	tcase_add_loop_test(t, image_in_memory_needs_no_waiting, 0, 2);
	tcase_add_test(t, faults_cannot_be_passed_by);
	tcase_add_loop_test(t, failed_flush_is_remembered, SYNC, RAM);
	tcase_add_loop_test(t, error_of_the_host_reaches_the_caller, SYNC, RAM);
	suite_add_tcase(s, t);

	t = tcase_create("layers");
	tcase_add_test(t, snapshot_keeps_every_write_off_the_image);
	tcase_add_test(t, snapshot_reads_its_own_writes_from_memory);
	tcase_add_test(t, chosen_ops_fail_and_others_do_not);
	tcase_add_test(t, delayed_op_lets_others_pass);
	tcase_add_test(t, delayed_ops_are_cut_short);
	suite_add_tcase(s, t);
	return (s);
}

int
main(void)
{
	return (unit_run_suite(backends_suite()));
}
