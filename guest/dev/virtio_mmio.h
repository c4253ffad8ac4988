/* SPDX-License-Identifier: BSD-2-Clause */
/* virtio_mmio.h: finding and speaking to virtio-mmio version 2 devices. */

#ifndef HF_DEV_VIRTIO_MMIO_H
#define HF_DEV_VIRTIO_MMIO_H

#include <sys/types.h>
#include "virtio_abi.h"

struct virtq;

/* One virtio_mmio.device= of the command line. */
struct vtmmio_slot {
	vm_paddr_t base;
	uint64_t bytes;
	uint32_t irq;
};

/* Register access; volatile loads and stores, or a test's register file. */
struct vtmmio_access {
	uint32_t (*read4)(void *cookie, uint32_t off);
	void (*write4)(void *cookie, uint32_t off, uint32_t value);
};

struct vtmmio {
	const struct vtmmio_access *access;
	void *cookie; /* the window's kernel address for vtmmio_direct */
	const char *name;
	/* A cheaper way to QueueNotify than the register, or NULL. */
	void (*notify)(struct vtmmio *vm, uint32_t index);
	uint16_t notify_port;
};

extern const struct vtmmio_access vtmmio_direct;

/* What vtmmio_probe() found. */
enum vtmmio_probe {
	VTMMIO_BLOCK,
	VTMMIO_EMPTY,  /* device id 0: say nothing */
	VTMMIO_FOREIGN /* not ours; why in msg */
};

/*
 * Reads every virtio_mmio.device= of the command line (NULL: none) in textual
 * order.  is_ram says whether a range touches RAM.  A value that makes no sense
 * is reported with printf and left out.  Returns the number stored, at most
 * max.
 */
int vtmmio_scan(const char *cmdline, bool (*is_ram)(vm_paddr_t, vm_size_t),
    struct vtmmio_slot *slots, int max);

/* SIZE@BASE:IRQ[:ID] of len characters.  NULL, or why it is refused. */
const char *vtmmio_parse(
    const char *text, size_t len, struct vtmmio_slot *slot);

/* Reads magic, version and id, in this order, nothing further on a mismatch. */
enum vtmmio_probe vtmmio_probe(struct vtmmio *vm, char *msg, size_t msg_bytes);

uint32_t vtmmio_read(struct vtmmio *vm, uint32_t off);
void vtmmio_write(struct vtmmio *vm, uint32_t off, uint32_t value);
void vtmmio_status_add(struct vtmmio *vm, uint32_t bits);

/* Writes 0 and waits (bounded) until it reads 0; false if it never does. */
bool vtmmio_reset(struct vtmmio *vm);

/*
 * Virtio 3.1.1 steps 2 to 6 after a reset: accepts wanted & offered, which must
 * contain VERSION_1.  False with FAILED set, if the device does not agree.
 */
bool vtmmio_negotiate(struct vtmmio *vm, uint64_t wanted, uint64_t *accepted);

/* The size that queue `index` may have, 0 if it is absent or already live. */
uint32_t vtmmio_queue_max(struct vtmmio *vm, uint32_t index);
bool vtmmio_queue_start(struct vtmmio *vm, uint32_t index, struct virtq *vq);
void vtmmio_notify(struct vtmmio *vm, uint32_t index);

/* Reads words of the configuration under its generation counter. */
void vtmmio_config(struct vtmmio *vm, uint32_t off, uint32_t *words, int n);

#endif
