/* SPDX-License-Identifier: BSD-2-Clause */
/* json.h: values of our JSON files; docs/schema says what is in them. */
#ifndef HF_CORE_JSON_H
#define HF_CORE_JSON_H

#include <jansson.h>
#include <stdint.h>

#include "core/err.h"

/* Takes over value, as all of jansson's _new functions do. */
void json_put(json_t *object, const char *key, json_t *value);
void json_add(json_t *array, json_t *value);

/* text_clean(s); null for NULL. */
json_t *json_text(const char *s);

/* "A-1 B-2" as an array of its words. */
json_t *json_words(const char *s);

/*
 * A count or a time: an integer that every reader of JSON takes exactly, at
 * most 2^53 - 1, which stands for anything larger.
 */
json_t *json_count(uint64_t v);

/* A value whose every bit may matter: decimal digits in a string. */
json_t *json_digits(uint64_t v);

/* What json_digits wrote, or a number as older files have it.  0, or -1. */
int json_digits_read(const json_t *j, uint64_t *out);

/* null for what is no number (0 / 0) or infinite. */
json_t *json_number_or_null(double v);

/* The document, and a newline; to be freed. */
char *json_document(const json_t *top, size_t flags);

#endif
