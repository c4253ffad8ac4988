/* SPDX-License-Identifier: BSD-2-Clause */
/* check_plan.c: run plans, written and read back. */
#include <stdlib.h>
#include <string.h>

#include "run/plan.h"
#include "unit.h"

#define NONCE "0123456789abcdef"
#define HEAD  HF_PLAN_MAGIC "\nnonce " NONCE "\n"

static struct plan p;
static struct hf_err err;

static int
parse(const char *text)
{
	return (plan_parse(&p, text, strlen(text), "a plan", &err));
}

START_TEST(a_plan_survives_the_round_trip)
{
	const char *runs[] = { "a.one", "b.two" };
	const char *params[] = { "x=1=2" };
	struct plan q = { .nonce = NONCE,
		.seed = UINT64_MAX,
		.cpus = 3,
		.params = params,
		.nparams = 1,
		.runs = runs,
		.nruns = 2 };
	size_t len;
	char *text = plan_format(&q, &len, &err);

	ck_assert_str_eq(text,
	    HEAD "seed 18446744073709551615\ncpus 3\nparam x=1=2\n"
		 "run a.one\nrun b.two\n");
	ck_assert_int_eq(plan_parse(&p, text, len, "a plan", &err), 0);
	ck_assert_str_eq(p.nonce, NONCE);
	ck_assert_uint_eq(p.seed, UINT64_MAX);
	ck_assert_uint_eq(p.cpus, 3);
	ck_assert_uint_eq(p.nruns, 2);
	ck_assert_str_eq(p.runs[1], "b.two");
	ck_assert_str_eq(p.params[0], "x=1=2");
	plan_free(&p);
	free(text);
}
END_TEST

START_TEST(comments_are_no_settings)
{
	ck_assert_int_eq(parse(HEAD "# run nothing\n\nrun a.one\n"), 0);
	ck_assert_uint_eq(p.nruns, 1);
	plan_free(&p);
}
END_TEST

START_TEST(cpus_are_as_many_as_any_guest_could_have)
{
	ck_assert_int_eq(parse(HEAD "cpus 1024\nrun a.one\n"), 0);
	ck_assert_uint_eq(p.cpus, 1024);
	plan_free(&p);
	ck_assert_int_eq(parse(HEAD "cpus 1\nrun a.one\n"), 0);
	ck_assert_uint_eq(p.cpus, 1);
	plan_free(&p);
}
END_TEST

static const struct {
	const char *text, *message;
} bad[] = {
	{ "", "a plan, line 1: the first line of a plan" },
	{ "holdfast-plan 2\n", "line 1: the first line" },
	{ HEAD, "there is nothing to run" },
	{ HF_PLAN_MAGIC "\nrun a.b\n", "there is no nonce" },
	{ HF_PLAN_MAGIC "\nnonce 0123\n", "line 2: a nonce is" },
	{ HF_PLAN_MAGIC "\nnonce 0123456789ABCDEF\n", "line 2: a nonce is" },
	{ HEAD "seed x\nrun a.b\n", "line 3: a seed is" },
	{ HEAD "cpus 0\nrun a.b\n", "line 3: cpus is" },
	{ HEAD "cpus 1025\nrun a.b\n", "line 3: cpus is" },
	{ HEAD "param novalue\nrun a.b\n", "line 3: a param is" },
	{ HEAD "run nodot\n", "line 3: not a scenario id" },
	{ HEAD "jump a.b\n", "line 3: an unknown setting" },
	{ HEAD "run\n", "line 3: a setting without a value" },
};

START_TEST(a_bad_plan_is_refused_with_its_line)
{
	ck_assert_int_eq(parse(bad[_i].text), -1);
	ck_assert_int_eq(err.status, EXITCODE_USAGE);
	ck_assert_msg(
	    strstr(err.text, bad[_i].message) != NULL, "message: %s", err.text);
}
END_TEST

START_TEST(a_plan_that_is_too_long_is_refused)
{
	const char **runs = calloc(HF_PLAN_MAX / 8, sizeof(*runs));
	struct plan q = { .nonce = NONCE, .runs = runs };
	size_t len;

	for (q.nruns = 0; q.nruns < HF_PLAN_MAX / 8; q.nruns++)
		runs[q.nruns] = "area.behaviour";
	ck_assert_ptr_null(plan_format(&q, &len, &err));
	ck_assert_int_eq(err.status, EXITCODE_USAGE);
	free(runs);
}
END_TEST

START_TEST(nonces_are_sixteen_digits_and_differ)
{
	char a[HF_NONCE_DIGITS + 1], b[HF_NONCE_DIGITS + 1];

	ck_assert_int_eq(plan_make_nonce(a, &err), 0);
	ck_assert_int_eq(plan_make_nonce(b, &err), 0);
	ck_assert_uint_eq(strspn(a, "0123456789abcdef"), HF_NONCE_DIGITS);
	ck_assert_uint_eq(strlen(a), HF_NONCE_DIGITS);
	ck_assert_str_ne(a, b);
}
END_TEST

int
main(void)
{
	TCase *t = tcase_create("all");

	tcase_add_test(t, a_plan_survives_the_round_trip);
	tcase_add_test(t, comments_are_no_settings);
	tcase_add_test(t, cpus_are_as_many_as_any_guest_could_have);
	tcase_add_loop_test(t, a_bad_plan_is_refused_with_its_line, 0,
	    sizeof(bad) / sizeof(bad[0]));
	tcase_add_test(t, a_plan_that_is_too_long_is_refused);
	tcase_add_test(t, nonces_are_sixteen_digits_and_differ);
	return (unit_run("plan", t));
}
