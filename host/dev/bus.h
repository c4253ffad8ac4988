/* SPDX-License-Identifier: BSD-2-Clause */
/* bus.h: which device answers at a port or at a guest-physical address. */

/*
 * Devices are added before the first vCPU runs and the table never changes
 * afterwards, so dispatch takes no lock.  Handlers are called on vCPU threads,
 * several at once: each device does its own locking.
 *
 * An access that no device claims reads all ones and writes nowhere, as on
 * a PC; the bus counts them.  An access that a device claims only in part is
 * unclaimed.
 */
#ifndef HF_DEV_BUS_H
#define HF_DEV_BUS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "gpa.h"
#include "dev/doorbell.h"

#define BUS_DEVICES_MAX 24

/*
 * Ports.  count accesses of width bytes (1, 2, 4) at the same port follow one
 * another in data: a REP OUTS/INS arrives as a whole.
 */
struct bus_pio_ops {
	void (*in)(void *dev, uint16_t port, unsigned int width, void *data,
	    size_t count);
	void (*out)(void *dev, uint16_t port, unsigned int width,
	    const void *data, size_t count);
};

/*
 * Windows.  off is relative to the window's base; width is 1, 2, 4 or 8 and
 * off + width is inside the window, but off may be unaligned.
 */
struct bus_mmio_ops {
	void (*read)(void *dev, uint64_t off, unsigned int width, void *data);
	void (*write)(
	    void *dev, uint64_t off, unsigned int width, const void *data);
};

/*
 * What a device needs of the machine it is plugged into, without knowing KVM.
 * The runner fills this from vm.h (vm_irq_raise and so on); tests script it.
 * Every function may be called from any thread.
 */
struct dev_host_ops {
	void *arg;
	/* One edge on IOAPIC pin irq. */
	void (*irq_raise)(void *arg, unsigned int irq);
	/*
	 * From now on such a write adds one to the eventfd instead of arriving
	 * through the bus.  0, or -errno: then such writes keep arriving
	 * through the bus, which must work as well.
	 */
	int (*doorbell_add)(void *arg, const struct doorbell *bell);
	/* The reverse, same contents; no more counts after it returns. */
	void (*doorbell_remove)(void *arg, const struct doorbell *bell);
	/* The host refuses what a device needs: the machine ends.  Or NULL. */
	void (*failed)(void *arg, const char *why);
};

struct bus;

struct bus *bus_new(void);
void bus_free(struct bus *);

/*
 * Claim nports ports from port, or len bytes from base.  name and ops must
 * outlive the bus; dev is passed to the handlers.  0, -EEXIST if it overlaps
 * another claim, -ENOSPC if the table is full, or -EINVAL if the range is empty
 * or wraps.
 */
int bus_add_pio(struct bus *, const char *name, uint16_t port,
    unsigned int nports, const struct bus_pio_ops *ops, void *dev);
int bus_add_mmio(struct bus *, const char *name, gpa_t base, uint64_t len_bytes,
    const struct bus_mmio_ops *ops, void *dev);

/*
 * One exit's worth of accesses; the shape of struct vm_io_ops (vm/vm.h), with
 * bus the struct bus.  For reads, data is filled.
 */
void bus_pio(void *bus, uint16_t port, bool is_out, unsigned int width,
    void *data, size_t count);
void bus_mmio(
    void *bus, gpa_t addr, bool is_write, unsigned int width, void *data);

/* How many accesses nobody claimed so far. */
uint64_t bus_unclaimed(const struct bus *);

#endif
