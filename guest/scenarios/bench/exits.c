/* SPDX-License-Identifier: BSD-2-Clause */
/* exits.c: what leaving the guest costs, by the way out. */
#include <sys/param.h>
#include <sys/systm.h>
#include <dev/bdev.h>
#include <dev/virtio_blk.h>
#include <machine/cpufunc.h>
#include <machine/pmap.h>
#include <test/bench.h>
#include <test/file.h>
#include "abi.h"

#define OPS 16

/* POST codes: nothing listens there, and every VMM lets it pass. */
#define PORT_NOBODY 0x80
/* The window of a device that is never there, on any of our hosts. */
#define WINDOW_NOBODY (HF_VIRTIO_BASE + (HF_VIRTIO_MAX - 1) * HF_VIRTIO_STRIDE)

typedef void exit_fn(volatile uint32_t *reg);

static void
measure(const char *name, exit_fn *fn, volatile uint32_t *reg)
{
	struct hf_bench *b = hf_bench_open(name, OPS, HF_LAYER_DEVICE);

	while (hf_bench_next(b)) {
		hf_bench_start(b);
		for (u_int i = 0; i < OPS; i++)
			fn(reg);
		hf_bench_stop(b);
	}
	hf_bench_close(b);
}

static void
pio_out(volatile uint32_t *reg)
{
	outb(PORT_NOBODY, 0);
}

static void
pio_in(volatile uint32_t *reg)
{
	(void)inb(PORT_NOBODY);
}

static void
mmio_write(volatile uint32_t *reg)
{
	*reg = 0;
}

static void
mmio_read(volatile uint32_t *reg)
{
	(void)*reg;
}

static void
cpuid_zero(volatile uint32_t *reg)
{
	uint32_t regs[4];

	do_cpuid(0, 0, regs);
}

HF_BENCH(bench_exits, "bench.exits",
    "leaving the guest: to the host's program and back, or to KVM only",
    HF_NEEDS_MMU)
{
	volatile uint32_t *reg = pmap_mapdev(WINDOW_NOBODY, PAGE_SIZE);

	measure("exit_pio_out", pio_out, reg);
	measure("exit_pio_in", pio_in, reg);
	measure("exit_mmio_write", mmio_write, reg);
	measure("exit_mmio_read", mmio_read, reg);
	measure("exit_cpuid", cpuid_zero, reg);
	pmap_unmapdev((void *)(uintptr_t)reg, PAGE_SIZE);
}

static uint16_t ring_at;

static void
ring_port(volatile uint32_t *reg)
{
	outl(ring_at, 0);
}

/*
 * A device must put up with a notification though nothing is new.  The stores
 * are bare ones: what is measured is the way to the host.
 */
HF_BENCH(bench_doorbell, "bench.doorbell",
    "ringing the disk's doorbell when its queue has nothing new",
    HF_NEEDS_MMU | HF_NEEDS_DISK)
{
	struct hf_bdev *bd = hf_file_mount()->mnt_bdev;
	struct vtmmio *mmio =
	    &__containerof(bd, struct vtblk, sc_bdev)->sc_mmio;

	ring_at = mmio->notify_port;
	if (mmio->notify != NULL)
		measure("doorbell_port", ring_port, NULL);
	measure("doorbell_mmio", mmio_write,
	    (volatile uint32_t *)((uintptr_t)mmio->cookie +
		VIRTIO_MMIO_QUEUE_NOTIFY));
}
