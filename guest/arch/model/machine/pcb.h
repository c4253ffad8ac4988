/* SPDX-License-Identifier: BSD-2-Clause */
/* machine/pcb.h: a POSIX thread keeps its own context. */

#ifndef HF_MODEL_MACHINE_PCB_H
#define HF_MODEL_MACHINE_PCB_H

struct pcb {
	const void *pcb_onfault; /* unused: copyin needs no recovery here */
};

#endif
