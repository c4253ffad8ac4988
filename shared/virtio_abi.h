/* SPDX-License-Identifier: BSD-2-Clause */
/* virtio_abi.h: virtio 1.2 over MMIO version 2, split rings, block device. */

/*
 * Numbers and layouts of the virtio 1.2 specification ("virtio" below) that
 * host model and guest driver share.  Every multi-byte field is little-endian;
 * both halves run on little-endian machines only, so fields are plain integers.
 * Structures here describe memory that the other side may change at any time:
 * copy a field once, check the copy, use the copy.
 */
#ifndef HF_SHARED_VIRTIO_ABI_H
#define HF_SHARED_VIRTIO_ABI_H

#include <stddef.h>
#include <stdint.h>

/* Register window, virtio 4.2.2.  32-bit aligned accesses below CONFIG. */
#define VIRTIO_MMIO_WINDOW 0x200u /* the smallest window that is announced */

#define VIRTIO_MMIO_MAGIC_VALUE		0x000u
#define VIRTIO_MMIO_VERSION		0x004u
#define VIRTIO_MMIO_DEVICE_ID		0x008u
#define VIRTIO_MMIO_VENDOR_ID		0x00cu
#define VIRTIO_MMIO_DEVICE_FEATURES	0x010u
#define VIRTIO_MMIO_DEVICE_FEATURES_SEL 0x014u
#define VIRTIO_MMIO_DRIVER_FEATURES	0x020u
#define VIRTIO_MMIO_DRIVER_FEATURES_SEL 0x024u
#define VIRTIO_MMIO_QUEUE_SEL		0x030u
#define VIRTIO_MMIO_QUEUE_NUM_MAX	0x034u
#define VIRTIO_MMIO_QUEUE_NUM		0x038u
#define VIRTIO_MMIO_QUEUE_READY		0x044u
#define VIRTIO_MMIO_QUEUE_NOTIFY	0x050u
#define VIRTIO_MMIO_INTERRUPT_STATUS	0x060u
#define VIRTIO_MMIO_INTERRUPT_ACK	0x064u
#define VIRTIO_MMIO_STATUS		0x070u
#define VIRTIO_MMIO_QUEUE_DESC_LOW	0x080u
#define VIRTIO_MMIO_QUEUE_DESC_HIGH	0x084u
#define VIRTIO_MMIO_QUEUE_DRIVER_LOW	0x090u
#define VIRTIO_MMIO_QUEUE_DRIVER_HIGH	0x094u
#define VIRTIO_MMIO_QUEUE_DEVICE_LOW	0x0a0u
#define VIRTIO_MMIO_QUEUE_DEVICE_HIGH	0x0a4u
#define VIRTIO_MMIO_SHM_SEL		0x0acu
#define VIRTIO_MMIO_SHM_LEN_LOW		0x0b0u
#define VIRTIO_MMIO_SHM_LEN_HIGH	0x0b4u
#define VIRTIO_MMIO_SHM_BASE_LOW	0x0b8u
#define VIRTIO_MMIO_SHM_BASE_HIGH	0x0bcu
#define VIRTIO_MMIO_QUEUE_RESET		0x0c0u
#define VIRTIO_MMIO_CONFIG_GENERATION	0x0fcu
#define VIRTIO_MMIO_CONFIG		0x100u

#define VIRTIO_MMIO_MAGIC     0x74726976u /* "virt" */
#define VIRTIO_MMIO_VERSION_2 2u	  /* 1 is the legacy layout */

#define VIRTIO_ID_NONE	0u /* empty slot: stop silently */
#define VIRTIO_ID_BLOCK 2u

/* Device status, virtio 2.1. */
#define VIRTIO_STATUS_ACKNOWLEDGE	 0x01u
#define VIRTIO_STATUS_DRIVER		 0x02u
#define VIRTIO_STATUS_DRIVER_OK		 0x04u
#define VIRTIO_STATUS_FEATURES_OK	 0x08u
#define VIRTIO_STATUS_DEVICE_NEEDS_RESET 0x40u
#define VIRTIO_STATUS_FAILED		 0x80u

/* InterruptStatus and InterruptACK, virtio 4.2.2. */
#define VIRTIO_INT_USED_RING 0x1u
#define VIRTIO_INT_CONFIG    0x2u

/* Feature bit numbers; VIRTIO_BIT makes the mask over both banks. */
#define VIRTIO_BIT(n) (1ull << (n))

#define VIRTIO_BLK_F_SIZE_MAX	    1
#define VIRTIO_BLK_F_SEG_MAX	    2
#define VIRTIO_BLK_F_GEOMETRY	    4
#define VIRTIO_BLK_F_RO		    5
#define VIRTIO_BLK_F_BLK_SIZE	    6
#define VIRTIO_BLK_F_FLUSH	    9
#define VIRTIO_BLK_F_TOPOLOGY	    10
#define VIRTIO_BLK_F_CONFIG_WCE	    11
#define VIRTIO_BLK_F_MQ		    12
#define VIRTIO_BLK_F_DISCARD	    13
#define VIRTIO_BLK_F_WRITE_ZEROES   14
#define VIRTIO_BLK_F_LIFETIME	    15
#define VIRTIO_BLK_F_SECURE_ERASE   16
#define VIRTIO_BLK_F_ZONED	    17
#define VIRTIO_F_RING_INDIRECT_DESC 28
#define VIRTIO_F_RING_EVENT_IDX	    29
#define VIRTIO_F_VERSION_1	    32
#define VIRTIO_F_ACCESS_PLATFORM    33
#define VIRTIO_F_RING_PACKED	    34
#define VIRTIO_F_IN_ORDER	    35
#define VIRTIO_F_ORDER_PLATFORM	    36
#define VIRTIO_F_NOTIFICATION_DATA  38
#define VIRTIO_F_NOTIF_CONFIG_DATA  39
#define VIRTIO_F_RING_RESET	    40

/* Split ring, virtio 2.7.  N is a power of two, at most VIRTQ_SIZE_MAX. */
#define VIRTQ_SIZE_MAX 32768u

#define VIRTQ_DESC_F_NEXT     1u
#define VIRTQ_DESC_F_WRITE    2u /* the device writes, the driver reads */
#define VIRTQ_DESC_F_INDIRECT 4u

#define VIRTQ_AVAIL_F_NO_INTERRUPT 1u /* driver: do not interrupt me */
#define VIRTQ_USED_F_NO_NOTIFY	   1u /* device: do not notify me */

#define VIRTQ_DESC_ALIGN  16u
#define VIRTQ_AVAIL_ALIGN 2u
#define VIRTQ_USED_ALIGN  4u

struct virtq_desc {
	uint64_t addr; /* guest-physical */
	uint32_t len;
	uint16_t flags;
	uint16_t next;
};

/* Followed by le16 used_event. */
struct virtq_avail {
	uint16_t flags;
	uint16_t idx;
	uint16_t ring[];
};

struct virtq_used_elem {
	uint32_t id;
	uint32_t len; /* bytes written by the device, never more than it did */
};

/* Followed by le16 avail_event. */
struct virtq_used {
	uint16_t flags;
	uint16_t idx;
	struct virtq_used_elem ring[];
};

/* Bytes of each ring area for N descriptors, event words included. */
#define VIRTQ_DESC_BYTES(n)  (16ull * (n))
#define VIRTQ_AVAIL_BYTES(n) (6ull + 2ull * (n))
#define VIRTQ_USED_BYTES(n)  (6ull + 8ull * (n))

/* Offsets of the event words from the start of their ring area. */
#define VIRTQ_USED_EVENT_OFFSET(n)  (4ull + 2ull * (n)) /* in avail */
#define VIRTQ_AVAIL_EVENT_OFFSET(n) (4ull + 8ull * (n)) /* in used */

/*
 * With EVENT_IDX: after an index moved from old_idx to new_idx, must the peer
 * that published `event` be told?  virtio 2.7.7.2; arithmetic modulo 65536.
 */
static inline int
virtq_need_event(uint16_t event, uint16_t new_idx, uint16_t old_idx)
{
	return (
	    (uint16_t)(new_idx - event - 1) < (uint16_t)(new_idx - old_idx));
}

/* Block device, virtio 5.2. */
#define VIRTIO_BLK_SECTOR_BYTES 512u
#define VIRTIO_BLK_ID_BYTES	20u /* no NUL if all 20 are used */

#define VIRTIO_BLK_T_IN		  0u
#define VIRTIO_BLK_T_OUT	  1u
#define VIRTIO_BLK_T_FLUSH	  4u
#define VIRTIO_BLK_T_GET_ID	  8u
#define VIRTIO_BLK_T_GET_LIFETIME 10u
#define VIRTIO_BLK_T_DISCARD	  11u
#define VIRTIO_BLK_T_WRITE_ZEROES 13u
#define VIRTIO_BLK_T_SECURE_ERASE 14u

#define VIRTIO_BLK_S_OK	    0u
#define VIRTIO_BLK_S_IOERR  1u
#define VIRTIO_BLK_S_UNSUPP 2u
#define VIRTIO_BLK_S_UNSET  0xffu /* driver's preset: the device wrote nothing */

/* The readable part of a request starts with this. */
struct virtio_blk_req {
	uint32_t type;
	uint32_t reserved;
	uint64_t sector; /* in 512-byte units whatever blk_size says */
};

/* Discard and write zeroes: one segment of the data. */
struct virtio_blk_discard {
	uint64_t sector;
	uint32_t num_sectors;
	uint32_t flags; /* bit 0: unmap */
};

/* At VIRTIO_MMIO_CONFIG.  A field exists only if its feature is offered. */
struct virtio_blk_config {
	uint64_t capacity; /* 512-byte sectors */
	uint32_t size_max;
	uint32_t seg_max;
	uint16_t cylinders;
	uint8_t heads;
	uint8_t sectors;
	uint32_t blk_size;
	uint8_t physical_block_exp;
	uint8_t alignment_offset;
	uint16_t min_io_size;
	uint32_t opt_io_size;
	uint8_t writeback;
	uint8_t unused0;
	uint16_t num_queues;
	uint32_t max_discard_sectors;
	uint32_t max_discard_seg;
	uint32_t discard_sector_alignment;
	uint32_t max_write_zeroes_sectors;
	uint32_t max_write_zeroes_seg;
	uint8_t write_zeroes_may_unmap;
	uint8_t unused1[3];
	uint32_t max_secure_erase_sectors;
	uint32_t max_secure_erase_seg;
	uint32_t secure_erase_sector_alignment;
};

_Static_assert(sizeof(struct virtq_desc) == 16, "virtio 2.7.5");
_Static_assert(offsetof(struct virtq_avail, ring) == 4, "virtio 2.7.6");
_Static_assert(sizeof(struct virtq_used_elem) == 8, "virtio 2.7.8");
_Static_assert(offsetof(struct virtq_used, ring) == 4, "virtio 2.7.8");
_Static_assert(sizeof(struct virtio_blk_req) == 16, "virtio 5.2.6");
_Static_assert(sizeof(struct virtio_blk_discard) == 16, "virtio 5.2.6");
_Static_assert(sizeof(struct virtio_blk_config) == 72, "virtio 5.2.4");
_Static_assert(offsetof(struct virtio_blk_config, seg_max) == 12, "5.2.4");
_Static_assert(offsetof(struct virtio_blk_config, blk_size) == 20, "5.2.4");
_Static_assert(offsetof(struct virtio_blk_config, writeback) == 32, "5.2.4");
_Static_assert(
    offsetof(struct virtio_blk_config, max_discard_sectors) == 36, "5.2.4");
_Static_assert(
    offsetof(struct virtio_blk_config, write_zeroes_may_unmap) == 56, "5.2.4");

#endif
