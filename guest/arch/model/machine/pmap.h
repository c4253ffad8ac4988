/* SPDX-License-Identifier: BSD-2-Clause */
/* machine/pmap.h: amd64's structures, plus the door to the software MMU. */

#ifndef _MODEL_MACHINE_PMAP_H_
#define _MODEL_MACHINE_PMAP_H_

#include <arch/amd64/machine/pmap.h>

/*
 * One access as the CPU makes it: translates va in the current process's
 * address space (kernel map addresses: in kernel_pmap), checks the rights for
 * type (one VM_PROT_ bit), sets A and, for a write, M; on a miss or missing
 * right records td_fault_* and calls vm_fault_trap() until it fails or the
 * access succeeds.  Returns the host address of the byte, or NULL after a
 * fault that could not be resolved.  No locks held; may sleep.  The address
 * is good until something is unmapped.
 */
void *hf_model_access(vm_offset_t va, vm_prot_t type);

/*
 * The same without the fault handler: NULL if the access would fault.
 * Never sleeps.
 */
void *hf_model_translate(pmap_t pmap, vm_offset_t va, vm_prot_t type);

#endif
