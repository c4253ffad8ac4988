/* SPDX-License-Identifier: BSD-2-Clause */
/* sched.h: the scheduler, as seen by kern and the machine's files. */

/*
 * One spin lock protects the run queue, the sleep queues and the timeouts.  It
 * is not bound to a thread: it is held across a context switch and released by
 * the thread that comes out of it.
 */
#ifndef HF_KERN_SCHED_H
#define HF_KERN_SCHED_H

#include <sys/types.h>

struct thread;

void hf_sched_lock(void);
void hf_sched_unlock(void);

/* Makes td runnable and sees to it that a CPU notices.  Lock held. */
void hf_sched_add(struct thread *td);

/*
 * Gives the CPU away; td_state of curthread says what becomes of it.  Lock
 * held, also on return.
 */
void hf_sched_switch(void);

/* curthread goes to the end of the queue if another may run.  Lock not held. */
void hf_sched_preempt(void);
/* The same at the end of an interrupt handler, interrupts off. */
void hf_sched_intr_exit(void);

/* Wakes td at this time unless it is cancelled.  Lock held. */
void hf_timeout_start(struct thread *td, int ticks);
void hf_timeout_cancel(struct thread *td);
/* Takes td off its sleep queue and makes it runnable.  Lock held. */
void hf_sleepq_remove(struct thread *td, int result);

void hf_timer_interrupt(void);
struct thread *hf_idle_thread_create(int cpu);
void hf_idle_loop(void) __attribute__((__noreturn__));
/*
 * Who makes stacks from now on: vm_thread_new() and vm_thread_dispose().  Those
 * from before lie in the direct map, have no guard page, and stay.
 */
void hf_thread_set_stacks(int (*new)(struct thread *td, int pages),
    void (*dispose)(struct thread *td));
/* First code of every thread; the scheduler lock is held. */
void hf_thread_start(void) __attribute__((__noreturn__));

/* Machine. */
void hf_spinlock_enter(void);
void hf_spinlock_exit(void);
void hf_cpu_thread_setup(struct thread *td);
/* What hf_switch() finds on the stack the first time. */
void hf_cpu_thread_frame(struct thread *td);
void hf_cpu_switch(struct thread *from, struct thread *to);
void hf_timer_arm(uint64_t deadline_tsc);
void hf_timer_fired(void);
uint64_t hf_tsc_from_ticks(int ticks);
void hf_clock_init(uint64_t entry_tsc);
/* Asks for the TSC's rate, or has it measured; after hf_apic_init_cpu(). */
void hf_clock_start(void);

#endif
