/* SPDX-License-Identifier: BSD-2-Clause */
/* text.c: escapes for terminals, JSON, YAML and XML. */
#include "core/text.h"

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

/* How many bytes at s need no look at their neighbours: most, mostly. */
static size_t
printable_length(const unsigned char *s, size_t room)
{
	size_t n = 0;

	while (n < room && s[n] >= ' ' && s[n] < 0x7f)
		n++;
	return (n);
}

/* Line feeds and tabs stay, or become "\n" and "\t" in one line. */
static char *
escaped(const char *bytes, size_t len_bytes, bool one_line)
{
	const unsigned char *s = (const unsigned char *)bytes;
	char *out, *p;
	size_t n;

	hf_check(len_bytes < (size_t)1 << 30);
	p = out = malloc(len_bytes * 4 + 1);
	hf_check_memory(out != NULL);
	for (size_t i = 0; i < len_bytes; i += n) {
		bool space = s[i] == '\t' || s[i] == '\n';
		bool control = (s[i] < ' ' && !space) || s[i] == 0x7f;

		n = printable_length(s + i, len_bytes - i);
		if (n == 0 && !control)
			n = utf8_length(s + i, len_bytes - i);
		if (n == 0) {
			p += sprintf(p, "\\x%02x", s[i]);
			n = 1;
			continue;
		}
		if (space && one_line) {
			*p++ = '\\';
			*p++ = s[i] == '\n' ? 'n' : 't';
			continue;
		}
		memcpy(p, s + i, n);
		p += n;
	}
	*p = '\0';
	return (out);
}

char *
text_clean(const char *bytes, size_t len_bytes)
{
	return (escaped(bytes, len_bytes, false));
}

char *
text_clean_line(const char *bytes, size_t len_bytes)
{
	return (escaped(bytes, len_bytes, true));
}

#define PLAIN_IN_A_SHELL                                                 \
	"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789" \
	"%+,-./:=@_"

char *
text_shell_word(const char *s)
{
	size_t len = strlen(s);
	char *line, *out = malloc(4 * len + 4), *p = out;
	bool odd;

	hf_check_memory(out != NULL);
	if (len > 0 && strspn(s, PLAIN_IN_A_SHELL) == len) {
		memcpy(out, s, len + 1);
		return (out);
	}
	line = text_clean_line(s, len);
	odd = strcmp(line, s) != 0;
	free(line);
	p = stpcpy(p, odd ? "$'" : "'");
	for (; *s != '\0'; s++) {
		unsigned char c = (unsigned char)*s;

		if (odd && (c < ' ' || c >= 0x7f))
			p += sprintf(p, "\\%03o", c);
		else if (odd && (c == '\'' || c == '\\'))
			p += sprintf(p, "\\%c", c);
		else if (c == '\'')
			p = stpcpy(p, "'\\''");
		else
			*p++ = (char)c;
	}
	stpcpy(p, "'");
	return (out);
}

void
text_print_line(FILE *f, const char *s)
{
	char *clean = text_clean_line(s, strlen(s));

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

static void
print_xml(FILE *f, const char *s, bool attribute)
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
		case '\n': /* in an attribute it would become a space */
			fputs(attribute ? "&#10;" : "\n", f);
			break;
		case '\t':
			fputs(attribute ? "&#9;" : "\t", f);
			break;
		default:
			fputc(*p, f);
		}
	}
	free(clean);
}

void
text_print_xml(FILE *f, const char *s)
{
	print_xml(f, s, false);
}

void
text_print_xml_attribute(FILE *f, const char *s)
{
	print_xml(f, s, true);
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
