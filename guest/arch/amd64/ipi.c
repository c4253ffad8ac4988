/* SPDX-License-Identifier: BSD-2-Clause */
/* ipi.c: interrupts between CPUs, and calls on other CPUs. */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/proc.h>
#include <sys/smp.h>
#include "cpu.h"

int mp_ncpus = 1;
int mp_maxid;
cpuset_t all_cpus = { 1 };

static void (*volatile handlers[HF_IPI_COUNT])(void);

/*
 * One rendezvous at a time; call_busy is taken by a compare-and-set with
 * interrupts on, so that a CPU which waits for it still answers the others.
 */
static volatile u_int call_busy;
static void (*call_fn)(void *);
static void *call_arg;
static volatile u_int call_left;

void
hf_ipi_register(enum hf_ipi ipi, void (*handler)(void))
{
	__atomic_store_n(&handlers[ipi], handler, __ATOMIC_RELEASE);
}

void
hf_ipi_send_mask(cpuset_t cpus, enum hf_ipi ipi)
{
	CPU_CLR(curcpu, &cpus);
	/* The stores before this call come first; the APIC is not memory. */
	atomic_thread_fence_seq_cst();
	for (int cpu; (cpu = CPU_FFS(&cpus)) != 0;) {
		cpu--;
		CPU_CLR(cpu, &cpus);
		hf_apic_ipi(hf_pcpu[cpu].pc_apic_id, VEC_IPI0 + ipi);
	}
}

static void
call_handler(void)
{
	call_fn(call_arg);
	atomic_subtract_int(&call_left, 1);
}

void
hf_ipi_interrupt(u_int ipi)
{
	void (*handler)(void);

	if (ipi == HF_IPI_CALL)
		call_handler();
	else if (ipi == HF_IPI_RESCHED)
		curthread->td_owepreempt = 1;
	else if ((handler = handlers[ipi]) != NULL)
		handler();
}

void
smp_rendezvous_cpus(cpuset_t cpus, void (*fn)(void *), void *arg)
{
	KASSERT((read_rflags() & 0x200) != 0,
	    ("smp_rendezvous_cpus: interrupts are off"));
	sched_pin();
	while (!atomic_cmpset_acq_int(&call_busy, 0, 1))
		cpu_spinwait();
	critical_enter();
	CPU_AND(&cpus, &cpus, &all_cpus);
	call_fn = fn;
	call_arg = arg;
	call_left = CPU_COUNT(&cpus) - CPU_ISSET(curcpu, &cpus);
	hf_ipi_send_mask(cpus, HF_IPI_CALL);
	if (CPU_ISSET(curcpu, &cpus))
		fn(arg);
	while (atomic_load_acq_int(&call_left) != 0)
		cpu_spinwait();
	atomic_store_rel_int(&call_busy, 0);
	critical_exit();
	sched_unpin();
}
