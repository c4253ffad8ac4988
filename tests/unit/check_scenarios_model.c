/* SPDX-License-Identifier: BSD-2-Clause */
/* check_scenarios_model.c: the guest's scenarios over the model, under Check. */

/*
 * usage: check_scenarios_model [PART]     (those whose id contains PART)
 *
 * Each scenario is a test case of its own in a process of its own, so that a
 * panic or a sanitizer's report ends only that one.  What cannot run here is
 * named with its reason, and counted; it is no pass.
 *
 *	HF_VERDICTS	a file for "ID pass", fail or skip of each that came to its
 *			end, for tools/conformance
 */
#include <check.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include "guest/arch/model/boot_model.h"
#include "model_choice.h"

/* Longer than the guest's default: sanitizers and valgrind are slow. */
#define TIMEOUT_S 120

/* Scenarios that said themselves that they cannot run; of all processes. */
static unsigned int *skipped_themselves;

/* One write a line: several processes write. */
static void
tell_verdict(const char *id, const char *verdict)
{
	const char *path = getenv("HF_VERDICTS");
	char line[2 * HF_SCENARIO_ID_MAX];
	int fd, len;

	if (path == NULL)
		return;
	len = snprintf(line, sizeof(line), "%s %s\n", id, verdict);
	fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
	if (fd < 0 || write(fd, line, (size_t)len) != len) {
		perror(path);
		exit(EXIT_FAILURE);
	}
	close(fd);
}

START_TEST(scenario_passes_on_the_model)
{
	enum hf_model_verdict verdict;
	const char *id, *why;
	uint32_t flags;

	id = hf_model_scenario_id((unsigned int)_i, &flags);
	hf_model_boot(MODEL_RAM_BYTES, model_seed());
	verdict = hf_model_scenario_run(id, &why);
	tell_verdict(id,
	    verdict == HF_MODEL_SKIP	   ? "skip"
		: verdict == HF_MODEL_PASS ? "pass"
					   : "fail");
	if (verdict == HF_MODEL_SKIP) {
		printf("skipped: %s: %s\n", id, why);
		fflush(stdout);
		__atomic_add_fetch(skipped_themselves, 1, __ATOMIC_RELAXED);
	} else
		ck_assert_msg(verdict == HF_MODEL_PASS,
		    "%s: %s\n  again: HF_SEED=%llu check_scenarios_model %s",
		    id, why, (unsigned long long)model_seed(), id);
}
END_TEST

/* All, or those whose id contains the argument; counts those left out. */
static Suite *
suite_of(const char *part, int *left_out)
{
	Suite *suite = suite_create("scenarios on the model");
	const char *id, *why;
	uint32_t flags;
	unsigned int i;
	TCase *tc;

	for (i = 0; (id = hf_model_scenario_id(i, &flags)) != NULL; i++) {
		if (part != NULL && strstr(id, part) == NULL)
			continue;
		why = model_lacks(flags);
		if (why != NULL) {
			printf("skipped: %s: %s\n", id, why);
			tell_verdict(id, "skip");
			(*left_out)++;
			continue;
		}
		tc = tcase_create(id);
		tcase_set_timeout(tc, TIMEOUT_S);
		tcase_add_loop_test(
		    tc, scenario_passes_on_the_model, (int)i, (int)i + 1);
		suite_add_tcase(suite, tc);
	}
	/* Before any process has a copy of it to write out. */
	fflush(stdout);
	return (suite);
}

int
main(int argc, char **argv)
{
	int failed, ran, left_out = 0;
	SRunner *runner;

	skipped_themselves = mmap(NULL, sizeof(*skipped_themselves),
	    PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (skipped_themselves == MAP_FAILED) {
		perror("check_scenarios_model: mmap");
		return (EXIT_FAILURE);
	}
	if (getenv("HF_VERDICTS") != NULL)
		unlink(getenv("HF_VERDICTS"));
	/* Once, for all processes. */
	hf_model_prepare(MODEL_RAM_BYTES);
	runner = srunner_create(suite_of(argc > 1 ? argv[1] : NULL, &left_out));
	srunner_set_fork_status(runner, CK_FORK);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	ran = srunner_ntests_run(runner);
	srunner_free(runner);
	if (ran == 0) {
		fprintf(stderr, "no scenario was selected\n");
		return (EXIT_FAILURE);
	}
	printf("%d passed, %d failed, %d skipped\n",
	    ran - failed - (int)*skipped_themselves, failed,
	    left_out + (int)*skipped_themselves);
	return (failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE);
}
