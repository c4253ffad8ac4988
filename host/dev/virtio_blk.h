/* SPDX-License-Identifier: BSD-2-Clause */
/* virtio_blk.h: block device model (virtio 1.2, 5.2) over a blk_backend. */

/*
 * One request queue.  Over a backend that can try (backend.h) a notification is
 * an exit, and the vCPU's thread performs what needs no waiting.  The answer is
 * in the used ring when the driver goes on, and no thread is woken.  The rest,
 * and everything over other backends, is done by a thread that exists from the
 * first DRIVER_OK on and sleeps on an eventfd, which KVM or such an exit counts
 * up.
 *
 * Every request that is taken from the ring is returned exactly once; the
 * device counts both and aborts the host if they ever differ.
 */
#ifndef HF_DEV_VIRTIO_BLK_H
#define HF_DEV_VIRTIO_BLK_H

#include <stdint.h>

#include "blk/backend.h"
#include "dev/virtio_device.h"
#include "vm/guestmem.h"

struct virtio_blk;

struct virtio_blk_stats {
	uint64_t taken;	      /* requests popped from the ring */
	uint64_t returned;    /* pushed to the used ring */
	uint64_t discarded;   /* finished after the device broke: not pushed */
	uint64_t dropped;     /* of returned: class D, length 0 */
	uint64_t failed;      /* of returned: status IOERR */
	uint64_t unsupported; /* of returned: status UNSUPP */
	uint64_t deferred;    /* of taken: a vCPU left them to the thread */
	uint64_t wakeups;     /* of the thread */
	uint64_t interrupts;  /* asked of the transport */
	uint64_t breaks;      /* class B errors */
};

/*
 * mem and backend must outlive the device; the backend stays the caller's.
 * serial: at most 20 bytes are shown to the guest by GET_ID.
 */
struct virtio_blk *virtio_blk_new(const struct guestmem *mem,
    struct blk_backend *backend, const char *serial);

/* Requires that its transport is gone.  NULL is fine. */
void virtio_blk_free(struct virtio_blk *);

/* For virtio_mmio_new. */
struct virtio_device *virtio_blk_device(struct virtio_blk *);

/*
 * Returns when the thread has looked at the ring after every notification from
 * before the call and sleeps again, or the device does not run.  Requests that
 * it found may still be under way in the backend.  It costs the thread a
 * wake-up, which is over by then.  Not to be called where the thread would be
 * waiting for the caller: in a callback, or with the transport's lock held.
 */
void virtio_blk_settle(struct virtio_blk *);

/* A consistent copy. */
struct virtio_blk_stats virtio_blk_stats(struct virtio_blk *);

#endif
