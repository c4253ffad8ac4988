/* SPDX-License-Identifier: BSD-2-Clause */
/* scenario_params.c: are these parameters that the image's code reads? */
#include <stdbool.h>
#include <string.h>

#include "core/suggest.h"
#include "core/units.h"
#include "run/scenario_list.h"

/* What the image notes about a name of len bytes: "text", "number" or NULL. */
static const char *
find_type(const struct scenario_list *l, const char *name, size_t len)
{
	const char *found = NULL;

	for (size_t i = 0; i < l->params_bytes;
	     i += strlen(l->params + i) + 1) {
		const char *entry = l->params + i;

		if (strncmp(entry, name, len) != 0 || entry[len] != '=')
			continue;
		/* Somebody who takes any text takes it from the others. */
		if (found == NULL || strcmp(entry + len + 1, "text") == 0)
			found = entry + len + 1;
	}
	return (found);
}

bool
scenario_params_knows(const struct scenario_list *l, const char *name)
{
	return (l->params != NULL && find_type(l, name, strlen(name)) != NULL);
}

static int
refuse_unknown(const struct scenario_list *l, const char *text, size_t len,
    struct hf_err *err)
{
	struct suggest s;

	suggest_begin(&s, text, len);
	for (size_t i = 0; i < l->params_bytes; i += strlen(l->params + i) + 1)
		suggest_try(&s, l->params + i, strcspn(l->params + i, "="));
	if (s.best != NULL)
		return (err_user(err,
		    "--param: nothing in this guest reads '%.*s' (did you mean "
		    "'%.*s'?)",
		    (int)len, text, (int)s.best_len, s.best));
	return (err_user(err, "--param: nothing in this guest reads '%.*s'",
	    (int)len, text));
}

static bool
given_before(const char *const *texts, size_t i, size_t len)
{
	for (size_t k = 0; k < i; k++)
		if (strncmp(texts[k], texts[i], len) == 0 &&
		    texts[k][len] == '=')
			return (true);
	return (false);
}

int
scenario_params_check(const struct scenario_list *l, const char *const *texts,
    size_t n, struct hf_err *err)
{
	const char *type;
	uint64_t number;
	size_t len;

	for (size_t i = 0; i < n; i++) {
		len = strcspn(texts[i], "=");
		if (len == 0 || texts[i][len] == '\0')
			return (err_user(
			    err, "--param: '%s' is not NAME=VALUE", texts[i]));
		if (strpbrk(texts[i], "\n\r") != NULL)
			return (err_user(err,
			    "--param: a line break in the value of '%.*s'",
			    (int)len, texts[i]));
		if (given_before(texts, i, len))
			return (err_user(err, "--param: '%.*s' is given twice",
			    (int)len, texts[i]));
		if (l->params == NULL)
			continue;
		type = find_type(l, texts[i], len);
		if (type == NULL)
			return (refuse_unknown(l, texts[i], len, err));
		if (strcmp(type, "number") == 0 &&
		    (strspn(texts[i] + len + 1, "0123456789") !=
			    strlen(texts[i] + len + 1) ||
			units_parse_u64(texts[i] + len + 1, &number) != 0))
			return (err_user(err,
			    "--param: '%s': the value is not a number",
			    texts[i]));
	}
	return (0);
}
