/* SPDX-License-Identifier: BSD-2-Clause */
/* smp.h: the CPUs of the machine and how they interrupt each other. */

#ifndef HF_SYS_SMP_H
#define HF_SYS_SMP_H

#include <sys/cpuset.h>

extern int mp_ncpus;	  /* CPUs running, the boot CPU included */
extern int mp_maxid;	  /* highest cpuid in use; ids are 0..mp_maxid */
extern cpuset_t all_cpus; /* set atomically as each CPU comes up */

#define CPU_FOREACH(i)                        \
	for ((i) = 0; (i) <= mp_maxid; (i)++) \
		if (CPU_ISSET((i), &all_cpus))

enum hf_ipi {
	HF_IPI_TLB,	/* handler registered by the pmap */
	HF_IPI_CALL,	/* smp_rendezvous_cpus() */
	HF_IPI_RESCHED, /* look at the run queue */
	HF_IPI_COUNT
};

/*
 * The handler of an IPI runs in interrupt context with interrupts off: it may
 * take spin mutexes only and must not wait for another CPU.
 */
void hf_ipi_register(enum hf_ipi ipi, void (*handler)(void));

/*
 * Interrupts every CPU of "cpus" but the caller's; does not wait for the
 * handlers.  The caller is pinned or in a critical section.  A caller that
 * spins for an answer must have interrupts on (so: no spin mutex held), or two
 * initiators deadlock.  All stores made before the call are visible to the
 * handlers.
 */
void hf_ipi_send_mask(cpuset_t cpus, enum hf_ipi ipi);

/*
 * Runs fn(arg) on every CPU of "cpus" (on the caller's by a plain call, in a
 * critical section) and returns when all have returned from it.  Interrupts on,
 * no spin mutex held.  fn runs in interrupt context.
 */
void smp_rendezvous_cpus(cpuset_t cpus, void (*fn)(void *), void *arg);

#endif
