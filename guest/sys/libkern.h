/* SPDX-License-Identifier: BSD-2-Clause */
/* libkern.h: small helpers without state. */

#ifndef HF_SYS_LIBKERN_H
#define HF_SYS_LIBKERN_H

#include <sys/types.h>
#include <sys/cdefs.h>

#define HF_MINMAX(min, max, type)              \
	static inline type min(type a, type b) \
	{                                      \
		return (a < b ? a : b);        \
	}                                      \
	static inline type max(type a, type b) \
	{                                      \
		return (a > b ? a : b);        \
	}
HF_MINMAX(imin, imax, int)
HF_MINMAX(min, max, u_int)
HF_MINMAX(ulmin, ulmax, u_long)
HF_MINMAX(lmin, lmax, long)
HF_MINMAX(qmin, qmax, int64_t)

/* Position of the highest set bit, 1-based; 0 for 0. */
static inline int
flsl(u_long v)
{
	return (v == 0 ? 0 : 64 - __builtin_clzl(v));
}

static inline int
fls(u_int v)
{
	return (v == 0 ? 0 : 32 - __builtin_clz(v));
}

/* Set bits of v, without the POPCNT instruction. */
static inline int
hf_popcount(u_long v)
{
	int n;

	for (n = 0; v != 0; n++)
		v &= v - 1;
	return (n);
}

void *memcpy(void *restrict dst, const void *restrict src, size_t len);
void *memmove(void *dst, const void *src, size_t len);
void *memset(void *dst, int c, size_t len);
int memcmp(const void *a, const void *b, size_t len);
void *memchr(const void *s, int c, size_t len);
size_t strlen(const char *s);
int strcmp(const char *a, const char *b);
int strncmp(const char *a, const char *b, size_t len);
char *strchr(const char *s, int c);
char *strstr(const char *s, const char *what);

#define bzero(p, len)	     ((void)memset((p), 0, (len)))
#define bcopy(src, dst, len) ((void)memmove((dst), (src), (len)))
#define bcmp(a, b, len)	     memcmp((a), (b), (len))

/* Copies at most size - 1 bytes, always ends with NUL; returns strlen(src). */
size_t hf_strlcpy(char *dst, const char *src, size_t size);
#define strlcpy(d, s, n) hf_strlcpy((d), (s), (n))

/*
 * Reads an unsigned number (base 0: 0x, leading 0, decimal; or 10 or 16).
 * *end is the first byte not used (== s: no digits).  Saturates at
 * UINT64_MAX and then sets *overflow when it is not NULL.
 */
uint64_t hf_strtou64(const char *s, const char **end, int base, bool *overflow);

#endif
