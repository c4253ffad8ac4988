/* SPDX-License-Identifier: BSD-2-Clause */
/* fuzz.c: holdfast fuzz. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/common_options.h"
#include "cli/report_options.h"
#include "core/interrupt.h"
#include "core/log.h"
#include "core/text.h"
#include "fuzz/shrink.h"
#include "fuzz/trial.h"
#include "fuzz_draw.h"
#include "run/plan.h"

#define TIMEOUT_DEFAULT_MS 300000
#define STEPS_DEFAULT	   100
#define TRIES_DEFAULT	   500
#define REPEATS_DEFAULT	   10

struct arguments {
	struct run_options run;
	const char *kernel_path;
	const char *plan;
	unsigned int nsteps, nseeds, tries, nthreads, repeats;
};

static bool seed_given, timeout_given, steps_given, seeds_given, repeats_given;

#define AT(field) offsetof(struct arguments, field)

static const struct option_spec specs[] = {
	OPTION_SEED(AT(run.seed), &seed_given,
	    "what the first plan is drawn from (default: a new one)"),
	{ .name = "steps",
	    .kind = OPTION_UINT,
	    .value_name = "N",
	    .offset = AT(nsteps),
	    .min = 1,
	    .max = HF_FUZZ_STEPS_MAX,
	    .given = &steps_given,
	    .help = "steps of a plan (default 100)" },
	{ .name = "seeds",
	    .kind = OPTION_UINT,
	    .value_name = "K",
	    .offset = AT(nseeds),
	    .min = 1,
	    .max = 1000000,
	    .given = &seeds_given,
	    .help = "plans: of the seed, and of the K-1 that follow "
		    "(default 1)" },
	{ .name = "plan",
	    .kind = OPTION_TEXT,
	    .value_name = "TEXT",
	    .offset = AT(plan),
	    .help = "the plan itself, steps with ';' between them; @FILE: "
		    "what is in it" },
	{ .name = "threads",
	    .kind = OPTION_UINT,
	    .value_name = "N",
	    .offset = AT(nthreads),
	    .min = 1,
	    .max = 8,
	    .help = "so many threads at once, each in a process of its own "
		    "and on\na CPU of its own (see --cpus)" },
	{ .name = "repeats",
	    .kind = OPTION_UINT,
	    .value_name = "K",
	    .offset = AT(repeats),
	    .min = 1,
	    .max = 1000000,
	    .given = &repeats_given,
	    .help = "how threads meet differs: so often a plan of theirs is "
		    "carried\nout, that of a seed when it is shrunk "
		    "(default 10)" },
	{ .name = "tries",
	    .kind = OPTION_UINT,
	    .value_name = "N",
	    .offset = AT(tries),
	    .help = "guests to shrink a plan with at the most (default 500;\n"
		    "0: leave it as it is)" },
	OPTION_TIMEOUT(AT(run.timeout_ms), &timeout_given,
	    "time limit of a plan (default 300s)"),
	{ .name = "console",
	    .kind = OPTION_FLAG,
	    .offset = AT(run.console),
	    .help = "show the guest's console text on standard error" },
	OPTION_MEMORY(AT(run.memory_bytes)),
	OPTION_CPUS(
	    AT(run.ncpus), "virtual CPUs (default 1, or one for each thread)"),
	OPTION_KERNEL(AT(kernel_path)),
	{ 0 },
};

static const struct arguments defaults = {
	.run = { .memory_bytes = MACHINE_MEMORY_DEFAULT,
	    .ncpus = 0, /* one, or one for each thread */
	    .timeout_ms = TIMEOUT_DEFAULT_MS,
	    .timeout_rules = true },
	.nsteps = STEPS_DEFAULT,
	.nseeds = 1,
	.tries = TRIES_DEFAULT,
	.repeats = REPEATS_DEFAULT,
};

struct fuzz {
	const struct arguments *a;
	const struct scenario *scenario;
	struct hf_err *err;
	struct trial first; /* the failure that is shrunk */
	unsigned int tries; /* so far */
};

/* What a failure says for itself. */
static void
print_failure(const struct scenario_result *r)
{
	if (r->reason != NULL)
		text_print_lines(stdout, "  ", r->reason);
	for (size_t i = 0; i < r->nfailures; i++) {
		const struct result_failure *x = &r->failures[i];

		printf("  ");
		text_print_line(stdout, x->file);
		printf(":%" PRIu64 ": ", x->line);
		text_print_line(stdout, x->text);
		if (x->got != NULL && x->want != NULL) {
			printf(": got ");
			text_print_line(stdout, x->got);
			printf(", want ");
			text_print_line(stdout, x->want);
		}
		printf("\n");
	}
	for (size_t i = 0; i < r->nnotes; i++)
		text_print_lines(stdout, "  note: ", r->notes[i]);
	fflush(stdout);
}

static unsigned int
repeats_of(const struct fuzz *f, const struct fuzz_plan *plan)
{
	return (plan->game == HF_FUZZ_CREW ? f->a->repeats : 1);
}

/* One guest: does the plan fail in the same way? */
static enum shrink_answer
ask_once(struct fuzz *f, const struct fuzz_plan *plan)
{
	enum shrink_answer answer = SHRINK_DOES_NOT;
	struct trial t;

	if (f->tries == f->a->tries || interrupt_noted() != 0)
		return (SHRINK_STOP);
	f->tries++;
	if (trial_run(&t, &f->a->run, f->scenario, plan, f->err) != 0)
		return (SHRINK_STOP);
	if (t.interrupted)
		return (SHRINK_STOP);
	if (trial_same(&t, &f->first, plan->game))
		answer = SHRINK_FAILS;
	trial_free(&t);
	return (answer);
}

/* Threads may meet so that nothing happens: then once more. */
static enum shrink_answer
ask(void *arg, const struct fuzz_plan *plan)
{
	struct fuzz *f = arg;
	enum shrink_answer answer = SHRINK_DOES_NOT;

	for (unsigned int i = 0;
	     i < repeats_of(f, plan) && answer == SHRINK_DOES_NOT; i++)
		answer = ask_once(f, plan);
	return (answer);
}

static void
shrink(struct fuzz *f, struct fuzz_plan *plan)
{
	const struct shrink_ops ops = { .arg = f, .ask = ask };
	bool smallest;

	if (f->a->tries == 0)
		return;
	printf("shrinking %zu steps ...\n", plan->n);
	fflush(stdout);
	smallest = fuzz_shrink(plan, &ops);
	printf("%zu steps after %u guests%s\n", plan->n, f->tries,
	    smallest ? ", none of which can be left out"
		     : "; some of them may not matter (--tries)");
}

/* How likely it is, where that differs: the smallest plan once more. */
static void
measure(struct fuzz *f, const struct fuzz_plan *plan)
{
	const unsigned int n = repeats_of(f, plan);
	enum shrink_answer answer = SHRINK_DOES_NOT;
	unsigned int failed = 0;

	if (f->a->tries == 0)
		return;
	f->tries = 0;
	for (unsigned int i = 0; i < n && answer != SHRINK_STOP; i++) {
		answer = ask_once(f, plan);
		failed += answer == SHRINK_FAILS;
	}
	if (answer != SHRINK_STOP)
		printf("it fails in %u of %u repeats\n", failed, n);
}

/* The command that carries out this plan, of so many threads (0: of one). */
static void
print_again(const struct arguments *a, const char *text, unsigned int nthreads)
{
	static const char *const words[] = { "plan", "memory", "cpus", NULL };
	struct options_account account;
	struct arguments again = *a;

	again.plan = text;
	again.run.seed = defaults.run.seed;
	again.nsteps = defaults.nsteps;
	again.nseeds = defaults.nseeds;
	if (nthreads > 0)
		again.nthreads = nthreads;
	options_account_make(
	    &account, cli_fuzz.name, specs, &again, &defaults, words);
	printf("again:\n%s\n", account.command);
	options_account_free(&account);
}

static void
print_plan(const struct arguments *a, const struct fuzz_plan *plan)
{
	const bool crew = plan->game == HF_FUZZ_CREW;
	char *text = fuzz_plan_text(plan, "\n    ");

	printf("plan:\n    %s\n", text);
	free(text);
	text = fuzz_plan_text(plan, "; ");
	print_again(a, text, crew ? fuzz_plan_threads(plan) : 0);
	if (crew)
		printf("how they meet, over the model:\n"
		       "tools/explore --param " TRIAL_PARAM_THREADS
		       "=%u --param '" TRIAL_PARAM "=%s' " TRIAL_THREADS "\n",
		    fuzz_plan_threads(plan), text);
	free(text);
	text = fuzz_plan_scenario(plan, "found", "a plan that failed");
	printf("as a scenario (guest/scenarios/fuzz/found.c):\n%s", text);
	free(text);
}

/*
 * Carried out until it fails, but so often at the most; f->first is the last
 * one.
 */
static int
try_first(struct fuzz *f, const struct fuzz_plan *plan, unsigned int times,
    const char *name)
{
	for (unsigned int i = 1;; i++) {
		if (trial_run(
			&f->first, &f->a->run, f->scenario, plan, f->err) != 0)
			return (-1);
		if (!trial_passed(&f->first) || i == times) {
			printf("%s: %zu steps%s: ", name, plan->n,
			    plan->game == HF_FUZZ_CREW ? " of threads" : "");
			if (times > 1)
				printf("repeat %u of %u: ", i, times);
			printf("%s\n", verdict_name(f->first.result.verdict));
			fflush(stdout);
			return (0);
		}
		trial_free(&f->first);
	}
}

/* One plan; its status.  Not 0: it is shrunk and shown, or *err is set. */
static enum exitcode
carry_out(struct fuzz *f, struct fuzz_plan *plan, unsigned int times,
    const char *name)
{
	enum exitcode status;

	if (try_first(f, plan, times, name) != 0)
		return (f->err->status);
	status = verdict_status(f->first.result.verdict);
	if (status != EXITCODE_OK) {
		print_failure(&f->first.result);
		if (!f->first.interrupted && trial_is_the_plans(&f->first)) {
			shrink(f, plan);
			if (plan->game == HF_FUZZ_CREW)
				measure(f, plan);
			print_plan(f->a, plan);
		}
	}
	if (!f->first.interrupted)
		trial_free(&f->first);
	return (status);
}

static void
draw(const struct arguments *a, struct fuzz_plan *plan, uint64_t seed)
{
	/* That it fits was looked at with the options. */
	if (a->nthreads > 0)
		hf_check(
		    fuzz_plan_draw_crew(plan, seed, a->nthreads, a->nsteps));
	else
		fuzz_plan_draw(plan, seed, a->nsteps);
}

static enum exitcode
carry_out_seeds(struct fuzz *f)
{
	enum exitcode status = EXITCODE_OK;
	struct fuzz_plan plan;
	char name[40];

	for (unsigned int i = 0; i < f->a->nseeds && status == EXITCODE_OK &&
	     interrupt_noted() == 0;
	     i++) {
		snprintf(
		    name, sizeof(name), "seed %" PRIu64, f->a->run.seed + i);
		draw(f->a, &plan, f->a->run.seed + i);
		status = carry_out(f, &plan, 1, name);
		fuzz_plan_free(&plan);
	}
	return (status);
}

/* The plan that was given. */
static int
read_plan(const struct arguments *a, struct fuzz_plan *plan, struct hf_err *err)
{
	const enum hf_fuzz_game game =
	    a->nthreads > 0 ? HF_FUZZ_CREW : HF_FUZZ_ALONE;
	const char *arg = a->plan;
	struct io_file file;
	int rc;

	if (arg[0] != '@')
		return (fuzz_plan_parse(
		    plan, game, arg, strlen(arg), "--plan", err));
	if (io_file_read("--plan", arg + 1, &file, err) != 0)
		return (-1);
	rc = fuzz_plan_parse(
	    plan, game, file.bytes, file.len_bytes, arg + 1, err);
	io_file_free(&file);
	return (rc);
}

static enum exitcode
fuzz_image(struct arguments *a, const struct cli_image *image,
    struct fuzz_plan *plan, struct hf_err *err)
{
	const char *name = a->nthreads > 0 ? TRIAL_THREADS : TRIAL_SCENARIO;
	struct fuzz f = { .a = a, .err = err };
	const char *why = NULL;
	enum exitcode status;

	a->run.kernel = image->kernel;
	a->run.kernel_sha256 = image->sha256;
	f.scenario = scenario_list_find(&image->list, name);
	a->run.disks[0].path = cli_default_disk(0);
	a->run.disks[0].is_default = true;
	a->run.ndisks = a->run.disks[0].path != NULL;
	if (f.scenario == NULL)
		err_user(
		    err, "%s has no scenario %s", image->kernel.name, name);
	else if ((why = runner_skip_reason(f.scenario, &a->run)) != NULL)
		err_user(err, "fuzz %s", why);
	if (err->status != EXITCODE_OK)
		return (cli_fail(err));
	status = plan->n > 0 ? carry_out(&f, plan, repeats_of(&f, plan), "plan")
			     : carry_out_seeds(&f);
	if (err->status != EXITCODE_OK)
		return (exitcode_worst(status, (enum exitcode)cli_fail(err)));
	return (exitcode_worst(status, (enum exitcode)cli_finish_output()));
}

static int
fuzz(int argc, char **argv, const struct cli_builtin *builtin)
{
	struct arguments a = defaults;
	struct fuzz_plan plan = { 0 };
	struct options_rest rest;
	struct cli_image image;
	struct hf_err err = { 0 };
	int status;

	if (!cli_options(&cli_fuzz, &a, argc, argv, &rest, &status))
		return (status);
	if (rest.nwords > 0)
		err_user(&err, "fuzz takes no pattern ('%s')", rest.words[0]);
	else if (a.plan != NULL && (seed_given || steps_given || seeds_given))
		err_user(&err,
		    "--plan says what is done: it goes without "
		    "--seed, --steps and --seeds");
	else if (repeats_given && a.nthreads == 0)
		err_user(&err,
		    "--repeats is for --threads: one thread does the "
		    "same each time");
	else if (a.nthreads > 0 &&
	    hf_fuzz_crew_steps(a.nthreads, a.nsteps) > HF_FUZZ_STEPS_MAX)
		err_user(&err,
		    "--steps: %u of each of %u threads are more than fit into "
		    "a plan (%u)",
		    a.nsteps, a.nthreads, HF_FUZZ_STEPS_MAX);
	else if (a.plan != NULL) {
		if (read_plan(&a, &plan, &err) == 0 && a.nthreads > 0 &&
		    fuzz_plan_threads(&plan) > a.nthreads)
			err_user(&err, "--plan: p%u is none of %u threads",
			    fuzz_plan_threads(&plan) - 1, a.nthreads);
	} else if (!seed_given)
		plan_make_seed(&a.run.seed, &err);
	if (a.run.ncpus == 0)
		a.run.ncpus = a.nthreads > 0 ? a.nthreads : 1;
	if (err.status != EXITCODE_OK || interrupt_catch(&err) != 0 ||
	    cli_image_open(&image, a.kernel_path, builtin, &err) != 0) {
		fuzz_plan_free(&plan);
		return (cli_fail(&err));
	}
	status = (int)fuzz_image(&a, &image, &plan, &err);
	cli_image_close(&image);
	fuzz_plan_free(&plan);
	return (status);
}

const struct cli_command cli_fuzz = {
	.name = "fuzz",
	.summary = "play the VM against a model, and shrink what fails",
	.usage = "fuzz [OPTION]...\n"
		 "Plays random operations of several processes against a model "
		 "that knows nothing\nof maps and page tables.  What fails is "
		 "shrunk, and shown as a plan, as a command\nand as a "
		 "scenario.  With --threads, threads play at once, and what "
		 "must hold\nwhoever comes first is checked; a plan of theirs "
		 "fails if one of its repeats does.",
	.specs = specs,
	.run = fuzz,
};
