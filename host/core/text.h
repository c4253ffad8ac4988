/* SPDX-License-Identifier: BSD-2-Clause */
/* text.h: text that came from a guest or a file's name, made fit to show. */
#ifndef HF_CORE_TEXT_H
#define HF_CORE_TEXT_H

#include <stddef.h>
#include <stdio.h>

/* An option, say, and its value; NULL: it has none. */
struct named_text {
	const char *name, *value;
};

/*
 * A copy that is valid UTF-8 without control characters: tab and newline stay,
 * every other control byte and every byte that is no UTF-8 becomes \xNN.  The
 * caller frees it.
 */
char *text_clean(const char *bytes, size_t len_bytes);

/* The same in one line: tab and newline become \t and \n. */
char *text_clean_line(const char *bytes, size_t len_bytes);

/*
 * s as one word of sh(1), quoted if need be; $'...' (bash, zsh, POSIX 2024)
 * where it has control characters or is no UTF-8.  The caller frees it.
 */
char *text_shell_word(const char *s);

/* Prints text_clean_line(s). */
void text_print_line(FILE *f, const char *s);

/* The same between double quotes with JSON's escapes (valid in YAML too). */
void text_print_quoted(FILE *f, const char *s);

/* The same escaped for XML: character data, and an attribute's value. */
void text_print_xml(FILE *f, const char *s);
void text_print_xml_attribute(FILE *f, const char *s);

/*
 * text_clean(s) line by line, each behind prefix and followed by a newline.  A
 * newline at the end of s makes no empty line.
 */
void text_print_lines(FILE *f, const char *prefix, const char *s);

#endif
