/* SPDX-License-Identifier: BSD-2-Clause */
/* proc.c: processes and their limits. */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/proc.h>
#include <kern/kalloc.h>
#include <kern/thread.h>

struct proc proc0 = { .p_flag = P_SYSTEM,
	.p_comm = "kernel",
	.p_mtx = HF_MTX_INITIALIZER("process", HF_LOCK_MTX),
	.p_limits = {
	    [0 ... RLIM_NLIMITS - 1] = { RLIM_INFINITY, RLIM_INFINITY } } };
struct proc *pageproc;

static volatile u_int next_pid = 1;
static void (*exit_hook)(struct proc *);

struct proc *
hf_proc_create(const char *name)
{
	struct proc *p = hf_kalloc(sizeof(*p), M_WAITOK | M_ZERO);

	p->p_pid = (pid_t)atomic_fetchadd_int(&next_pid, 1);
	mtx_init(&p->p_mtx, "process", NULL, MTX_DEF);
	for (int i = 0; i < RLIM_NLIMITS; i++)
		p->p_limits[i].rlim_cur = p->p_limits[i].rlim_max =
		    RLIM_INFINITY;
	strlcpy(p->p_comm, name, sizeof(p->p_comm));
	return (p);
}

void
hf_proc_set_exit_hook(void (*hook)(struct proc *))
{
	exit_hook = hook;
}

void
hf_proc_destroy(struct proc *p)
{
	KASSERT(p != curproc && p != &proc0,
	    ("hf_proc_destroy: %s is in use", p->p_comm));
	if (p->p_vmspace != NULL) {
		KASSERT(exit_hook != NULL,
		    ("hf_proc_destroy: nobody frees the address space"));
		exit_hook(p);
	}
	mtx_destroy(&p->p_mtx);
	hf_kfree(p);
}

rlim_t
lim_cur(struct thread *td, int which)
{
	KASSERT(which >= 0 && which < RLIM_NLIMITS,
	    ("lim_cur: no limit %d", which));
	return (td->td_proc->p_limits[which].rlim_cur);
}
