/* SPDX-License-Identifier: BSD-2-Clause */
/* proc.h: processes and threads. */

/*
 * Locks: (t) only the thread itself, (s) the scheduler's spin mutex, (q) the
 * sleep queue chain of td_wchan (on amd64 one lock with s), (c) constant after
 * creation, (p) proc list.
 */
#ifndef HF_SYS_PROC_H
#define HF_SYS_PROC_H

#include <sys/types.h>
#include <sys/lock.h>
#include <sys/mutex.h>
#include <sys/param.h>
#include <sys/pcpu.h>
#include <sys/queue.h>
#include <sys/rangelock.h>
#include <sys/resource.h>
#include <machine/pcb.h>
#include <machine/proc.h>

struct vmspace;
struct hf_catch;
struct hf_trace;
struct vm_page;

/* td_pflags */
#define TDP_NOFAULTING	 0x00000001 /* vm_fault fails at once */
#define TDP_RESETSPUR	 0x00000002 /* forget td_md_spurflt_addr */
#define TDP_INKTR	 0x00000004
#define TDP_NORUNNINGBUF 0x00000008
#define TDP_FAULTING	 0x00000010 /* inside vm_fault */
#define TDP_UIOHELD	 0x00000020 /* td_ma is the memory of the user's uio */

enum hf_td_state {
	TDS_INACTIVE,
	TDS_RUNQ,
	TDS_RUNNING,
	TDS_SLEEPING,
	TDS_DEAD
};

/* A lock keeps its flags in the low bits of its owner's address (sys/rwlock.h). */
struct thread {
	struct proc *td_proc;	    /* (t) see hf_thread_setproc() */
	struct pcb *td_pcb;	    /* (c) &td_pcb_store */
	volatile u_int td_critnest; /* (t) critical sections, spin mutexes */
	volatile u_int
	    td_owepreempt;	  /* (t, own CPU) switch when critnest ends */
	u_int td_pflags;	  /* (t) TDP_* */
	int td_no_sleeping;	  /* (t) THREAD_NO_SLEEPING() depth */
	int td_pinned;		  /* (t) sched_pin() depth */
	int td_rw_rlocks;	  /* (t) rwlocks held shared */
	int td_sx_slocks;	  /* (t) sx held shared */
	int td_intr_nesting;	  /* (t, own CPU) interrupt handlers */
	struct rusage td_ru;	  /* (t) */
	vm_size_t td_vslock_sz;	  /* (t) wired by vslock */
	struct vm_page **td_ma;	  /* (t) held for vn_io_fault_uiomove() */
	int td_ma_cnt;		  /* (t) */
	bool td_rlq_used;	  /* (t) */
	struct rl_q_entry td_rlq; /* the thread's first range lock */
	struct vm_map_entry *td_map_def_user; /* (t) vm_map_lock.c */

	/* The last failed access to user memory, set by the trap handler. */
	vm_offset_t td_fault_addr;	/* (t) exact address */
	int td_fault_signo;		/* (t) */
	int td_fault_code;		/* (t) */
	vm_offset_t td_md_spurflt_addr; /* (t) vm_fault.md section 9 */

	const char *td_page_site; /* (t) hf_vm_page_asked_at() */

	lwpid_t td_tid;		       /* (c) */
	char td_name[MAXCOMLEN + 1];   /* (c) */
	enum hf_td_state td_state;     /* (s) */
	int td_cpu_wanted;	       /* (c) -1: any */
	int td_oncpu;		       /* (s) -1: not running */
	int td_lastcpu;		       /* (s) */
	TAILQ_ENTRY(thread) td_runq;   /* (s) */
	TAILQ_ENTRY(thread) td_sleepq; /* (q) */
	TAILQ_ENTRY(thread) td_all;    /* (s) */
	const void *td_wchan;	       /* (q) NULL: not asleep */
	const char *td_wmesg;	       /* (q) */
	const struct lock_object
	    *td_blocked;	     /* (t) lock waited for; hang reports */
	int td_sleep_result;	     /* (q) 0 or EWOULDBLOCK */
	TAILQ_ENTRY(thread) td_timo; /* (s) */
	uint64_t td_timo_tsc;	     /* (s) end of a timed sleep, 0: none */
	int td_joined;		     /* (s) */

	void (*td_fn)(void *);	   /* (c) */
	void *td_arg;		   /* (c) */
	vm_offset_t td_kstack;	   /* (c) lowest address of the stack */
	u_int td_kstack_pages;	   /* (c) */
	struct hf_trace *td_trace; /* (t) kern/trace.h; NULL: not measured */
	struct hf_catch *td_catch; /* (t) hf_panics() and scenarios */
	int td_nheld;		   /* (t) */
	struct hf_held td_held[HF_HELD_MAX]; /* (t) */
	struct hf_nodes_held td_nodes;	     /* (t) */
	struct pcb td_pcb_store;	     /* (t) */
	struct mdthread td_md;		     /* machine's own */
} __aligned(16);

/* p_flag */
#define P_SYSTEM 0x0200
#define P_KILLED 0x1000 /* the OOM killer chose it */
#define P_WEXIT	 0x2000

struct proc {
	TAILQ_ENTRY(proc) p_list;  /* (p) */
	struct vmspace *p_vmspace; /* owned by vm_map */
	pid_t p_pid;		   /* (c) */
	u_int p_flag;
	struct mtx p_mtx;
	struct rlimit p_limits[RLIM_NLIMITS];
	char p_comm[MAXCOMLEN + 1]; /* (c) */
};

#define PROC_LOCK(p)   mtx_lock(&(p)->p_mtx)
#define PROC_UNLOCK(p) mtx_unlock(&(p)->p_mtx)

extern struct proc proc0;     /* the kernel: kernel threads live here */
extern struct thread thread0; /* the boot thread, later the scenario thread */
extern struct proc *pageproc; /* the page daemon's, NULL before it exists */

/* Current limit, RLIM_INFINITY when there is none. */
rlim_t lim_cur(struct thread *td, int which);

void critical_enter(void);
void critical_exit(void);
void sched_pin(void);
void sched_unpin(void);
/* Gives the CPU to another runnable thread, if any. */
void hf_yield(void);

#define THREAD_NO_SLEEPING() ((void)curthread->td_no_sleeping++)
#define THREAD_SLEEPING_OK() ((void)curthread->td_no_sleeping--)
#define THREAD_CAN_SLEEP()   (curthread->td_no_sleeping == 0)

#endif
