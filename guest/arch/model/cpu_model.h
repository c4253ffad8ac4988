/* SPDX-License-Identifier: BSD-2-Clause */
/* cpu_model.h: the CPUs of the model, one for each host thread. */

#ifndef HF_MODEL_CPU_MODEL_H
#define HF_MODEL_CPU_MODEL_H

#include <sys/types.h>

struct thread;

/* A CPU that no thread has, for one that is about to start. */
u_int hf_model_cpu_take(void);
/* The calling host thread becomes td's CPU, or is one no more. */
void hf_model_cpu_start(struct thread *td);
void hf_model_cpu_stop(void);
/*
 * ... and is asked to flush from then on; for the CPU that boots there are no
 * others.
 */
void hf_model_cpu_join(void);

/* After a throw. */
void hf_model_cpu_reset(void);

/* mmu.c says what this CPU does, before it does it: */
void hf_model_flushes(void);
void hf_model_loads_cr3(vm_paddr_t old, vm_paddr_t new);

#endif
