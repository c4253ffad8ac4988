/* SPDX-License-Identifier: BSD-2-Clause */
/* main.c: arguments in, exit status out. */
#include "cli/cli.h"

/* host/embed.sh: the guest image, linked into the program only. */
extern const char hf_guest_image[], hf_guest_image_end[];

/* tools/scenario_table.c: the scenarios in that image. */
extern const struct scenario hf_guest_scenarios[];
extern const size_t hf_guest_nscenarios;

int
main(int argc, char **argv)
{
	struct cli_builtin builtin = { .bytes = hf_guest_image,
		.len_bytes = (size_t)(hf_guest_image_end - hf_guest_image),
		.list = { .scenarios = hf_guest_scenarios,
		    .nscenarios = hf_guest_nscenarios } };

	return (cli_main(argc, argv, &builtin));
}
