/* SPDX-License-Identifier: BSD-2-Clause */
/* machine/pmap.h: amd64's structures, plus the doors to the software MMU. */

#ifndef HF_MODEL_MACHINE_PMAP_H
#define HF_MODEL_MACHINE_PMAP_H

#include <arch/amd64/machine/pmap.h>

/*
 * One load of a word at a kernel address, as the CPU makes it but without the
 * fault handler: false if it faults.  Never sleeps.
 */
bool hf_model_peek(vm_offset_t kva, uint64_t *v);

/* One instruction fetch from user memory, with it; false if that fails. */
bool hf_model_fetch(vm_offset_t va);

#endif
