/* SPDX-License-Identifier: BSD-2-Clause */
/* plan.c: holdfast plan. */
#include "run/plan.h"

#include <stdio.h>
#include <stdlib.h>

#include "cli/cli.h"
#include "cli/common_options.h"
#include "run/runner.h"

struct arguments {
	uint64_t seed;
	unsigned int cpus;
	bool no_disk;
	const char *kernel_path;
	struct option_texts params;
};

static bool seed_given;

#define AT(field) offsetof(struct arguments, field)

static const struct option_spec specs[] = {
	OPTION_SEED(
	    AT(seed), &seed_given, "what scenarios draw their randomness from"),
	OPTION_CPUS(AT(cpus), "CPUs of the machine (default 2)"),
	{ .name = "no-disk",
	    .kind = OPTION_FLAG,
	    .offset = AT(no_disk),
	    .help = "the machine has no disk" },
	OPTION_PARAM(AT(params)),
	OPTION_KERNEL(AT(kernel_path)),
	{ 0 },
};

/* Why it is left out of a plan for one boot; NULL if it is not. */
static const char *
refusal(const struct scenario *s, const struct arguments *a, size_t nchosen)
{
	struct run_options opt = { .ncpus = a->cpus,
		.ndisks = a->no_disk ? 0 : RUN_DISKS_MAX };

	if ((s->flags & HF_ENDS_GUEST) != 0 && nchosen > 1)
		return ("ends the guest: needs a plan of its own");
	return (runner_skip_reason(s, &opt));
}

static int
print_plan(const struct arguments *a, const struct scenario_list *l,
    const struct options_rest *rest, struct hf_err *err)
{
	struct plan plan = { .seed = a->seed,
		.cpus = a->cpus,
		.params = (const char **)(uintptr_t)a->params.text,
		.nparams = a->params.n };
	bool *chosen = calloc(l->nscenarios, sizeof(*chosen));
	size_t nchosen = 0, len_bytes;
	const char *why;
	char *text = NULL;

	plan.runs = calloc(l->nscenarios, sizeof(*plan.runs));
	hf_check_memory(chosen != NULL && plan.runs != NULL);
	if (scenario_params_check(l, a->params.text, a->params.n, err) != 0 ||
	    scenario_list_choose(l, SCENARIO_VIEW_RUN, rest->words,
		rest->nwords, chosen, err) != 0)
		goto out;
	for (size_t i = 0; i < l->nscenarios; i++)
		nchosen += chosen[i];
	for (size_t i = 0; i < l->nscenarios; i++) {
		if (!chosen[i])
			continue;
		why = refusal(&l->scenarios[i], a, nchosen);
		if (why == NULL)
			plan.runs[plan.nruns++] = l->scenarios[i].id;
		else
			fprintf(stderr, "holdfast: left out: %s: %s\n",
			    l->scenarios[i].id, why);
	}
	if (plan.nruns == 0) {
		err_set(err, EXITCODE_SKIPPED, "nothing is left to run");
		goto out;
	}
	if ((!seed_given && plan_make_seed(&plan.seed, err) != 0) ||
	    plan_make_nonce(plan.nonce, err) != 0)
		goto out;
	text = plan_format(&plan, &len_bytes, err);
out:
	free(chosen);
	free(plan.runs);
	if (text == NULL)
		return (cli_fail(err));
	fwrite(text, 1, len_bytes, stdout);
	free(text);
	return (cli_finish_output());
}

static int
plan(int argc, char **argv, const struct cli_builtin *builtin)
{
	struct arguments a = { .cpus = MACHINE_CPUS_DEFAULT };
	struct options_rest rest;
	struct cli_image image;
	struct hf_err err = { 0 };
	int status;

	if (!cli_options(&cli_plan, &a, argc, argv, &rest, &status))
		return (status);
	if (cli_image_open(&image, a.kernel_path, builtin, &err) != 0)
		return (cli_fail(&err));
	status = print_plan(&a, &image.list, &rest, &err);
	cli_image_close(&image);
	return (status);
}

const struct cli_command cli_plan = {
	.name = "plan",
	.summary = "print a run plan for another VMM",
	.usage = "plan [OPTION]... [PATTERN]...\n"
		 "Prints a run plan for one boot of another VMM "
		 "(QEMU: -initrd FILE);\n'holdfast decode' reads what "
		 "the guest then says.\n" PATTERN_HELP,
	.specs = specs,
	.run = plan,
};
