/* SPDX-License-Identifier: BSD-2-Clause */
/* check_blk_image.c: opening a disk image: what is refused, and in what words. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "blk/blk.h"
#include "unit.h"

static char dir[64];
static struct hf_err err;

static void
setup(void)
{
	(void)snprintf(dir, sizeof(dir), "/tmp/hf-check-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(dir));
	memset(&err, 0, sizeof(err));
}

static void
teardown(void)
{
	char command[96];

	(void)snprintf(command, sizeof(command), "rm -rf %s", dir);
	ck_assert_int_eq(system(command), 0);
}

static const char *
path_of(const char *name)
{
	static char path[128];

	(void)snprintf(path, sizeof(path), "%s/%s", dir, name);
	return (path);
}

static const char *
make_file(const char *name, off_t size, mode_t mode)
{
	const char *path = path_of(name);
	int fd = open(path, O_CREAT | O_RDWR | O_TRUNC, 0600);

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(ftruncate(fd, size), 0);
	ck_assert_int_eq(fchmod(fd, mode), 0);
	close(fd);
	return (path);
}

static struct blk_backend *
open_image(const char *path, enum blk_access access)
{
	struct blk_image_options o = {
		.path = path, .access = access, .engine = BLK_ENGINE_SYNC
	};

	err = (struct hf_err){ EXITCODE_OK, "" };
	return (blk_image_open(&o, &err));
}

/* Refused as a user's mistake, in words that name path and contain text. */
static void
expect_refused(const char *path, enum blk_access access, const char *text)
{
	ck_assert_ptr_null(open_image(path, access));
	ck_assert_int_eq(err.status, EXITCODE_USAGE);
	ck_assert_msg(
	    strstr(err.text, text) != NULL && strstr(err.text, path) != NULL,
	    "message: %s", err.text);
}

START_TEST(sizes_are_checked)
{
	struct blk_backend *b;

	expect_refused(
	    make_file("empty", 0, 0600), BLK_ACCESS_READ_WRITE, "is empty");
	expect_refused(make_file("odd", 513, 0600), BLK_ACCESS_READ_WRITE,
	    "513 bytes long");
	expect_refused(make_file("short", 511, 0600), BLK_ACCESS_READ_WRITE,
	    "not a multiple of 512");
	b = open_image(make_file("one", 512, 0600), BLK_ACCESS_READ_WRITE);
	ck_assert_ptr_nonnull(b);
	ck_assert_uint_eq(blk_capacity_sectors(b), 1);
	blk_close(b);
}
END_TEST

START_TEST(what_is_not_a_disk_is_refused)
{
	expect_refused(path_of("missing"), BLK_ACCESS_READ_WRITE,
	    "No such file or directory");
	expect_refused(dir, BLK_ACCESS_READ_WRITE, "is a directory");
	expect_refused(
	    "/dev/null", BLK_ACCESS_READ_WRITE, "is a character device");
	ck_assert_int_eq(mkfifo(path_of("pipe"), 0600), BLK_ACCESS_READ_WRITE);
	expect_refused(path_of("pipe"), BLK_ACCESS_READ_WRITE, "is a pipe");
	expect_refused("", BLK_ACCESS_READ_WRITE, "No such file or directory");
}
END_TEST

START_TEST(permissions_are_reported)
{
	struct blk_backend *b;
	const char *path;

	if (geteuid() == 0) {
		/* Root may read everything; become somebody who may not. */
		ck_assert_int_eq(chmod(dir, 0777), 0);
		ck_assert_int_eq(seteuid(65534), 0);
	}
	path = make_file("secret", 512, 0000);
	expect_refused(path, BLK_ACCESS_READ_WRITE, "Permission denied");
	expect_refused(path, BLK_ACCESS_SNAPSHOT, "opened for reading");
	path = make_file("readable", 512, 0400);
	expect_refused(path, BLK_ACCESS_READ_WRITE,
	    "(FILE,ro and --snapshot need no more than reading)");
	b = open_image(path, BLK_ACCESS_SNAPSHOT);
	ck_assert_ptr_nonnull(b);
	ck_assert(!blk_readonly(b));
	blk_close(b);
	b = open_image(path, BLK_ACCESS_READ_ONLY);
	ck_assert_ptr_nonnull(b);
	ck_assert(blk_readonly(b));
	blk_close(b);
	if (getuid() == 0)
		ck_assert_int_eq(seteuid(0), 0);
}
END_TEST

/* Two of ours in one process, as two runs would be in two. */
START_TEST(writer_needs_the_image_for_itself)
{
	const char *path = make_file("disk", 4096, 0600);
	char self[64];
	struct blk_backend *writer, *reader, *reader2;

	(void)snprintf(
	    self, sizeof(self), "in use by process %d (check_", (int)getpid());
	writer = open_image(path, BLK_ACCESS_READ_WRITE);
	ck_assert_ptr_nonnull(writer);
	expect_refused(path, BLK_ACCESS_READ_WRITE, self);
	expect_refused(path, BLK_ACCESS_SNAPSHOT, self);
	blk_close(writer);

	reader = open_image(path, BLK_ACCESS_SNAPSHOT);
	reader2 = open_image(path, BLK_ACCESS_READ_ONLY);
	ck_assert_ptr_nonnull(reader);
	ck_assert_ptr_nonnull(reader2);
	expect_refused(
	    path, BLK_ACCESS_READ_WRITE, "writing in place needs it");
	blk_close(reader);
	blk_close(reader2);
	writer = open_image(path, BLK_ACCESS_READ_WRITE);
	ck_assert_ptr_nonnull(writer);
	blk_close(writer);
}
END_TEST

START_TEST(refused_opens_leave_no_descriptor_behind)
{
	int before = dup(0), after;

	close(before);
	expect_refused(make_file("odd", 513, 0600), BLK_ACCESS_READ_WRITE,
	    "513 bytes long");
	expect_refused(dir, BLK_ACCESS_READ_WRITE, "is a directory");
	after = dup(0);
	close(after);
	ck_assert_int_eq(before, after);
}
END_TEST

START_TEST(engine_asked_for_by_name_is_used_or_refused)
{
	struct blk_image_options o = { .path = make_file("disk", 512, 0600),
		.engine = BLK_ENGINE_URING };
	struct blk_backend *b = blk_image_open(&o, &err);
	char buf[64];

	if (blk_uring_refusal() == NULL) {
		ck_assert_ptr_nonnull(b);
		ck_assert_str_eq(blk_describe(b, buf, sizeof(buf)), "io_uring");
		blk_close(b);
	} else {
		ck_assert_ptr_null(b);
		ck_assert_ptr_nonnull(strstr(err.text, "disk engine uring"));
	}
	o.engine = BLK_ENGINE_AUTO;
	b = blk_image_open(&o, &err);
	ck_assert_ptr_nonnull(b);
	blk_close(b);
}
END_TEST

START_TEST(engine_names_are_the_same_both_ways)
{
	enum blk_engine e;

	for (int i = 0; i < BLK_ENGINE_COUNT; i++) {
		ck_assert_int_eq(
		    blk_engine_parse(blk_engine_name((enum blk_engine)i), &e),
		    0);
		ck_assert_int_eq(e, i);
	}
	ck_assert_int_eq(blk_engine_parse("aio", &e), -1);
	ck_assert_int_eq(blk_engine_parse("", &e), -1);
}
END_TEST

START_TEST(faults_and_snapshot_go_on_top)
{
	struct blk_image_options o = { .path = make_file("disk", 512, 0600),
		.access = BLK_ACCESS_SNAPSHOT,
		.engine = BLK_ENGINE_SYNC,
		.faults = "read@1=fail" };
	struct blk_backend *b = blk_image_open(&o, &err);
	static const uint8_t builtin[1024];
	char buf[64];

	ck_assert_ptr_nonnull(b);
	ck_assert_str_eq(blk_describe(b, buf, sizeof(buf)),
	    "faulty over snapshot over sync");
	blk_close(b);
	o.faults = "nonsense";
	ck_assert_ptr_null(blk_image_open(&o, &err));
	ck_assert_ptr_nonnull(strstr(err.text, "\"nonsense\""));

	b = blk_image_builtin(
	    builtin, sizeof(builtin), BLK_ACCESS_SNAPSHOT, NULL, &err);
	ck_assert_str_eq(
	    blk_describe(b, buf, sizeof(buf)), "snapshot over built-in");
	ck_assert_uint_eq(blk_capacity_sectors(b), 2);
	ck_assert(!blk_readonly(b));
	blk_close(b);
	b = blk_image_builtin(
	    builtin, sizeof(builtin), BLK_ACCESS_READ_ONLY, NULL, &err);
	ck_assert(blk_readonly(b));
	blk_close(b);
}
END_TEST

/* Whatever the path leads to by then: other bytes, another size, nothing. */
START_TEST(what_is_open_is_used_again)
{
	struct blk_opened opened = { .fd = -1 };
	struct blk_image_options o = { .path = make_file("disk", 4096, 0600),
		.access = BLK_ACCESS_READ_WRITE,
		.engine = BLK_ENGINE_SYNC,
		.opened = &opened };
	struct blk_backend *b[3];

	b[0] = blk_image_open(&o, &err);
	ck_assert_ptr_nonnull(b[0]);
	blk_close(b[0]);
	/* Between two guests it is still nobody else's. */
	expect_refused(o.path, BLK_ACCESS_READ_WRITE, "in use by process");
	ck_assert_int_eq(unlink(o.path), 0);
	b[1] = blk_image_open(&o, &err);
	ck_assert_ptr_nonnull(b[1]);
	(void)make_file("disk", 512, 0600);
	b[2] = blk_image_open(&o, &err);
	ck_assert_ptr_nonnull(b[2]);
	ck_assert_uint_eq(blk_capacity_sectors(b[1]), 8);
	ck_assert_uint_eq(blk_capacity_sectors(b[2]), 8);
	blk_close(b[1]);
	blk_close(b[2]);
	blk_opened_close(&opened);
	b[0] = blk_image_open(&o, &err);
	ck_assert_ptr_nonnull(b[0]);
	ck_assert_uint_eq(blk_capacity_sectors(b[0]), 1);
	blk_close(b[0]);
	blk_opened_close(&opened);
	blk_opened_close(&opened);
}
END_TEST

static Suite *
image_suite(void)
{
	Suite *s = suite_create("blk_image");
	TCase *t = tcase_create("open");

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, sizes_are_checked);
	tcase_add_test(t, what_is_not_a_disk_is_refused);
	tcase_add_test(t, permissions_are_reported);
	tcase_add_test(t, writer_needs_the_image_for_itself);
	tcase_add_test(t, refused_opens_leave_no_descriptor_behind);
	tcase_add_test(t, engine_asked_for_by_name_is_used_or_refused);
	tcase_add_test(t, engine_names_are_the_same_both_ways);
	tcase_add_test(t, faults_and_snapshot_go_on_top);
	tcase_add_test(t, what_is_open_is_used_again);
	suite_add_tcase(s, t);
	return (s);
}

int
main(void)
{
	return (unit_run_suite(image_suite()));
}
