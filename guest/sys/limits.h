/* SPDX-License-Identifier: BSD-2-Clause */
/* limits.h: ranges of the integer types. */

#ifndef HF_SYS_LIMITS_H
#define HF_SYS_LIMITS_H

#define CHAR_BIT  8
#define UCHAR_MAX 0xffu
#define USHRT_MAX 0xffffu
#define INT_MAX	  0x7fffffff
#define INT_MIN	  (-INT_MAX - 1)
#define UINT_MAX  0xffffffffu
#define LONG_MAX  0x7fffffffffffffffl
#define LONG_MIN  (-LONG_MAX - 1)
#define ULONG_MAX 0xfffffffffffffffful
#define OFF_MAX	  LONG_MAX

#endif
