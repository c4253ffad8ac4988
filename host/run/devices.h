/* SPDX-License-Identifier: BSD-2-Clause */
/* devices.h: the devices of one machine that its command line announces. */

/*
 * Each has a window, an interrupt and a port for notifications of its own, by
 * its place among them (abi.h).  They are made before the machine is started,
 * and freed when it has been stopped.
 */
#ifndef HF_RUN_DEVICES_H
#define HF_RUN_DEVICES_H

#include <stddef.h>
#include <stdint.h>

#include "core/err.h"
#include "gpa.h"
#include "run/runner.h"

struct bus;
struct devices;
struct vm;

/* Where one is plugged in. */
struct device_place {
	struct vm *vm;
	struct bus *bus;
	gpa_t base;
	unsigned int irq; /* set up */
	uint16_t notify_port;
};

/* A kind of device: a row in devices.c. */
struct device_kind {
	/*
	 * How many of them a machine for scenarios with these flags (enum
	 * hf_scenario_flags, all of them together) has.
	 */
	unsigned int (*count)(const struct run_options *opt, uint32_t flags);
	/* The i-th of them.  NULL: *err. */
	void *(*new)(const struct run_options *opt, unsigned int i,
	    const struct device_place *place, struct hf_err *err);
	/* Appends to the command line, as snprintf. */
	int (*announce)(const void *device, char *buf, size_t buf_bytes);
	/*
	 * The guest is to stop, and what it does no longer counts: nobody waits
	 * any more for what the device delays.  NULL: it delays nothing.
	 */
	void (*cut_short)(void *device);
	void (*free)(void *device);
};

unsigned int devices_count(const struct run_options *opt, uint32_t flags);

/* All of them, for a vm that is not yet started.  NULL: *err. */
struct devices *devices_new(const struct run_options *opt, uint32_t flags,
    struct vm *vm, struct bus *bus, struct hf_err *err);

/* Appends the announcements to the command line in buf. */
void devices_announce(const struct devices *, char *buf, size_t buf_bytes);

/* NULL is fine. */
void devices_cut_short(struct devices *);

/* Requires that the vm is stopped and not yet destroyed.  NULL is fine. */
void devices_free(struct devices *);

#endif
