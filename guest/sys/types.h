/* SPDX-License-Identifier: BSD-2-Clause */
/* types.h: the integer types that FreeBSD's interfaces are written in. */

#ifndef HF_SYS_TYPES_H
#define HF_SYS_TYPES_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef unsigned char u_char;
typedef unsigned short u_short;
typedef unsigned int u_int;
typedef unsigned long u_long;
typedef unsigned char uint8;
typedef uint8_t u_int8_t;
typedef uint16_t u_int16_t;
typedef uint32_t u_int32_t;
typedef uint64_t u_int64_t;
typedef long ssize_t;
typedef int64_t off_t;
typedef int64_t daddr_t;
typedef int accmode_t; /* V* of vnode.h */
typedef uint64_t ino_t;
typedef uint32_t mode_t;
typedef uint32_t dev_t;
typedef uint32_t uid_t;
typedef uint32_t gid_t;
typedef int32_t pid_t;
typedef int32_t lwpid_t;
typedef int64_t time_t;
typedef int64_t sbintime_t;
typedef int64_t rlim_t;
typedef char *caddr_t;
typedef const char *c_caddr_t;
typedef int boolean_t;
typedef uintptr_t register_t;

/* Addresses and sizes; "unsigned long" so that %lx prints all of them. */
typedef unsigned long vm_offset_t;
typedef unsigned long vm_paddr_t;
typedef unsigned long vm_size_t;
typedef unsigned long vm_pindex_t;
typedef unsigned long vm_ooffset_t;
typedef unsigned long vm_cnt_t;

#define TRUE  1
#define FALSE 0

_Static_assert(sizeof(vm_offset_t) == 8, "64-bit machines only");

#endif
