/* SPDX-License-Identifier: BSD-2-Clause */
/* sched_model.c: threads, sleep queues and critical sections over POSIX. */

/*
 * A kernel thread is a host thread, so threads really run at once, each on a
 * CPU of its own (cpu_model.c).  The chain lock may be taken again by its
 * holder, as kern/sleep.c needs.
 *
 * With hf_exploring one thread runs at a time, and explore.c says which.
 */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/kernel.h>
#include <sys/proc.h>
#include <sys/smp.h>
#include <kern/fail_nth.h>
#include <kern/kalloc.h>
#include <kern/panic.h>
#include <kern/sched.h>
#include <kern/sleepq.h>
#include <kern/thread.h>
#include <vm/pmap.h>
#include "cpu_model.h"
#include "explore_priv.h"
#include "host.h"
#include "model_time.h"

#define TICK_NS 10000000ul

struct thread thread0;
int hz = 100;

TAILQ_HEAD(sleepers, thread);
static struct sleepers sleepers = TAILQ_HEAD_INITIALIZER(sleepers); /* lock */
static _Thread_local int lock_depth;
static volatile u_int next_tid = 100, alive;

u_int
hf_threads_alive(void)
{
	return (atomic_load_int(&alive));
}

void
hf_sleepq_lock(const void *chan)
{
	if (lock_depth++ == 0)
		hf_host_lock();
}

void
hf_sleepq_unlock(const void *chan)
{
	if (--lock_depth != 0)
		return;
	hf_host_unlock();
	HF_EXPLORE_POINT();
}

bool
hf_sleepq_is_locked(void)
{
	return (lock_depth != 0);
}

/* Lock held.  Until the signal or this time, 0: never; or for no reason. */
static void
wait_for_signal(struct thread *td, uint64_t end, uint64_t now)
{
	if (hf_exploring)
		hf_explore_sleep(end);
	else
		(void)hf_host_cond_wait(
		    td->td_md.md_cond, end != 0 ? end - now : 0);
}

/* Tests look at these without the lock; it means nothing but "at that moment". */
static void
note_sleep(struct thread *td, const void *chan, const char *wmesg)
{
	__atomic_store_n(&td->td_wmesg, wmesg, __ATOMIC_RELAXED);
	__atomic_store_n(&td->td_wchan, chan, __ATOMIC_RELAXED);
}

static void
note_awake(struct thread *td)
{
	__atomic_store_n(&td->td_wchan, NULL, __ATOMIC_RELAXED);
}

int
hf_sleepq_wait(const void *chan, const char *wmesg, int timo_ticks)
{
	struct thread *td = curthread;
	uint64_t end, now;
	int result;

	KASSERT(lock_depth == 1,
	    ("hf_sleepq_wait: chain lock %d deep", lock_depth));
	KASSERT(td->td_md.md_spinlock_count == 0,
	    ("%s: sleeps with a spin mutex held", td->td_name));
	note_sleep(td, chan, wmesg);
	td->td_sleep_result = 0;
	td->td_state = TDS_SLEEPING;
	TAILQ_INSERT_TAIL(&sleepers, td, td_sleepq);
	end = timo_ticks != 0 ? hf_model_now_ns() + timo_ticks * TICK_NS : 0;
	while (td->td_wchan != NULL) {
		now = hf_model_now_ns();
		if (end != 0 && now >= end) {
			note_awake(td);
			td->td_sleep_result = EWOULDBLOCK;
			TAILQ_REMOVE(&sleepers, td, td_sleepq);
			break;
		}
		wait_for_signal(td, end, now);
	}
	td->td_state = TDS_RUNNING;
	result = td->td_sleep_result;
	hf_sleepq_unlock(chan);
	return (result);
}

int
hf_sleepq_wake(const void *chan, int count)
{
	struct thread *td, *next;
	int left;

	left = 0;
	TAILQ_FOREACH_SAFE (td, &sleepers, td_sleepq, next) {
		if (td->td_wchan != chan)
			continue;
		if (count == 0) {
			left++;
			continue;
		}
		if (count > 0)
			count--;
		TAILQ_REMOVE(&sleepers, td, td_sleepq);
		note_awake(td);
		if (hf_exploring)
			hf_explore_wake(td);
		else
			hf_host_cond_signal(td->td_md.md_cond);
	}
	return (left);
}

int
hf_sleepq_count(const void *chan)
{
	struct thread *td;
	int n;

	n = 0;
	TAILQ_FOREACH (td, &sleepers, td_sleepq)
		if (td->td_wchan == chan)
			n++;
	return (n);
}

void
hf_spinlock_enter(void)
{
	if (curthread->td_md.md_spinlock_count++ == 0)
		curthread->td_critnest++;
}

void
hf_spinlock_exit(void)
{
	if (--curthread->td_md.md_spinlock_count == 0)
		curthread->td_critnest--;
}

void
critical_enter(void)
{
	curthread->td_critnest++;
}

void
critical_exit(void)
{
	KASSERT(curthread->td_critnest > 0, ("critical_exit: not in one"));
	curthread->td_critnest--;
}

void
sched_pin(void)
{
	curthread->td_pinned++;
}

void
sched_unpin(void)
{
	curthread->td_pinned--;
}

void
hf_model_yield(void)
{
	if (hf_exploring)
		hf_explore_yield();
	else
		hf_host_yield();
}

void
hf_yield(void)
{
	HF_FAIL_NTH_PATIENCE();
	hf_model_yield();
}

int
hf_backtrace(uint64_t *bt, int max)
{
	return (hf_host_backtrace(bt, max));
}

static void
thread_setup(struct thread *td, struct proc *p, const char *name)
{
	td->td_proc = p;
	td->td_pcb = &td->td_pcb_store;
	td->td_md.md_cond = hf_host_cond_new();
	td->td_cpu_wanted = -1;
	td->td_state = TDS_RUNNING;
	strlcpy(td->td_name, name, sizeof(td->td_name));
}

/* The thread that boots the model becomes the scenario thread. */
void
hf_thread_init(void)
{
	thread0.td_md.md_cpu = hf_model_cpu_take();
	hf_model_cpu_start(&thread0);
	CPU_SET_ATOMIC(thread0.td_md.md_cpu, &all_cpus);
	thread_setup(&thread0, &proc0, "main");
	if (hf_exploring)
		hf_explore_add(&thread0);
}

/* td may be gone when this returns. */
static void
end_explored(struct thread *td)
{
	hf_sleepq_lock(td);
	td->td_state = TDS_DEAD;
	hf_sleepq_wake(td, -1);
	hf_explore_leave(td);
	lock_depth = 0;
	hf_host_unlock();
}

static void
await_end_explored(struct thread *td)
{
	for (;;) {
		hf_sleepq_lock(td);
		if (td->td_state == TDS_DEAD)
			break;
		hf_sleepq_wait(td, "join", 0);
	}
	hf_sleepq_unlock(td);
}

static void
thread_main(void *arg)
{
	struct thread *td = arg;

	hf_model_cpu_start(td);
	if (hf_exploring)
		hf_explore_enter(td);
	hf_pmap_cpu_init();
	hf_model_cpu_join();
	pmap_activate(td);
	td->td_fn(td->td_arg);
	KASSERT(td->td_critnest == 0 && hf_locks_held() == 0,
	    ("thread %s ends in a critical section or with a lock",
		td->td_name));
	hf_model_cpu_stop();
	atomic_subtract_int(&alive, 1);
	if (hf_exploring)
		end_explored(td);
}

struct thread *
hf_thread_create_in(
    struct proc *p, void (*fn)(void *), void *arg, const char *name, int cpu)
{
	struct thread *td;

	hf_assert_may_sleep("hf_thread_create");
	if (cpu >= mp_ncpus)
		panic("hf_thread_create: no CPU %d", cpu);
	td = hf_kalloc(sizeof(*td), M_WAITOK | M_ZERO);
	thread_setup(td, p, name);
	td->td_tid = (lwpid_t)atomic_fetchadd_int(&next_tid, 1);
	td->td_fn = fn;
	td->td_arg = arg;
	td->td_md.md_cpu = hf_model_cpu_take();
	atomic_add_int(&alive, 1);
	if (hf_exploring)
		hf_explore_add(td);
	td->td_md.md_host = hf_host_thread_start(thread_main, td);
	HF_EXPLORE_POINT();
	return (td);
}

void
hf_thread_join(struct thread *td)
{
	hf_assert_may_sleep("hf_thread_join");
	if (hf_exploring)
		await_end_explored(td);
	else
		hf_host_thread_join(td->td_md.md_host);
	hf_host_cond_free(td->td_md.md_cond);
	hf_kfree(td);
}

void
hf_thread_setproc(struct proc *p)
{
	curthread->td_proc = p;
	pmap_activate(curthread);
}

void
hf_catch_machine_reset(u_int critnest)
{
	curthread->td_md.md_spinlock_count = 0;
	curthread->td_critnest = critnest;
	hf_model_cpu_reset();
	if (lock_depth != 0) {
		lock_depth = 0;
		hf_host_unlock();
	}
}
