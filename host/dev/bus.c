/* SPDX-License-Identifier: BSD-2-Clause */
/* bus.c: which device answers at a port or at a guest-physical address. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/err.h"
#include "dev/bus.h"

struct bus_claim {
	const char *name;
	uint64_t base;
	uint64_t len_bytes;
	const struct bus_pio_ops *pio;
	const struct bus_mmio_ops *mmio;
	void *dev;
};

struct bus_table {
	unsigned int nclaims;
	struct bus_claim claims[BUS_DEVICES_MAX];
};

struct bus {
	struct bus_table pio;
	struct bus_table mmio;
	uint64_t unclaimed; /* atomic */
};

struct bus *
bus_new(void)
{
	struct bus *bus;

	bus = calloc(1, sizeof(*bus));
	hf_check_memory(bus != NULL);
	return (bus);
}

void
bus_free(struct bus *bus)
{
	free(bus);
}

/* limit is the highest address that there is. */
static int
bus_claim(
    struct bus_table *table, const struct bus_claim *claim, uint64_t limit)
{
	const struct bus_claim *c;
	unsigned int i;

	if (claim->len_bytes == 0 || claim->base > limit ||
	    claim->len_bytes - 1 > limit - claim->base)
		return (-EINVAL);
	for (i = 0; i < table->nclaims; i++) {
		c = &table->claims[i];
		if (claim->base <= c->base + (c->len_bytes - 1) &&
		    c->base <= claim->base + (claim->len_bytes - 1))
			return (-EEXIST);
	}
	if (table->nclaims == BUS_DEVICES_MAX)
		return (-ENOSPC);
	table->claims[table->nclaims++] = *claim;
	return (0);
}

int
bus_add_pio(struct bus *bus, const char *name, uint16_t port,
    unsigned int nports, const struct bus_pio_ops *ops, void *dev)
{
	return (bus_claim(&bus->pio,
	    &(struct bus_claim){ .name = name,
		.base = port,
		.len_bytes = nports,
		.pio = ops,
		.dev = dev },
	    UINT16_MAX));
}

int
bus_add_mmio(struct bus *bus, const char *name, gpa_t base, uint64_t len_bytes,
    const struct bus_mmio_ops *ops, void *dev)
{
	return (bus_claim(&bus->mmio,
	    &(struct bus_claim){ .name = name,
		.base = base.v,
		.len_bytes = len_bytes,
		.mmio = ops,
		.dev = dev },
	    UINT64_MAX));
}

static const struct bus_claim *
bus_find(struct bus *bus, const struct bus_table *table, uint64_t addr,
    unsigned int width)
{
	const struct bus_claim *c;
	unsigned int i;

	for (i = 0; i < table->nclaims; i++) {
		c = &table->claims[i];
		if (addr >= c->base && addr - c->base < c->len_bytes &&
		    width <= c->len_bytes - (addr - c->base))
			return (c);
	}
	__atomic_fetch_add(&bus->unclaimed, 1, __ATOMIC_RELAXED);
	return (NULL);
}

void
bus_pio(void *arg, uint16_t port, bool is_out, unsigned int width, void *data,
    size_t count)
{
	struct bus *bus = arg;
	const struct bus_claim *c;

	hf_check(width == 1 || width == 2 || width == 4);
	c = bus_find(bus, &bus->pio, port, width);
	if (is_out) {
		if (c != NULL)
			c->pio->out(c->dev, port, width, data, count);
	} else if (c != NULL)
		c->pio->in(c->dev, port, width, data, count);
	else
		memset(data, 0xff, width * count);
}

void
bus_mmio(void *arg, gpa_t addr, bool is_write, unsigned int width, void *data)
{
	struct bus *bus = arg;
	const struct bus_claim *c;
	uint64_t off;

	hf_check(width >= 1 && width <= 8);
	c = bus_find(bus, &bus->mmio, addr.v, width);
	/* KVM cuts an access at a page's end: 3, 5, 6, 7 bytes do occur. */
	if (c == NULL || (width & (width - 1)) != 0) {
		if (!is_write)
			memset(data, 0xff, width);
		return;
	}
	off = addr.v - c->base;
	if (is_write)
		c->mmio->write(c->dev, off, width, data);
	else
		c->mmio->read(c->dev, off, width, data);
}

uint64_t
bus_unclaimed(const struct bus *bus)
{
	return (__atomic_load_n(&bus->unclaimed, __ATOMIC_RELAXED));
}
