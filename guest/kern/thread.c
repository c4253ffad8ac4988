/* SPDX-License-Identifier: BSD-2-Clause */
/* thread.c: life of kernel threads. */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/proc.h>
#include <sys/smp.h>
#include <kern/boot.h>
#include <kern/fail_nth.h>
#include <kern/kalloc.h>
#include <kern/sched.h>
#include <kern/sleepq.h>
#include <kern/thread.h>
#include <machine/vmparam.h>

struct thread thread0;
struct hf_thread_list hf_threads = TAILQ_HEAD_INITIALIZER(hf_threads);
static volatile u_int next_tid = 100, alive;

u_int
hf_threads_alive(void)
{
	return (atomic_load_int(&alive));
}

/* From the VM, once it is there. */
static int (*stack_new)(struct thread *td, int pages);
static void (*stack_dispose)(struct thread *td);

void
hf_thread_set_stacks(int (*new)(struct thread *td, int pages),
    void (*dispose)(struct thread *td))
{
	stack_new = new;
	stack_dispose = dispose;
}

/* A second: what holds kernel addresses, or what maps them, lets go by then. */
#define STACK_TRIES 100

static void
thread_new_stack(struct thread *td)
{
	int tries = 0;

	if (stack_new == NULL) {
		td->td_kstack_pages = KSTACK_PAGES;
		td->td_kstack = PHYS_TO_DMAP(hf_boot_alloc_pages(KSTACK_PAGES));
		return;
	}
	while (!stack_new(td, KSTACK_PAGES)) {
		if (++tries > STACK_TRIES)
			panic("thread %s: no address for a stack", td->td_name);
		if (!HF_FAIL_NTH(HF_FAIL_SLEEP))
			(void)hf_pause("kstack", 1);
	}
}

static struct thread *
thread_alloc(struct proc *p, const char *name, int cpu)
{
	struct thread *td = hf_kalloc(sizeof(*td), M_WAITOK | M_ZERO);

	td->td_proc = p;
	td->td_tid = atomic_fetchadd_int(&next_tid, 1);
	strlcpy(td->td_name, name, sizeof(td->td_name));
	td->td_cpu_wanted = cpu;
	td->td_oncpu = td->td_lastcpu = -1;
	thread_new_stack(td);
	hf_cpu_thread_setup(td);
	hf_sched_lock();
	TAILQ_INSERT_TAIL(&hf_threads, td, td_all);
	hf_sched_unlock();
	return (td);
}

struct thread *
hf_thread_create_in(
    struct proc *p, void (*fn)(void *), void *arg, const char *name, int cpu)
{
	struct thread *td;

	hf_assert_may_sleep("hf_thread_create");
	hf_smp_launch();
	if (cpu > mp_maxid && hf_smp_wait() <= cpu)
		panic("hf_thread_create: no CPU %d", cpu);
	td = thread_alloc(p, name, cpu);
	td->td_fn = fn;
	td->td_arg = arg;
	hf_cpu_thread_frame(td);
	atomic_add_int(&alive, 1);
	hf_sched_lock();
	hf_sched_add(td);
	hf_sched_unlock();
	return (td);
}

void
hf_thread_start(void)
{
	struct thread *td = curthread;

	hf_sched_unlock();
	td->td_fn(td->td_arg);
	KASSERT(td->td_nodes.n_count[HF_NODE_TRANSITION] == 0 &&
		td->td_nodes.n_count[HF_NODE_RANGE] == 0,
	    ("thread %s ends with a map transition or a file range",
		td->td_name));
	KASSERT(td->td_critnest == 0 && hf_locks_held() == 0,
	    ("thread %s ends in a critical section or with a lock",
		td->td_name));
	atomic_subtract_int(&alive, 1);
	hf_sched_lock();
	td->td_state = TDS_DEAD;
	hf_sleepq_wake(td, -1);
	hf_sched_switch();
	panic("dead thread %s runs", td->td_name);
}

void
hf_thread_join(struct thread *td)
{
	hf_assert_may_sleep("hf_thread_join");
	for (;;) {
		hf_sleepq_lock(td);
		if (td->td_state == TDS_DEAD)
			break;
		hf_sleepq_wait(td, "join", 0);
	}
	TAILQ_REMOVE(&hf_threads, td, td_all);
	/* Dead under the scheduler lock: it has left its stack. */
	hf_sleepq_unlock(td);
	if (stack_dispose != NULL)
		stack_dispose(td);
	hf_kfree(td);
}

static void
idle_main(void *arg)
{
	hf_idle_loop();
}

struct thread *
hf_idle_thread_create(int cpu)
{
	struct thread *td = thread_alloc(&proc0, "idle", cpu);

	td->td_fn = idle_main;
	td->td_lastcpu = cpu;
	return (td);
}

/* An AP starts in its idle thread; only the boot CPU switches to one. */
void
hf_thread_init(void)
{
	struct thread *td;

	TAILQ_INSERT_HEAD(&hf_threads, &thread0, td_all);
	td = hf_idle_thread_create(0);
	hf_cpu_thread_frame(td);
	pcpu_find(0)->pc_idlethread = td;
}
