/* SPDX-License-Identifier: BSD-2-Clause */
/* list.c: holdfast list. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/common_options.h"
#include "cli/list_requirements.h"
#include "core/json.h"
#include "core/text.h"

struct arguments {
	bool json, all, requirements;
	const char *kernel_path;
};

#define AT(field) offsetof(struct arguments, field)

static const struct option_spec specs[] = {
	{ .name = "json",
	    .kind = OPTION_FLAG,
	    .offset = AT(json),
	    .help = "as one JSON array" },
	{ .name = "all",
	    .letter = 'a',
	    .kind = OPTION_FLAG,
	    .offset = AT(all),
	    .help = "hidden scenarios and benchmarks too" },
	{ .name = "requirements",
	    .kind = OPTION_FLAG,
	    .offset = AT(requirements),
	    .help = "what docs/spec requires; with a PATTERN also the "
		    "scenarios that name it" },
	OPTION_KERNEL(AT(kernel_path)),
	{ 0 },
};

static json_t *
flags_json(uint32_t flags)
{
	json_t *list = json_array();

	for (; flags != 0; flags &= flags - 1)
		json_add(list, json_string(scenario_flag_name(flags)));
	return (list);
}

static int
print_json(const struct scenario_list *l, const bool *chosen)
{
	json_t *list = json_array(), *j;
	char *text;
	int status;

	for (size_t i = 0; i < l->nscenarios; i++) {
		const struct scenario *s = &l->scenarios[i];

		if (!chosen[i])
			continue;
		j = json_object();
		json_put(j, "id", json_string(s->id));
		json_put(j, "title", json_text(s->title));
		json_put(j, "requirements", json_words(s->requirements));
		json_put(j, "flags", flags_json(s->flags));
		json_put(j, "timeout_ms", json_count(s->timeout_ms));
		json_add(list, j);
	}
	text = json_document(list, JSON_INDENT(2));
	json_decref(list);
	status = cli_print_document(text);
	free(text);
	return (status);
}

static void
print_text(const struct scenario_list *l, const bool *chosen)
{
	for (size_t i = 0; i < l->nscenarios; i++) {
		const struct scenario *s = &l->scenarios[i];
		const char *lead = "  [";

		if (!chosen[i])
			continue;
		printf("%-36s ", s->id);
		text_print_line(stdout, s->title);
		if (s->requirements[0] != '\0') {
			fputs("  (", stdout);
			text_print_line(stdout, s->requirements);
			putchar(')');
		}
		for (uint32_t f = s->flags; f != 0; f &= f - 1) {
			printf("%s%s", lead, scenario_flag_name(f));
			lead = " ";
		}
		printf("%s\n", s->flags != 0 ? "]" : "");
	}
}

static int
list_image(const struct arguments *a, const struct scenario_list *l,
    const struct options_rest *rest, struct hf_err *err)
{
	bool *chosen = calloc(l->nscenarios, sizeof(*chosen));
	int status;

	hf_check_memory(chosen != NULL);
	if (scenario_list_choose(l,
		a->all ? SCENARIO_VIEW_ALL : SCENARIO_VIEW_RUN, rest->words,
		a->requirements ? 0 : rest->nwords, chosen, err) != 0) {
		free(chosen);
		return (cli_fail(err));
	}
	if (a->requirements)
		status = cli_list_requirements(a->json, l, chosen, rest);
	else if (a->json)
		status = print_json(l, chosen);
	else {
		print_text(l, chosen);
		status = cli_finish_output();
	}
	free(chosen);
	return (status);
}

static int
list(int argc, char **argv, const struct cli_builtin *builtin)
{
	struct arguments a = { 0 };
	struct options_rest rest;
	struct cli_image image;
	struct hf_err err = { 0 };
	int status;

	if (!cli_options(&cli_list, &a, argc, argv, &rest, &status))
		return (status);
	if (cli_image_open(&image, a.kernel_path, builtin, &err) != 0)
		return (cli_fail(&err));
	status = list_image(&a, &image.list, &rest, &err);
	cli_image_close(&image);
	return (status);
}

const struct cli_command cli_list = {
	.name = "list",
	.summary = "list the scenarios of a guest image",
	.usage =
	    "list [OPTION]... [PATTERN]...\n"
	    "Lists scenarios: id, title, requirements, flags.\n" PATTERN_HELP
	    "\nWith --requirements it is the id of a requirement (FT-12), a "
	    "family of them (FT),\nor a shell pattern.",
	.specs = specs,
	.run = list,
};
