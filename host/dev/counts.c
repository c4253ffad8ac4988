/* SPDX-License-Identifier: BSD-2-Clause */
/* counts.c: ports that tell a guest what its vCPU went through. */
#include <string.h>

#include "abi.h"
#include "core/err.h"
#include "dev/bus.h"
#include "dev/counts.h"

#define COUNTS_PORTS (HF_PORT_HOST_IRQS + 4 - HF_PORT_EXITS)

static void
counts_in(
    void *dev, uint16_t port, unsigned int width, void *data, size_t count)
{
	const struct counts_ops *ops = dev;
	uint32_t value = HF_COUNT_NONE;

	memset(data, 0xff, width * count);
	if (width != sizeof(value) || count != 1)
		return;
	if (port == HF_PORT_EXITS)
		value = ops->exits();
	else if (port == HF_PORT_RUN_DELAY)
		value = ops->run_delay_ns();
	else if (port == HF_PORT_HOST_IRQS)
		value = ops->host_irqs();
	memcpy(data, &value, sizeof(value));
}

static void
counts_out(void *dev, uint16_t port, unsigned int width, const void *data,
    size_t count)
{
}

void
counts_add(struct bus *bus, const struct counts_ops *ops)
{
	static const struct bus_pio_ops pio = { counts_in, counts_out };
	int error = bus_add_pio(
	    bus, "counts", HF_PORT_EXITS, COUNTS_PORTS, &pio, (void *)ops);

	hf_check(error == 0);
}
