/* SPDX-License-Identifier: BSD-2-Clause */
/* ipi.c: CPUs interrupt each other and call functions on each other. */

#include <sys/smp.h>
#include <kern/intr.h>
#include <kern/thread.h>
#include <test/scenario.h>

#define ROUNDS 50

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

static volatile u_int rounds_done;

static void
call_others(void *arg)
{
	for (int i = 0; i < ROUNDS; i++) {
		smp_rendezvous_cpus(all_cpus, mark_cpu, NULL);
		atomic_add_int(&rounds_done, 1);
	}
}

HF_SCENARIO(kern_rendezvous_crossing, "kern.rendezvous_crossing", "",
    "CPUs that call each other at the same time all get through",
    .flags = HF_NEEDS_MMU | HF_NEEDS_SMP)
{
	struct thread *a, *b;

	calls = rounds_done = 0;
	a = hf_thread_create(call_others, NULL, "a", 0);
	b = hf_thread_create(call_others, NULL, "b", 1);
	hf_thread_join(a);
	hf_thread_join(b);
	hf_expect_eq(rounds_done, 2 * ROUNDS);
	hf_expect_eq(calls, 2 * ROUNDS * (u_int)mp_ncpus);
}
