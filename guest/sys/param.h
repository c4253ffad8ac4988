/* SPDX-License-Identifier: BSD-2-Clause */
/* param.h: system-wide constants and the rounding macros. */

#ifndef HF_SYS_PARAM_H
#define HF_SYS_PARAM_H

#include <sys/types.h>
#include <sys/cdefs.h>
#include <sys/errno.h>
#include <machine/param.h>

#ifndef NULL
#define NULL ((void *)0)
#endif

#define MAXCOMLEN  19
#define MAXPATHLEN 1024

#define DEV_BSHIFT   9
#define DEV_BSIZE    (1 << DEV_BSHIFT)
#define btodb(bytes) ((unsigned long)(bytes) >> DEV_BSHIFT)
#define dbtob(db)    ((unsigned long)(db) << DEV_BSHIFT)

/* Bits of the priority argument of the sleep functions. */
#define PRIMASK 0x0ff
#define PCATCH	0x100
#define PDROP	0x200 /* do not take the lock again */
#define PVM	20
#define PSWP	20
#define PINOD	28
#define PVFS	28
#define PZERO	32
#define PWAIT	40
#define PPAUSE	40

#define howmany(x, y)	 (((x) + ((y)-1)) / (y))
#define nitems(x)	 (sizeof(x) / sizeof((x)[0]))
#define rounddown(x, y)	 (((x) / (y)) * (y))
#define rounddown2(x, y) ((x) & ~((__typeof__(x))(y)-1))
#define roundup(x, y)	 ((((x) + ((y)-1)) / (y)) * (y))
#define roundup2(x, y)	 (((x) + ((y)-1)) & ~((__typeof__(x))(y)-1))
#define powerof2(x)	 ((((x)-1) & (x)) == 0)
#define MIN(a, b)	 (((a) < (b)) ? (a) : (b))
#define MAX(a, b)	 (((a) > (b)) ? (a) : (b))

#define trunc_page(x) ((unsigned long)(x) & ~(unsigned long)PAGE_MASK)
#define round_page(x) \
	(((unsigned long)(x) + PAGE_MASK) & ~(unsigned long)PAGE_MASK)
#define atop(x) ((unsigned long)(x) >> PAGE_SHIFT)
#define ptoa(x) ((unsigned long)(x) << PAGE_SHIFT)
#define btoc(x) (((vm_offset_t)(x) + PAGE_MASK) >> PAGE_SHIFT)
#define ctob(x) ((vm_offset_t)(x) << PAGE_SHIFT)

#endif
