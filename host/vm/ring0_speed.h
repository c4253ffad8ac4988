/* SPDX-License-Identifier: BSD-2-Clause */
/* ring0_speed.h: how fast this KVM runs a guest's ring 0. */

/*
 * Most KVMs let the processor run ring 0.  Some emulate it, instruction by
 * instruction, and then every figure of a kernel's work says what the emulation
 * costs.  Nothing that KVM tells gives it away; the time of a loop does.
 */
#ifndef HF_VM_RING0_SPEED_H
#define HF_VM_RING0_SPEED_H

#include <stdbool.h>
#include <stdint.h>

/* A ring 0 this many times slower than the host's own loop is emulated. */
#define RING0_EMULATED_RATIO 30

struct ring0_speed {
	double guest_ns; /* of an instruction of a counting loop in ring 0 */
	double host_ns;	 /* of the same loop in this program */
	bool emulated;
};

/* False: no guest could run the loop here. */
bool ring0_speed_measure(int kvm_fd, struct ring0_speed *out);

#endif
