/* SPDX-License-Identifier: BSD-2-Clause */
/* sched.c: one run queue, round robin, preemption by a one-shot timer. */

/*
 * Nothing ticks: a CPU's timer is armed when a timed sleep starts on it, or
 * when it runs a thread while another waits for a CPU.
 */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/kernel.h>
#include <sys/proc.h>
#include <sys/smp.h>
#include <kern/fail_nth.h>
#include <kern/clock.h>
#include <kern/sched.h>
#include <kern/thread.h>

TAILQ_HEAD(thread_queue, thread);

/* 1 + the CPU that holds the lock; how often it took it. */
static volatile u_int sched_word;
static int sched_depth;
static struct thread_queue runq = TAILQ_HEAD_INITIALIZER(runq);
static struct thread_queue timeouts = TAILQ_HEAD_INITIALIZER(timeouts);
static uint64_t slice_end[MAXCPU]; /* TSC, 0: no slice */

/* Values of pc_idle. */
#define CPU_BUSY   0
#define CPU_IDLE   1
#define CPU_KICKED 2 /* idle, and told to look at the run queue */

#define SLICE_TICKS 1

void
hf_sched_lock(void)
{
	u_int me;

	hf_spinlock_enter();
	me = curcpu + 1;
	if (atomic_load_int(&sched_word) != me)
		while (!atomic_cmpset_acq_int(&sched_word, 0, me))
			cpu_spinwait();
	sched_depth++;
}

void
hf_sched_unlock(void)
{
	if (--sched_depth == 0)
		atomic_store_rel_int(&sched_word, 0);
	hf_spinlock_exit();
}

static bool
may_run_on(const struct thread *td, int cpu)
{
	if (td->td_pinned > 0)
		return (td->td_lastcpu == cpu);
	return (td->td_cpu_wanted == -1 || td->td_cpu_wanted == cpu);
}

static struct thread *
runq_first(int cpu)
{
	struct thread *td;

	TAILQ_FOREACH (td, &runq, td_runq)
		if (may_run_on(td, cpu))
			break;
	return (td);
}

/* This CPU has a thread running and another waiting: end the slice in time. */
static void
slice_start(int cpu)
{
	if (slice_end[cpu] != 0)
		return;
	slice_end[cpu] = hf_tsc() + hf_tsc_from_ticks(SLICE_TICKS);
	hf_timer_arm(slice_end[cpu]);
}

/* An idle CPU that may run td, -1 if there is none. */
static int
idle_cpu_for(const struct thread *td, int self)
{
	int cpu;

	if (td->td_lastcpu >= 0 && may_run_on(td, td->td_lastcpu) &&
	    pcpu_find(td->td_lastcpu)->pc_idle == CPU_IDLE)
		return (td->td_lastcpu);
	if (may_run_on(td, self) && pcpu_find(self)->pc_idle == CPU_IDLE)
		return (self);
	CPU_FOREACH (cpu)
		if (may_run_on(td, cpu) && pcpu_find(cpu)->pc_idle == CPU_IDLE)
			return (cpu);
	return (-1);
}

static void
cpu_notify(int cpu, int self)
{
	cpuset_t set;

	if (pcpu_find(cpu)->pc_idle == CPU_IDLE)
		pcpu_find(cpu)->pc_idle = CPU_KICKED;
	if (cpu == self) {
		curthread->td_owepreempt = 1;
		return;
	}
	CPU_SETOF(cpu, &set);
	hf_ipi_send_mask(set, HF_IPI_RESCHED);
}

void
hf_sched_add(struct thread *td)
{
	int self = curcpu, cpu;

	td->td_state = TDS_RUNQ;
	TAILQ_INSERT_TAIL(&runq, td, td_runq);
	cpu = idle_cpu_for(td, self);
	if (cpu >= 0)
		cpu_notify(cpu, self);
	else if (may_run_on(td, self))
		slice_start(self);
	else {
		cpu = td->td_pinned > 0 ? td->td_lastcpu : td->td_cpu_wanted;
		/* A CPU that is not up yet looks at the queue when it is. */
		if (CPU_ISSET(cpu, &all_cpus))
			cpu_notify(cpu, self);
	}
}

void
hf_sched_switch(void)
{
	struct thread *td = curthread, *next;
	int cpu = curcpu;

	KASSERT(sched_depth == 1 && td->td_md.md_spinlock_count == 1,
	    ("%s: gives the CPU away with a spin mutex held", td->td_name));
	next = runq_first(cpu);
	if (next != NULL)
		TAILQ_REMOVE(&runq, next, td_runq);
	else
		next = PCPU_GET(idlethread);
	td->td_owepreempt = 0;
	slice_end[cpu] = 0;
	next->td_state = TDS_RUNNING;
	PCPU_SET(idle, next == PCPU_GET(idlethread) ? CPU_IDLE : CPU_BUSY);
	if (runq_first(cpu) != NULL)
		slice_start(cpu);
	if (next == td)
		return;
	PCPU_SET(switches, PCPU_GET(switches) + 1);
	td->td_oncpu = -1;
	next->td_oncpu = next->td_lastcpu = cpu;
	hf_cpu_switch(td, next);
}

void
hf_sched_preempt(void)
{
	struct thread *td = curthread;

	hf_sched_lock();
	td->td_owepreempt = 0;
	if (runq_first(curcpu) != NULL) {
		if (td != PCPU_GET(idlethread)) {
			td->td_state = TDS_RUNQ;
			TAILQ_INSERT_TAIL(&runq, td, td_runq);
		}
		hf_sched_switch();
	} else if (td == PCPU_GET(idlethread))
		PCPU_SET(idle, CPU_IDLE);
	hf_sched_unlock();
}

void
hf_sched_intr_exit(void)
{
	hf_sched_preempt();
}

void
hf_yield(void)
{
	HF_FAIL_NTH_PATIENCE();
	hf_sched_preempt();
}

/* Sorted by time; the CPU that starts a timeout sees to it being noticed. */
void
hf_timeout_start(struct thread *td, int ticks)
{
	struct thread *other;

	td->td_timo_tsc = hf_tsc() + hf_tsc_from_ticks(ticks);
	TAILQ_FOREACH (other, &timeouts, td_timo)
		if (other->td_timo_tsc > td->td_timo_tsc)
			break;
	if (other != NULL)
		TAILQ_INSERT_BEFORE(other, td, td_timo);
	else
		TAILQ_INSERT_TAIL(&timeouts, td, td_timo);
	hf_timer_arm(td->td_timo_tsc);
}

void
hf_timeout_cancel(struct thread *td)
{
	if (td->td_timo_tsc != 0) {
		TAILQ_REMOVE(&timeouts, td, td_timo);
		td->td_timo_tsc = 0;
	}
}

/*
 * Whichever CPU's timer fires serves all timeouts that are due and takes over
 * the next one, so that none is lost when its CPU's timer was armed for less.
 */
void
hf_timer_interrupt(void)
{
	struct thread *td;
	uint64_t now = hf_tsc();
	int cpu = curcpu;

	hf_sched_lock();
	hf_timer_fired();
	while ((td = TAILQ_FIRST(&timeouts)) != NULL && td->td_timo_tsc <= now)
		hf_sleepq_remove(td, EWOULDBLOCK);
	if (td != NULL)
		hf_timer_arm(td->td_timo_tsc);
	if (slice_end[cpu] != 0 && slice_end[cpu] <= now) {
		slice_end[cpu] = 0;
		curthread->td_owepreempt = 1;
	} else if (slice_end[cpu] != 0)
		hf_timer_arm(slice_end[cpu]);
	hf_sched_unlock();
}

void
critical_enter(void)
{
	curthread->td_critnest++;
	__compiler_membar();
}

void
critical_exit(void)
{
	struct thread *td = curthread;

	__compiler_membar();
	KASSERT(td->td_critnest > 0, ("critical_exit: not in one"));
	if (--td->td_critnest == 0 && td->td_owepreempt != 0)
		hf_sched_preempt();
}

void
sched_pin(void)
{
	curthread->td_pinned++;
	__compiler_membar();
}

void
sched_unpin(void)
{
	__compiler_membar();
	curthread->td_pinned--;
}

/* Entered once by each CPU's idle thread. */
void
hf_idle_loop(void)
{
	struct thread *td = curthread;

	td->td_critnest = 0;
	td->td_md.md_spinlock_count = 0;
	PCPU_SET(idle, CPU_IDLE);
	for (;;) {
		disable_intr();
		hf_sched_lock();
		if (runq_first(curcpu) != NULL)
			hf_sched_switch();
		hf_sched_unlock();
		/* A notice that comes from here on ends the hlt. */
		hf_sti_hlt();
	}
}
