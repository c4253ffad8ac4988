/* SPDX-License-Identifier: BSD-2-Clause */
/* check_fuzz_model.c: games of "holdfast fuzz" over the model. */

/*
 * usage: check_fuzz_model [SEED [SEEDS [STEPS]]]
 *
 * Plays one game for each of SEEDS seeds from SEED on, of STEPS steps, each in a process of
 * its own; one that fails is the game of "holdfast fuzz --seed N --steps STEPS".
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "guest/arch/model/boot_model.h"

#define RAM_BYTES ((size_t)32 << 20)

static void
play(uint64_t seed)
{
	const char *why;

	hf_model_boot(RAM_BYTES, seed);
	if (hf_model_scenario_run("fuzz.seed", &why) == HF_MODEL_PASS)
		_exit(EXIT_SUCCESS);
	fprintf(stderr, "%s\n", why);
	_exit(EXIT_FAILURE);
}

/* In a process of its own, so that a panic ends that game only. */
static int
play_apart(uint64_t seed)
{
	int status = -1;
	pid_t child = fork();

	if (child == 0)
		play(seed);
	if (child < 0 || waitpid(child, &status, 0) != child) {
		perror("check_fuzz_model");
		exit(EXIT_FAILURE);
	}
	return (status);
}

static uint64_t
number(int argc, char **argv, int i, uint64_t missing)
{
	return (argc > i ? strtoull(argv[i], NULL, 10) : missing);
}

int
main(int argc, char **argv)
{
	const uint64_t first = number(argc, argv, 1, 1);
	const uint64_t seeds = number(argc, argv, 2, 100);
	const uint64_t steps = number(argc, argv, 3, 100);
	uint64_t failed = 0;
	char params[40];

	snprintf(params, sizeof(params), "param fuzz_steps=%llu\n",
	    (unsigned long long)steps);
	setenv("HF_PARAMS", params, 1);
	hf_model_prepare(RAM_BYTES);
	for (uint64_t seed = first; seed < first + seeds; seed++)
		if (play_apart(seed) != 0) {
			failed++;
			fprintf(stderr,
			    "failed: holdfast fuzz --seed %llu --steps %llu\n",
			    (unsigned long long)seed,
			    (unsigned long long)steps);
		}
	printf("%llu steps\n%llu passed, %llu failed\n",
	    (unsigned long long)(seeds * steps),
	    (unsigned long long)(seeds - failed), (unsigned long long)failed);
	return (failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE);
}
