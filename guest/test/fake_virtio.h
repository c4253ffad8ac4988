/* SPDX-License-Identifier: BSD-2-Clause */
/* fake_virtio.h: a scripted virtio block device, to test the driver with. */

/*
 * A register file and the device's half of the ring, all in software: nothing
 * happens until the test says so, and it can be told to misbehave.  "Physical"
 * addresses are kernel pointers here.  Interrupts are calls of vtblk_intr() by
 * the test.
 */
#ifndef HF_TEST_FAKE_VIRTIO_H
#define HF_TEST_FAKE_VIRTIO_H

#include <sys/types.h>
#include <dev/virtio_blk.h>

#define FAKE_PENDING_MAX 1024
#define FAKE_LOG_MAX	 64

struct fake_request {
	uint16_t head;
	uint16_t data_segs;
	uint32_t type;
	uint64_t sector;
	uint32_t data_bytes;
	uint32_t longest_seg;
	volatile uint8_t *status;
};

struct fake_virtio {
	/* script */
	uint64_t offered;
	uint32_t magic, version, id;
	uint32_t queue_max;
	uint32_t generation;
	struct virtio_blk_config config;
	bool refuse_features;
	bool refuse_queue;
	uint32_t queue_stuck; /* QueueReady, whatever is done */
	bool reset_hangs;
	void (*on_status_read)(struct fake_virtio *); /* InterruptStatus */
	void (*on_config_read)(struct fake_virtio *);
	uint8_t *disk; /* config.capacity sectors, or NULL: no data moves */

	/* registers */
	uint32_t status, int_status, dev_sel, drv_sel, queue_sel;
	uint64_t accepted;
	uint32_t queue_num, queue_ready;
	uint64_t desc_pa, avail_pa, used_pa;

	/* the ring */
	uint16_t last_avail, used_idx;
	struct fake_request pending[FAKE_PENDING_MAX];
	int npending;

	/* what the driver did */
	uint32_t log[FAKE_LOG_MAX]; /* FAKE_LOG(offset, value) of writes */
	int nlog;
	int accesses;
	int kicks, early_kicks;
	int outs; /* write requests seen */
};

#define FAKE_LOG(off, value) ((uint32_t)(off) << 16 | ((value)&0xffffu))

/* A well-behaved device of this many sectors with every feature we use. */
void fake_init(struct fake_virtio *fv, uint64_t sectors);

/* Points the driver at the device; mem is its DMA memory. */
void fake_wire(struct fake_virtio *fv, struct vtblk *sc, void *mem,
    size_t mem_bytes, uint16_t queue_limit);

/* Takes every newly available request into pending[]; their number. */
int fake_fetch(struct fake_virtio *fv);

/*
 * Carries out pending request i with this status (data moves if it is OK),
 * puts it into the used ring and out of pending[]; the interrupt is
 * only flagged in int_status.
 */
void fake_complete(struct fake_virtio *fv, int i, uint8_t status);

/* The same with a used length of the script's choice. */
void fake_complete_len(
    struct fake_virtio *fv, int i, uint8_t status, uint32_t len);

/* A used entry that is not true. */
void fake_used_raw(struct fake_virtio *fv, uint32_t id, uint32_t len);

#endif
