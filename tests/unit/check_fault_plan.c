/* SPDX-License-Identifier: BSD-2-Clause */
/* check_fault_plan.c: which plans are understood, and which refused. */
#include <check.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "blk/blk.h"
#include "blk/fault_plan.h"

START_TEST(good_fault_plans_are_understood)
{
	struct fault_plan p;
	struct hf_err err;
	uint64_t counts[FAULT_KINDS] = { 0 };

	ck_assert_int_eq(fault_plan_parse("read@3=fail,write@2+=fail:ENOSPC,"
					  "flush@*=fail:EIO,any@5=delay:20ms,"
					  "read@7=short:1K",
			     &p, &err),
	    0);
	ck_assert_uint_eq(p.nrules, 5);
	counts[BLK_READ] = 3;
	ck_assert_int_eq(fault_plan_find(&p, BLK_READ, counts)->error, EIO);
	counts[BLK_READ] = 4;
	ck_assert_ptr_null(fault_plan_find(&p, BLK_READ, counts));
	counts[BLK_WRITE] = 1;
	ck_assert_ptr_null(fault_plan_find(&p, BLK_WRITE, counts));
	counts[BLK_WRITE] = 1000;
	ck_assert_int_eq(fault_plan_find(&p, BLK_WRITE, counts)->error, ENOSPC);
	counts[FAULT_KIND_ANY] = 5;
	ck_assert_uint_eq(fault_plan_find(&p, BLK_READ, counts)->amount, 20);
	counts[BLK_READ] = 7;
	counts[FAULT_KIND_ANY] = 9;
	ck_assert_uint_eq(fault_plan_find(&p, BLK_READ, counts)->amount, 1024);
	ck_assert(!p.volatile_cache);
	ck_assert_int_eq(fault_plan_parse("volatile,read@3=fail", &p, &err), 0);
	ck_assert(p.volatile_cache);
	ck_assert_uint_eq(p.nrules, 1);
}
END_TEST

static const char *const bad_plans[] = { "", "read", "read@1", "read@=fail",
	"read@0=fail", "read@x=fail", "read@-1=fail", "reed@1=fail",
	"read@1=explode", "read@1=fail:EPERM", "read@1=fail:", "read@1=short",
	"read@1=short:", "read@1=short:x", "read@1=delay", "flush@1=short:512",
	"read@1=fail,", ",read@1=fail", "read@1=fail,,read@2=fail",
	"read=fail@1", "read@1=fail read@2=fail", "read@+=fail",
	"volatile@1=fail", "volatile=1", "volatile," };

START_TEST(senseless_fault_plans_are_refused_with_the_rule_quoted)
{
	struct fault_plan p;
	struct hf_err err = { EXITCODE_OK, "" };

	ck_assert_int_eq(fault_plan_parse(bad_plans[_i], &p, &err), -1);
	ck_assert_int_eq(err.status, EXITCODE_USAGE);
	ck_assert_ptr_nonnull(strstr(err.text, "--faulty: \""));
	ck_assert_ptr_null(blk_faulty_new(blk_ram_new(8), bad_plans[_i], &err));
}
END_TEST

START_TEST(too_many_fault_rules_are_refused)
{
	char plan[FAULT_RULES_MAX * 12 + 20] = "any@1=fail";
	struct fault_plan p;
	struct hf_err err;

	for (int i = 1; i < FAULT_RULES_MAX; i++)
		strcat(plan, ",any@1=fail");
	ck_assert_int_eq(fault_plan_parse(plan, &p, &err), 0);
	strcat(plan, ",any@1=fail");
	ck_assert_int_eq(fault_plan_parse(plan, &p, &err), -1);
}
END_TEST

static Suite *
suite(void)
{
	Suite *s = suite_create("fault_plan");
	TCase *t = tcase_create("all");

	tcase_add_test(t, good_fault_plans_are_understood);
	tcase_add_loop_test(t,
	    senseless_fault_plans_are_refused_with_the_rule_quoted, 0,
	    sizeof(bad_plans) / sizeof(bad_plans[0]));
	tcase_add_test(t, too_many_fault_rules_are_refused);
	suite_add_tcase(s, t);
	return (s);
}

int
main(void)
{
	SRunner *runner = srunner_create(suite());
	int failed;

	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return (failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE);
}
