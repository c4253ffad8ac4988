/* SPDX-License-Identifier: BSD-2-Clause */
/* units.h: numbers with units, from text and to text. */
#ifndef HF_CORE_UNITS_H
#define HF_CORE_UNITS_H

#include <stddef.h>
#include <stdint.h>

/*
 * "4096", "64M", "1G", "512KiB": decimal digits and at most one unit (K M G T,
 * either case, then optionally "B" or "iB"; all powers of 1024).  0, or -1 for
 * anything else or a value over 2^64-1; then *out is unchanged.
 */
int units_parse_bytes(const char *text, uint64_t *out);

/* "1500ms", "2s", "5m", "2": seconds when there is no unit; as above. */
int units_parse_duration_ms(const char *text, uint64_t *out);

/* Decimal, 0x hex; the whole text.  0, or -1. */
int units_parse_u64(const char *text, uint64_t *out);

/* The value of a hexadecimal digit in either case; -1: it is none. */
int units_hex_digit(char c);

/* "64 MiB": the largest unit that divides it.  Returns buf. */
char *units_format_bytes(uint64_t bytes, char *buf, size_t buf_bytes);

/* "12.034", rounded to milliseconds.  Returns buf. */
char *units_format_seconds(uint64_t ns, char *buf, size_t buf_bytes);

#endif
