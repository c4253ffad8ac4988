/* SPDX-License-Identifier: BSD-2-Clause */
/* vcpu_counts.c: what the calling vCPU thread went through. */

/*
 * Opened by the vCPU's own thread at the first question, so that a run that
 * never asks pays nothing.
 */
#include <fcntl.h>
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
	cpu->stats_exits = -1;
	cpu->schedstat_fd = -1;
}

void
vcpu_counts_leave(struct vcpu *cpu)
{
	kvm_stats_close(cpu->stats);
	cpu->stats = NULL;
	if (cpu->schedstat_fd >= 0)
		close(cpu->schedstat_fd);
	current = NULL;
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
	if (!cpu->stats_asked) {
		cpu->stats_asked = true;
		cpu->stats = kvm_stats_open(cpu->fd);
		if (cpu->stats != NULL)
			cpu->stats_exits = kvm_stats_find(cpu->stats, "exits");
	}
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
