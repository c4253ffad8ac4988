/* SPDX-License-Identifier: BSD-2-Clause */
/* threads.c: threads start, run where they are told to, and are preempted. */

#include <sys/smp.h>
#include <kern/clock.h>
#include <kern/thread.h>
#include <test/scenario.h>

#define NTHREADS 8

static volatile u_int ran;

static void
count_run(void *arg)
{
	atomic_add_int(&ran, (u_int)(uintptr_t)arg);
}

HF_SCENARIO(kern_thread_join, "kern.thread_join", "",
    "threads run once with their argument and are joined")
{
	struct thread *td[NTHREADS];

	ran = 0;
	for (u_int i = 0; i < NTHREADS; i++)
		td[i] = hf_thread_create(
		    count_run, (void *)(uintptr_t)(1u << i), "count", -1);
	for (u_int i = 0; i < NTHREADS; i++)
		hf_thread_join(td[i]);
	hf_expect_eq(ran, (1u << NTHREADS) - 1);
}

static void
record_cpu(void *arg)
{
	int *cpu = arg;

	*cpu = curcpu;
	for (int i = 0; i < 4; i++) {
		hf_yield();
		if (curcpu != *cpu)
			*cpu = -1;
	}
}

HF_SCENARIO(kern_thread_bound, "kern.thread_bound", "",
    "a thread bound to a CPU runs on that CPU only", .flags = HF_NEEDS_MMU)
{
	struct thread *td;
	int cpu, seen;

	hf_smp_wait();
	CPU_FOREACH (cpu) {
		seen = -2;
		td = hf_thread_create(record_cpu, &seen, "bound", cpu);
		hf_thread_join(td);
		hf_expect_eq(seen, cpu);
	}
}

static volatile u_int spin_stop, spin_started;

static void
spin_until_told(void *arg)
{
	atomic_store_rel_int(&spin_started, 1);
	while (atomic_load_acq_int(&spin_stop) == 0)
		cpu_spinwait();
}

static void
tell_spinner(void *arg)
{
	/* Only preemption lets this thread run while the other spins. */
	while (atomic_load_acq_int(&spin_started) == 0)
		hf_yield();
	atomic_store_rel_int(&spin_stop, 1);
}

HF_SCENARIO(kern_preemption, "kern.preemption", "",
    "a thread that spins is preempted on every CPU")
{
	struct thread *a, *b;
	int cpu;

	hf_smp_wait();
	CPU_FOREACH (cpu) {
		spin_stop = spin_started = 0;
		a = hf_thread_create(spin_until_told, NULL, "spin", cpu);
		b = hf_thread_create(tell_spinner, NULL, "tell", cpu);
		hf_thread_join(a);
		hf_thread_join(b);
		hf_expect_eq(spin_stop, 1);
	}
}

/* Not preempted while critical: the other thread must not have run. */
static volatile u_int other_ran;

static void
set_other(void *arg)
{
	atomic_store_rel_int(&other_ran, 1);
}

static void
critical_body(void *arg)
{
	u_int *seen = arg;
	struct thread *td;
	uint64_t until;

	td = hf_thread_create(set_other, NULL, "other", curcpu);
	critical_enter();
	until = hf_uptime_ns() + 30000000; /* three time slices */
	while (hf_uptime_ns() < until)
		cpu_spinwait();
	*seen = other_ran;
	critical_exit();
	hf_thread_join(td);
}

HF_SCENARIO(kern_critical, "kern.critical", "",
    "no other thread runs on the CPU inside a critical section",
    .flags = HF_NEEDS_MMU) /* the model's CPUs are threads of the host */
{
	struct thread *td;
	u_int seen = 2;

	other_ran = 0;
	td = hf_thread_create(critical_body, &seen, "critical", 0);
	hf_thread_join(td);
	hf_expect_eq(seen, 0);
	hf_expect_eq(other_ran, 1);
}

static void
overlap(void *arg)
{
	volatile u_int *inside = arg;

	/* All threads are in here at once, or this never ends. */
	atomic_add_int(inside, 1);
	while (atomic_load_acq_int(inside) < (u_int)mp_ncpus)
		cpu_spinwait();
}

HF_SCENARIO(kern_parallel, "kern.parallel", "",
    "threads run at the same time on all CPUs", .flags = HF_NEEDS_SMP)
{
	struct thread *td[MAXCPU];
	volatile u_int inside = 0;
	int cpu;

	for (cpu = 0; cpu < mp_ncpus; cpu++)
		td[cpu] = hf_thread_create(
		    overlap, __DECONST(u_int *, &inside), "overlap", cpu);
	for (cpu = 0; cpu < mp_ncpus; cpu++)
		hf_thread_join(td[cpu]);
	hf_expect_eq(inside, mp_ncpus);
}
