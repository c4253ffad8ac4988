/* SPDX-License-Identifier: BSD-2-Clause */
/* pcpu.h: per-CPU data and the running thread. */

/*
 * The machine defines struct pcpu, PCPU_GET(), PCPU_SET(), PCPU_PTR() and
 * curthread.  Fields that every machine has: pc_curthread, pc_idlethread,
 * pc_cpuid, pc_curpmap (a cookie of the pmap), pc_qmap_addr (the page of
 * pmap_quick_enter_page()).  A value read with PCPU_GET is of another CPU as
 * soon as the thread may move: pin it, or be in a critical section.
 */
#ifndef HF_SYS_PCPU_H
#define HF_SYS_PCPU_H

#include <sys/cpuset.h>
#include <machine/pcpu.h>

#define curcpu	PCPU_GET(cpuid)
#define curproc (curthread->td_proc)

struct pcpu *pcpu_find(u_int cpuid);

#endif
