/* SPDX-License-Identifier: BSD-2-Clause */
/* cpu_start.h: the port by which the guest asks for its other CPUs. */
#ifndef HF_DEV_CPU_START_H
#define HF_DEV_CPU_START_H

struct bus;

/* What HF_PORT_CPUS does; called on a vCPU thread, each time. */
struct cpu_start_ops {
	void *arg;
	void (*start)(void *arg);
};

/* Claims the port on bus; ops must outlive it. */
void cpu_start_add(struct bus *, const struct cpu_start_ops *ops);

#endif
