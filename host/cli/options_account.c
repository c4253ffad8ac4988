/* SPDX-License-Identifier: BSD-2-Clause */
/* options_account.c: what options a command ran with, for its reports. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "cli/report_options.h"
#include "core/text.h"

#define MIB (UINT64_C(1) << 20)

static char *
copy(const char *s)
{
	char *p = strdup(s);

	hf_check_memory(p != NULL);
	return (p);
}

/* "a, b"; NULL for none. */
static char *
join(const struct option_texts *list)
{
	size_t bytes = 1;
	char *all, *p;

	if (list->n == 0)
		return (NULL);
	for (size_t i = 0; i < list->n; i++)
		bytes += strlen(list->text[i]) + 2;
	all = p = malloc(bytes);
	hf_check_memory(all != NULL);
	for (size_t i = 0; i < list->n; i++)
		p = stpcpy(stpcpy(p, i == 0 ? "" : ", "), list->text[i]);
	return (all);
}

/* As it could be given; NULL: there is none. */
static char *
value_of(const struct option_spec *s, const void *target)
{
	const void *field = (const char *)target + s->offset;
	char number[40];
	uint64_t v;

	switch (s->kind) {
	case OPTION_FLAG:
		return (copy(*(const bool *)field ? "yes" : "no"));
	case OPTION_TEXT:
		return (*(const char *const *)field != NULL
			? copy(*(const char *const *)field)
			: NULL);
	case OPTION_TEXTS:
		return (join(field));
	case OPTION_CHOICE:
		return (copy(s->choices[*(const unsigned int *)field]));
	case OPTION_UINT:
		snprintf(
		    number, sizeof(number), "%u", *(const unsigned int *)field);
		return (copy(number));
	case OPTION_BYTES:
		v = *(const uint64_t *)field;
		snprintf(number, sizeof(number), "%" PRIu64 "%s",
		    v % MIB == 0 ? v / MIB : v, v % MIB == 0 ? "M" : "");
		return (copy(number));
	default:
		snprintf(number, sizeof(number), "%" PRIu64 "%s",
		    *(const uint64_t *)field,
		    s->kind == OPTION_DURATION ? "ms" : "");
		return (copy(number));
	}
}

/* Every run asks this of every option: no text is made for it. */
static bool
is_as_usual(
    const struct option_spec *s, const void *target, const void *defaults)
{
	const void *a = (const char *)target + s->offset;
	const void *b = (const char *)defaults + s->offset;

	switch (s->kind) {
	case OPTION_FLAG:
		return (*(const bool *)a == *(const bool *)b);
	case OPTION_TEXT:
		return (*(const char *const *)a == *(const char *const *)b);
	case OPTION_TEXTS:
		return (((const struct option_texts *)a)->n == 0);
	case OPTION_UINT:
	case OPTION_CHOICE:
		return (*(const unsigned int *)a == *(const unsigned int *)b);
	default:
		return (*(const uint64_t *)a == *(const uint64_t *)b);
	}
}

static void
print_words(FILE *f, const struct option_spec *s, const char *value)
{
	char *word = text_shell_word(value);

	fprintf(f, " --%s %s", s->name, word);
	free(word);
}

static void
print_option(
    FILE *f, const struct option_spec *s, const void *target, const char *value)
{
	const struct option_texts *list =
	    (const void *)((const char *)target + s->offset);

	if (s->kind == OPTION_FLAG)
		fprintf(f, " --%s", s->name);
	else if (s->kind == OPTION_TEXTS)
		for (size_t i = 0; i < list->n; i++)
			print_words(f, s, list->text[i]);
	else
		print_words(f, s, value);
}

static bool
is_one_of(const char *name, const char *const *names)
{
	for (; *names != NULL; names++)
		if (strcmp(name, *names) == 0)
			return (true);
	return (false);
}

/* Where a report goes changes nothing in a run. */
static const char *const about_reports[] = { "format", "output", "report",
	"console", NULL };

void
options_account_make(struct options_account *a, const char *name,
    const struct option_spec *specs, const void *target, const void *defaults,
    const char *const *always)
{
	size_t n = 0, len_bytes;
	FILE *f = open_memstream(&a->command, &len_bytes);

	while (specs[n].name != NULL)
		n++;
	a->options = calloc(n + 1, sizeof(*a->options));
	hf_check_memory(f != NULL && a->options != NULL);
	a->noptions = n;
	fprintf(f, "holdfast %s", name);
	for (size_t i = 0; i < n; i++) {
		char *value = value_of(&specs[i], target);
		bool same =
		    value == NULL || is_as_usual(&specs[i], target, defaults);

		a->options[i].name = specs[i].name;
		a->options[i].value = value;
		if (!is_one_of(specs[i].name, about_reports) &&
		    (!same || is_one_of(specs[i].name, always)))
			print_option(f, &specs[i], target, value);
	}
	fclose(f);
	hf_check_memory(a->command != NULL);
}

void
options_account_free(struct options_account *a)
{
	for (size_t i = 0; i < a->noptions; i++)
		free((char *)(uintptr_t)a->options[i].value);
	free(a->options);
	free(a->command);
}
