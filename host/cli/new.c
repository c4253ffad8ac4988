/* SPDX-License-Identifier: BSD-2-Clause */
/* new.c: holdfast new. */
#include <stdio.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/new_folder.h"
#include "core/interrupt.h"
#include "core/suggest.h"

static const struct option_spec specs[] = { { 0 } };

/* The folders of guest/outside. */
static const char *const kinds[] = { "scenario", "pager" };

static int
check_kind(const char *kind, struct hf_err *err)
{
	struct suggest s;

	suggest_begin(&s, kind, strlen(kind));
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		if (strcmp(kind, kinds[i]) == 0)
			return (0);
		suggest_try(&s, kinds[i], strlen(kinds[i]));
	}
	if (s.best != NULL)
		return (err_user(err,
		    "nothing that can be made is called '%s' (did you mean "
		    "'%s'?)",
		    kind, s.best));
	return (err_user(err,
	    "nothing that can be made is called '%s'; see 'holdfast new "
	    "--help'",
	    kind));
}

static int
check_words(const struct options_rest *rest, struct hf_err *err)
{
	if (rest->nwords > 0 && check_kind(rest->words[0], err) != 0)
		return (-1);
	if (rest->nwords < 2)
		return (err_user(err, "%s is needed; see 'holdfast new --help'",
		    rest->nwords == 0 ? "what to make, and its name,"
				      : "its name"));
	if (rest->nwords > 2)
		return (
		    err_user(err, "unexpected argument '%s'", rest->words[2]));
	return (new_name_check(rest->words[1], err));
}

static int
make_new(int argc, char **argv, const struct cli_builtin *builtin)
{
	struct options_rest rest;
	struct hf_err err = { 0 };
	int status;

	if (!cli_options(&cli_new, NULL, argc, argv, &rest, &status))
		return (status);
	/* A signal is for afterwards: the folder is whole, or not there. */
	if (check_words(&rest, &err) != 0 || interrupt_catch(&err) != 0 ||
	    new_folder_make(new_files, rest.words[0], rest.words[1], &err) != 0)
		return (cli_fail(&err));
	printf("%s/ is made; to build and run it:\n\n"
	       "    cd %s\n    make\n    holdfast run --kernel %s.elf\n",
	    rest.words[1], rest.words[1], rest.words[1]);
	return (cli_finish_output());
}

const struct cli_command cli_new = {
	.name = "new",
	.summary = "make a folder for a scenario or pager of your own",
	.usage = "new scenario|pager NAME\n"
		 "Makes the folder NAME, which has code to begin with and "
		 "builds with make\nagainst the headers and the kernel that "
		 "are installed with holdfast.",
	.specs = specs,
	.run = make_new,
};
