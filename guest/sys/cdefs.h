/* SPDX-License-Identifier: BSD-2-Clause */
/* cdefs.h: compiler attributes under FreeBSD's names. */

#ifndef HF_SYS_CDEFS_H
#define HF_SYS_CDEFS_H

#define __dead2		    __attribute__((__noreturn__))
#define __packed	    __attribute__((__packed__))
#define __aligned(x)	    __attribute__((__aligned__(x)))
#define __section(x)	    __attribute__((__section__(x)))
#define __used		    __attribute__((__used__))
#define __unused	    __attribute__((__unused__))
#define __noinline	    __attribute__((__noinline__))
#define __always_inline	    inline __attribute__((__always_inline__))
#define __result_use_check  __attribute__((__warn_unused_result__))
#define __returns_twice	    __attribute__((__returns_twice__))
#define __printflike(f, a)  __attribute__((__format__(__printf__, f, a)))
#define __predict_true(e)   __builtin_expect(!!(e), 1)
#define __predict_false(e)  __builtin_expect(!!(e), 0)
#define __compiler_membar() __asm__ __volatile__("" : : : "memory")

#define __DECONST(type, var) ((type)(uintptr_t)(const void *)(var))
#define __containerof(ptr, type, member) \
	((type *)((uintptr_t)(ptr)-offsetof(type, member)))
#define CTASSERT(x) _Static_assert(x, "compile-time assertion failed")

#define __STRING(x)  #x
#define __XSTRING(x) __STRING(x) /* of what x expands to */

#endif
