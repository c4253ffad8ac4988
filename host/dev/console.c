/* SPDX-License-Identifier: BSD-2-Clause */
/* console.c: the debug console, port 0xe9. */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "abi.h"
#include "core/err.h"
#include "dev/bus.h"
#include "dev/console.h"

struct console {
	pthread_mutex_t lock; /* serialises the sink */
	console_sink_fn *sink;
	void *arg;
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
	pthread_mutex_lock(&con->lock);
	con->sink(con->arg, data, count);
	pthread_mutex_unlock(&con->lock);
}

static const struct bus_pio_ops console_ops = {
	.in = console_in,
	.out = console_out,
};

struct console *
console_new(struct bus *bus, console_sink_fn *sink, void *arg)
{
	struct console *con;

	con = calloc(1, sizeof(*con));
	hf_check(con != NULL);
	con->sink = sink;
	con->arg = arg;
	if (bus_add_pio(
		bus, "console", HF_PORT_CONSOLE, 1, &console_ops, con) != 0) {
		free(con);
		return (NULL);
	}
	pthread_mutex_init(&con->lock, NULL);
	return (con);
}

void
console_free(struct console *con)
{
	if (con == NULL)
		return;
	pthread_mutex_destroy(&con->lock);
	free(con);
}
