/* SPDX-License-Identifier: BSD-2-Clause */
/* pcb.h: what a thread's context is made of while it does not run. */

#ifndef HF_AMD64_MACHINE_PCB_H
#define HF_AMD64_MACHINE_PCB_H

#include <sys/types.h>

/* switch.S knows the offset of pcb_rsp. */
struct pcb {
	uint64_t pcb_rsp;	 /* callee-saved registers are on the stack */
	const void *pcb_onfault; /* recovery address of copyin and friends */
	uint64_t pcb_cr3;	 /* of the pmap, for debugging only */
};

_Static_assert(offsetof(struct pcb, pcb_rsp) == 0, "switch.S");
_Static_assert(offsetof(struct pcb, pcb_onfault) == 8, "support.S");

#endif
