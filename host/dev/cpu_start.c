/* SPDX-License-Identifier: BSD-2-Clause */
/* cpu_start.c: the port by which the guest asks for its other CPUs. */
#include <string.h>

#include "abi.h"
#include "core/err.h"
#include "dev/bus.h"
#include "dev/cpu_start.h"

#define CPU_START_PORTS 4 /* one 32-bit access */

static void
cpu_start_in(
    void *dev, uint16_t port, unsigned int width, void *data, size_t count)
{
	memset(data, 0xff, width * count);
}

static void
cpu_start_out(void *dev, uint16_t port, unsigned int width, const void *data,
    size_t count)
{
	const struct cpu_start_ops *ops = dev;

	ops->start(ops->arg);
}

void
cpu_start_add(struct bus *bus, const struct cpu_start_ops *ops)
{
	static const struct bus_pio_ops pio = { cpu_start_in, cpu_start_out };
	int error = bus_add_pio(bus, "cpu-start", HF_PORT_CPUS, CPU_START_PORTS,
	    &pio, (void *)(uintptr_t)ops);

	hf_check(error == 0);
}
