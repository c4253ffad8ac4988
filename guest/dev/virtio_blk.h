/* SPDX-License-Identifier: BSD-2-Clause */
/* virtio_blk.h: the virtio block device driver behind a struct hf_bdev. */

#ifndef HF_DEV_VIRTIO_BLK_H
#define HF_DEV_VIRTIO_BLK_H

#include <sys/types.h>
#include <sys/lock.h>
#include <sys/mutex.h>
#include <dev/bdev.h>
#include <dev/virtio_mmio.h>
#include <dev/virtqueue.h>

#define VTBLK_SEGS_MAX	32 /* data segments of one request at the most */
#define VTBLK_QUEUE_MAX 64 /* queue size asked for; DMA memory for all of it */

/* What the device reads and writes beside the rings and the data, by head. */
struct vtblk_slot {
	struct virtio_blk_req hdr;
	volatile uint8_t status;
	uint8_t pad[15];
	struct virtq_desc table[VTBLK_SEGS_MAX + 2];
};

/* One request in the ring; private memory. */
struct vtblk_part {
	struct hf_io *io; /* NULL: slot is free */
	uint32_t data_bytes;
};

/*
 * Locks:  c  constant from attach
 *         q  sc_lock, a spin mutex
 */
struct vtblk {
	struct hf_bdev sc_bdev; /* (c) but the counters and the capacity */
	struct vtmmio sc_mmio;	/* (c) */
	struct mtx sc_lock;
	struct virtq sc_vq;	     /* (q) */
	uint64_t sc_features;	     /* (c) between resets */
	uint32_t sc_seg_max;	     /* (c) data segments of one request */
	uint32_t sc_size_max;	     /* (c) bytes of one segment */
	void *sc_mem;		     /* (c) DMA memory: rings, then slots */
	vm_paddr_t sc_mem_pa;	     /* (c) */
	size_t sc_mem_bytes;	     /* (c) */
	uint16_t sc_queue_limit;     /* (c) */
	struct vtblk_slot *sc_slots; /* (c) */
	vm_paddr_t sc_slots_pa;	     /* (c) */
	struct hf_io *sc_wait_head;  /* (q) not or not wholly sent, FIFO */
	struct hf_io **sc_wait_tail; /* (q) */
	struct hf_io *sc_done_head;  /* (q) finished, done not yet called */
	struct hf_io **sc_done_tail; /* (q) */
	u_int sc_resets;	     /* (q) since the last completion */
	bool sc_dead;		     /* (q) every request fails */
	struct vtblk_part sc_part[VTBLK_QUEUE_MAX]; /* (q) by slot */
	uint16_t sc_slot_of[VIRTQ_DRIVER_MAX];	    /* (q) by head */
	uint16_t sc_free_slots[VTBLK_QUEUE_MAX];    /* (q) stack */
	uint16_t sc_nfree_slots;		    /* (q) */
};

/*
 * Brings up a device that vtmmio_probe() called a block device.  sc_mmio,
 * sc_mem* and sc_queue_limit are set by the caller (mem is 16-byte aligned and
 * physically contiguous).  0 and sc_bdev is ready, or errno and why in msg.
 */
int vtblk_attach(struct vtblk *sc, char *msg, size_t msg_bytes);

/* DMA memory for a queue of at most n descriptors. */
size_t vtblk_mem_bytes(uint16_t n);

/* The device's interrupt; spurious ones are welcome.  arg: struct vtblk. */
void vtblk_intr(void *arg);

#endif
