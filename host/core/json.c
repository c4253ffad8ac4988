/* SPDX-License-Identifier: BSD-2-Clause */
/* json.c: texts, numbers and lists for jansson. */
#include "core/json.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/text.h"
#include "core/units.h"

#define COUNT_MAX ((UINT64_C(1) << 53) - 1)

void
json_put(json_t *object, const char *key, json_t *value)
{
	int rc = json_object_set_new(object, key, value);

	hf_check_memory(rc == 0);
}

void
json_add(json_t *array, json_t *value)
{
	int rc = json_array_append_new(array, value);

	hf_check_memory(rc == 0);
}

json_t *
json_text(const char *s)
{
	char *clean;
	json_t *j;

	if (s == NULL)
		return (json_null());
	clean = text_clean(s, strlen(s));
	j = json_string(clean);
	free(clean);
	return (j);
}

json_t *
json_words(const char *s)
{
	json_t *list = json_array();
	char *clean = text_clean(s, strlen(s)), *rest = clean, *word;

	while ((word = strsep(&rest, " \t\n")) != NULL)
		if (*word != '\0')
			json_add(list, json_string(word));
	free(clean);
	return (list);
}

json_t *
json_count(uint64_t v)
{
	return (json_integer((json_int_t)(v < COUNT_MAX ? v : COUNT_MAX)));
}

json_t *
json_digits(uint64_t v)
{
	char digits[24];

	snprintf(digits, sizeof(digits), "%" PRIu64, v);
	return (json_string(digits));
}

int
json_digits_read(const json_t *j, uint64_t *out)
{
	if (json_is_string(j))
		return (units_parse_u64(json_string_value(j), out));
	if (!json_is_integer(j))
		return (-1);
	*out = (uint64_t)json_integer_value(j);
	return (0);
}

json_t *
json_number_or_null(double v)
{
	return (isfinite(v) ? json_real(v) : json_null());
}

char *
json_document(const json_t *top, size_t flags)
{
	size_t len_bytes = json_dumpb(top, NULL, 0, flags);
	char *text = malloc(len_bytes + 2);

	hf_check_memory(len_bytes > 0 && text != NULL);
	json_dumpb(top, text, len_bytes, flags);
	text[len_bytes] = '\n';
	text[len_bytes + 1] = '\0';
	return (text);
}
