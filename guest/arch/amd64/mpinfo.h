/* SPDX-License-Identifier: BSD-2-Clause */
/* mpinfo.h: CPUs and IOAPIC, from MADT or MP table. */

#ifndef HF_AMD64_MPINFO_H
#define HF_AMD64_MPINFO_H

#include <sys/param.h>
#include <sys/cpuset.h>

struct hf_machine {
	int cpus; /* entries of apic_ids; 1 when nothing was found */
	u_int apic_ids[MAXCPU];
	uint64_t lapic_pa;
	uint64_t ioapic_pa; /* 0: none, so no device interrupts */
	const char *source; /* "MADT", "MP table", "none" */
};
extern struct hf_machine hf_machine;

/* Fills hf_machine.  On the boot tables. */
void hf_machine_find(uint64_t rsdp_paddr);

/*
 * The same from tables that lie in so many bytes of the direct map, whose first
 * has the physical address 0 in them.
 */
struct hf_machine_memory {
	const uint8_t *first;
	uint64_t bytes;
};
void hf_machine_read(struct hf_machine *found,
    const struct hf_machine_memory *mem, uint64_t rsdp_paddr);

#endif
