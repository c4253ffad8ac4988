/* SPDX-License-Identifier: BSD-2-Clause */
/* text.c: escapes for terminals, JSON, YAML and XML. */
#include "report/text.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "core/err.h"

/*
 * Length of the well-formed UTF-8 sequence at s (Unicode table 3-7), or 0; C1
 * controls (U+0080..U+009F) and the noncharacters U+FFFE and U+FFFF, which XML
 * does not have, count as ill-formed.
 */
static size_t
utf8_length(const unsigned char *s, size_t room)
{
	unsigned char low = 0x80, high = 0xbf;
	size_t n;

	if (s[0] < 0x80)
		return (1);
	if (s[0] < 0xc2 || s[0] > 0xf4)
		return (0);
	n = s[0] < 0xe0 ? 2 : s[0] < 0xf0 ? 3 : 4;
	if (room < n)
		return (0);
	if (s[0] == 0xc2 || s[0] == 0xe0)
		low = 0xa0;
	else if (s[0] == 0xf0)
		low = 0x90;
	else if (s[0] == 0xed)
		high = 0x9f;
	else if (s[0] == 0xf4)
		high = 0x8f;
	if (s[1] < low || s[1] > high)
		return (0);
	for (size_t i = 2; i < n; i++) {
		if (s[i] < 0x80 || s[i] > 0xbf)
			return (0);
	}
	if (n == 3 && s[0] == 0xef && s[1] == 0xbf && s[2] >= 0xbe)
		return (0);
	return (n);
}

char *
text_clean(const char *bytes, size_t len_bytes)
{
	const unsigned char *s = (const unsigned char *)bytes;
	char *out, *p;
	size_t n;

	hf_check(len_bytes < (size_t)1 << 30);
	p = out = malloc(len_bytes * 4 + 1);
	hf_check(out != NULL);
	for (size_t i = 0; i < len_bytes; i += n) {
		bool control = (s[i] < ' ' && s[i] != '\t' && s[i] != '\n') ||
		    s[i] == 0x7f;

		n = utf8_length(s + i, len_bytes - i);
		if (n == 0 || control) {
			p += sprintf(p, "\\x%02x", s[i]);
			n = 1;
			continue;
		}
		memcpy(p, s + i, n);
		p += n;
	}
	*p = '\0';
	return (out);
}

void
text_print(FILE *f, const char *s)
{
	char *clean = text_clean(s, strlen(s));

	fputs(clean, f);
	free(clean);
}

void
text_print_quoted(FILE *f, const char *s)
{
	char *clean = text_clean(s, strlen(s));

	fputc('"', f);
	for (const char *p = clean; *p != '\0'; p++) {
		if (*p == '"' || *p == '\\')
			fprintf(f, "\\%c", *p);
		else if (*p == '\n')
			fputs("\\n", f);
		else if (*p == '\t')
			fputs("\\t", f);
		else
			fputc(*p, f);
	}
	fputc('"', f);
	free(clean);
}

void
text_print_xml(FILE *f, const char *s)
{
	char *clean = text_clean(s, strlen(s));

	for (const char *p = clean; *p != '\0'; p++) {
		switch (*p) {
		case '&':
			fputs("&amp;", f);
			break;
		case '<':
			fputs("&lt;", f);
			break;
		case '>':
			fputs("&gt;", f);
			break;
		case '"':
			fputs("&quot;", f);
			break;
		default:
			fputc(*p, f);
		}
	}
	free(clean);
}

void
text_print_lines(FILE *f, const char *prefix, const char *s)
{
	char *clean = text_clean(s, strlen(s)), *rest = clean, *line;

	while ((line = strsep(&rest, "\n")) != NULL) {
		if (*line == '\0' && rest == NULL)
			break;
		fprintf(f, "%s%s\n", prefix, line);
	}
	free(clean);
}
