/* SPDX-License-Identifier: BSD-2-Clause */
/* options.c: the option parser. */
#include "cli/options.h"

#include <inttypes.h>
#include <string.h>

#include "core/suggest.h"
#include "core/units.h"

static const struct option_spec help_spec = { .name = "help",
	.letter = 'h',
	.kind = OPTION_FLAG,
	.help = "show this help" };

static const struct option_spec *
find_long(const struct option_spec *specs, const char *name, size_t len)
{
	if (len == 4 && memcmp(name, "help", 4) == 0)
		return (&help_spec);
	for (; specs->name != NULL; specs++) {
		if (strlen(specs->name) == len &&
		    memcmp(specs->name, name, len) == 0)
			return (specs);
	}
	return (NULL);
}

static const struct option_spec *
find_letter(const struct option_spec *specs, char letter)
{
	if (letter == 'h')
		return (&help_spec);
	for (; specs->name != NULL; specs++) {
		if (letter != '\0' && specs->letter == letter)
			return (specs);
	}
	return (NULL);
}

static int
refuse_unknown(const struct option_spec *specs, const char *word, size_t len,
    struct hf_err *err)
{
	struct suggest s;

	suggest_begin(&s, word + 2, len < 2 ? 0 : len - 2);
	if (strncmp(word, "--", 2) == 0)
		for (; specs->name != NULL; specs++)
			suggest_try(&s, specs->name, strlen(specs->name));
	if (s.best != NULL)
		return (
		    err_user(err, "unknown option '%.*s' (did you mean --%s?)",
			(int)len, word, s.best));
	return (err_user(err, "unknown option '%.*s'", (int)len, word));
}

static int
set_choice(const struct option_spec *s, void *field, const char *value,
    struct hf_err *err)
{
	char all[256] = "";
	size_t used = 0;

	for (unsigned int i = 0; s->choices[i] != NULL; i++) {
		if (strcmp(value, s->choices[i]) == 0) {
			*(unsigned int *)field = i;
			return (0);
		}
		if (used < sizeof(all))
			used += (size_t)snprintf(all + used, sizeof(all) - used,
			    "%s%s", i == 0 ? "" : ", ", s->choices[i]);
	}
	return (err_user(err, "--%s: '%s' is none of %s", s->name, value, all));
}

static int
check_range(const struct option_spec *s, const char *value, uint64_t v,
    struct hf_err *err)
{
	char min[32], max[32];

	if (s->max == 0 || (v >= s->min && v <= s->max))
		return (0);
	if (s->kind == OPTION_BYTES) {
		units_format_bytes(s->min, min, sizeof(min));
		units_format_bytes(s->max, max, sizeof(max));
	} else {
		snprintf(min, sizeof(min), "%" PRIu64, s->min);
		snprintf(max, sizeof(max), "%" PRIu64 "%s", s->max,
		    s->kind == OPTION_DURATION ? " ms" : "");
	}
	return (err_user(err, "--%s: %s is out of range (%s to %s)", s->name,
	    value, min, max));
}

static int
set_number(const struct option_spec *s, void *field, const char *value,
    struct hf_err *err)
{
	uint64_t v;
	int rc;

	if (s->kind == OPTION_BYTES)
		rc = units_parse_bytes(value, &v);
	else if (s->kind == OPTION_DURATION)
		rc = units_parse_duration_ms(value, &v);
	else
		rc = units_parse_u64(value, &v);
	if (rc != 0)
		return (err_user(err, "--%s: '%s' is not a %s", s->name, value,
		    s->kind == OPTION_BYTES	     ? "size (as 64M)"
			: s->kind == OPTION_DURATION ? "duration (as 30s)"
						     : "number"));
	if (check_range(s, value, v, err) != 0)
		return (-1);
	if (s->kind == OPTION_UINT) {
		if (v > UINT32_MAX)
			return (err_user(
			    err, "--%s: %s is too large", s->name, value));
		*(unsigned int *)field = (unsigned int)v;
	} else
		*(uint64_t *)field = v;
	return (0);
}

static int
add_text(const struct option_spec *s, struct option_texts *list,
    const char *value, struct hf_err *err)
{
	if (list->n == OPTION_TEXTS_MAX)
		return (err_user(err, "--%s: more than %d of them", s->name,
		    OPTION_TEXTS_MAX));
	list->text[list->n++] = value;
	return (0);
}

static int
set_field(const struct option_spec *s, void *target, const char *value,
    struct options_rest *rest, struct hf_err *err)
{
	void *field = (char *)target + s->offset;

	if (s == &help_spec) {
		rest->help = true;
		return (0);
	}
	if (s->given != NULL)
		*s->given = true;
	switch (s->kind) {
	case OPTION_FLAG:
		*(bool *)field = true;
		return (0);
	case OPTION_TEXT:
	case OPTION_TEXTS:
		if (*value == '\0')
			return (
			    err_user(err, "--%s: the value is empty", s->name));
		if (s->kind == OPTION_TEXTS)
			return (add_text(s, field, value, err));
		*(const char **)field = value;
		return (0);
	case OPTION_CHOICE:
		return (set_choice(s, field, value, err));
	default:
		return (set_number(s, field, value, err));
	}
}

/* The option at argv[*i]; *i moves to the last word it uses. */
static int
parse_option(const struct option_spec *specs, void *target, int argc,
    char **argv, int *i, struct options_rest *rest, struct hf_err *err)
{
	const struct option_spec *s;
	const char *word = argv[*i], *value = NULL;
	size_t len = strlen(word);

	if (word[1] == '-') {
		len = strcspn(word, "=");
		if (word[len] == '=')
			value = word + len + 1;
		s = find_long(specs, word + 2, len - 2);
	} else
		s = len == 2 ? find_letter(specs, word[1]) : NULL;
	if (s == NULL)
		return (refuse_unknown(specs, word, len, err));
	if (s->kind == OPTION_FLAG && value != NULL)
		return (err_user(err, "--%s takes no value", s->name));
	if (s->kind != OPTION_FLAG && value == NULL) {
		if (*i + 1 >= argc)
			return (err_user(err, "--%s needs a value (%s)",
			    s->name, s->value_name));
		value = argv[++*i];
	}
	return (set_field(s, target, value, rest, err));
}

int
options_parse(const struct option_spec *specs, void *target, int argc,
    char **argv, struct options_rest *rest, struct hf_err *err)
{
	bool ended = false;
	int nwords = 0;

	memset(rest, 0, sizeof(*rest));
	for (int i = 0; i < argc; i++) {
		char *word = argv[i];

		if (ended || word[0] != '-' || word[1] == '\0')
			argv[nwords++] = word;
		else if (strcmp(word, "--") == 0)
			ended = true;
		else if (parse_option(
			     specs, target, argc, argv, &i, rest, err) != 0)
			return (-1);
		if (rest->help)
			break;
	}
	rest->words = (const char *const *)argv;
	rest->nwords = (size_t)nwords;
	return (0);
}

static void
print_one(const struct option_spec *s, FILE *f)
{
	char left[64];
	const char *help = s->help;
	size_t n;

	snprintf(left, sizeof(left), "%c%c%c --%s%s%s",
	    s->letter != '\0' ? '-' : ' ', s->letter != '\0' ? s->letter : ' ',
	    s->letter != '\0' ? ',' : ' ', s->name,
	    s->value_name != NULL ? " " : "",
	    s->value_name != NULL ? s->value_name : "");
	fprintf(f, "  %-28s", left);
	if (strlen(left) > 27)
		fprintf(f, "\n%30s", "");
	for (;; help += n + 1) {
		n = strcspn(help, "\n");
		fprintf(f, "%.*s\n", (int)n, help);
		if (help[n] == '\0')
			break;
		fprintf(f, "%30s", "");
	}
}

void
options_print_help(const struct option_spec *specs, FILE *f)
{
	for (; specs->name != NULL; specs++)
		print_one(specs, f);
	print_one(&help_spec, f);
}
