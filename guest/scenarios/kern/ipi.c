/* SPDX-License-Identifier: BSD-2-Clause */
/* ipi.c: CPUs interrupt each other and call functions on each other. */

#include <sys/mutex.h>
#include <sys/smp.h>
#include <kern/intr.h>
#include <kern/thread.h>
#include <test/crowd.h>
#include <test/scenario.h>

#define CALLS 200 /* in all */

static cpuset_t seen;
static volatile u_int in_interrupt, calls;

static void
mark_cpu(void *arg)
{
	CPU_SET_ATOMIC(curcpu, &seen);
	if (hf_in_interrupt())
		atomic_add_int(&in_interrupt, 1);
	atomic_add_int(&calls, 1);
}

HF_SCENARIO(kern_rendezvous, "kern.rendezvous", "",
    "a rendezvous runs once on each CPU and has ended when it returns",
    .flags = HF_NEEDS_MMU | HF_NEEDS_SMP)
{
	CPU_ZERO(&seen);
	in_interrupt = calls = 0;
	smp_rendezvous_cpus(all_cpus, mark_cpu, NULL);
	hf_expect_eq(seen.__bits, all_cpus.__bits);
	hf_expect_eq(calls, mp_ncpus);
	hf_expect_eq(in_interrupt, mp_ncpus - 1);
}

static u_int rounds; /* for each CPU */
static volatile u_int rounds_done;

static void
call_others(void *arg)
{
	for (u_int i = 0; i < rounds; i++) {
		smp_rendezvous_cpus(all_cpus, mark_cpu, NULL);
		atomic_add_int(&rounds_done, 1);
	}
}

HF_SCENARIO(kern_rendezvous_crossing, "kern.rendezvous_crossing", "",
    "CPUs that call each other at the same time all get through",
    .flags = HF_NEEDS_MMU | HF_NEEDS_SMP)
{
	struct thread *td[MAXCPU];
	int cpu;

	rounds = MAX(CALLS / (mp_ncpus * mp_ncpus), 2);
	calls = rounds_done = 0;
	for (cpu = 0; cpu < mp_ncpus; cpu++)
		td[cpu] = hf_thread_create(call_others, NULL, "caller", cpu);
	for (cpu = 0; cpu < mp_ncpus; cpu++)
		hf_thread_join(td[cpu]);
	hf_expect_eq(rounds_done, mp_ncpus * (int)rounds);
	hf_expect_eq(calls, mp_ncpus * (int)rounds * mp_ncpus);
}

static struct mtx mtx, spin;
static volatile u_int stop;
static volatile u_int still_held;

static void
lock_spin(void *arg)
{
	mtx_lock_spin(&spin);
	mtx_unlock_spin(&spin);
}

static void
lock_until_stopped(void *arg)
{
	while (atomic_load_acq_int(&stop) == 0) {
		mtx_lock(&mtx);
		mtx_unlock(&mtx);
	}
	atomic_add_int(&still_held, (u_int)hf_locks_held());
}

HF_SCENARIO(kern_locks_interrupted, "kern.locks_interrupted", "",
    "interrupts that take locks leave alone what the thread is said to hold",
    .flags = HF_NEEDS_MMU | HF_NEEDS_SMP)
{
	u_long interrupts = hf_crowd_rounds(60, 2, (u_int)mp_ncpus);
	struct thread *td[MAXCPU];
	cpuset_t others;
	int cpu;

	mtx_init(&mtx, "test mtx", NULL, MTX_DEF);
	mtx_init(&spin, "test spin", NULL, MTX_SPIN);
	others = all_cpus;
	CPU_CLR(0, &others);
	stop = still_held = 0;
	for (cpu = 1; cpu < mp_ncpus; cpu++)
		td[cpu] =
		    hf_thread_create(lock_until_stopped, NULL, "locks", cpu);
	for (u_long i = 0; i < interrupts; i++)
		smp_rendezvous_cpus(others, lock_spin, NULL);
	atomic_store_rel_int(&stop, 1);
	for (cpu = 1; cpu < mp_ncpus; cpu++)
		hf_thread_join(td[cpu]);
	hf_expect_eq(still_held, 0);
	mtx_destroy(&mtx);
	mtx_destroy(&spin);
}
