/* SPDX-License-Identifier: BSD-2-Clause */
/* unit.h: the main function of a Check suite. */
#ifndef HF_TESTS_UNIT_UNIT_H
#define HF_TESTS_UNIT_UNIT_H

#include <check.h>
#include <stdlib.h>

/* Runs a suite; the exit status of the program. */
static inline int
unit_run_suite(Suite *suite)
{
	SRunner *runner = srunner_create(suite);
	int failed;

	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	/* No test at all is a failure too. */
	if (srunner_ntests_run(runner) == 0)
		failed = 1;
	srunner_free(runner);
	return (failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE);
}

/* The same for a suite of one test case. */
static inline int
unit_run(const char *name, TCase *tcase)
{
	Suite *suite = suite_create(name);

	suite_add_tcase(suite, tcase);
	return (unit_run_suite(suite));
}

/*
 * Runs the tests of a NULL-terminated table, each between setup and teardown
 * (NULL: none).
 */
static inline int
unit_main_fixture(
    const char *name, const TTest *const *tests, SFun setup, SFun teardown)
{
	TCase *tcase = tcase_create(name);

	tcase_set_timeout(tcase, 60);
	tcase_add_checked_fixture(tcase, setup, teardown);
	for (; *tests != NULL; tests++)
		tcase_add_test(tcase, *tests);
	return (unit_run(name, tcase));
}

static inline int
unit_main(const char *name, const TTest *const *tests)
{
	return (unit_main_fixture(name, tests, NULL, NULL));
}

#endif
