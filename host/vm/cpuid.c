/* SPDX-License-Identifier: BSD-2-Clause */
/* cpuid.c: what CPUID tells the guest. */
#include <sys/ioctl.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "vm/kvm.h"
#include "vm/vm_priv.h"

#define CPUID_ENTRIES_MAX	  256
#define CPUID_EXTRA		  1 /* CPUID_TIMING */
#define CPUID_FEATURES		  0x1
#define CPUID_TOPOLOGY		  0xb
#define CPUID_TOPOLOGY_V2	  0x1f
#define CPUID_HYPERVISOR	  0x40000000u
#define CPUID_TIMING		  0x40000010u
#define FEATURES_ECX_TSC_DEADLINE (1u << 24)
#define FEATURES_ECX_HYPERVISOR	  (1u << 31)
#define FEATURES_EDX_HTT	  (1u << 28)
#define APIC_BUS_KHZ		  1000000u /* KVM: one tick a nanosecond */

/*
 * Leaf 0x40000010, as other hypervisors have it: EAX the TSC's frequency, EBX
 * the local APIC timer's, in kHz.  It spares the guest a calibration.
 */
void
cpuid_add_timing(struct kvm_cpuid2 *cpuid, int cpu_fd)
{
	struct kvm_cpuid_entry2 *e;
	int khz;
	unsigned int i;

	khz = ioctl(cpu_fd, KVM_GET_TSC_KHZ, 0);
	if (khz <= 0)
		return;
	for (i = 0; i < cpuid->nent; i++) {
		e = &cpuid->entries[i];
		if (e->function == CPUID_TIMING)
			return;
		if (e->function == CPUID_HYPERVISOR && e->eax < CPUID_TIMING)
			e->eax = CPUID_TIMING;
	}
	e = &cpuid->entries[cpuid->nent++];
	memset(e, 0, sizeof(*e));
	e->function = CPUID_TIMING;
	e->eax = khz;
	e->ebx = APIC_BUS_KHZ;
}

struct kvm_cpuid2 *
cpuid_template(int kvm_fd, unsigned int ncpus, struct hf_err *err)
{
	struct kvm_cpuid2 *cpuid;
	struct kvm_cpuid_entry2 *e;
	unsigned int i;

	/* Room for many; KVM fills in as many as there are. */
	cpuid = malloc(sizeof(*cpuid) +
	    (CPUID_ENTRIES_MAX + CPUID_EXTRA) * sizeof(cpuid->entries[0]));
	hf_check_memory(cpuid != NULL);
	cpuid->padding = 0;
	cpuid->nent = CPUID_ENTRIES_MAX;
	if (ioctl(kvm_fd, KVM_GET_SUPPORTED_CPUID, cpuid) != 0) {
		err_host_errno(err, errno, "KVM_GET_SUPPORTED_CPUID");
		free(cpuid);
		return (NULL);
	}
	for (i = 0; i < cpuid->nent; i++) {
		e = &cpuid->entries[i];
		if (e->function != CPUID_FEATURES)
			continue;
		e->ebx = (e->ebx & 0xff00ffffu) | (ncpus & 0xff) << 16;
		e->ecx |= FEATURES_ECX_HYPERVISOR;
		if (kvm_cap_value(kvm_fd, KVM_CAP_TSC_DEADLINE_TIMER) != 0)
			e->ecx |= FEATURES_ECX_TSC_DEADLINE;
		if (ncpus > 1)
			e->edx |= FEATURES_EDX_HTT;
	}
	return (cpuid);
}

void
cpuid_for_cpu(struct kvm_cpuid2 *cpuid, unsigned int apic_id)
{
	struct kvm_cpuid_entry2 *e;
	unsigned int i;

	for (i = 0; i < cpuid->nent; i++) {
		e = &cpuid->entries[i];
		if (e->function == CPUID_FEATURES)
			e->ebx = (e->ebx & 0x00ffffffu) | apic_id << 24;
		else if (e->function == CPUID_TOPOLOGY ||
		    e->function == CPUID_TOPOLOGY_V2)
			e->edx = apic_id;
	}
}
