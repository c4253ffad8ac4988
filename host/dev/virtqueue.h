/* SPDX-License-Identifier: BSD-2-Clause */
/* virtqueue.h: the device's side of a split ring (virtio 1.2, 2.7). */

/*
 * The ring lies in guest memory and its other side is hostile: each word is
 * read once, the copy is checked, and the copy is used.  Whatever the guest does
 * to it, a call ends after a bounded number of steps and touches only the three
 * ring areas checked by virtqueue_ready and indirect tables checked when met.
 *
 * Fields carry who may touch them while the queue is live:
 *	C  constant from virtqueue_ready to virtqueue_reset
 *	T  the one thread that takes chains
 *	L  the device's lock
 *	A  atomic
 */
#ifndef HF_DEV_VIRTQUEUE_H
#define HF_DEV_VIRTQUEUE_H

#include <stdbool.h>
#include <stdint.h>

#include "gpa.h"
#include "virtio_abi.h"
#include "vm/guestmem.h"

/*
 * Our queues have at most this many descriptors: with one page of them each
 * request can carry 254 data segments, 1 MiB - 8 KiB of scattered 4 KiB pages.
 */
#define VIRTQUEUE_SIZE_MAX 256u

/* One descriptor's buffer, as the guest described it: not checked. */
struct virtqueue_seg {
	gpa_t addr;
	uint32_t len_bytes;
};

/* A chain: first the segments the device reads, then those it writes. */
struct virtqueue_chain {
	uint16_t head;
	unsigned int nread;
	unsigned int nwrite;
	struct virtqueue_seg segs[VIRTQUEUE_SIZE_MAX];
};

/* The address registers and size of one queue, as the driver left them. */
struct virtqueue_regs {
	uint32_t size;
	uint64_t desc;
	uint64_t avail;
	uint64_t used;
};

struct virtqueue {
	bool ready;			  /* C */
	bool event_idx;			  /* C */
	bool indirect;			  /* C */
	uint16_t size;			  /* C */
	uint16_t chain_max;		  /* C buffers in one chain */
	const struct guestmem *mem;	  /* C */
	const struct virtq_desc *desc;	  /* C */
	struct virtq_avail *avail;	  /* C */
	struct virtq_used *used;	  /* C */
	uint16_t avail_seen;		  /* T last copy of avail->idx */
	uint16_t avail_next;		  /* T next slot to take */
	bool quiet;			  /* T notifications are off */
	uint16_t used_next;		  /* L */
	uint16_t used_signalled;	  /* L used_next at the last decision */
	uint8_t busy[VIRTQUEUE_SIZE_MAX]; /* A head is with the device */
};

enum virtqueue_result {
	VIRTQUEUE_TAKEN,
	VIRTQUEUE_EMPTY,
	VIRTQUEUE_BROKEN /* class B: *why says how; nothing was taken */
};

/*
 * Makes vq live.  False, and vq unchanged, if size is 0, not a power of two or
 * over size_max, or if an area is misaligned or not RAM.  chain_max: buffers
 * that a chain may have even if the queue is smaller.
 */
bool virtqueue_ready(struct virtqueue *vq, const struct guestmem *mem,
    const struct virtqueue_regs *regs, uint64_t features, uint16_t size_max,
    uint16_t chain_max);

/* Back to the state before virtqueue_ready.  Requires that nobody uses it. */
void virtqueue_reset(struct virtqueue *vq);

/*
 * The next chain, if there is one.  From then until virtqueue_push its head is
 * in flight; a head that is offered again meanwhile breaks the queue.
 */
enum virtqueue_result virtqueue_take(
    struct virtqueue *vq, struct virtqueue_chain *chain, const char **why);

/* Ask the driver not to notify: we are looking anyway. */
void virtqueue_notify_off(struct virtqueue *vq);

/*
 * Ask for a notification of the next chain.  True: something arrived in the
 * meantime, so take it instead of going to sleep.
 */
bool virtqueue_notify_on(struct virtqueue *vq);

/* Return head with len_bytes written. */
void virtqueue_push(struct virtqueue *vq, uint16_t head, uint32_t len_bytes);

/*
 * Whether the driver wants to hear of what was pushed since the last call.
 * An answer of true is a promise to interrupt.
 */
bool virtqueue_should_interrupt(struct virtqueue *vq);

#endif
