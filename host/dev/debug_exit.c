/* SPDX-License-Identifier: BSD-2-Clause */
/* debug_exit.c: the port by which the guest ends itself. */
#include <stdlib.h>
#include <string.h>

#include "abi.h"
#include "core/err.h"
#include "dev/bus.h"
#include "dev/debug_exit.h"

#define DEBUG_EXIT_PORTS 4 /* QEMU: iosize=4 */

struct debug_exit {
	debug_exit_fn *fn;
	void *arg;
};

static void
debug_exit_in(
    void *dev, uint16_t port, unsigned int width, void *data, size_t count)
{
	memset(data, 0, width * count);
}

static void
debug_exit_out(void *dev, uint16_t port, unsigned int width, const void *data,
    size_t count)
{
	struct debug_exit *de = dev;
	uint32_t value = 0;

	if (count == 0)
		return;
	/* The first of a string counts: it ends the machine. */
	memcpy(&value, data, width);
	de->fn(de->arg, value);
}

static const struct bus_pio_ops debug_exit_ops = {
	.in = debug_exit_in,
	.out = debug_exit_out,
};

struct debug_exit *
debug_exit_new(struct bus *bus, debug_exit_fn *fn, void *arg)
{
	struct debug_exit *de;

	de = calloc(1, sizeof(*de));
	hf_check_memory(de != NULL);
	de->fn = fn;
	de->arg = arg;
	if (bus_add_pio(bus, "debug-exit", HF_PORT_EXIT, DEBUG_EXIT_PORTS,
		&debug_exit_ops, de) != 0) {
		free(de);
		return (NULL);
	}
	return (de);
}

void
debug_exit_free(struct debug_exit *de)
{
	free(de);
}
