/* SPDX-License-Identifier: BSD-2-Clause */
/* thread.h: kernel threads and processes. */

#ifndef HF_KERN_THREAD_H
#define HF_KERN_THREAD_H

#include <sys/proc.h>

/*
 * Starts fn(arg) in a new preemptible thread of proc0, or of "p"; it ends when
 * fn returns.  cpu -1: anywhere; CPUs that are not running yet are waited for.
 * May sleep.  Every thread must be joined once.
 */
struct thread *hf_thread_create_in(
    struct proc *p, void (*fn)(void *), void *arg, const char *name, int cpu);
static inline struct thread *
hf_thread_create(void (*fn)(void *), void *arg, const char *name, int cpu)
{
	return (hf_thread_create_in(&proc0, fn, arg, name, cpu));
}
/*
 * Every thread that is not yet joined, the idle ones too.  The scheduler's
 * lock; read from outside when a run hangs.
 */
TAILQ_HEAD(hf_thread_list, thread);
extern struct hf_thread_list hf_threads;

/* Threads that were created and have not ended. */
u_int hf_threads_alive(void);

/* Waits for the end of td and frees it. */
void hf_thread_join(struct thread *td);

/* A process without an address space (p_vmspace NULL) and without threads. */
struct proc *hf_proc_create(const char *name);
/*
 * Frees p, which no thread belongs to; its address space goes first, through
 * the hook that vm_map registers.
 */
void hf_proc_destroy(struct proc *p);
void hf_proc_set_exit_hook(void (*hook)(struct proc *p));

/*
 * Moves curthread to p and loads its address space (pmap_activate).  A thread
 * whose proc has no vmspace runs on kernel_pmap.
 */
void hf_thread_setproc(struct proc *p);

/* Brings up the boot CPU's scheduler; makes ready for the other CPUs. */
void hf_thread_init(void);
void hf_smp_start(int max_cpus);
/* Starts them, asynchronously; at once nothing but the first time. */
void hf_smp_launch(void);
/* Waits until every CPU found at boot runs; returns mp_ncpus. */
int hf_smp_wait(void);

#endif
