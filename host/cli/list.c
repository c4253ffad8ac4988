/* SPDX-License-Identifier: BSD-2-Clause */
/* list.c: holdfast list. */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/common_options.h"
#include "report/text.h"

struct arguments {
	bool json, all;
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
	OPTION_KERNEL(AT(kernel_path)),
	{ 0 },
};

static void
put(json_t *object, const char *key, json_t *value)
{
	int rc = json_object_set_new(object, key, value);

	hf_check(rc == 0);
}

static json_t *
flags_json(uint32_t flags)
{
	json_t *list = json_array();

	for (; flags != 0; flags &= flags - 1)
		json_array_append_new(
		    list, json_string(scenario_flag_name(flags)));
	return (list);
}

static json_t *
words_json(const char *text)
{
	json_t *list = json_array();
	char *clean = text_clean(text, strlen(text));
	const char *words = clean;
	size_t n;

	for (; *words != '\0'; words += n) {
		words += strspn(words, " ");
		n = strcspn(words, " ");
		if (n > 0)
			json_array_append_new(list, json_stringn(words, n));
	}
	free(clean);
	return (list);
}

static void
print_json(const struct scenario_list *l, const bool *chosen)
{
	json_t *list = json_array(), *j;
	char *title;

	for (size_t i = 0; i < l->nscenarios; i++) {
		const struct scenario *s = &l->scenarios[i];

		if (!chosen[i])
			continue;
		j = json_object();
		put(j, "id", json_string(s->id));
		title = text_clean(s->title, strlen(s->title));
		put(j, "title", json_string(title));
		free(title);
		put(j, "requirements", words_json(s->requirements));
		put(j, "flags", flags_json(s->flags));
		put(j, "timeout_ms", json_integer(s->timeout_ms));
		json_array_append_new(list, j);
	}
	json_dumpf(list, stdout, JSON_INDENT(2));
	putchar('\n');
	json_decref(list);
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
		text_print(stdout, s->title);
		if (s->requirements[0] != '\0') {
			fputs("  (", stdout);
			text_print(stdout, s->requirements);
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

	hf_check(chosen != NULL);
	if (scenario_list_choose(l, rest->words, rest->nwords, chosen, err) !=
	    0) {
		free(chosen);
		return (cli_fail(err));
	}
	for (size_t i = 0; i < l->nscenarios && a->all && rest->nwords == 0;
	     i++)
		chosen[i] = true;
	if (a->json)
		print_json(l, chosen);
	else
		print_text(l, chosen);
	free(chosen);
	return (cli_finish_output());
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
	.usage = "list [OPTION]... [PATTERN]...\n"
		 "Lists scenarios: id, title, requirements, flags.",
	.specs = specs,
	.run = list,
};
