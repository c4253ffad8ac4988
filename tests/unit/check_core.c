/* SPDX-License-Identifier: BSD-2-Clause */
/* check_core.c: units, statuses, user errors, files. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/err.h"
#include "core/io.h"
#include "core/lock.h"
#include "core/units.h"
#include "unit.h"

struct parse_case {
	const char *text;
	int rc;
	uint64_t value;
};

static void
check_parser(int (*parse)(const char *, uint64_t *),
    const struct parse_case *cases, size_t n)
{
	uint64_t value;
	size_t i;

	for (i = 0; i < n; i++) {
		value = 77;
		ck_assert_msg(parse(cases[i].text, &value) == cases[i].rc,
		    "\"%s\" is %s", cases[i].text,
		    cases[i].rc == 0 ? "refused" : "accepted");
		ck_assert_msg(value == (cases[i].rc == 0 ? cases[i].value : 77),
		    "\"%s\" gives %lu", cases[i].text, value);
	}
}

START_TEST(sizes_take_powers_of_1024_and_nothing_else)
{
	static const struct parse_case cases[] = {
		{ "0", 0, 0 },
		{ "4096", 0, 4096 },
		{ "64M", 0, 64ull << 20 },
		{ "64m", 0, 64ull << 20 },
		{ "64MB", 0, 64ull << 20 },
		{ "64MiB", 0, 64ull << 20 },
		{ "1K", 0, 1024 },
		{ "3G", 0, 3ull << 30 },
		{ "2T", 0, 2ull << 40 },
		{ "18446744073709551615", 0, UINT64_MAX },
		{ "16777215T", 0, 16777215ull << 40 },
		{ "18446744073709551616", -1, 0 },
		{ "16777216T", -1, 0 },
		{ "", -1, 0 },
		{ "M", -1, 0 },
		{ "-1", -1, 0 },
		{ "+1", -1, 0 },
		{ " 1", -1, 0 },
		{ "1 M", -1, 0 },
		{ "1.5G", -1, 0 },
		{ "0x10", -1, 0 },
		{ "64Mx", -1, 0 },
		{ "64MM", -1, 0 },
		{ "64Mi", -1, 0 },
		{ "1B", -1, 0 },
		{ "1-", -1, 0 },
	};

	check_parser(
	    units_parse_bytes, cases, sizeof(cases) / sizeof(cases[0]));
}
END_TEST

START_TEST(durations_are_seconds_unless_said_otherwise)
{
	static const struct parse_case cases[] = {
		{ "2", 0, 2000 },
		{ "2s", 0, 2000 },
		{ "1500ms", 0, 1500 },
		{ "5m", 0, 300000 },
		{ "5M", -1, 0 },
		{ "5h", -1, 0 },
		{ "s", -1, 0 },
		{ "18446744073709551615", -1, 0 },
	};

	check_parser(
	    units_parse_duration_ms, cases, sizeof(cases) / sizeof(cases[0]));
}
END_TEST

START_TEST(numbers_are_decimal_or_hexadecimal_to_the_end)
{
	static const struct parse_case cases[] = {
		{ "42", 0, 42 },
		{ "0x2a", 0, 42 },
		{ "0XFFFFFFFFFFFFFFFF", 0, UINT64_MAX },
		{ "010", 0, 10 },
		{ "0x", -1, 0 },
		{ "0x10000000000000000", -1, 0 },
		{ "42x", -1, 0 },
		{ "f", -1, 0 },
		{ "", -1, 0 },
	};

	check_parser(units_parse_u64, cases, sizeof(cases) / sizeof(cases[0]));
}
END_TEST

START_TEST(sizes_print_in_the_largest_unit_that_divides_them)
{
	char buf[32];

	ck_assert_str_eq(
	    units_format_bytes(64ull << 20, buf, sizeof(buf)), "64 MiB");
	ck_assert_str_eq(units_format_bytes(0, buf, sizeof(buf)), "0 bytes");
	ck_assert_str_eq(
	    units_format_bytes(1025, buf, sizeof(buf)), "1025 bytes");
	ck_assert_str_eq(
	    units_format_bytes(1ull << 50, buf, sizeof(buf)), "1024 TiB");
	ck_assert_str_eq(
	    units_format_seconds(499999, buf, sizeof(buf)), "0.000");
	ck_assert_str_eq(
	    units_format_seconds(12034500000, buf, sizeof(buf)), "12.035");
}
END_TEST

START_TEST(worst_status_wins)
{
	static const enum exitcode order[] = { EXITCODE_OK, EXITCODE_SKIPPED,
		EXITCODE_USAGE, EXITCODE_FAILED, EXITCODE_TIMEOUT,
		EXITCODE_DIED, EXITCODE_HARNESS };
	size_t i, j, n = sizeof(order) / sizeof(order[0]);

	for (i = 0; i < n; i++)
		for (j = 0; j < n; j++)
			ck_assert_int_eq(exitcode_worst(order[i], order[j]),
			    order[i > j ? i : j]);
}
END_TEST

START_TEST(user_errors_carry_status_text_and_errno)
{
	struct hf_err err = { 0 };
	char text[200];

	ck_assert_int_eq(err_user(&err, "--cpus %d", 3), -1);
	ck_assert_int_eq(err.status, EXITCODE_USAGE);
	ck_assert_str_eq(err.text, "--cpus 3");
	err_host_errno(&err, ENOENT, "open %s", "x");
	ck_assert_int_eq(err.status, EXITCODE_HARNESS);
	snprintf(text, sizeof(text), "open x: %s", strerror(ENOENT));
	ck_assert_str_eq(err.text, text);
	err_prefix(&err, "disk %d", 1);
	ck_assert_ptr_nonnull(strstr(err.text, "disk 1: open x: "));
	ck_assert_int_eq(err_user(NULL, "nobody listens"), -1);
}
END_TEST

/* What a function says that must abort. */
static const char *
last_words(void (*f)(void))
{
	static char text[4096];
	int fds[2], status;
	ssize_t n;
	pid_t pid;

	ck_assert_int_eq(pipe(fds), 0);
	pid = fork();
	if (pid == 0) {
		dup2(fds[1], STDERR_FILENO);
		signal(SIGABRT, SIG_DFL);
		f();
		_exit(0);
	}
	close(fds[1]);
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	n = read(fds[0], text, sizeof(text) - 1);
	close(fds[0]);
	ck_assert_int_gt(n, 0);
	text[n] = '\0';
	ck_assert(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
	return (text);
}

static void
fail_check(void)
{
	hf_check(1 + 1 == 3);
}

START_TEST(failed_check_aborts_after_a_message)
{
	const char *text = last_words(fail_check);

	ck_assert_ptr_nonnull(strstr(text, "check failed: 1 + 1 == 3"));
	ck_assert_ptr_nonnull(strstr(text, "check_core.c"));
}
END_TEST

static pthread_mutex_t lock;
static pthread_cond_t cond = PTHREAD_COND_INITIALIZER;

static void
take_twice(void)
{
	lock_init(&lock);
	lock_take(&lock);
	lock_take(&lock);
}

static void
drop_what_is_free(void)
{
	lock_init(&lock);
	lock_drop(&lock);
}

static void *
drop_it(void *arg)
{
	lock_drop(&lock);
	return (arg);
}

static void
drop_what_another_has(void)
{
	pthread_t t;

	lock_init(&lock);
	lock_take(&lock);
	pthread_create(&t, NULL, drop_it, NULL);
	pthread_join(t, NULL);
}

static void
wait_without(void)
{
	lock_init(&lock);
	lock_wait(&cond, &lock);
}

static void
wait_a_while_without(void)
{
	lock_init(&lock);
	(void)lock_wait_until(&cond, &lock, &(struct timespec){ 0 });
}

static void
destroy_what_is_taken(void)
{
	lock_init(&lock);
	lock_take(&lock);
	lock_destroy(&lock);
}

START_TEST(locks_know_who_has_them)
{
	static void (*const misuses[])(void) = { take_twice, drop_what_is_free,
		drop_what_another_has, wait_without, wait_a_while_without,
		destroy_what_is_taken };

	for (size_t i = 0; i < sizeof(misuses) / sizeof(misuses[0]); i++)
		ck_assert_ptr_nonnull(
		    strstr(last_words(misuses[i]), "check failed: "));
	lock_init(&lock);
	ck_assert(lock_try(&lock));
	ck_assert(!lock_try(&lock));
	ck_assert(!lock_wait_until(&cond, &lock, &(struct timespec){ 0 }));
	lock_drop(&lock);
	lock_destroy(&lock);
}
END_TEST

START_TEST(files_that_cannot_be_inputs_are_refused_by_name)
{
	struct io_file file = { 0 }, again;
	struct hf_err err = { 0 };
	char path[] = "/tmp/hf-check-core-XXXXXX";
	int fd;

	ck_assert_int_eq(io_file_read("--plan", "/", &file, &err), -1);
	ck_assert_int_eq(err.status, EXITCODE_USAGE);
	ck_assert_ptr_nonnull(strstr(err.text, "--plan /: a directory"));
	ck_assert_int_eq(
	    io_file_read("--plan", "/nonexistent", &file, &err), -1);
	ck_assert_ptr_nonnull(strstr(err.text, strerror(ENOENT)));
	ck_assert_int_eq(io_file_read("--plan", "/dev/null", &file, &err), -1);
	fd = mkstemp(path);
	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(io_file_read("--plan", path, &file, &err), -1);
	ck_assert_ptr_nonnull(strstr(err.text, "empty"));
	ck_assert_int_eq(io_write_all(fd, "abc", 3), 0);
	ck_assert_int_eq(io_file_read("--plan", path, &file, &err), 0);
	ck_assert_uint_eq(file.len_bytes, 3);
	ck_assert_mem_eq(file.bytes, "abc", 3);
	/* What becomes of the file does not matter any more. */
	ck_assert_int_eq(pwrite(fd, "xyz", 3, 0), 3);
	ck_assert_mem_eq(file.bytes, "abc", 3);
	ck_assert_int_eq(ftruncate(fd, 0), 0);
	ck_assert_mem_eq(file.bytes, "abc", 3);
	ck_assert_int_eq(ftruncate(fd, (off_t)IO_FILE_MAX + 1), 0);
	ck_assert_int_eq(io_file_read("--plan", path, &again, &err), -1);
	ck_assert_ptr_nonnull(strstr(err.text, "too many"));
	io_file_free(&file);
	close(fd);
	unlink(path);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		sizes_take_powers_of_1024_and_nothing_else,
		durations_are_seconds_unless_said_otherwise,
		numbers_are_decimal_or_hexadecimal_to_the_end,
		sizes_print_in_the_largest_unit_that_divides_them,
		worst_status_wins, user_errors_carry_status_text_and_errno,
		failed_check_aborts_after_a_message, locks_know_who_has_them,
		files_that_cannot_be_inputs_are_refused_by_name, NULL
	};

	return (unit_main("core", tests));
}
