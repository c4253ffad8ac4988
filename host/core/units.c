/* SPDX-License-Identifier: BSD-2-Clause */
/* units.c: numbers with units, from text and to text. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "core/units.h"

int
units_hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return (c - '0');
	if (c >= 'a' && c <= 'f')
		return (c - 'a' + 10);
	if (c >= 'A' && c <= 'F')
		return (c - 'A' + 10);
	return (-1);
}

/* Digits of base at *text, at least one; moves *text behind them. */
static int
units_digits(const char **text, unsigned int base, uint64_t *out)
{
	const char *p = *text;
	uint64_t value = 0;
	int digit;

	for (;; p++) {
		digit = units_hex_digit(*p);
		if (digit < 0 || (unsigned int)digit >= base)
			break;
		if (__builtin_mul_overflow(value, base, &value) ||
		    __builtin_add_overflow(value, digit, &value))
			return (-1);
	}
	if (p == *text)
		return (-1);
	*text = p;
	*out = value;
	return (0);
}

static int
units_scale(uint64_t value, uint64_t factor, uint64_t *out)
{
	if (__builtin_mul_overflow(value, factor, &value))
		return (-1);
	*out = value;
	return (0);
}

int
units_parse_bytes(const char *text, uint64_t *out)
{
	static const char units[] = "kmgt";
	const char *unit;
	uint64_t value;
	unsigned int shift = 0;

	if (units_digits(&text, 10, &value) != 0)
		return (-1);
	if (*text != '\0') {
		unit = strchr(units, *text | 0x20);
		if (unit == NULL)
			return (-1);
		shift = 10 * (unsigned int)(unit - units + 1);
		text++;
		if (*text != '\0' && strcasecmp(text, "b") != 0 &&
		    strcasecmp(text, "ib") != 0)
			return (-1);
	}
	return (units_scale(value, 1ull << shift, out));
}

int
units_parse_duration_ms(const char *text, uint64_t *out)
{
	uint64_t value;

	if (units_digits(&text, 10, &value) != 0)
		return (-1);
	if (strcmp(text, "ms") == 0)
		return (units_scale(value, 1, out));
	if (*text == '\0' || strcmp(text, "s") == 0)
		return (units_scale(value, 1000, out));
	if (strcmp(text, "m") == 0)
		return (units_scale(value, 60 * 1000, out));
	return (-1);
}

int
units_parse_u64(const char *text, uint64_t *out)
{
	uint64_t value;
	unsigned int base = 10;

	if (text[0] == '0' && (text[1] == 'x' || text[1] == 'X')) {
		text += 2;
		base = 16;
	}
	if (units_digits(&text, base, &value) != 0 || *text != '\0')
		return (-1);
	*out = value;
	return (0);
}

char *
units_format_bytes(uint64_t bytes, char *buf, size_t buf_bytes)
{
	static const char *const names[] = { "bytes", "KiB", "MiB", "GiB",
		"TiB" };
	unsigned int i = 0;

	while (i + 1 < sizeof(names) / sizeof(names[0]) && bytes != 0 &&
	    bytes % 1024 == 0) {
		bytes /= 1024;
		i++;
	}
	snprintf(buf, buf_bytes, "%" PRIu64 " %s", bytes, names[i]);
	return (buf);
}

char *
units_format_seconds(uint64_t ns, char *buf, size_t buf_bytes)
{
	uint64_t ms = (ns + 500000) / 1000000;

	snprintf(buf, buf_bytes, "%" PRIu64 ".%03u", ms / 1000,
	    (unsigned int)(ms % 1000));
	return (buf);
}
