/* SPDX-License-Identifier: BSD-2-Clause */
/* check_new.c: folders that "holdfast new" makes: whole, or not at all. */
#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/new_folder.h"
#include "folder.h"
#include "unit.h"

static char folder[64];
static struct hf_err err;

static const struct new_file files[] = {
	{ "both", "Makefile", "NAME = template\n" },
	{ "one", "template.c", "template, \"template\"temp template_x\n" },
	{ "other", "other.c", "" },
	{ 0 },
};

static void
set_up(void)
{
	strcpy(folder, "/tmp/check_new.XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(folder));
	ck_assert_int_eq(chdir(folder), 0);
	memset(&err, 0, sizeof(err));
	signal(SIGXFSZ, SIG_IGN);
}

static void
tear_down(void)
{
	char command[128];

	ck_assert_int_eq(chdir("/"), 0);
	snprintf(command, sizeof(command), "rm -rf %s", folder);
	ck_assert_int_eq(system(command), 0);
}

START_TEST(names)
{
	static const char *const good[] = { "a", "mine", "a_b1_",
		"abcdefghijklmnopqrstuvwxyz012345" };
	static const char *const bad[] = { "", "Mine", "1a", "_a", "a.b", "a-b",
		"a b", "a/b", "/a", ".", "..", "../a", "\xc3\xa4", "a\n", "a\"",
		"abcdefghijklmnopqrstuvwxyz0123456" };

	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		ck_assert_msg(new_name_check(good[i], &err) == 0, "%s: %s",
		    good[i], err.text);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		ck_assert_msg(
		    new_name_check(bad[i], &err) != 0, "%s is good", bad[i]);
		ck_assert_int_eq(err.status, EXITCODE_USAGE);
	}
}
END_TEST

START_TEST(whole)
{
	struct stat st;

	umask(027);
	ck_assert_int_eq(new_folder_make(files, "one", "mine", &err), 0);
	ck_assert_uint_eq(folder_entries("."), 1);
	ck_assert_uint_eq(folder_entries("mine"), 2);
	folder_check_text("mine/Makefile", "NAME = mine\n");
	folder_check_text("mine/mine.c", "mine, \"mine\"temp mine_x\n");
	ck_assert_int_eq(stat("mine/mine.c", &st), 0);
	ck_assert_uint_eq(st.st_mode & 0777, 0640);
	ck_assert_int_eq(stat("mine", &st), 0);
	ck_assert_uint_eq(st.st_mode & 0777, 0750);
}
END_TEST

static void
refused(const char *name, enum exitcode status, const char *part)
{
	memset(&err, 0, sizeof(err));
	ck_assert_int_ne(new_folder_make(files, "one", name, &err), 0);
	ck_assert_int_eq(err.status, status);
	ck_assert_msg(strstr(err.text, part) != NULL, "%s", err.text);
}

/* A folder, a file, a link to either or to nothing: it stays as it is. */
START_TEST(there_already)
{
	FILE *f = fopen("file", "w");

	ck_assert_ptr_nonnull(f);
	fputs("dear", f);
	fclose(f);
	ck_assert_int_eq(mkdir("empty", 0755), 0);
	ck_assert_int_eq(symlink("empty", "to_empty"), 0);
	ck_assert_int_eq(symlink("nothing", "to_nothing"), 0);
	refused("file", EXITCODE_USAGE, "file is there already");
	refused("empty", EXITCODE_USAGE, "empty is there already");
	refused("to_empty", EXITCODE_USAGE, "to_empty is there already");
	refused("to_nothing", EXITCODE_USAGE, "to_nothing is there already");
	folder_check_text("file", "dear");
	ck_assert_uint_eq(folder_entries("empty"), 0);
	ck_assert_uint_eq(folder_entries("."), 4);
}
END_TEST

/* The current folder is gone: nothing can be made in it. */
START_TEST(no_place)
{
	char gone[80];

	snprintf(gone, sizeof(gone), "%s/gone", folder);
	ck_assert_int_eq(mkdir(gone, 0755), 0);
	ck_assert_int_eq(chdir(gone), 0);
	ck_assert_int_eq(rmdir(gone), 0);
	refused("mine", EXITCODE_USAGE, strerror(ENOENT));
}
END_TEST

/* The second file has no room: the first one and the folder go, too. */
START_TEST(no_room)
{
	struct rlimit limit;

	ck_assert_int_eq(getrlimit(RLIMIT_FSIZE, &limit), 0);
	limit.rlim_cur = 20;
	ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
	refused("mine", EXITCODE_HARNESS, "cannot write mine/mine.c");
	ck_assert_uint_eq(folder_entries("."), 0);
}
END_TEST

/* A name that has come to be there meanwhile is an error, not written over. */
START_TEST(twice)
{
	static const struct new_file same[] = {
		{ "both", "template.c", "first" },
		{ "both", "template.c", "second" },
		{ 0 },
	};

	ck_assert_int_ne(new_folder_make(same, "one", "mine", &err), 0);
	ck_assert_int_eq(err.status, EXITCODE_HARNESS);
	ck_assert_uint_eq(folder_entries("."), 0);
}
END_TEST

/* What the program has: each kind has all that it takes, and no stray word. */
START_TEST(built_in)
{
	bool makefile = false, readme = false, scenario = false;

	for (const struct new_file *f = new_files; f->kind != NULL; f++) {
		ck_assert_msg(
		    strstr(f->text, "SPDX") == NULL, "%s: a licence", f->name);
		makefile |= strcmp(f->name, "Makefile") == 0;
		readme |= strcmp(f->name, "README.md") == 0;
		scenario |= strstr(f->text, "HF_SCENARIO(template_") != NULL;
	}
	ck_assert(makefile && readme && scenario);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = { names, whole, there_already, no_place,
		no_room, twice, built_in, NULL };

	return (unit_main_fixture("new", tests, set_up, tear_down));
}
