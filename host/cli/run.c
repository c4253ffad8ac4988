/* SPDX-License-Identifier: BSD-2-Clause */
/* run.c: holdfast run. */
#include "run/runner.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/cli.h"
#include "cli/common_options.h"
#include "cli/report_options.h"
#include "core/interrupt.h"
#include "core/log.h"
#include "debug/gdb_server.h"
#include "run/fail_nth.h"
#include "run/plan.h"

#define TIMEOUT_DEFAULT_MS 30000

struct arguments {
	struct run_options run;
	struct disk_arguments disks;
	const char *kernel_path;
	const char *fail_nth;
	struct fail_nth_choice fail_choice;
	struct option_texts params;
	struct report_arguments reports;
};

static bool seed_given, timeout_given;

#define AT(field) offsetof(struct arguments, field)

static const struct option_spec specs[] = {
	REPORT_OPTIONS(AT(reports)),
	OPTION_TIMEOUT(AT(run.timeout_ms), &timeout_given,
	    "time limit of every scenario\n"
	    "(default: what it asks for, or 30s)"),
	OPTION_SEED(AT(run.seed), &seed_given,
	    "what scenarios draw their randomness from\n"
	    "(default: a new one each time; reports show it)"),
	{ .name = "faulty",
	    .kind = OPTION_TEXTS,
	    .value_name = "PLAN",
	    .offset = AT(disks.faulty),
	    .help = "fail, shorten or delay chosen disk operations, as in\n"
		    "read@3=fail,write@2+=fail:ENOSPC,any@5=delay:20ms\n"
		    "(a delay without unit is in seconds);\n"
		    "volatile: lose what was not flushed at the end, or at a "
		    "kill;\nvtbd1:PLAN: of that disk, not of the first" },
	{ .name = "fail-nth",
	    .kind = OPTION_TEXT,
	    .value_name = "all|paths|N",
	    .offset = AT(fail_nth),
	    .help = "run each scenario once for every place of the guest that "
		    "may fail\n(allocations, paging, submissions, sleeps), "
		    "which then fails there;\npaths: for the first with each "
		    "stack; all/K, paths/K: for one in K;\nN: for the N-th "
		    "alone" },
	{ .name = "core",
	    .kind = OPTION_TEXT,
	    .value_name = "FOLDER",
	    .offset = AT(run.core_folder),
	    .help = "write FOLDER/SCENARIO.core, for a debugger, of a guest "
		    "that\ndies, hangs or breaks its records" },
	{ .name = "gdb",
	    .kind = OPTION_TEXT,
	    .value_name = "SOCKET",
	    .offset = AT(run.gdb_socket),
	    .help = "make the Unix socket SOCKET and hold each guest at its "
		    "start\nuntil a debugger is there: (gdb) target remote "
		    "SOCKET" },
	OPTION_PARAM(AT(params)),
	{ .name = "console",
	    .kind = OPTION_FLAG,
	    .offset = AT(run.console),
	    .help = "show the guest's console text on standard error" },
	MACHINE_OPTIONS(struct arguments),
	{ 0 },
};

/* What the command that repeats a run names in any case. */
static const char *const always[] = { "memory", "cpus", "seed", NULL };

/* What failures in the guest ask of the image, the words and the disk. */
static int
check_fail_nth(struct arguments *a, const struct cli_image *image,
    const struct options_rest *rest, struct hf_err *err)
{
	if (a->fail_nth == NULL)
		return (0);
	if (fail_nth_parse(a->fail_nth, &a->fail_choice, err) != 0)
		return (-1);
	if (rest->nwords == 0)
		return (err_user(err,
		    "--fail-nth: of which scenarios? Give a PATTERN ('*': "
		    "all)"));
	if (!scenario_params_knows(&image->list, FAIL_NTH_PARAM))
		return (err_user(err,
		    "--fail-nth: this guest has no failure points (it was "
		    "built without invariants)"));
	for (unsigned int i = 0; i < a->run.ndisks; i++)
		if (!a->run.disks[i].snapshot && !a->run.disks[i].readonly)
			return (err_user(err,
			    "--fail-nth: %s would be written to in run after "
			    "run: add --snapshot",
			    a->run.disks[i].path));
	a->run.fail_nth = &a->fail_choice;
	return (0);
}

/* Said before the work: a core file that nobody can write is of no use. */
static int
check_core_folder(const char *folder, struct hf_err *err)
{
	struct stat st;
	int error = 0;

	if (folder == NULL)
		return (0);
	if (stat(folder, &st) != 0)
		error = errno;
	else if (!S_ISDIR(st.st_mode))
		error = ENOTDIR;
	else if (access(folder, W_OK | X_OK) != 0)
		error = errno;
	return (
	    error == 0 ? 0 : err_user_errno(err, error, "--core %s", folder));
}

static int
run_image(struct arguments *a, const struct cli_image *image,
    const struct options_rest *rest, struct hf_err *err)
{
	struct reports reports;
	bool *chosen;
	enum exitcode status;

	a->run.kernel = image->kernel;
	a->run.kernel_sha256 = image->sha256;
	if (disk_arguments_take(&a->disks, &a->run, err) != 0 ||
	    check_fail_nth(a, image, rest, err) != 0 ||
	    check_core_folder(a->run.core_folder, err) != 0 ||
	    (a->run.gdb_socket != NULL &&
		gdb_server_check(a->run.gdb_socket, err) != 0))
		return (cli_fail(err));
	chosen = calloc(image->list.nscenarios, sizeof(*chosen));
	hf_check_memory(chosen != NULL);
	if (scenario_params_check(
		&image->list, a->params.text, a->params.n, err) != 0 ||
	    scenario_list_choose(&image->list, SCENARIO_VIEW_RUN, rest->words,
		rest->nwords, chosen, err) != 0 ||
	    disk_arguments_complete(&a->disks, &a->run,
		runner_disks_needed(&image->list, chosen), err) != 0 ||
	    report_options_open(&a->reports, &reports, err) != 0) {
		free(chosen);
		return (cli_fail(err));
	}
	status = runner_run(&a->run, &image->list, chosen, &reports, err);
	free(chosen);
	/* Who closes the pipe has seen enough; and so for any other program. */
	if (err->status != EXITCODE_OK && interrupt_noted() != SIGPIPE)
		cli_fail(err);
	if (interrupt_noted() != 0 && interrupt_noted() != SIGPIPE)
		log_error(
		    "interrupted by %s", interrupt_name(interrupt_noted()));
	return ((int)status);
}

static int
run(int argc, char **argv, const struct cli_builtin *builtin)
{
	const struct arguments defaults = {
		.run = { .memory_bytes = MACHINE_MEMORY_DEFAULT,
		    .ncpus = MACHINE_CPUS_DEFAULT,
		    .timeout_ms = TIMEOUT_DEFAULT_MS },
	};
	struct arguments a = defaults;
	struct options_account account;
	struct options_rest rest;
	struct cli_image image;
	struct hf_err err = { 0 };
	int status;

	if (!cli_options(&cli_run, &a, argc, argv, &rest, &status))
		return (status);
	a.run.timeout_rules = timeout_given;
	a.run.params = a.params.text;
	a.run.nparams = a.params.n;
	if (interrupt_catch(&err) != 0 ||
	    (!seed_given && plan_make_seed(&a.run.seed, &err) != 0))
		return (cli_fail(&err));
	options_account_make(
	    &account, cli_run.name, specs, &a, &defaults, always);
	a.run.options = account.options;
	a.run.noptions = account.noptions;
	a.run.command = account.command;
	if (cli_image_open(&image, a.kernel_path, builtin, &err) != 0)
		status = cli_fail(&err);
	else {
		status = run_image(&a, &image, &rest, &err);
		cli_image_close(&image);
		disk_arguments_end(&a.disks, &a.run);
	}
	options_account_free(&account);
	return (status);
}

const struct cli_command cli_run = {
	.name = "run",
	.summary = "boot a guest and run scenarios",
	.usage = "run [OPTION]... [PATTERN]...\n"
		 "Runs scenarios (default: all).  " PATTERN_HELP,
	.specs = specs,
	.run = run,
};
