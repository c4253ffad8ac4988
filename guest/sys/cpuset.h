/* SPDX-License-Identifier: BSD-2-Clause */
/* cpuset.h: sets of CPUs; one word, since MAXCPU is 64. */

#ifndef HF_SYS_CPUSET_H
#define HF_SYS_CPUSET_H

#include <sys/types.h>
#include <machine/atomic.h>

#define MAXCPU	    64
#define CPU_SETSIZE MAXCPU

typedef struct cpuset {
	u_long __bits;
} cpuset_t;

/* Other CPUs may come into a set and leave it while it is read. */
#define CPU_BIT(n)	   (1ul << (n))
#define CPU_ZERO(s)	   ((s)->__bits = 0)
#define CPU_SET(n, s)	   ((s)->__bits |= CPU_BIT(n))
#define CPU_CLR(n, s)	   ((s)->__bits &= ~CPU_BIT(n))
#define CPU_ISSET(n, s)	   ((atomic_load_long(&(s)->__bits) & CPU_BIT(n)) != 0)
#define CPU_SETOF(n, s)	   ((s)->__bits = CPU_BIT(n))
#define CPU_EMPTY(s)	   ((s)->__bits == 0)
#define CPU_COPY(from, to) ((to)->__bits = (from)->__bits)
#define CPU_CMP(a, b)	   ((a)->__bits != (b)->__bits)
#define CPU_AND(d, a, b)                                \
	((d)->__bits = atomic_load_long(&(a)->__bits) & \
		atomic_load_long(&(b)->__bits))
#define CPU_OR(d, a, b)	     ((d)->__bits = (a)->__bits | (b)->__bits)
#define CPU_ANDNOT(d, a, b)  ((d)->__bits = (a)->__bits & ~(b)->__bits)
#define CPU_SET_ATOMIC(n, s) atomic_set_long(&(s)->__bits, CPU_BIT(n))
#define CPU_CLR_ATOMIC(n, s) atomic_clear_long(&(s)->__bits, CPU_BIT(n))
/* 1 + the lowest CPU of the set, 0 when empty. */
#define CPU_FFS(s) __builtin_ffsl((long)(s)->__bits)

/* Count without POPCNT, which not every ring 0 has (docs/caveats). */
static inline int
CPU_COUNT(const cpuset_t *s)
{
	u_long bits = atomic_load_long(&s->__bits);
	int n;

	for (n = 0; bits != 0; n++)
		bits &= bits - 1;
	return (n);
}

#define CPU_FOREACH_ISSET(n, s)            \
	for ((n) = 0; (n) < MAXCPU; (n)++) \
		if (CPU_ISSET(n, s))

#endif
