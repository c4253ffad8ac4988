/* SPDX-License-Identifier: BSD-2-Clause */
/* cli.h: the command line: subcommands and what they share. */
#ifndef HF_CLI_CLI_H
#define HF_CLI_CLI_H

#include <stddef.h>

#include "core/err.h"
#include "core/io.h"
#include "run/scenario_list.h"

/* The guest image that is linked into the program. */
struct cli_builtin {
	const void *bytes;
	size_t len_bytes;
	struct scenario_list list; /* of that image */
};

struct cli_command {
	const char *name;
	const char *summary; /* one line for "holdfast --help" */
	/* argv[0] is the first word behind the subcommand's name. */
	int (*run)(int argc, char **argv, const struct cli_builtin *builtin);
};

/* One a file. */
extern const struct cli_command cli_run, cli_bench, cli_compare, cli_list,
    cli_info, cli_plan, cli_decode, cli_boot;

/* The whole program; its exit status. */
int cli_main(int argc, char **argv, const struct cli_builtin *builtin);

/* Prints the message; its status. */
int cli_fail(const struct hf_err *err);

/* Standard output was written; EXITCODE_OK, or a message and HARNESS. */
int cli_finish_output(void);

/* A guest image: the built-in one, or the file that --kernel names. */
struct cli_image {
	struct io_file file;
	const void *bytes;
	size_t len_bytes;
	const char *name;
	const char *in_file;  /* as vm_image.file */
	uint64_t file_offset; /* likewise */
	struct scenario_list list;
};

/*
 * kernel_path NULL: the built-in image.  0, or -1: *err; cli_image_close must
 * follow a success only.
 */
int cli_image_open(struct cli_image *image, const char *kernel_path,
    const struct cli_builtin *builtin, struct hf_err *err);
void cli_image_close(struct cli_image *image);

/*
 * "default.img" in the directory of the program, or NULL if there is none.  The
 * result stays valid.
 */
const char *cli_default_disk(void);

#endif
