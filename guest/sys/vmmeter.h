/* SPDX-License-Identifier: BSD-2-Clause */
/* vmmeter.h: event counters and watermarks of the VM system. */
#ifndef HF_SYS_VMMETER_H
#define HF_SYS_VMMETER_H

#include <sys/types.h>
#include <machine/atomic.h>

/*
 * Counters rise (or rise and fall) atomically; the watermarks are fixed by
 * vm_page_startup().  Legend: (a) atomic, (c) constant after boot.
 */
struct vmmeter {
	volatile u_long v_vm_faults;  /* (a) address-space faults */
	volatile u_long v_io_faults;  /* (a) faults that needed a pager's I/O */
	volatile u_long v_cow_faults; /* (a) copy-on-write faults */
	volatile u_long v_cow_optim;  /* (a) COW solved without a copy */
	volatile u_long v_zfod;	      /* (a) pages zero-filled on demand */
	volatile u_long v_intrans; /* (a) faults that waited for a busy page */
	volatile u_long v_reactivated; /* (a) pages reactivated by the daemon */
	volatile u_long v_pdwakeups;   /* (a) page daemon wakeups */
	volatile u_long v_pdpages;     /* (a) pages looked at by the daemon */
	volatile u_long v_pdshortfalls; /* (a) laundry shortfalls */
	volatile u_long v_dfree;	/* (a) pages freed by the daemon */
	volatile u_long v_pfree;	/* (a) pages freed by ending objects */
	volatile u_long v_tfree;	/* (a) pages freed in all */
	volatile u_long v_vnodein;	/* (a) vnode pager pageins */
	volatile u_long v_vnodeout;	/* (a) vnode pager pageouts */
	volatile u_long v_vnodepgsin;	/* (a) pages paged in by it */
	volatile u_long v_vnodepgsout;	/* (a) pages paged out by it */
	volatile u_long v_swapin;
	volatile u_long v_swapout;
	volatile u_long v_swappgsin;
	volatile u_long v_swappgsout;
	volatile u_long v_wire_count;	   /* (a) pages with a wiring */
	volatile u_long v_user_wire_count; /* (a) user-wired virtual pages */

	u_int v_page_size;	    /* (c) */
	u_int v_page_count;	    /* (c) managed pages */
	u_int v_free_reserved;	    /* (c) */
	u_int v_free_target;	    /* (c) */
	u_int v_free_min;	    /* (c) */
	u_int v_free_severe;	    /* (c) */
	u_int v_inactive_target;    /* (c) */
	u_int v_pageout_free_min;   /* (c) */
	u_int v_interrupt_free_min; /* (c) */
};

extern struct vmmeter vm_cnt;

#define VM_CNT_ADD(var, x) atomic_add_long(&vm_cnt.var, (x))
#define VM_CNT_INC(var)	   VM_CNT_ADD(var, 1)
#define VM_CNT_SUB(var, x) atomic_subtract_long(&vm_cnt.var, (x))
#define VM_CNT_FETCH(var)  (vm_cnt.var)

static inline u_int
vm_wire_count(void)
{
	return ((u_int)VM_CNT_FETCH(v_wire_count));
}

static inline void
vm_wire_add(int cnt)
{
	VM_CNT_ADD(v_wire_count, cnt);
}

static inline void
vm_wire_sub(int cnt)
{
	VM_CNT_SUB(v_wire_count, cnt);
}

u_int vm_free_count(void);
u_int vm_active_count(void);
u_int vm_inactive_count(void);
u_int vm_laundry_count(void);

bool vm_page_count_min(void);	 /* free < v_free_min */
bool vm_page_count_severe(void); /* free < v_free_severe */

#endif
