/* SPDX-License-Identifier: BSD-2-Clause */
/* vcpu_counts.c: what a vCPU and its thread went through. */

/*
 * Opened at the first question, so that a run that never asks pays nothing;
 * with vm_config.counts, before the vCPU first enters the guest.  The vCPU's
 * own thread opens them, as KVM_GET_STATS_FD waits for the vCPU to leave the
 * guest.
 */
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "abi.h"
#include "core/lock.h"
#include "core/schedstat.h"
#include "vm/kvm_stats.h"
#include "vm/vm_priv.h"

static __thread struct vcpu *current;

/* The vCPU's own thread. */
static void
open_own(struct vcpu *cpu)
{
	struct kvm_stats *stats;

	if (cpu->stats_asked)
		return;
	cpu->stats_asked = true;
	stats = kvm_stats_open(cpu->fd);
	__atomic_store_n(&cpu->stats, stats, __ATOMIC_RELEASE);
}

void
vcpu_counts_enter(struct vcpu *cpu)
{
	current = cpu;
	if (!cpu->vm->counts)
		return;
	open_own(cpu);
	cpu->stats_exits = cpu->stats_irqs = -1;
	if (cpu->stats != NULL) {
		cpu->stats_exits = kvm_stats_find(cpu->stats, "exits");
		cpu->stats_irqs = kvm_stats_find(cpu->stats, "irq_exits");
	}
	cpu->schedstat_fd =
	    open("/proc/thread-self/schedstat", O_RDONLY | O_CLOEXEC);
	__atomic_store_n(&cpu->counted, true, __ATOMIC_RELEASE);
}

void
vcpu_counts_leave(struct vcpu *cpu)
{
	current = NULL;
}

void
vcpu_counts_close(struct vcpu *cpu)
{
	kvm_stats_close(cpu->stats);
	if (cpu->counted && cpu->schedstat_fd >= 0)
		close(cpu->schedstat_fd);
}

void
vcpu_counts_serve(struct vcpu *cpu)
{
	if (cpu->stats_wanted)
		open_own(cpu);
}

const struct kvm_stats *
vm_cpu_stats(struct vm *vm, unsigned int index)
{
	struct vcpu *cpu = &vm->cpus[index];
	const struct kvm_stats *stats;

	hf_check(index < vm->ncpus);
	if (cpu == current)
		open_own(cpu);
	stats = __atomic_load_n(&cpu->stats, __ATOMIC_ACQUIRE);
	if (stats != NULL || cpu == current || vm->counts)
		return (stats);
	lock_take(&vm->lock);
	/* Not once the machine ends: its threads may be gone. */
	if (index < vm->nmade && !vm->stopping && !cpu->stats_wanted) {
		cpu->stats_wanted = true;
		vcpu_kick(cpu);
		/* It may be resting. */
		pthread_cond_broadcast(&vm->resumed);
	}
	lock_drop(&vm->lock);
	return (NULL);
}

/* The low bits; never the value that stands for "not known". */
static uint32_t
low_bits(uint64_t value)
{
	return ((uint32_t)value == HF_COUNT_NONE ? 0 : (uint32_t)value);
}

static bool
is_counted(struct vcpu *cpu)
{
	return (__atomic_load_n(&cpu->counted, __ATOMIC_ACQUIRE));
}

uint32_t
vm_count_exits(void)
{
	struct vcpu *cpu = current;

	if (cpu == NULL || !is_counted(cpu) || cpu->stats_exits < 0)
		return (HF_COUNT_NONE);
	return (low_bits(kvm_stats_read(cpu->stats, (size_t)cpu->stats_exits)));
}

uint32_t
vm_count_host_irqs(void)
{
	uint64_t sum = 0;

	if (current == NULL || !is_counted(current) || current->stats_irqs < 0)
		return (HF_COUNT_NONE);
	for (unsigned int i = 0; i < current->vm->ncpus; i++) {
		struct vcpu *cpu = &current->vm->cpus[i];

		if (is_counted(cpu) && cpu->stats_irqs >= 0)
			sum +=
			    kvm_stats_read(cpu->stats, (size_t)cpu->stats_irqs);
	}
	return (low_bits(sum));
}

/* Time spent waiting on a run queue. */
static bool
run_delay(struct vcpu *cpu, uint64_t *ns)
{
	uint64_t ran_ns;

	return (is_counted(cpu) && cpu->schedstat_fd >= 0 &&
	    schedstat_read(cpu->schedstat_fd, &ran_ns, ns));
}

uint32_t
vm_count_run_delay_ns(void)
{
	uint64_t sum = 0, one;

	if (current == NULL || !run_delay(current, &one))
		return (HF_COUNT_NONE);
	for (unsigned int i = 0; i < current->vm->ncpus; i++)
		if (run_delay(&current->vm->cpus[i], &one))
			sum += one;
	return (low_bits(sum));
}
