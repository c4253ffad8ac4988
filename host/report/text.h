/* SPDX-License-Identifier: BSD-2-Clause */
/* text.h: text that came from a guest, made fit for a report. */
#ifndef HF_REPORT_TEXT_H
#define HF_REPORT_TEXT_H

#include <stddef.h>
#include <stdio.h>

/*
 * A copy that is valid UTF-8 without control characters: tab and newline stay,
 * every other control byte and every byte that is no UTF-8 becomes \xNN.  The
 * caller frees it.
 */
char *text_clean(const char *bytes, size_t len_bytes);

/* Prints text_clean(s). */
void text_print(FILE *f, const char *s);

/* The same between double quotes with JSON's escapes (valid in YAML too). */
void text_print_quoted(FILE *f, const char *s);

/* The same escaped for XML character data and attribute values. */
void text_print_xml(FILE *f, const char *s);

/*
 * text_clean(s) line by line, each behind prefix and followed by a newline.  A
 * newline at the end of s makes no empty line.
 */
void text_print_lines(FILE *f, const char *prefix, const char *s);

#endif
