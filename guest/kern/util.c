/* SPDX-License-Identifier: BSD-2-Clause */
/* util.c: helpers that the C library does not have. */

#include <sys/param.h>
#include <sys/libkern.h>

size_t
hf_strlcpy(char *dst, const char *src, size_t size)
{
	size_t i;

	for (i = 0; src[i] != '\0'; i++)
		if (i + 1 < size)
			dst[i] = src[i];
	if (size > 0)
		dst[MIN(i, size - 1)] = '\0';
	return (i);
}

static int
digit_of(char c, int base)
{
	int d;

	if (c >= '0' && c <= '9')
		d = c - '0';
	else if (c >= 'a' && c <= 'f')
		d = c - 'a' + 10;
	else if (c >= 'A' && c <= 'F')
		d = c - 'A' + 10;
	else
		return (-1);
	return (d < base ? d : -1);
}

uint64_t
hf_strtou64(const char *s, const char **endp, int base, bool *overflow)
{
	uint64_t v = 0;
	bool over = false;
	int d;

	if ((base == 0 || base == 16) && s[0] == '0' &&
	    (s[1] == 'x' || s[1] == 'X') && digit_of(s[2], 16) >= 0) {
		s += 2;
		base = 16;
	} else if (base == 0)
		base = s[0] == '0' ? 8 : 10;
	for (; (d = digit_of(*s, base)) >= 0; s++) {
		if (v > (UINT64_MAX - d) / base)
			over = true;
		v = v * base + d;
	}
	if (endp != NULL)
		*endp = s;
	if (overflow != NULL)
		*overflow = over;
	return (over ? UINT64_MAX : v);
}
