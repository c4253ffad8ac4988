/* SPDX-License-Identifier: BSD-2-Clause */
/* libkern.c: memory and string functions of the freestanding kernel. */

/*
 * REP MOVSQ and STOSQ do eight bytes an iteration, which is what a ring 0 that
 * is emulated pays for.
 */
#include <sys/param.h>
#include <sys/libkern.h>

void *
memcpy(void *restrict dst, const void *restrict src, size_t len)
{
	void *d = dst;
	size_t words = len / 8, rest = len % 8;

	__asm__ __volatile__("rep movsq"
			     : "+D"(d), "+S"(src), "+c"(words)
			     :
			     : "memory");
	__asm__ __volatile__("rep movsb"
			     : "+D"(d), "+S"(src), "+c"(rest)
			     :
			     : "memory");
	return (dst);
}

void *
memmove(void *dst, const void *src, size_t len)
{
	const char *s = src;
	char *d = dst;

	if ((uintptr_t)d - (uintptr_t)s >= len)
		return (memcpy(dst, src, len));
	while (len-- > 0)
		d[len] = s[len];
	return (dst);
}

void *
memset(void *dst, int c, size_t len)
{
	void *d = dst;
	size_t words = len / 8, rest = len % 8;
	uint64_t pattern = (uint8_t)c * 0x0101010101010101ull;

	__asm__ __volatile__("rep stosq"
			     : "+D"(d), "+c"(words)
			     : "a"(pattern)
			     : "memory");
	__asm__ __volatile__("rep stosb"
			     : "+D"(d), "+c"(rest)
			     : "a"(pattern)
			     : "memory");
	return (dst);
}

int
memcmp(const void *a, const void *b, size_t len)
{
	const uint8_t *p = a, *q = b;
	uint64_t x, y;

	for (; len >= 8; len -= 8, p += 8, q += 8) {
		__builtin_memcpy(&x, p, 8);
		__builtin_memcpy(&y, q, 8);
		if (x != y)
			break;
	}
	for (; len > 0; len--, p++, q++)
		if (*p != *q)
			return (*p - *q);
	return (0);
}

void *
memchr(const void *s, int c, size_t len)
{
	const uint8_t *p = s;

	for (; len > 0; len--, p++)
		if (*p == (uint8_t)c)
			return ((void *)(uintptr_t)p);
	return (NULL);
}

size_t
strlen(const char *s)
{
	const char *p = s;

	while (*p != '\0')
		p++;
	return (p - s);
}

int
strcmp(const char *a, const char *b)
{
	while (*a != '\0' && *a == *b) {
		a++;
		b++;
	}
	return ((uint8_t)*a - (uint8_t)*b);
}

int
strncmp(const char *a, const char *b, size_t len)
{
	for (; len > 0; len--, a++, b++)
		if (*a != *b || *a == '\0')
			return ((uint8_t)*a - (uint8_t)*b);
	return (0);
}

char *
strchr(const char *s, int c)
{
	for (;; s++) {
		if (*s == (char)c)
			return ((char *)(uintptr_t)s);
		if (*s == '\0')
			return (NULL);
	}
}

char *
strstr(const char *s, const char *what)
{
	size_t len = strlen(what);

	for (; *s != '\0' || len == 0; s++)
		if (strncmp(s, what, len) == 0)
			return ((char *)(uintptr_t)s);
	return (NULL);
}
