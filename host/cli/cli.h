/* SPDX-License-Identifier: BSD-2-Clause */
/* cli.h: the command line: subcommands and what they share. */
#ifndef HF_CLI_CLI_H
#define HF_CLI_CLI_H

#include <stdbool.h>
#include <stddef.h>

#include "cli/options.h"
#include "core/err.h"
#include "core/io.h"
#include "core/sha256.h"
#include "run/scenario_list.h"
#include "vm/vm.h"

/*
 * The guest images that are linked into the program: one to run scenarios in,
 * with the checks of the build option "invariants", and one to be measured,
 * without. A command is handed them all.
 */
enum { CLI_GUEST, CLI_GUEST_RELEASE, CLI_NBUILTINS };

struct cli_builtin {
	const char *name; /* for reports */
	const void *bytes;
	size_t len_bytes;
	const char *sha256;
	struct scenario_list list; /* of that image */
};

struct cli_command {
	const char *name;
	const char *summary; /* one line for "holdfast --help" */
	const char *usage;   /* "NAME ARGUMENTS", and what it does */
	const struct option_spec *specs;
	/* argv[0] is the first word behind the subcommand's name. */
	int (*run)(int argc, char **argv, const struct cli_builtin *builtin);
};

/* The commands in the order of the help; each is cli_NAME, in a file of its own. */
/* clang-format off */
#define CLI_COMMANDS(C) \
	C(run) \
	C(fuzz) \
	C(bench) \
	C(compare) \
	C(list) \
	C(info) \
	C(plan) \
	C(decode) \
	C(boot) \
	C(new)
/* clang-format on */
#define CLI_DECLARE(name) extern const struct cli_command cli_##name;
CLI_COMMANDS(CLI_DECLARE)
#define CLI_ADDRESS(name) &cli_##name,

/* The whole program; its exit status. */
int cli_main(int argc, char **argv, const struct cli_builtin *builtin);

/*
 * Parses the words behind the command.  True: go on.  False: that was all, as
 * the help was asked for or an option is wrong; *status is the command's.
 */
bool cli_options(const struct cli_command *command, void *target, int argc,
    char **argv, struct options_rest *rest, int *status);

/* Prints the message; its status. */
int cli_fail(const struct hf_err *err);

/* Standard output was written; EXITCODE_OK, or a message and HARNESS. */
int cli_finish_output(void);

/* Writes it all to standard output, with its own message if that fails. */
int cli_print_document(const char *text);

/* A guest image: the built-in one, or the file that --kernel names. */
struct cli_image {
	struct io_file file;
	struct vm_image kernel;
	struct scenario_list list;
	char sha256[SHA256_TEXT_BYTES];
};

/*
 * kernel_path NULL: the built-in image given.  0, or -1: *err; cli_image_close
 * must follow a success only.
 */
int cli_image_open(struct cli_image *image, const char *kernel_path,
    const struct cli_builtin *builtin, struct hf_err *err);
void cli_image_close(struct cli_image *image);

#endif
