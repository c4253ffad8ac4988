/* SPDX-License-Identifier: BSD-2-Clause */
/* check_fuzz.c: plans of "holdfast fuzz": their text, their shrinking, scenarios. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/io.h"
#include "fuzz/fuzz_plan.h"
#include "fuzz/shrink.h"

static const char *golden; /* folder */

static void
expect_refused(const char *text, const char *part)
{
	struct hf_err err = { 0 };
	struct fuzz_plan p;

	ck_assert_int_eq(fuzz_plan_parse(&p, HF_FUZZ_ALONE, text, strlen(text),
			     "--plan", &err),
	    -1);
	ck_assert_int_eq(err.status, EXITCODE_USAGE);
	ck_assert_msg(
	    strstr(err.text, part) != NULL, "'%s': %s", text, err.text);
}

static struct fuzz_plan
parse_of(enum hf_fuzz_game game, const char *text)
{
	struct hf_err err = { 0 };
	struct fuzz_plan p;

	ck_assert_msg(
	    fuzz_plan_parse(&p, game, text, strlen(text), "--plan", &err) == 0,
	    "%s", err.text);
	return (p);
}

static struct fuzz_plan
parse(const char *text)
{
	return (parse_of(HF_FUZZ_ALONE, text));
}

START_TEST(every_step_that_is_drawn_reads_back_from_its_text)
{
	struct fuzz_plan drawn, read;
	char *text;

	fuzz_plan_draw(&drawn, 7, HF_FUZZ_STEPS_MAX);
	text = fuzz_plan_text(&drawn, "; ");
	read = parse(text);
	ck_assert_uint_eq(read.n, drawn.n);
	for (size_t i = 0; i < read.n; i++)
		ck_assert_mem_eq(
		    &read.steps[i], &drawn.steps[i], sizeof(*read.steps));
	free(text);
	fuzz_plan_free(&drawn);
	fuzz_plan_free(&read);
}
END_TEST

START_TEST(what_threads_are_drawn_reads_back_and_has_each_kind)
{
	bool seen[HF_CREW_KINDS] = { false };
	struct hf_err err = { 0 };
	struct fuzz_plan drawn, read;
	char *text;

	ck_assert(!fuzz_plan_draw_crew(&drawn, 7, 8, 500));
	ck_assert(fuzz_plan_draw_crew(&drawn, 7, 8, 490));
	ck_assert_uint_eq(drawn.n, 8 * 490 + 49);
	ck_assert_uint_eq(fuzz_plan_threads(&drawn), 8);
	text = fuzz_plan_text(&drawn, ";");
	ck_assert_int_eq(fuzz_plan_parse(&read, HF_FUZZ_CREW, text,
			     strlen(text), "--plan", &err),
	    0);
	ck_assert_uint_eq(read.n, drawn.n);
	for (size_t i = 0; i < read.n; i++) {
		ck_assert_mem_eq(
		    &read.steps[i], &drawn.steps[i], sizeof(*read.steps));
		seen[read.steps[i].kind] = true;
	}
	for (size_t i = HF_FUZZ_KINDS; i < HF_CREW_KINDS; i++)
		ck_assert_msg(seen[i], "%s", hf_fuzz_kinds[i].name);
	free(text);
	fuzz_plan_free(&drawn);
	fuzz_plan_free(&read);
}
END_TEST

START_TEST(each_kind_of_step_is_drawn)
{
	bool seen[HF_FUZZ_KINDS] = { false };
	struct fuzz_plan p;

	fuzz_plan_draw(&p, 1, 1000);
	for (size_t i = 0; i < p.n; i++)
		seen[p.steps[i].kind] = true;
	for (size_t i = 0; i < HF_FUZZ_KINDS; i++)
		ck_assert_msg(seen[i], "%s", hf_fuzz_kinds[i].name);
	fuzz_plan_free(&p);
}
END_TEST

START_TEST(comments_blanks_and_lines_are_read)
{
	struct fuzz_plan p =
	    parse("# what it is\n\n  p0   store 5 ;;\tunhold #1\r\n;p0 exit\n");

	ck_assert_uint_eq(p.n, 3);
	ck_assert_uint_eq(p.steps[0].first, 5);
	ck_assert_uint_eq(p.steps[1].number, 1);
	ck_assert_uint_eq(p.steps[2].kind, HF_FUZZ_exit);
	fuzz_plan_free(&p);
}
END_TEST

START_TEST(what_is_no_plan_is_refused_with_its_step)
{
	static const struct {
		const char *text, *part;
	} bad[] = {
		{ "", "there is no step in it" },
		{ " ; \n# nothing\n", "there is no step in it" },
		{ "p0 jump 3", "step 1, 'p0 jump 3': there is no such step" },
		{ "p0 stor 3", "no such step" },
		{ "p0 stores 3", "no such step" },
		{ "p0", "no such step" },
		{ "store 3", "who does that" },
		{ "p5 store 3", "no such step" },
		{ "p0 unhold #1", "no process does that" },
		{ "p0 store", "a page is a number from 0 to 11" },
		{ "p0 store 12", "a page is a number from 0 to 11" },
		{ "p0 store 99999999999999999999", "a page is a number" },
		{ "p0 store -1", "a page is a number" },
		{ "p0 store 3x", "pages are FIRST" },
		{ "p0 store 3+2", "pages are FIRST" },
		{ "p0 wire 3+ user", "pages are FIRST+COUNT" },
		{ "p0 wire 3+0 user", "pages are FIRST+COUNT" },
		{ "p0 wire 8+5 user", "pages are FIRST+COUNT" },
		{ "p0 wire 3+2", "its word is none of those" },
		{ "p0 wire 3+2 use", "its word is none of those" },
		{ "p0 wire 3+2 userx", "its word is none of those" },
		{ "p0 fork", "who comes to be" },
		{ "p0 fork 1", "who comes to be" },
		{ "p0 fork p5", "who comes to be" },
		{ "p0 hold 3 w", "its number is missing or too large" },
		{ "p0 hold 3 w #4", "its number is missing or too large" },
		{ "p0 hold 3 w 1", "its number is missing or too large" },
		{ "p0 store 3 4", "more than the step has arguments" },
		{ "p0 exit; p0 exit now", "step 2, 'p0 exit now': there is" },
		{ "p0 exit \x1b[2J", "there is more" },
	};
	char *many;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		expect_refused(bad[i].text, bad[i].part);
	many = malloc(8 * (HF_FUZZ_STEPS_MAX + 1) + 1);
	for (size_t i = 0; i <= HF_FUZZ_STEPS_MAX; i++)
		strcpy(many + 8 * i, "p0 exit;");
	expect_refused(many, "more steps than fit");
	free(many);
}
END_TEST

START_TEST(a_nul_byte_ends_no_plan_early)
{
	static const char text[] = "p0 exit\0p0 jump";
	struct hf_err err = { 0 };
	struct fuzz_plan p;

	ck_assert_int_eq(fuzz_plan_parse(&p, HF_FUZZ_ALONE, text,
			     sizeof(text) - 1, "--plan", &err),
	    -1);
}
END_TEST

/* Fails if it has these in this order: fork, wire of page 5 among others, store. */
struct bug {
	unsigned int asked, patience;
};

static enum shrink_answer
has_bug(void *arg, const struct fuzz_plan *p)
{
	static const uint8_t order[] = { HF_FUZZ_fork, HF_FUZZ_wire,
		HF_FUZZ_store };
	struct bug *bug = arg;
	size_t found = 0;

	if (bug->asked++ == bug->patience)
		return (SHRINK_STOP);
	for (size_t i = 0; i < p->n && found < 3; i++)
		if (p->steps[i].kind == order[found] &&
		    (p->steps[i].kind != HF_FUZZ_wire ||
			(p->steps[i].first <= 5 &&
			    p->steps[i].first + p->steps[i].n > 5)))
			found++;
	return (found == 3 ? SHRINK_FAILS : SHRINK_DOES_NOT);
}

START_TEST(a_plan_is_shrunk_to_the_steps_that_matter)
{
	struct bug bug = { .patience = 1000 };
	const struct shrink_ops ops = { .arg = &bug, .ask = has_bug };
	struct fuzz_plan p;

	fuzz_plan_draw(&p, 3, 400);
	ck_assert_int_eq(has_bug(&bug, &p), SHRINK_FAILS);
	ck_assert(fuzz_shrink(&p, &ops));
	ck_assert_uint_eq(p.n, 3);
	ck_assert_uint_eq(p.steps[1].first, 5);
	ck_assert_uint_eq(p.steps[1].n, 1);
	ck_assert_uint_lt(bug.asked, 120);
	fuzz_plan_free(&p);
}
END_TEST

/* Two threads that truncate: which ones, does not matter. */
static enum shrink_answer
two_truncate(void *arg, const struct fuzz_plan *p)
{
	unsigned who = 0;

	ck_assert_int_eq(p->game, HF_FUZZ_CREW);
	for (size_t i = 0; i < p->n; i++)
		if (p->steps[i].kind == HF_CREW_truncate)
			who |= 1u << p->steps[i].who;
	return (__builtin_popcount(who) > 1 ? SHRINK_FAILS : SHRINK_DOES_NOT);
}

START_TEST(threads_that_do_not_matter_are_left_out)
{
	const struct shrink_ops ops = { .ask = two_truncate };
	struct fuzz_plan p;

	ck_assert(fuzz_plan_draw_crew(&p, 3, 8, 60));
	ck_assert(fuzz_shrink(&p, &ops));
	ck_assert_uint_eq(p.n, 2);
	ck_assert_uint_eq(fuzz_plan_threads(&p), 2);
	fuzz_plan_free(&p);
}
END_TEST

START_TEST(shrinking_that_is_stopped_keeps_what_fails)
{
	struct bug bug = { .patience = 6 };
	const struct shrink_ops ops = { .arg = &bug, .ask = has_bug };
	struct fuzz_plan p;

	fuzz_plan_draw(&p, 3, 400);
	ck_assert(!fuzz_shrink(&p, &ops));
	ck_assert_uint_eq(bug.asked, 7);
	bug.patience = 100;
	ck_assert_int_eq(has_bug(&bug, &p), SHRINK_FAILS);
	ck_assert_uint_lt(p.n, 400);
	fuzz_plan_free(&p);
}
END_TEST

/* The files are in the build, so the text compiles; and in the tree's format. */
static void
expect_scenario(const struct fuzz_plan *p, const char *name, const char *what)
{
	char path[4096], *text = fuzz_plan_scenario(p, name, what);
	struct hf_err err = { 0 };
	struct io_file file;

	snprintf(path, sizeof(path), "%s/%s.c", golden, name);
	ck_assert_msg(
	    io_file_read("golden", path, &file, &err) == 0, "%s", err.text);
	ck_assert_msg(strlen(text) == file.len_bytes &&
		memcmp(text, file.bytes, file.len_bytes) == 0,
	    "%s", text);
	io_file_free(&file);
	free(text);
}

START_TEST(a_plan_becomes_a_scenario_as_it_is_in_the_tree)
{
	struct fuzz_plan p = parse("p0 hold 2 w #3; p0 unmap 2;"
				   "p0 map 2 anon; put #3; p0 load 2");

	expect_scenario(
	    &p, "held_frame", "memory that is mapped where a held page was");
	fuzz_plan_free(&p);
	p = parse_of(
	    HF_FUZZ_CREW, "p0 store 10; p0 hold 10 w; p1 truncate a #1");
	expect_scenario(
	    &p, "held_cut", "a page is cut off while it becomes held");
	fuzz_plan_free(&p);
}
END_TEST

int
main(int argc, char **argv)
{
	Suite *suite = suite_create("fuzz");
	TCase *tc = tcase_create("plans");
	SRunner *runner;
	int failed;

	golden = argc > 1 ? argv[1] : ".";
	tcase_add_test(tc, every_step_that_is_drawn_reads_back_from_its_text);
	tcase_add_test(tc, what_threads_are_drawn_reads_back_and_has_each_kind);
	tcase_add_test(tc, threads_that_do_not_matter_are_left_out);
	tcase_add_test(tc, each_kind_of_step_is_drawn);
	tcase_add_test(tc, comments_blanks_and_lines_are_read);
	tcase_add_test(tc, what_is_no_plan_is_refused_with_its_step);
	tcase_add_test(tc, a_nul_byte_ends_no_plan_early);
	tcase_add_test(tc, a_plan_is_shrunk_to_the_steps_that_matter);
	tcase_add_test(tc, shrinking_that_is_stopped_keeps_what_fails);
	tcase_add_test(tc, a_plan_becomes_a_scenario_as_it_is_in_the_tree);
	suite_add_tcase(suite, tc);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return (failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE);
}
