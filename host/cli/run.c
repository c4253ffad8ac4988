/* SPDX-License-Identifier: BSD-2-Clause */
/* run.c: holdfast run. */
#include "run/runner.h"

#include <stdio.h>
#include <stdlib.h>

#include "blk/blk.h"
#include "cli/cli.h"
#include "cli/common_options.h"
#include "run/plan.h"

#define TIMEOUT_DEFAULT_MS 30000

struct arguments {
	struct run_options run;
	const char *kernel_path, *output_path;
	struct option_texts params;
	unsigned int format;
};

static bool seed_given;

#define AT(field) offsetof(struct arguments, field)

static const struct option_spec specs[] = {
	OPTION_FORMAT(AT(format)),
	OPTION_OUTPUT(AT(output_path)),
	OPTION_TIMEOUT(AT(run.timeout_ms),
	    "time limit of a scenario that names none (default 30s)"),
	OPTION_SEED(AT(run.seed), &seed_given,
	    "what scenarios draw their randomness from\n"
	    "(default: a new one each time; reports show it)"),
	{ .name = "faulty",
	    .kind = OPTION_TEXT,
	    .value_name = "PLAN",
	    .offset = AT(run.faults),
	    .help = "fail, shorten or delay chosen disk operations, as in\n"
		    "read@3=fail,write@2+=fail:ENOSPC,any@5=delay:20ms" },
	OPTION_PARAM(AT(params)),
	{ .name = "console",
	    .kind = OPTION_FLAG,
	    .offset = AT(run.console),
	    .help = "show the guest's console text on standard error" },
	MACHINE_OPTIONS(struct arguments),
	{ 0 },
};

static int
run_image(struct arguments *a, const struct cli_image *image,
    const struct options_rest *rest, struct hf_err *err)
{
	struct report report;
	bool *chosen;
	enum exitcode status;

	a->run.kernel = image->kernel;
	chosen = calloc(image->list.nscenarios, sizeof(*chosen));
	hf_check(chosen != NULL);
	if (scenario_list_choose(
		&image->list, rest->words, rest->nwords, chosen, err) != 0 ||
	    report_open(&report, a->format, a->output_path, err) != 0) {
		free(chosen);
		return (cli_fail(err));
	}
	if (a->run.disk_path == NULL &&
	    runner_needs_disk(&image->list, chosen)) {
		a->run.disk_path = cli_default_disk();
		a->run.disk_is_default = true;
	}
	status = runner_run(&a->run, &image->list, chosen, &report, err);
	free(chosen);
	if (err->status != EXITCODE_OK)
		cli_fail(err);
	return ((int)status);
}

static int
run(int argc, char **argv, const struct cli_builtin *builtin)
{
	struct arguments a = {
		.run = { .memory_bytes = MACHINE_MEMORY_DEFAULT,
		    .ncpus = MACHINE_CPUS_DEFAULT,
		    .timeout_ms = TIMEOUT_DEFAULT_MS },
	};
	struct options_rest rest;
	struct cli_image image;
	struct hf_err err = { 0 };
	int status;

	if (!cli_options(&cli_run, &a, argc, argv, &rest, &status))
		return (status);
	a.run.params = a.params.text;
	a.run.nparams = a.params.n;
	if (!seed_given)
		a.run.seed = plan_make_seed();
	if (cli_image_open(&image, a.kernel_path, builtin, &err) != 0)
		return (cli_fail(&err));
	status = run_image(&a, &image, &rest, &err);
	cli_image_close(&image);
	return (status);
}

const struct cli_command cli_run = {
	.name = "run",
	.summary = "boot a guest and run scenarios",
	.usage = "run [OPTION]... [PATTERN]...\n"
		 "Runs the scenarios whose ids match a pattern (as *.basic or "
		 "fault.*; default: all).",
	.specs = specs,
	.run = run,
};
