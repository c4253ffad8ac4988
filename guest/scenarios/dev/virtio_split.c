/* SPDX-License-Identifier: BSD-2-Clause */
/* virtio_split.c: I/O in many requests: its error, and rings that cannot hold it. */

#include <test/fake_virtio.h>
#include <test/scenario.h>

#define SECTORS 256
#define PARTS	24

static struct fake_virtio fake;
static struct vtblk disk;
static char mem[64 * 1024] __aligned(4096);
static uint8_t image[SECTORS * 512];
static uint8_t data[PARTS * 1024];

struct parted {
	struct hf_io io;
	struct hf_seg segs[PARTS];
	int done, error;
};
static struct parted whole;

static void
count_done(struct hf_io *io, int error)
{
	whole.done++;
	whole.error = error;
}

static void
offer(void)
{
	u_int i;

	for (i = 0; i < sizeof(image); i++)
		image[i] = (uint8_t)(i * 3 + i / 512);
	bzero(data, sizeof(data));
	fake_init(&fake, SECTORS);
	fake.disk = image;
}

static void
attach(void)
{
	char msg[128];

	fake_wire(&fake, &disk, mem, sizeof(mem), 1024);
	hf_require_eq(vtblk_attach(&disk, msg, sizeof(msg)), 0);
}

/* A device that takes one segment a request, and a ring of so many entries. */
static void
begin(uint32_t ring)
{
	offer();
	fake.offered &= ~(VIRTIO_BIT(VIRTIO_BLK_F_SEG_MAX) |
	    VIRTIO_BIT(VIRTIO_F_RING_INDIRECT_DESC));
	fake.queue_max = ring;
	attach();
}

/* One sector in each of so many segments, which begin so far from each other. */
static void
submit(enum hf_io_op op, u_int parts, u_int step)
{
	u_int i;

	bzero(&whole, sizeof(whole));
	for (i = 0; i < parts; i++)
		whole.segs[i] =
		    (struct hf_seg){ (vm_paddr_t)(uintptr_t)data + i * step,
			    512 };
	whole.io = (struct hf_io){ .op = op,
		.sector = 1,
		.segs = whole.segs,
		.nsegs = parts,
		.done = count_done };
	hf_require_eq(hf_bdev_submit(&disk.sc_bdev, &whole.io), 0);
}

static void
complete(int i, uint8_t status)
{
	fake_complete(&fake, i, status);
	vtblk_intr(&disk);
}

HF_SCENARIO(virtio_first_error, "dev.virtio_first_error", "VB-76 VB-47",
    "an I/O in several requests has the error of the first that failed")
{
	begin(64);
	submit(HF_IO_READ, 4, 1024);
	hf_require_eq(fake_fetch(&fake), 4);
	complete(0, VIRTIO_BLK_S_OK);
	complete(0, VIRTIO_BLK_S_UNSUPP);
	complete(0, VIRTIO_BLK_S_IOERR);
	hf_expect_eq(whole.done, 0);
	complete(0, VIRTIO_BLK_S_OK);
	hf_expect_eq(whole.done, 1);
	hf_expect_eq(whole.error, EOPNOTSUPP);

	/* In any order of the parts, and without the good ones. */
	submit(HF_IO_WRITE, 3, 1024);
	hf_require_eq(fake_fetch(&fake), 3);
	complete(2, VIRTIO_BLK_S_IOERR);
	complete(0, VIRTIO_BLK_S_UNSUPP);
	complete(0, VIRTIO_BLK_S_UNSUPP);
	hf_expect_eq(whole.done, 1);
	hf_expect_eq(whole.error, EIO);
}

HF_SCENARIO(virtio_larger, "dev.virtio_larger_than_ring", "VB-44 VB-45",
    "I/O that fills the ring many times goes on as requests come back")
{
	u_int i, parts;

	begin(8);
	submit(HF_IO_READ, PARTS, 1024);
	for (parts = 0; whole.done == 0 && parts < 2 * PARTS; parts++) {
		(void)fake_fetch(&fake);
		hf_expect_le(fake.npending, 8 / 3);
		hf_require(fake.npending > 0);
		/* The last first: the next ones still come in order. */
		complete(fake.npending - 1, VIRTIO_BLK_S_OK);
	}
	hf_expect_eq(whole.done, 1);
	hf_expect_eq(whole.error, 0);
	hf_expect_eq(parts, PARTS);
	for (i = 0; i < PARTS; i++)
		hf_expect_eq(
		    memcmp(data + i * 1024, image + (1 + i) * 512, 512), 0);
	hf_expect_eq(disk.sc_vq.vq_nfree, disk.sc_vq.vq_size);

	/* One part fails, early: it still ends once, and with that. */
	submit(HF_IO_WRITE, PARTS, 1024);
	hf_require(fake_fetch(&fake) > 0);
	complete(0, VIRTIO_BLK_S_IOERR);
	for (i = 0; i < 2 * PARTS && whole.done == 0; i++) {
		(void)fake_fetch(&fake);
		hf_require(fake.npending > 0);
		complete(0, VIRTIO_BLK_S_OK);
	}
	hf_expect_eq(whole.done, 1);
	hf_expect_eq(whole.error, EIO);
	hf_expect_eq(disk.sc_vq.vq_inflight, 0);
	hf_expect_eq(disk.sc_vq.vq_nfree, disk.sc_vq.vq_size);
}

HF_SCENARIO(virtio_larger_reset, "dev.virtio_larger_reset", "VB-49 VB-44",
    "I/O that is in the ring in part is begun again after a reset, and ends "
    "once")
{
	u_int i;

	begin(8);
	submit(HF_IO_READ, PARTS, 1024);
	hf_require(fake_fetch(&fake) > 1);
	complete(0, VIRTIO_BLK_S_OK);
	hf_require(fake_fetch(&fake) > 0);
	fake.status |= VIRTIO_STATUS_DEVICE_NEEDS_RESET;
	fake.int_status |= VIRTIO_INT_CONFIG;
	vtblk_intr(&disk);
	hf_expect_eq(whole.done, 0);
	bzero(data, sizeof(data));
	for (i = 0; whole.done == 0 && i < 2 * PARTS; i++) {
		(void)fake_fetch(&fake);
		hf_require(fake.npending > 0);
		complete(0, VIRTIO_BLK_S_OK);
	}
	hf_expect_eq(whole.done, 1);
	hf_expect_eq(whole.error, 0);
	/* All of it, what had come before as well. */
	hf_expect_eq(i, PARTS);
	for (i = 0; i < PARTS; i++)
		hf_expect_eq(
		    memcmp(data + i * 1024, image + (1 + i) * 512, 512), 0);
	hf_expect_eq(disk.sc_vq.vq_nfree, disk.sc_vq.vq_size);
}

HF_SCENARIO(virtio_merge_limit, "dev.virtio_merge_limit", "VB-75",
    "adjacent segments are merged up to the device's largest, not beyond")
{
	offer();
	fake.offered |= VIRTIO_BIT(VIRTIO_BLK_F_SIZE_MAX);
	fake.config.seg_max = 8;
	fake.config.size_max = 700;
	attach();
	submit(HF_IO_READ, 4, 512);
	hf_require_eq(fake_fetch(&fake), 1);
	hf_expect_eq(fake.pending[0].data_bytes, 4 * 512);
	/* 700 + 700 + 648 */
	hf_expect_eq(fake.pending[0].data_segs, 3);
	hf_expect_eq(fake.pending[0].longest_seg, 700);
	/* Nobody interrupts: somebody looks. */
	fake_complete(&fake, 0, VIRTIO_BLK_S_OK);
	hf_expect_eq(whole.done, 0);
	disk.sc_bdev.ops->poll(&disk.sc_bdev);
	hf_expect_eq(whole.done, 1);
	hf_expect_eq(whole.error, 0);
	hf_expect_eq(memcmp(data, image + 512, 4 * 512), 0);
}
