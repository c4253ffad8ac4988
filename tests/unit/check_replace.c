/* SPDX-License-Identifier: BSD-2-Clause */
/* check_replace.c: files that are replaced as a whole. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/interrupt.h"
#include "core/replace.h"
#include "folder.h"
#include "unit.h"

static char folder[64], file[80];
static struct hf_err err;

static void
put(const char *path, const char *text)
{
	FILE *f = fopen(path, "w");

	ck_assert_ptr_nonnull(f);
	fputs(text, f);
	ck_assert_int_eq(fclose(f), 0);
}

static void
set_up(void)
{
	strcpy(folder, "/tmp/check_replace.XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(folder));
	snprintf(file, sizeof(file), "%s/report", folder);
}

static void
tear_down(void)
{
	char command[100];

	snprintf(command, sizeof(command), "rm -rf %s", folder);
	ck_assert_int_eq(system(command), 0);
}

START_TEST(a_check_leaves_nothing_and_touches_nothing)
{
	ck_assert_int_eq(replace_check("-o", file, &err), 0);
	ck_assert_uint_eq(folder_entries(folder), 0);
	put(file, "older");
	ck_assert_int_eq(replace_check("-o", file, &err), 0);
	ck_assert_uint_eq(folder_entries(folder), 1);
	folder_check_text(file, "older");
	ck_assert_int_eq(replace_check("-o", folder, &err), -1);
	ck_assert_int_eq(err.status, EXITCODE_USAGE);
	ck_assert_ptr_nonnull(strstr(err.text, folder));
	ck_assert_int_eq(replace_check("-o", "/nowhere/x", &err), -1);
	ck_assert_int_eq(replace_check("-o", "/dev/full", &err), 0);
}
END_TEST

START_TEST(a_name_without_a_folder_is_in_the_current_one)
{
	ck_assert_int_eq(chdir(folder), 0);
	ck_assert_int_eq(replace_file("report", "new", 3, &err), 0);
	folder_check_text(file, "new");
	ck_assert_uint_eq(folder_entries(folder), 1);
}
END_TEST

START_TEST(the_mode_is_that_of_the_older_one_or_by_umask)
{
	struct stat st;

	umask(027);
	ck_assert_int_eq(replace_file(file, "new", 3, &err), 0);
	ck_assert_int_eq(stat(file, &st), 0);
	ck_assert_uint_eq(st.st_mode & 07777, 0640);
	ck_assert_int_eq(chmod(file, 0604), 0);
	ck_assert_int_eq(replace_file(file, "", 0, &err), 0);
	ck_assert_int_eq(stat(file, &st), 0);
	ck_assert_uint_eq(st.st_mode & 07777, 0604);
	folder_check_text(file, "");
}
END_TEST

START_TEST(a_link_stays_and_what_it_names_is_replaced)
{
	char link[80];
	struct stat st;

	snprintf(link, sizeof(link), "%s/link", folder);
	put(file, "older");
	ck_assert_int_eq(symlink("report", link), 0);
	ck_assert_int_eq(replace_file(link, "new", 3, &err), 0);
	ck_assert_int_eq(lstat(link, &st), 0);
	ck_assert(S_ISLNK(st.st_mode));
	folder_check_text(file, "new");
}
END_TEST

START_TEST(what_is_no_file_is_written_as_it_is)
{
	int ends[2];
	char path[40], text[8] = "";

	ck_assert_int_eq(pipe(ends), 0);
	snprintf(path, sizeof(path), "/dev/fd/%d", ends[1]);
	ck_assert(replace_is_stream(path));
	ck_assert_int_eq(replace_file(path, "new", 3, &err), 0);
	ck_assert_int_eq(read(ends[0], text, sizeof(text)), 3);
	ck_assert_str_eq(text, "new");
	ck_assert_int_eq(replace_file("/dev/full", "new", 3, &err), -1);
	ck_assert_int_eq(err.status, EXITCODE_HARNESS);
	ck_assert_ptr_nonnull(strstr(err.text, "/dev/full: No space left"));
	close(ends[0]);
	close(ends[1]);
}
END_TEST

START_TEST(a_failure_leaves_the_older_one)
{
	struct rlimit limit = { 2, 2 };

	put(file, "older");
	signal(SIGXFSZ, SIG_IGN);
	ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
	ck_assert_int_eq(replace_file(file, "newer", 5, &err), -1);
	ck_assert_ptr_nonnull(strstr(err.text, "File too large"));
	folder_check_text(file, "older");
	ck_assert_uint_eq(folder_entries(folder), 1);
}
END_TEST

/* Whatever the tests are run under (nohup ignores SIGHUP). */
static void
as_in_a_foreground_job(void)
{
	signal(SIGINT, SIG_DFL);
	signal(SIGTERM, SIG_DFL);
	signal(SIGHUP, SIG_DFL);
	signal(SIGQUIT, SIG_DFL);
	signal(SIGUSR1, SIG_DFL);
}

/* In a child: insist, with half a file written. */
static void
die_half_way(void)
{
	char half[80];

	snprintf(half, sizeof(half), "%s/half", folder);
	put(half, "hal");
	as_in_a_foreground_job();
	if (interrupt_catch(&err) != 0)
		_exit(1);
	interrupt_half_written(half);
	raise(SIGTERM);
	raise(SIGTERM); /* at once: that is timeout(1) */
	if (interrupt_noted() != SIGTERM)
		_exit(2);
	usleep((INTERRUPT_INSIST_MS + 100) * 1000);
	raise(SIGHUP);
	_exit(3);
}

static void
check_death(void (*die)(void), int signal)
{
	int status;
	pid_t pid = fork();

	if (pid == 0)
		die();
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert_msg(
	    WIFSIGNALED(status), "it ended with %d", WEXITSTATUS(status));
	ck_assert_int_eq(WTERMSIG(status), signal);
}

START_TEST(who_insists_kills_and_no_half_of_a_file_stays)
{
	check_death(die_half_way, SIGHUP);
	ck_assert_uint_eq(folder_entries(folder), 0);
}
END_TEST

static void
ask_and_die(void)
{
	uint64_t count;

	as_in_a_foreground_job();
	signal(SIGINT, SIG_IGN);
	if (interrupt_noted() != 0 || interrupt_fd() != -1 ||
	    interrupt_catch(&err) != 0)
		_exit(1);
	raise(SIGINT); /* ignored from the beginning */
	raise(SIGUSR1);
	raise(SIGQUIT);
	if (interrupt_noted() != 0 || !interrupt_asked() || interrupt_asked())
		_exit(2);
	if (read(interrupt_fd(), &count, sizeof(count)) != sizeof(count))
		_exit(3);
	interrupt_clear(); /* nothing there: does not wait */
	interrupt_die();   /* nothing noted: returns */
	interrupt_note(SIGPIPE);
	raise(SIGTERM);
	if (interrupt_noted() != SIGPIPE)
		_exit(4);
	interrupt_die();
	_exit(5);
}

START_TEST(signals_are_noted_and_died_by)
{
	check_death(ask_and_die, SIGPIPE);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		a_check_leaves_nothing_and_touches_nothing,
		a_name_without_a_folder_is_in_the_current_one,
		the_mode_is_that_of_the_older_one_or_by_umask,
		a_link_stays_and_what_it_names_is_replaced,
		what_is_no_file_is_written_as_it_is,
		a_failure_leaves_the_older_one,
		who_insists_kills_and_no_half_of_a_file_stays,
		signals_are_noted_and_died_by,
		NULL,
	};

	return (unit_main_fixture("replace", tests, set_up, tear_down));
}
