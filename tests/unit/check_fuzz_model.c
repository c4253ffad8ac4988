/* SPDX-License-Identifier: BSD-2-Clause */
/* check_fuzz_model.c: plans of "holdfast fuzz" over the model. */

/*
 * usage: check_fuzz_model [SEED [SEEDS [STEPS]]]
 *        check_fuzz_model --plan TEXT
 *
 * Carries out a plan for each of SEEDS seeds from SEED on, of STEPS steps, or the given
 * one, each in a process of its own.  One that fails is that of "holdfast fuzz --seed N
 * --steps STEPS"; it is shrunk here, where a plan takes milliseconds.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fuzz/fuzz_plan.h"
#include "fuzz/shrink.h"
#include "guest/arch/model/boot_model.h"
#include "guest/arch/model/host.h"
#include "model_choice.h"

/* What a test that cannot run here ends with; meson knows it. */
#define SKIPPED 77

/* Why a plan fails: "" if it does not. */
struct end {
	char why[160];
};

static void
play(const struct fuzz_plan *plan, int out)
{
	char *text = fuzz_plan_text(plan, ";"), *params;
	const char *why;

	if (asprintf(&params, "param fuzz_plan=%s\n", text) < 0)
		_exit(EXIT_FAILURE);
	setenv("HF_PARAMS", params, 1);
	hf_model_boot(MODEL_RAM_BYTES, 1);
	if (hf_model_scenario_run("fuzz.plan", &why) == HF_MODEL_PASS)
		hf_host_exit(EXIT_SUCCESS);
	_exit(write(out, why, strlen(why)) >= 0 ? EXIT_FAILURE : 2);
}

/* In a process of its own, so that a panic ends that plan only. */
static struct end
play_apart(const struct fuzz_plan *plan)
{
	struct end end = { "" };
	int status = -1, fds[2];
	pid_t child;

	if (pipe(fds) != 0 || (child = fork()) < 0) {
		perror("check_fuzz_model");
		exit(EXIT_FAILURE);
	}
	if (child == 0)
		play(plan, fds[1]);
	close(fds[1]);
	if (waitpid(child, &status, 0) != child || WIFSIGNALED(status))
		snprintf(
		    end.why, sizeof(end.why), "signal %d", WTERMSIG(status));
	else if (status != 0 && read(fds[0], end.why, sizeof(end.why) - 1) <= 0)
		snprintf(end.why, sizeof(end.why), "exit status %d",
		    WEXITSTATUS(status));
	close(fds[0]);
	return (end);
}

static enum shrink_answer
ask(void *arg, const struct fuzz_plan *plan)
{
	const struct end *first = arg, end = play_apart(plan);

	return (
	    strcmp(end.why, first->why) == 0 ? SHRINK_FAILS : SHRINK_DOES_NOT);
}

/* True if it does what the model says. */
static bool
try_plan(struct fuzz_plan *plan, const char *name)
{
	struct end first = play_apart(plan);
	const struct shrink_ops ops = { .arg = &first, .ask = ask };
	char *text;

	if (first.why[0] == '\0')
		return (true);
	fprintf(stderr, "%s, %zu steps: %s\n", name, plan->n, first.why);
	fuzz_shrink(plan, &ops);
	text = fuzz_plan_text(plan, "; ");
	fprintf(
	    stderr, "%zu are left: holdfast fuzz --plan '%s'\n", plan->n, text);
	free(text);
	return (false);
}

static bool
try_text(const char *text)
{
	struct hf_err err = { 0 };
	struct fuzz_plan plan;
	bool good;

	if (fuzz_plan_parse(&plan, HF_FUZZ_ALONE, text, strlen(text), "--plan",
		&err) != 0) {
		fprintf(stderr, "%s\n", err.text);
		return (false);
	}
	good = try_plan(&plan, "plan");
	fuzz_plan_free(&plan);
	return (good);
}

static bool
try_seed(uint64_t seed, size_t nsteps)
{
	struct fuzz_plan plan;
	char name[40];
	bool good;

	snprintf(name, sizeof(name), "seed %llu", (unsigned long long)seed);
	fuzz_plan_draw(&plan, seed, nsteps);
	good = try_plan(&plan, name);
	fuzz_plan_free(&plan);
	return (good);
}

static uint64_t
number(int argc, char **argv, int i, uint64_t missing)
{
	return (argc > i ? strtoull(argv[i], NULL, 10) : missing);
}

/* Why no plan can be carried out here; NULL: they can. */
static const char *
lacks(void)
{
	const char *id;
	uint32_t flags;

	for (unsigned int i = 0; (id = hf_model_scenario_id(i, &flags)) != NULL;
	     i++)
		if (strcmp(id, "fuzz.plan") == 0)
			return (model_lacks(flags & ~(uint32_t)HF_IS_HIDDEN));
	fprintf(stderr, "there is no scenario fuzz.plan\n");
	exit(EXIT_FAILURE);
}

int
main(int argc, char **argv)
{
	const uint64_t first = number(argc, argv, 1, 1);
	const uint64_t seeds = number(argc, argv, 2, 100);
	const uint64_t steps = number(argc, argv, 3, 100);
	uint64_t failed = 0;
	const char *why;

	why = lacks();
	if (why != NULL) {
		printf("skipped: %s\n", why);
		return (SKIPPED);
	}
	hf_model_prepare(MODEL_RAM_BYTES);
	if (argc == 3 && strcmp(argv[1], "--plan") == 0)
		return (try_text(argv[2]) ? EXIT_SUCCESS : EXIT_FAILURE);
	if (steps == 0 || steps > HF_FUZZ_STEPS_MAX || seeds == 0) {
		fprintf(
		    stderr, "usage: check_fuzz_model [SEED [SEEDS [STEPS]]]\n");
		return (2);
	}
	for (uint64_t seed = first; seed < first + seeds; seed++)
		failed += !try_seed(seed, steps);
	printf("%llu steps\n%llu passed, %llu failed\n",
	    (unsigned long long)seeds * steps,
	    (unsigned long long)(seeds - failed), (unsigned long long)failed);
	return (failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE);
}
