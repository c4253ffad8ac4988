/* SPDX-License-Identifier: BSD-2-Clause */
/* check_report.c: every format against its golden file. */

/*
 * Usage: check_report GOLDEN_DIR.  With HF_UPDATE_GOLDEN set the files are
 * written instead of compared; read the difference before committing it.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "report/report.h"
#include "core/text.h"
#include "unit.h"

static const char *golden_dir;

#define NRESULTS 8

static struct scenario_result results[NRESULTS] = {
	{ .id = "page.alloc_basic",
	    .title = "a page is allocated",
	    .requirements = "PA-1 PA-2",
	    .verdict = HF_VERDICT_PASS,
	    .began = true,
	    .passed = 7,
	    .tsc = 1234,
	    .wall_ns = 12345678 },
	{ .id = "fault.cow",
	    .title = "a copy is made",
	    .requirements = "CW-01",
	    .verdict = HF_VERDICT_FAIL,
	    .began = true,
	    .passed = 3,
	    .failed = 3,
	    .tsc = 99,
	    .wall_ns = 2000000000 },
	{ .id = "pager.write",
	    .title = "",
	    .requirements = "",
	    .verdict = HF_VERDICT_SKIP },
	{ .id = "selftest.panic",
	    .title = "dies",
	    .requirements = "",
	    .verdict = HF_VERDICT_DIED,
	    .began = true,
	    .wall_ns = 5000000 },
	{ .id = "selftest.hang",
	    .title = "hangs",
	    .requirements = "",
	    .verdict = HF_VERDICT_TIMEOUT,
	    .began = true,
	    .wall_ns = 1000000 },
	{ .id = "wire.last",
	    .title = "t",
	    .requirements = "WI-01",
	    .verdict = HF_VERDICT_LOST },
	{ .id = "wire.slow",
	    .title = "takes long",
	    .requirements = "WI-02",
	    .verdict = HF_VERDICT_INTERRUPTED,
	    .began = true,
	    .wall_ns = 7000000 },
	{ .id = "wire.rest",
	    .title = "never begins",
	    .requirements = "",
	    .verdict = HF_VERDICT_NOT_RUN },
};

static struct scenario_result *order[NRESULTS];

static const struct named_text options[] = { { "seed", "1" }, { "disk", NULL },
	{ "kernel", "odd \"name\"\n<\x1b[31m\xff>" } };

static const struct report_disk disks[] = { { "vtbd0", "my.img", "in place" },
	{ "vtbd1", "odd \"name\"\n<\x1b[31m\xff>", "snapshot" } };

static const struct report_environment env = { .version = "1.2.3",
	.accelerator = "KVM (kvm_amd, NPT)",
	.host_kernel = "Linux 6.1",
	.cpu = "Some <CPU> & co",
	.build_id = "0123456789abcdef",
	.guest = "odd \"name\"\n<\x1b[31m\xff>",
	.guest_sha256 = "e3b0c44298fc1c149afbf4c8996fb924"
			"27ae41e4649b934ca495991b7852b855",
	.disk = "my.img",
	.disks = disks,
	.ndisks = 2,
	.options = options,
	.noptions = 3,
	.command = "holdfast run --seed 1 --kernel $'odd\\nname'",
	.ncpus = 2,
	.memory_bytes = 64 << 20,
	.seed = 18446744073709551615u };

static void
fill_results(void)
{
	result_add_value(&results[0], "alloc_ns", 17, "ns");
	result_add_failure(&results[1], "guest/scenarios/fault/cow.c", 45,
	    "m == n && \"quoted\"", "0x1", "0x2");
	result_add_failure(&results[1], "guest/scenarios/fault/cow.c", 46,
	    "bad bytes \x01\xff <here>", NULL, NULL);
	result_add_note(&results[1], "a note with # and \\");
	fail_totals_count(&results[0].fails, "sleep", false);
	fail_totals_count(&results[1].fails, "al<\x1b\xff", true);
	result_set_reason(&results[2], "needs a disk # of \\ its own");
	result_set_reason(&results[3], "guest panic: ]]> oops \033[31m");
	results[3].dump = strdup("panic on CPU 0: oops\n"
				 "  #0  ffffffff80200000 f guest/kern/a.c:12\n"
				 "last console lines:\n  | \ttabs & <tags>\n");
	result_set_reason(&results[4], "out of time");
	result_set_reason(&results[5], "never began: \xc3\xa9t\xc3\xa9");
	result_set_reason(&results[6], "interrupted: SIGTERM");
	result_set_reason(&results[7], "not run: interrupted by SIGTERM");
	for (int i = 0; i < NRESULTS; i++)
		order[i] = &results[i];
}

static char *
make_report(enum report_format format)
{
	struct report_summary s = { .wall_ns = 3456789012,
		.status = EXITCODE_DIED,
		.signal = SIGTERM,
		.stopped = "interrupted by SIGTERM",
		.ring0_ticks = 3570.4 };
	struct reports r = { 0 };
	struct hf_err err;
	char *text = NULL, *copy;
	size_t len;
	FILE *f = open_memstream(&text, &len);

	reports_add_stream(&r, format, f);
	reports_begin(&r, &env, NRESULTS);
	for (int i = 0; i < NRESULTS; i++) {
		reports_scenario_begin(&r, results[i].id);
		totals_add(&s.totals, &results[i]);
		reports_scenario_end(&r, &results[i]);
	}
	ck_assert_int_eq(reports_finish(&r, order, NRESULTS, &s, &err), 0);
	copy = strndup(text, len);
	free(text);
	return (copy);
}

static void
compare(enum report_format format, const char *name)
{
	char path[512], golden[16384];
	char *text = make_report(format);
	FILE *f;
	size_t n;

	snprintf(path, sizeof(path), "%s/%s", golden_dir, name);
	if (getenv("HF_UPDATE_GOLDEN") != NULL) {
		f = fopen(path, "w");
		ck_assert_ptr_nonnull(f);
		fputs(text, f);
		fclose(f);
	}
	f = fopen(path, "r");
	ck_assert_msg(f != NULL, "cannot open %s", path);
	n = fread(golden, 1, sizeof(golden) - 1, f);
	fclose(f);
	golden[n] = '\0';
	ck_assert_str_eq(text, golden);
	free(text);
}

START_TEST(pretty_is_as_golden)
{
	compare(REPORT_PRETTY, "report.txt");
}
END_TEST

START_TEST(tap_is_as_golden)
{
	compare(REPORT_TAP, "report.tap");
}
END_TEST

START_TEST(junit_is_as_golden)
{
	compare(REPORT_JUNIT, "report.xml");
}
END_TEST

START_TEST(json_is_as_golden)
{
	compare(REPORT_JSON, "report.json");
}
END_TEST

START_TEST(a_terminal_shows_what_runs_and_erases_it)
{
	struct reports r = { 0 };
	char *text = NULL;
	size_t len;
	FILE *f = open_memstream(&text, &len);

	setenv("NO_COLOR", "1", 1);
	reports_add_stream(&r, REPORT_PRETTY, f);
	r.report[0].terminal = true;
	reports_begin(&r, &env, 2);
	reports_scenario_begin(&r, "a.b");
	reports_scenario_end(&r, &results[0]);
	fclose(f);
	ck_assert_ptr_nonnull(strstr(text, "\r\033[K[1/2] a.b\r\033[Kpass"));
	free(text);
}
END_TEST

START_TEST(a_full_disk_is_an_error)
{
	struct report_summary s = { 0 };
	struct hf_err err;
	struct reports r = { 0 };

	ck_assert_int_eq(
	    reports_add(&r, REPORT_TAP, "--output", "/dev/full", &err), 0);
	reports_begin(&r, &env, 6);
	ck_assert_int_eq(reports_finish(&r, order, 0, &s, &err), -1);
	ck_assert_int_eq(err.status, EXITCODE_HARNESS);
	ck_assert_ptr_nonnull(strstr(err.text, "/dev/full"));
	ck_assert_int_eq(
	    reports_add(&r, REPORT_TAP, "--output", "/nowhere/at/all", &err),
	    -1);
	ck_assert_int_eq(err.status, EXITCODE_USAGE);
	ck_assert_ptr_nonnull(strstr(err.text, "--output /nowhere/at/all"));
}
END_TEST

static const struct {
	const char *in, *out;
} cleaned[] = {
	{ "plain", "plain" },
	{ "tab\tnl\n", "tab\tnl\n" },
	{ "\x01\x1b\x7f", "\\x01\\x1b\\x7f" },
	{ "\xc3\xa9 \xe2\x82\xac \xf0\x9f\x98\x80",
	    "\xc3\xa9 \xe2\x82\xac \xf0\x9f\x98\x80" },
	{ "\xc0\x80", "\\xc0\\x80" }, /* overlong */
	{ "\xe0\x80\x80", "\\xe0\\x80\\x80" },
	{ "\xed\xa0\x80", "\\xed\\xa0\\x80" },		/* surrogate */
	{ "\xf4\x90\x80\x80", "\\xf4\\x90\\x80\\x80" }, /* > U+10FFFF */
	{ "\xc2\x85", "\\xc2\\x85" },			/* C1 control */
	{ "\xef\xbf\xbf", "\\xef\\xbf\\xbf" },		/* U+FFFF */
	{ "\xe2\x82", "\\xe2\\x82" },			/* cut off */
	{ "a\xff", "a\\xff" },
};

START_TEST(guest_text_becomes_printable_utf8)
{
	char *s = text_clean(cleaned[_i].in, strlen(cleaned[_i].in));

	ck_assert_str_eq(s, cleaned[_i].out);
	free(s);
}
END_TEST

int
main(int argc, char **argv)
{
	TCase *t = tcase_create("all");
	int status;

	golden_dir = argc > 1 ? argv[1] : "tests/unit/golden";
	fill_results();
	tcase_add_test(t, pretty_is_as_golden);
	tcase_add_test(t, tap_is_as_golden);
	tcase_add_test(t, junit_is_as_golden);
	tcase_add_test(t, json_is_as_golden);
	tcase_add_test(t, a_terminal_shows_what_runs_and_erases_it);
	tcase_add_test(t, a_full_disk_is_an_error);
	tcase_add_loop_test(t, guest_text_becomes_printable_utf8, 0,
	    sizeof(cleaned) / sizeof(cleaned[0]));
	status = unit_run("report", t);
	for (int i = 0; i < NRESULTS; i++)
		result_reset(&results[i]);
	return (status);
}
