/* SPDX-License-Identifier: BSD-2-Clause */
/* machine/pcpu.h: per-CPU data of the model: each thread has its own CPU. */

#ifndef HF_MODEL_MACHINE_PCPU_H
#define HF_MODEL_MACHINE_PCPU_H

#include <sys/types.h>

struct thread;
struct pmap;

/* Only the CPU itself writes; others may read. */
struct pcpu {
	struct thread *pc_curthread;
	u_int pc_cpuid; /* while it acts for another in an IPI: that one's */
	u_int pc_intr_off;
	struct pmap *pc_curpmap;
	vm_offset_t pc_qmap_addr;
	u_int pc_qmap_busy;
};

extern _Thread_local struct pcpu *hf_model_pcpu;

/* Pasted at once, so that a field may be named like a macro (curthread). */
#define PCPU_GET(member) (hf_model_pcpu->pc_##member)
#define PCPU_SET(member, value) \
	__atomic_store_n(&hf_model_pcpu->pc_##member, (value), __ATOMIC_RELAXED)
#define PCPU_PTR(member) (&hf_model_pcpu->pc_##member)

#define curthread (hf_model_pcpu->pc_curthread)

#endif
