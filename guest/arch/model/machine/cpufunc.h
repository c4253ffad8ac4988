/* SPDX-License-Identifier: BSD-2-Clause */
/* machine/cpufunc.h: what the CPU does, in a host process. */

#ifndef HF_MODEL_MACHINE_CPUFUNC_H
#define HF_MODEL_MACHINE_CPUFUNC_H

#include <sys/types.h>

/* sched_model.c */
void hf_model_yield(void);

/* Whoever holds what we spin for may need this very processor. */
static inline void
cpu_spinwait(void)
{
	hf_model_yield();
}

static inline void
halt(void)
{
	hf_model_yield();
}

/* Nothing interrupts a thread, but who must not be interrupted is known. */
register_t read_rflags(void);
register_t intr_disable(void);
void intr_restore(register_t flags);
void disable_intr(void);
void enable_intr(void);

/* mmu.c: the instructions that tell the TLB. */
uint64_t rcr3(void);
void load_cr3(uint64_t v);
void load_cr4(uint64_t v);
void invlpg(vm_offset_t va);

static inline void
pagezero(void *page)
{
	__builtin_memset(page, 0, 4096);
}

static inline void
pagecopy(const void *from, void *to)
{
	__builtin_memcpy(to, from, 4096);
}

#endif
