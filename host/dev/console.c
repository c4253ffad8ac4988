/* SPDX-License-Identifier: BSD-2-Clause */
/* console.c: the debug console, byte by byte or a block at a time. */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "abi.h"
#include "core/err.h"
#include "core/lock.h"
#include "dev/bus.h"
#include "dev/console.h"
#include "vm/guestmem.h"

#define CONSOLE_BLOCK_PORTS 4 /* one 32-bit access */

struct console {
	pthread_mutex_t lock; /* (l) serialises the sink */
	console_sink_fn *sink;
	void *arg;
	const struct guestmem *mem;	 /* constant once a vCPU runs */
	char text[HF_CONSOLE_BLOCK_MAX]; /* (l) the block being handed on */
};

/* A read says that the port is there: 0xe9, as isa-debugcon does. */
static void
console_in(
    void *dev, uint16_t port, unsigned int width, void *data, size_t count)
{
	memset(data, HF_PORT_CONSOLE, width * count);
}

static void
console_out(void *dev, uint16_t port, unsigned int width, const void *data,
    size_t count)
{
	struct console *con = dev;

	/* The claim is one port wide, so nothing wider gets here. */
	hf_check(width == 1);
	lock_take(&con->lock);
	con->sink(con->arg, data, count);
	lock_drop(&con->lock);
}

static const struct bus_pio_ops console_ops = {
	.in = console_in,
	.out = console_out,
};

static void
block_in(void *dev, uint16_t port, unsigned int width, void *data, size_t count)
{
	struct console *con = dev;
	uint32_t magic = HF_CONSOLE_BLOCK_MAGIC;

	memset(data, 0xff, width * count);
	if (con->mem != NULL && width == sizeof(magic) && count == 1)
		memcpy(data, &magic, sizeof(magic));
}

static void
block_out(void *dev, uint16_t port, unsigned int width, const void *data,
    size_t count)
{
	struct console *con = dev;
	struct hf_console_block block;
	uint32_t addr;

	if (con->mem == NULL || width != sizeof(addr) || count != 1)
		return;
	memcpy(&addr, data, sizeof(addr));
	/* No sum wraps: addr has 32 bits. */
	if (!guestmem_read(con->mem, gpa_make(addr), &block, sizeof(block)) ||
	    block.len > sizeof(con->text))
		return;
	lock_take(&con->lock);
	if (guestmem_read(con->mem, gpa_make((uint64_t)addr + sizeof(block)),
		con->text, block.len))
		con->sink(con->arg, con->text, block.len);
	lock_drop(&con->lock);
}

static const struct bus_pio_ops block_ops = {
	.in = block_in,
	.out = block_out,
};

struct console *
console_new(struct bus *bus, console_sink_fn *sink, void *arg)
{
	struct console *con;

	con = malloc(sizeof(*con));
	hf_check_memory(con != NULL);
	con->sink = sink;
	con->arg = arg;
	con->mem = NULL;
	if (bus_add_pio(
		bus, "console", HF_PORT_CONSOLE, 1, &console_ops, con) != 0 ||
	    bus_add_pio(bus, "console-block", HF_PORT_CONSOLE_BLOCK,
		CONSOLE_BLOCK_PORTS, &block_ops, con) != 0) {
		free(con);
		return (NULL);
	}
	lock_init(&con->lock);
	return (con);
}

void
console_set_guestmem(struct console *con, const struct guestmem *mem)
{
	con->mem = mem;
}

void
console_free(struct console *con)
{
	if (con == NULL)
		return;
	lock_destroy(&con->lock);
	free(con);
}
