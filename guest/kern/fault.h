/* SPDX-License-Identifier: BSD-2-Clause */
/* fault.h: what the trap handler asks of the VM. */

#ifndef HF_KERN_FAULT_H
#define HF_KERN_FAULT_H

#include <sys/types.h>

/* The values of VM_PROT_READ, _WRITE and _EXECUTE. */
#define HF_FAULT_READ	 1
#define HF_FAULT_WRITE	 2
#define HF_FAULT_EXECUTE 4

/*
 * Makes the access possible: in kernel_map, or in the map of curproc.  0, or
 * not, with the signal and code that the access deserves.  Interrupts on; may
 * sleep.  Implemented in boot/vm_glue.c over vm_fault_trap().
 */
int hf_fault_resolve(
    bool kernel, vm_offset_t va, int type, int *signo, int *code);

/*
 * Of a fault of the kernel that it can recover from, in a section without faults
 * (TDP_NOFAULTING): the first at an address is taken for a stale TLB entry, which the fault
 * itself has flushed.  True: run the instruction again.  False: it has failed.
 * Implemented in vm/vm_fault_trap.c.
 */
bool hf_fault_is_spurious(vm_offset_t va);

#endif
