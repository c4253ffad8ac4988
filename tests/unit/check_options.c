/* SPDX-License-Identifier: BSD-2-Clause */
/* check_options.c: option tables, their errors and their help. */
#include <stdlib.h>
#include <string.h>

#include "cli/options.h"
#include "unit.h"

struct target {
	bool flag;
	const char *text;
	unsigned int n;
	uint64_t seed, bytes, ms;
	unsigned int choice;
};

static const char *const colours[] = { "red", "green", NULL };
static bool seed_given;

static const struct option_spec specs[] = {
	{ .name = "flag",
	    .letter = 'f',
	    .kind = OPTION_FLAG,
	    .help = "a flag",
	    .offset = offsetof(struct target, flag) },
	{ .name = "output",
	    .letter = 'o',
	    .kind = OPTION_TEXT,
	    .value_name = "FILE",
	    .help = "where\nand how",
	    .offset = offsetof(struct target, text) },
	{ .name = "cpus",
	    .kind = OPTION_UINT,
	    .value_name = "N",
	    .help = "CPUs",
	    .offset = offsetof(struct target, n),
	    .min = 1,
	    .max = 64 },
	{ .name = "seed",
	    .kind = OPTION_U64,
	    .value_name = "N",
	    .help = "seed",
	    .offset = offsetof(struct target, seed),
	    .given = &seed_given },
	{ .name = "memory",
	    .kind = OPTION_BYTES,
	    .value_name = "SIZE",
	    .help = "memory",
	    .offset = offsetof(struct target, bytes),
	    .min = 4 << 20,
	    .max = 1 << 30 },
	{ .name = "timeout",
	    .kind = OPTION_DURATION,
	    .value_name = "TIME",
	    .help = "time",
	    .offset = offsetof(struct target, ms) },
	{ .name = "colour",
	    .kind = OPTION_CHOICE,
	    .value_name = "C",
	    .help = "colour",
	    .offset = offsetof(struct target, choice),
	    .choices = colours },
	{ 0 },
};

static struct target t;
static struct options_rest rest;
static struct hf_err err;

static int
parse(const char *line)
{
	static char copy[256], *argv[16];
	char *p = copy, *w;
	int argc = 0;

	strcpy(copy, line);
	while ((w = strsep(&p, " ")) != NULL)
		argv[argc++] = w;
	if (*line == '\0')
		argc = 0;
	memset(&t, 0, sizeof(t));
	memset(&err, 0, sizeof(err));
	seed_given = false;
	return (options_parse(specs, &t, argc, argv, &rest, &err));
}

START_TEST(values_of_every_kind_are_set)
{
	ck_assert_int_eq(parse("-f a --output=x=y --cpus 4 b --seed 0x10 "
			       "--memory 64M --timeout 1500ms --colour green"),
	    0);
	ck_assert(t.flag);
	ck_assert_str_eq(t.text, "x=y");
	ck_assert_uint_eq(t.n, 4);
	ck_assert_uint_eq(t.seed, 16);
	ck_assert(seed_given);
	ck_assert_uint_eq(t.bytes, 64 << 20);
	ck_assert_uint_eq(t.ms, 1500);
	ck_assert_uint_eq(t.choice, 1);
	ck_assert_uint_eq(rest.nwords, 2);
	ck_assert_str_eq(rest.words[0], "a");
	ck_assert_str_eq(rest.words[1], "b");
}
END_TEST

START_TEST(two_dashes_end_the_options)
{
	ck_assert_int_eq(parse("-- --flag -"), 0);
	ck_assert(!t.flag);
	ck_assert_uint_eq(rest.nwords, 2);
	ck_assert_str_eq(rest.words[0], "--flag");
	ck_assert_int_eq(parse("-o x -h --nonsense"), 0);
	ck_assert(rest.help);
}
END_TEST

static const struct {
	const char *line, *message;
} bad[] = {
	{ "--nonsense", "unknown option '--nonsense'" },
	{ "--outptu x", "unknown option '--outptu' (did you mean --output?)" },
	{ "--nonsense=3", "unknown option '--nonsense'" },
	{ "-x", "unknown option '-x'" },
	{ "-fo", "unknown option '-fo'" },
	{ "--output", "--output needs a value (FILE)" },
	{ "--output=", "--output: the value is empty" },
	{ "--flag=1", "--flag takes no value" },
	{ "--cpus two", "--cpus: 'two' is not a number" },
	{ "--cpus 0", "--cpus: 0 is out of range (1 to 64)" },
	{ "--cpus 65", "--cpus: 65 is out of range (1 to 64)" },
	{ "--cpus -1", "--cpus: '-1' is not a number" },
	{ "--memory 1M", "--memory: 1M is out of range (4 MiB to 1 GiB)" },
	{ "--memory lots", "--memory: 'lots' is not a size (as 64M)" },
	{ "--timeout x", "--timeout: 'x' is not a duration (as 30s)" },
	{ "--colour blue", "--colour: 'blue' is none of red, green" },
};

START_TEST(a_bad_option_is_named)
{
	ck_assert_int_eq(parse(bad[_i].line), -1);
	ck_assert_int_eq(err.status, EXITCODE_USAGE);
	ck_assert_str_eq(err.text, bad[_i].message);
}
END_TEST

START_TEST(help_lists_every_option)
{
	char *text = NULL;
	size_t len;
	FILE *f = open_memstream(&text, &len);

	options_print_help(specs, f);
	fclose(f);
	ck_assert_ptr_nonnull(
	    strstr(text, "  -f, --flag                  a flag\n"));
	ck_assert_ptr_nonnull(strstr(text,
	    "  -o, --output FILE           where\n"
	    "                              and how\n"));
	ck_assert_ptr_nonnull(
	    strstr(text, "      --cpus N                CPUs\n"));
	ck_assert_ptr_nonnull(strstr(text, "  -h, --help                "));
	free(text);
}
END_TEST

int
main(void)
{
	TCase *tc = tcase_create("all");

	tcase_add_test(tc, values_of_every_kind_are_set);
	tcase_add_test(tc, two_dashes_end_the_options);
	tcase_add_loop_test(
	    tc, a_bad_option_is_named, 0, sizeof(bad) / sizeof(bad[0]));
	tcase_add_test(tc, help_lists_every_option);
	return (unit_run("options", tc));
}
