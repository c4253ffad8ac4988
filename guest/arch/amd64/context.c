/* SPDX-License-Identifier: BSD-2-Clause */
/* context.c: amd64's part of threads and critical sections. */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/proc.h>
#include <kern/panic.h>
#include <kern/sched.h>
#include <kern/thread.h>
#include <machine/specialreg.h>
#include <vm/vm.h>
#include <vm/pmap.h>
#include "cpu.h"

/* What hf_switch() pops, from the lowest address up. */
struct switch_frame {
	uint64_t r15, r14, r13, r12, rbx, rbp, rip;
	uint64_t align[2]; /* %rsp is a multiple of 16 at hf_thread_entry */
};

void
hf_cpu_thread_setup(struct thread *td)
{
	td->td_pcb = &td->td_pcb_store;
	/* As if inside sched_lock(): hf_thread_start() leaves it. */
	td->td_critnest = 1;
	td->td_md.md_spinlock_count = 1;
	td->td_md.md_saved_flags = PSL_I | 2;
}

void
hf_cpu_thread_frame(struct thread *td)
{
	struct switch_frame *sf;

	sf =
	    (struct switch_frame *)(td->td_kstack + ptoa(td->td_kstack_pages)) -
	    1;
	bzero(sf, sizeof(*sf));
	sf->rip = (uint64_t)hf_thread_entry;
	td->td_pcb->pcb_rsp = (uint64_t)sf;
}

/* Scheduler lock held; returns when "from" runs again, perhaps elsewhere. */
void
hf_cpu_switch(struct thread *from, struct thread *to)
{
	PCPU_GET(md)->tss.rsp[0] = to->td_kstack + ptoa(to->td_kstack_pages);
	PCPU_SET(curthread, to);
	if (from->td_proc != to->td_proc)
		pmap_activate(to);
	hf_switch(from->td_pcb, to->td_pcb);
}

void
hf_thread_setproc(struct proc *p)
{
	struct thread *td = curthread;

	critical_enter();
	td->td_proc = p;
	pmap_activate(td);
	critical_exit();
}

/* Interrupts off and a critical section, nesting. */
void
hf_spinlock_enter(void)
{
	struct thread *td = curthread;
	register_t flags = intr_disable();

	if (td->td_md.md_spinlock_count++ == 0) {
		td->td_md.md_saved_flags = flags;
		td->td_critnest++;
	}
}

void
hf_spinlock_exit(void)
{
	struct thread *td = curthread;
	register_t flags;

	if (--td->td_md.md_spinlock_count != 0)
		return;
	flags = td->td_md.md_saved_flags;
	td->td_critnest--;
	intr_restore(flags);
	if (td->td_owepreempt != 0 && td->td_critnest == 0 &&
	    (flags & PSL_I) != 0)
		hf_sched_preempt();
}

/* After a throw: the spin mutexes that were held are forgotten. */
void
hf_catch_machine_reset(u_int critnest)
{
	struct thread *td = curthread;

	td->td_md.md_spinlock_count = 0;
	td->td_critnest = critnest;
	enable_intr();
}
