/* SPDX-License-Identifier: BSD-2-Clause */
/* cli.c: find the subcommand; help and version. */
#include "cli/cli.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "core/interrupt.h"
#include "core/log.h"
#include "core/suggest.h"

static const struct cli_command *const commands[] = { CLI_COMMANDS(
    CLI_ADDRESS) };

static const char exit_help[] =
    "Exit status (the worst that applies):\n"
    "  0   all scenarios that ran have passed\n"
    "  1   at least one scenario failed\n"
    "  2   usage, configuration or environment: the message says which\n"
    "  3   the guest died: panic, triple fault, unhandled exit\n"
    "  4   timeout or no progress\n"
    "  5   an error of the harness or the host; a report that cannot be\n"
    "      written; a run in which no scenario reported anything\n"
    "  77  nothing could run: every scenario was skipped, with its reason\n"
    "INT, TERM and HUP: run, fuzz and bench report what ran and die by the "
    "signal;\n"
    "QUIT and USR1: they show the guest's state and go on.\n";

static int
print_help(void)
{
	printf("usage: holdfast COMMAND [OPTION]... [ARGUMENT]...\n"
	       "FreeBSD's virtual-memory semantics on a real MMU, in a KVM "
	       "guest.\n\nCommands:\n");
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
		printf("  %-8s %s\n", commands[i]->name, commands[i]->summary);
	printf("  %-8s %s\n  %-8s %s\n", "help",
	    "show this help, or that of the command behind it", "version",
	    "show the version");
	printf("\nOptions:\n"
	       "  -h, --help     show this help, or that of a command behind "
	       "it\n"
	       "      --version  show the version\n\n%s",
	    exit_help);
	return (cli_finish_output());
}

static const struct cli_command *
find_command(const char *name)
{
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
		if (strcmp(name, commands[i]->name) == 0)
			return (commands[i]);
	}
	return (NULL);
}

static int
refuse_unknown(const char *name)
{
	struct suggest s;

	suggest_begin(&s, name, strlen(name));
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
		suggest_try(&s, commands[i]->name, strlen(commands[i]->name));
	if (s.best != NULL)
		log_error("unknown command '%s' (did you mean '%s'?); see "
			  "'holdfast --help'",
		    name, s.best);
	else
		log_error("unknown command '%s'; see 'holdfast --help'", name);
	return (EXITCODE_USAGE);
}

static int
print_version(void)
{
	printf("holdfast %s\n", HF_VERSION);
	return (cli_finish_output());
}

/* "help" alone, or "help COMMAND", which is "COMMAND --help". */
static int
help(int argc, char **argv, const struct cli_builtin *builtin)
{
	static char option[] = "--help";
	char *words[] = { option };
	const struct cli_command *command;

	if (argc == 0)
		return (print_help());
	command = find_command(argv[0]);
	if (command == NULL)
		return (refuse_unknown(argv[0]));
	return (command->run(1, words, builtin));
}

int
cli_main(int argc, char **argv, const struct cli_builtin *builtin)
{
	const struct cli_command *command;
	const char *first = argc > 1 ? argv[1] : NULL;
	int status;

	io_reserve_standard();
	if (first == NULL) {
		log_error("no command given; see 'holdfast --help'");
		return (EXITCODE_USAGE);
	}
	if (strcmp(first, "-h") == 0 || strcmp(first, "--help") == 0)
		return (print_help());
	if (strcmp(first, "help") == 0)
		return (help(argc - 2, argv + 2, builtin));
	if (strcmp(first, "--version") == 0 || strcmp(first, "version") == 0)
		return (print_version());
	if (first[0] == '-') {
		log_error("unknown option '%s'; see 'holdfast --help'", first);
		return (EXITCODE_USAGE);
	}
	command = find_command(first);
	if (command == NULL)
		return (refuse_unknown(first));
	status = command->run(argc - 2, argv + 2, builtin);
	interrupt_die();
	return (status);
}

bool
cli_options(const struct cli_command *command, void *target, int argc,
    char **argv, struct options_rest *rest, int *status)
{
	struct hf_err err = { 0 };

	if (options_parse(command->specs, target, argc, argv, rest, &err) !=
	    0) {
		*status = cli_fail(&err);
		return (false);
	}
	if (!rest->help)
		return (true);
	printf("usage: holdfast %s\n\n", command->usage);
	options_print_help(command->specs, stdout);
	*status = cli_finish_output();
	return (false);
}

int
cli_fail(const struct hf_err *err)
{
	log_error("%s", err->text);
	return ((int)err->status);
}

int
cli_print_document(const char *text)
{
	int rc = io_write_all(STDOUT_FILENO, text, strlen(text));

	if (rc == 0)
		return (EXITCODE_OK);
	log_error("cannot write to standard output: %s", strerror(-rc));
	return (EXITCODE_HARNESS);
}

int
cli_finish_output(void)
{
	bool failed;
	int error;

	errno = 0;
	failed = fflush(stdout) != 0;
	error = errno;
	if (!failed && ferror(stdout) == 0)
		return (EXITCODE_OK);
	log_error("cannot write to standard output: %s",
	    strerror(error != 0 ? error : EIO));
	return (EXITCODE_HARNESS);
}
