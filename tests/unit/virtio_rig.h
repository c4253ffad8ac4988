/* SPDX-License-Identifier: BSD-2-Clause */
/* virtio_rig.h: a scripted virtio-blk driver over a fake guest's memory. */

/*
 * Guest RAM of a rig, three regions of host memory that do not touch each
 * other, so that a sanitizer sees every step beyond one:
 *
 *	0x000000 - 0x0fffff	rings, headers, buffers
 *	0x100000 - 0x1fffff	adjacent to the guest, not to the host
 *	0x1000000 - 0x100ffff	ends where RAM ends
 *
 * The driver does what it is told to and trusts nobody to wait for ever: each
 * wait ends the test after RIG_WAIT_S.
 */
#ifndef HF_TESTS_UNIT_VIRTIO_RIG_H
#define HF_TESTS_UNIT_VIRTIO_RIG_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#include "blk/blk.h"
#include "dev/virtio_blk.h"
#include "dev/virtio_mmio.h"
#include "virtio_abi.h"
#include "vm/guestmem.h"

#define RIG_WAIT_S     30
#define RIG_BASE       0xd0000000ull
#define RIG_LOW_END    0x200000ull /* of the two adjacent regions */
#define RIG_SEAM       0x100000ull /* where they meet */
#define RIG_HIGH       0x1000000ull
#define RIG_HIGH_BYTES 0x10000ull
#define RIG_REGIONS    3

#define RIG_DESC   0x1000ull
#define RIG_AVAIL  0x3000ull
#define RIG_USED   0x4000ull
#define RIG_HEADER 0x8000ull  /* 16 bytes a head */
#define RIG_STATUS 0xa000ull  /* 1 byte a head */
#define RIG_TABLE  0xb000ull  /* an indirect table: 4 KiB */
#define RIG_DATA   0x10000ull /* buffers */

#define RIG_FEATURES                                                       \
	(VIRTIO_BIT(VIRTIO_F_VERSION_1) | VIRTIO_BIT(VIRTIO_BLK_F_FLUSH) | \
	    VIRTIO_BIT(VIRTIO_BLK_F_SEG_MAX) |                             \
	    VIRTIO_BIT(VIRTIO_BLK_F_BLK_SIZE))
#define RIG_INDIRECT VIRTIO_BIT(VIRTIO_F_RING_INDIRECT_DESC)
#define RIG_EVENT    VIRTIO_BIT(VIRTIO_F_RING_EVENT_IDX)

enum rig_notify {
	RIG_BY_EVENTFD, /* as KVM_IOEVENTFD does it */
	RIG_BY_EXIT	/* the registration is refused */
};

struct rig {
	struct guestmem_region regions[RIG_REGIONS];
	struct guestmem *mem;
	struct blk_backend *backend; /* owned */
	struct virtio_blk *blk;
	struct virtio_mmio *mmio;
	enum rig_notify how;
	int doorbell; /* bound eventfd, -1: none */
	unsigned int bound, unbound;
	unsigned int ports_bound, ports_unbound;

	pthread_mutex_t lock;
	pthread_cond_t irq_cv;
	uint64_t irqs; /* (lock) */

	uint64_t features; /* accepted */
	uint16_t size;
	uint16_t avail_idx;
	uint16_t used_seen;
};

/* One descriptor as a test writes it down. */
struct rig_buf {
	uint64_t addr;
	uint32_t len;
	uint16_t
	    flags; /* VIRTQ_DESC_F_WRITE and whatever else; NEXT is added */
};

/* backend is owned by the rig.  The device is still in reset. */
struct rig *rig_new(struct blk_backend *backend, enum rig_notify how);
void rig_free(struct rig *);

/* Host memory behind guest address; the test fails if there is none. */
void *rig_at(struct rig *, uint64_t addr, uint64_t len);

uint32_t rig_read(struct rig *, uint32_t reg);
void rig_write(struct rig *, uint32_t reg, uint32_t value);
void rig_write64(struct rig *, uint32_t low_reg, uint64_t value);

/* The sequence of virtio 3.1.1, each step checked. */
void rig_negotiate(struct rig *, uint64_t features);
void rig_queue(struct rig *, uint16_t size);
void rig_driver_ok(struct rig *);
/* All three with a fresh ring. */
void rig_up(struct rig *, uint64_t features, uint16_t size);
void rig_reset(struct rig *);

/* Writes desc i of the ring. */
void rig_desc(struct rig *, uint16_t i, uint64_t addr, uint32_t len,
    uint16_t flags, uint16_t next);
/* Writes n buffers as a chain from descriptor head on. */
void rig_chain(struct rig *, uint16_t head, const struct rig_buf *, unsigned n);
/* The same as an indirect table at addr that descriptor head refers to. */
void rig_indirect(struct rig *, uint16_t head, uint64_t addr,
    const struct rig_buf *, unsigned n);
/* The header of request head; its status byte becomes UNSET. */
void rig_header(struct rig *, uint16_t head, uint32_t type, uint64_t sector);

/* Exposes head. */
void rig_offer(struct rig *, uint16_t head);
/*
 * Exposes a request of 512 bytes at descriptors 3 * slot to 3 * slot + 2;
 * header (rig_header), data and status are slot's own.
 */
void rig_offer_read(struct rig *, uint16_t slot);
/* Notifies, whether or not the device asked for it. */
void rig_kick(struct rig *);
/* Whether the device wants to hear of what was exposed last. */
bool rig_kick_wanted(struct rig *);
/* Notifies if the device wants it, as a driver does; true if it did. */
bool rig_kick_if_wanted(struct rig *);

uint16_t rig_used_idx(struct rig *);
/* The next used element; waits for it. */
struct virtq_used_elem rig_used(struct rig *);
uint8_t rig_status_byte(struct rig *, uint16_t head);
uint64_t rig_irqs(struct rig *);
/* Waits until there have been more than seen. */
void rig_wait_irq(struct rig *, uint64_t seen);
/* Waits until Status has DEVICE_NEEDS_RESET. */
void rig_wait_broken(struct rig *);

/*
 * Header, one data buffer (none if len is 0) and status from descriptor 3 *
 * slot on; offers it, kicks, waits.  Returns the status byte; *used_len, if not
 * NULL, the used length.
 */
uint8_t rig_request(struct rig *, uint32_t type, uint64_t sector, uint64_t addr,
    uint32_t len, uint32_t *used_len);

/* Sleeps a little inside a wait loop; fails the test after RIG_WAIT_S. */
struct rig_wait {
	uint64_t start_ns;
};
void rig_wait_step(struct rig_wait *, const char *what);

#endif
