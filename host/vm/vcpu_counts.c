/* SPDX-License-Identifier: BSD-2-Clause */
/* vcpu_counts.c: what a vCPU and its thread went through. */

/*
 * Opened at the first question, so that a run that never asks pays nothing; and
 * by the vCPU's own thread, as KVM_GET_STATS_FD waits for the vCPU to leave the
 * guest.
 */
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "abi.h"
#include "vm/kvm_stats.h"
#include "vm/vm_private.h"

static __thread struct vcpu *current;

void
vcpu_counts_enter(struct vcpu *cpu)
{
	current = cpu;
	cpu->schedstat_fd = -1;
}

void
vcpu_counts_leave(struct vcpu *cpu)
{
	if (cpu->schedstat_fd >= 0)
		close(cpu->schedstat_fd);
	current = NULL;
}

/* The vCPU's own thread. */
static void
open_own(struct vcpu *cpu)
{
	struct kvm_stats *stats;

	if (cpu->stats_asked)
		return;
	cpu->stats_asked = true;
	stats = kvm_stats_open(cpu->fd);
	cpu->stats_exits = stats == NULL ? -1 : kvm_stats_find(stats, "exits");
	__atomic_store_n(&cpu->stats, stats, __ATOMIC_RELEASE);
}

void
vcpu_counts_serve(struct vcpu *cpu)
{
	if (__atomic_load_n(&cpu->stats_wanted, __ATOMIC_ACQUIRE))
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
	if (stats != NULL || cpu == current)
		return (stats);
	__atomic_store_n(&cpu->stats_wanted, true, __ATOMIC_RELEASE);
	pthread_mutex_lock(&vm->lock);
	vcpu_interrupt(cpu);
	pthread_mutex_unlock(&vm->lock);
	return (NULL);
}

/* The low bits; never the value that stands for "not known". */
static uint32_t
low_bits(uint64_t value)
{
	return ((uint32_t)value == HF_COUNT_NONE ? 0 : (uint32_t)value);
}

uint32_t
vm_count_exits(void)
{
	struct vcpu *cpu = current;

	if (cpu == NULL)
		return (HF_COUNT_NONE);
	open_own(cpu);
	if (cpu->stats_exits < 0)
		return (HF_COUNT_NONE);
	return (low_bits(kvm_stats_read(cpu->stats, (size_t)cpu->stats_exits)));
}

/* The second figure of schedstat: time spent waiting on a run queue. */
uint32_t
vm_count_run_delay_ns(void)
{
	struct vcpu *cpu = current;
	char text[128];
	unsigned long long ran, waited;
	ssize_t n;

	if (cpu == NULL)
		return (HF_COUNT_NONE);
	if (cpu->schedstat_fd < 0)
		cpu->schedstat_fd =
		    open("/proc/thread-self/schedstat", O_RDONLY | O_CLOEXEC);
	n = cpu->schedstat_fd < 0
	    ? -1
	    : pread(cpu->schedstat_fd, text, sizeof(text) - 1, 0);
	if (n <= 0)
		return (HF_COUNT_NONE);
	text[n] = '\0';
	if (sscanf(text, "%llu %llu", &ran, &waited) != 2)
		return (HF_COUNT_NONE);
	return (low_bits(waited));
}
