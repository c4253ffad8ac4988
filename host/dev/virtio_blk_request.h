/* SPDX-License-Identifier: BSD-2-Clause */
/* virtio_blk_request.h: what a descriptor chain asks a block device to do. */

/*
 * Decode, then perform: virtio_blk_decode looks at everything the guest said,
 * changes nothing, and its result is in private memory, every address in it
 * checked.  Framing is free (virtio 1.2, 2.7.4): header, data and status are
 * gathered from whatever descriptors hold them.
 */
#ifndef HF_DEV_VIRTIO_BLK_REQUEST_H
#define HF_DEV_VIRTIO_BLK_REQUEST_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/uio.h>

#include "dev/virtqueue.h"
#include "virtio_abi.h"
#include "vm/guestmem.h"

/*
 * Pieces of host memory for one request: one a descriptor, and a few more where
 * a buffer crosses from one RAM region to the next.
 */
#define VIRTIO_BLK_IOV_MAX (VIRTQUEUE_SIZE_MAX + 8)

enum virtio_blk_action {
	VIRTIO_BLK_DROP,     /* class D: return with length 0, write nothing */
	VIRTIO_BLK_COMPLETE, /* write .status and return: there is no I/O */
	VIRTIO_BLK_READ,
	VIRTIO_BLK_WRITE,
	VIRTIO_BLK_FLUSH,
	VIRTIO_BLK_GET_ID
};

struct virtio_blk_request {
	enum virtio_blk_action action;
	uint8_t status;	      /* for COMPLETE */
	uint8_t *status_byte; /* in guest RAM; NULL for DROP */
	uint64_t sector;
	uint64_t length_bytes;
	unsigned int iov_count;
	struct iovec iov[VIRTIO_BLK_IOV_MAX];
};

struct virtio_blk_limits {
	uint64_t capacity_sectors;
	bool readonly;
};

/* Fills *req, except req->iov beyond iov_count. */
void virtio_blk_decode(const struct guestmem *mem,
    const struct virtqueue_chain *chain, const struct virtio_blk_limits *limits,
    struct virtio_blk_request *req);

#endif
