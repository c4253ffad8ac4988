/* SPDX-License-Identifier: BSD-2-Clause */
/* activity.h: is any vCPU doing anything, without disturbing them. */

/*
 * KVM's binary statistics (KVM_GET_STATS_FD) of each vCPU: "blocking" says that
 * it is halted now, "exits" and "halt_wakeup" count its life signs.
 */
#ifndef HF_VM_ACTIVITY_H
#define HF_VM_ACTIVITY_H

#include <stdbool.h>
#include <stdint.h>

#include "vm/vm.h"

struct activity {
	bool known;	 /* false: this KVM does not tell */
	bool all_halted; /* every vCPU is blocked in the kernel now */
	uint64_t events; /* exits and wake-ups of all vCPUs so far */
};

struct activity_reader;

/*
 * Never NULL: a reader of a KVM that does not tell reports known = false.
 * Costs nothing before the first look, which makes each vCPU open its
 * statistics (vm_cpu_stats) and is not yet answered itself.
 */
struct activity_reader *activity_open(struct vm *vm);
struct activity activity_look(struct activity_reader *r);
void activity_close(struct activity_reader *r);

#endif
