/* SPDX-License-Identifier: BSD-2-Clause */
/* vm_fault_trap.c: the trap handler's side of a fault; no-fault sections. */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/proc.h>
#include <sys/signal.h>
#include <kern/trace.h>
#include <vm/vm.h>
#include <vm/vm_extern.h>
#include <vm/vm_map.h>

/*
 * The fault at vaddr (any byte of the page).  KERN_SUCCESS, or another code, and then
 * *signo and *ucode say what a process deserves (signo NULL: not wanted).  As
 * vm_fault() otherwise.
 */
int
vm_fault_trap(vm_map_t map, vm_offset_t vaddr, vm_prot_t fault_type,
    int fault_flags, int *signo, int *ucode)
{
	enum hf_layer before = hf_trace_enter(HF_LAYER_VM);
	int rv;

	rv = vm_fault(map, trunc_page(vaddr), fault_type, fault_flags, NULL);
	hf_trace_leave(before);
	if (__predict_true(rv == KERN_SUCCESS) || signo == NULL)
		return (rv);
	switch (rv) {
	case KERN_INVALID_ADDRESS:
	case KERN_FAILURE:
		*signo = SIGSEGV;
		*ucode = SEGV_MAPERR;
		break;
	case KERN_PROTECTION_FAILURE:
		*signo = SIGSEGV;
		*ucode = SEGV_ACCERR;
		break;
	case KERN_OUT_OF_BOUNDS:
		*signo = SIGBUS;
		*ucode = BUS_OBJERR;
		break;
	case KERN_RESOURCE_SHORTAGE:
		*signo = SIGBUS;
		*ucode = BUS_OOMERR;
		break;
	default:
		panic("vm_fault_trap: vm_fault returned %d", rv);
	}
	return (rv);
}

#define HF_NOFAULT_BITS (TDP_NOFAULTING | TDP_RESETSPUR)

/*
 * From here on every fault of this thread that is not spurious fails at once.
 * Returns what vm_fault_enable_pagefaults() wants; sections nest.
 */
int
vm_fault_disable_pagefaults(void)
{
	int save;

	save = curthread->td_pflags & HF_NOFAULT_BITS;
	curthread->td_pflags |= HF_NOFAULT_BITS;
	return (save);
}

void
vm_fault_enable_pagefaults(int save)
{
	curthread->td_pflags = (curthread->td_pflags & ~HF_NOFAULT_BITS) | save;
}

/* vm_fault.md section 9. */
bool
hf_fault_is_spurious(vm_offset_t va)
{
	struct thread *td = curthread;

	if ((td->td_pflags & TDP_RESETSPUR) == 0 &&
	    td->td_md_spurflt_addr == va)
		return (false);
	td->td_pflags &= ~TDP_RESETSPUR;
	td->td_md_spurflt_addr = va;
	return (true);
}
