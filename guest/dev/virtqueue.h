/* SPDX-License-Identifier: BSD-2-Clause */
/* virtqueue.h: the driver's side of a virtio split ring (virtio 1.2, 2.7). */

/*
 * The ring memory is shared with the device, which may write any word of it at
 * any time; everything the driver decides by (free list, chain lengths, what is
 * in flight) is kept in private memory and never read back from the ring.
 * avail and used indices count freely modulo 65536; slot = index mod size.
 *
 * Not locked here: the owner serialises all calls on one queue.
 */
#ifndef HF_DEV_VIRTQUEUE_H
#define HF_DEV_VIRTQUEUE_H

#include <sys/types.h>
#include "virtio_abi.h"

#define VIRTQ_DRIVER_MAX 1024 /* largest queue this driver runs */

struct virtq {
	struct virtq_desc *vq_desc;
	volatile struct virtq_avail *vq_avail;
	volatile struct virtq_used *vq_used;
	vm_paddr_t vq_desc_pa, vq_avail_pa, vq_used_pa;
	uint16_t vq_size;
	uint16_t vq_nfree;     /* descriptors in no chain */
	uint16_t vq_free_head; /* first of them */
	uint16_t vq_avail_idx; /* exposed or about to be */
	uint16_t vq_told_idx;  /* avail index at the last publish */
	uint16_t vq_used_idx;  /* completions consumed */
	uint16_t vq_inflight;  /* heads the device owns */
	bool vq_event_idx;
	uint16_t vq_link[VIRTQ_DRIVER_MAX];  /* chain and free list links */
	uint16_t vq_chain[VIRTQ_DRIVER_MAX]; /* by head: length, 0 = free */
};

/* One piece of a request, physical. */
struct virtq_piece {
	vm_paddr_t pa;
	uint32_t len;
	bool device_writes;
};

enum virtq_pop { VIRTQ_EMPTY, VIRTQ_GOT, VIRTQ_BROKEN };

/* Bytes of ring memory for n descriptors, 16-byte aligned throughout. */
size_t virtq_ring_bytes(uint16_t n);

/* Lays out and zeroes the rings at va (= pa); n a power of two. */
void virtq_init(
    struct virtq *vq, void *va, vm_paddr_t pa, uint16_t n, bool event_idx);

/*
 * Makes a chain of n >= 1 pieces: direct, or one indirect descriptor over
 * table (of at least n entries) when table is not NULL.  Exposed only by the
 * next virtq_publish().  Returns the head, or -1 if descriptors are short.
 */
int virtq_add(struct virtq *vq, const struct virtq_piece *pieces, uint16_t n,
    struct virtq_desc *table, vm_paddr_t table_pa);

/* Exposes what was added; true if the device must be notified. */
bool virtq_publish(struct virtq *vq);

/* Takes one completion, whose descriptors are free afterwards. */
enum virtq_pop virtq_pop(struct virtq *vq, uint16_t *head, uint32_t *len);

/* Asks for an interrupt at the next completion; true if one came meanwhile. */
bool virtq_rearm(struct virtq *vq);

#endif
