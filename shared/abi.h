/* SPDX-License-Identifier: BSD-2-Clause */
/* abi.h: what host and guest agree on: ports, exit values, versions. */

/*
 * This header is self-contained (C99 freestanding headers only) and is
 * included by both halves.  HF_ABI_VERSION is raised by every change after
 * which an older half would misread a newer one; the guest states its version
 * in the "hello" record and the host refuses a version that it does not know.
 */
#ifndef HF_SHARED_ABI_H
#define HF_SHARED_ABI_H

#include <stdint.h>

#define HF_ABI_VERSION 3

/*
 * Debug console (QEMU isa-debugcon).  OUT: bytes to the console; the guest
 * writes whole lines with REP OUTSB.  IN: reads 0xe9 if the port is there.
 */
#define HF_PORT_CONSOLE 0xe9

/*
 * Block console: the same stream as HF_PORT_CONSOLE with one exit a line.  (KVM
 * hands REP OUTSB on byte by byte.  The NPT lab, with nested paging in
 * software, takes 67 us for each.)  IN, 32 bits: HF_CONSOLE_BLOCK_MAGIC, or
 * anything else where the port is not, as under QEMU: then use the other.  OUT,
 * 32 bits: the guest-physical address of a struct hf_console_block; it is
 * copied before the OUT ends.  A block that is not in RAM or too long is
 * dropped.
 */
#define HF_PORT_CONSOLE_BLOCK  0x508
#define HF_CONSOLE_BLOCK_MAGIC 0x4b424648u /* "HFBK" */
#define HF_CONSOLE_BLOCK_MAX   4080	   /* bytes of text */

struct hf_console_block {
	uint32_t len; /* IN: bytes of text, at most HF_CONSOLE_BLOCK_MAX */
	char text[];  /* IN */
};

/*
 * Exit (QEMU isa-debug-exit, iobase 0x501 iosize 4).  OUT, 32 bits: an
 * enum hf_exit_value; the machine stops.  QEMU ends with status (v << 1) | 1.
 * The value says why the guest stopped, never whether scenarios passed: that
 * is in the records only (report_abi.h).
 */
#define HF_PORT_EXIT 0x501

enum hf_exit_value {
	HF_EXIT_DONE = 1,    /* the plan was carried out to its end */
	HF_EXIT_PANIC = 2,   /* panic(9); a "panic" record came before */
	HF_EXIT_NO_PLAN = 3, /* no run plan, or one that makes no sense */
	HF_EXIT_BAD_BOOT = 4 /* start_info unusable: message on the console */
};

/*
 * Other CPUs.  OUT, 32 bits, any value: the guest is about to start them (INIT,
 * SIPI).  The host need not have made them before; when the OUT is done they
 * are there.  A VMM without this port has them from the start.
 */
#define HF_PORT_CPUS 0x50c

/*
 * What the host knows about this guest's vCPUs, for benches.  IN, 32 bits,
 * wraps.  EXITS counts the vCPU's exits from the guest (KVM statistic "exits");
 * the IN itself is one.  RUN_DELAY counts the nanoseconds for which threads of
 * vCPUs were runnable without a CPU (schedstat), HOST_IRQS the exits that an
 * interrupt of the host forced ("irq_exits"); both are sums over all vCPUs.
 * HF_COUNT_NONE: not known here (any other VMM answers so).
 */
#define HF_PORT_EXITS	  0x510
#define HF_PORT_RUN_DELAY 0x514
#define HF_PORT_HOST_IRQS 0x518
#define HF_COUNT_NONE	  0xffffffffu

/*
 * A second way to a device's QueueNotify register: an exit by a port costs less
 * than one by MMIO, whose instruction the host has to decode.  One port of 32
 * bits for each of HF_VIRTIO_MAX devices, in the order of the command line.
 * IN: the low half of the address of its window; anything else where the port
 * is not.  OUT: as a write to the register.
 */
#define HF_PORT_NOTIFY 0x520 /* device i at port + 4 * i */

/*
 * Guest-physical layout.  RAM from 0 up to HF_MMIO_HOLE_START, the rest from
 * 4 GiB up.  Device windows are announced on the command line
 * (virtio_mmio.device=), never assumed by the guest.
 */
#define HF_MMIO_HOLE_START 0xc0000000ull
#define HF_MMIO_HOLE_END   0x100000000ull
#define HF_VIRTIO_BASE	   0xd0000000ull /* device i at base + 0x1000 * i */
#define HF_VIRTIO_STRIDE   0x1000ull
#define HF_VIRTIO_IRQ_BASE 5 /* device i: IOAPIC pin 5 + i, edge, active high */
#define HF_VIRTIO_MAX	   8

#endif
