/* SPDX-License-Identifier: BSD-2-Clause */
/* main.c: arguments in, exit status out. */
#include "cli/cli.h"

/* host/embed.sh: the guest images, linked into the program only. */
extern const char hf_guest_image[], hf_guest_image_end[];
extern const char hf_guest_release[], hf_guest_release_end[];

/* tools/scenario_table.c: the scenarios, which are the same in both. */
extern const struct scenario hf_guest_scenarios[];
extern const size_t hf_guest_nscenarios;
extern const char hf_guest_sha256[], hf_guest_release_sha256[];
extern const char hf_guest_params[];
extern const size_t hf_guest_params_bytes;

int
main(int argc, char **argv)
{
	const struct scenario_list list = { .scenarios = hf_guest_scenarios,
		.nscenarios = hf_guest_nscenarios,
		.params = hf_guest_params,
		.params_bytes = hf_guest_params_bytes };
	const struct cli_builtin builtin[CLI_NBUILTINS] = {
		[CLI_GUEST] = { .name = "built-in guest",
		    .bytes = hf_guest_image,
		    .len_bytes = (size_t)(hf_guest_image_end - hf_guest_image),
		    .sha256 = hf_guest_sha256,
		    .list = list },
		[CLI_GUEST_RELEASE] = { .name = "built-in release guest",
		    .bytes = hf_guest_release,
		    .len_bytes =
			(size_t)(hf_guest_release_end - hf_guest_release),
		    .sha256 = hf_guest_release_sha256,
		    .list = list },
	};

	return (cli_main(argc, argv, builtin));
}
