/* SPDX-License-Identifier: BSD-2-Clause */
/* check_scenarios_model.c: the guest's scenarios over the model, under Check. */

/*
 * Each scenario is a test case of its own in a process of its own, so that a
 * panic or a sanitizer's report ends only that one.
 */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "guest/arch/model/boot_model.h"
#include "scenario_abi.h"

#define RAM_BYTES ((size_t)32 << 20)

/* Longer than the guest's default: sanitizers and valgrind are slow. */
#define TIMEOUT_S 120

/* What the model is not: these run in the guest. */
#define ELSEWHERE                                                   \
	(HF_NEEDS_MMU | HF_NEEDS_SMP | HF_IS_BENCH | HF_IS_HIDDEN | \
	    HF_ENDS_GUEST)

/* The environment names a disk image (guest/arch/model/bdev_model.c). */
#define WITH_DISK (HF_NEEDS_DISK | HF_NEEDS_RW | HF_NEEDS_DEFAULT_IMAGE)

static uint64_t
seed(void)
{
	const char *text = getenv("HF_SEED");

	return (text != NULL ? strtoull(text, NULL, 10) : 1);
}

START_TEST(scenario_passes_on_the_model)
{
	enum hf_model_verdict verdict;
	const char *id, *why;
	uint32_t flags;

	id = hf_model_scenario_id((unsigned int)_i, &flags);
	hf_model_boot(RAM_BYTES, seed());
	verdict = hf_model_scenario_run(id, &why);
	if (verdict == HF_MODEL_SKIP) {
		printf("skipped: %s: %s\n", id, why);
		fflush(stdout);
	} else
		ck_assert_msg(verdict == HF_MODEL_PASS, "%s (seed %llu): %s",
		    id, (unsigned long long)seed(), why);
}
END_TEST

/* All, or those whose id contains the argument. */
static Suite *
suite_of(const char *part)
{
	Suite *suite = suite_create("scenarios on the model");
	const char *id;
	uint32_t flags;
	unsigned int i;
	TCase *tc;

	for (i = 0; (id = hf_model_scenario_id(i, &flags)) != NULL; i++) {
		if (part != NULL && strstr(id, part) == NULL)
			continue;
		if ((flags & ELSEWHERE) != 0 ||
		    ((flags & WITH_DISK) != 0 &&
			getenv("HF_MODEL_DISK") == NULL))
			continue;
		tc = tcase_create(id);
		tcase_set_timeout(tc, TIMEOUT_S);
		tcase_add_loop_test(
		    tc, scenario_passes_on_the_model, (int)i, (int)i + 1);
		suite_add_tcase(suite, tc);
	}
	return (suite);
}

int
main(int argc, char **argv)
{
	SRunner *runner;
	int failed, ran;

	runner = srunner_create(suite_of(argc > 1 ? argv[1] : NULL));
	srunner_set_fork_status(runner, CK_FORK);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	ran = srunner_ntests_run(runner);
	srunner_free(runner);
	if (ran == 0) {
		fprintf(stderr, "no scenario was selected\n");
		return (EXIT_FAILURE);
	}
	return (failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE);
}
