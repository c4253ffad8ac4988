/* SPDX-License-Identifier: BSD-2-Clause */
/* ipi.c: CPUs interrupt each other and call functions on each other. */

#include <sys/mutex.h>
#include <sys/smp.h>
#include <kern/intr.h>
#include <kern/plan.h>
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

static struct mtx mtx, spin;
static volatile u_int stop;
static int still_held;

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
	still_held = hf_locks_held();
}

HF_SCENARIO(kern_locks_interrupted, "kern.locks_interrupted", "",
    "interrupts that take locks leave alone what the thread is said to hold",
    .flags = HF_NEEDS_MMU | HF_NEEDS_SMP)
{
	u_long interrupts = 60 * hf_plan_param_u64("effort", 1);
	cpuset_t other;
	struct thread *td;

	mtx_init(&mtx, "test mtx", NULL, MTX_DEF);
	mtx_init(&spin, "test spin", NULL, MTX_SPIN);
	CPU_ZERO(&other);
	CPU_SET(1, &other);
	stop = 0;
	td = hf_thread_create(lock_until_stopped, NULL, "locks", 1);
	for (u_long i = 0; i < interrupts; i++)
		smp_rendezvous_cpus(other, lock_spin, NULL);
	atomic_store_rel_int(&stop, 1);
	hf_thread_join(td);
	hf_expect_eq(still_held, 0);
	mtx_destroy(&mtx);
	mtx_destroy(&spin);
}
