/* SPDX-License-Identifier: BSD-2-Clause */
/* virtio_requests.c: requests, completions and what devices do wrong. */

#include <test/fake_virtio.h>
#include <test/scenario.h>

#define SECTORS 256
#define NIO	48

/* A software KVM carries out two million instructions a second. */
#ifdef HF_MODEL
#define ROUNDS 200
#else
#define ROUNDS 1
#endif

static struct fake_virtio fake;
static struct vtblk disk;
static char mem[64 * 1024] __aligned(4096);
static uint8_t image[SECTORS * 512];
static uint8_t data[NIO * 4096];

struct tracked {
	struct hf_io io;
	struct hf_seg segs[16];
	int done, error;
};
static struct tracked ios[NIO];

static void
count_done(struct hf_io *io, int error)
{
	struct tracked *t;

	t = io->arg;
	t->done++;
	t->error = error;
}

static void
start_device(void)
{
	char msg[128];

	memset(ios, 0, sizeof(ios));
	fake.disk = image;
	fake_wire(&fake, &disk, mem, sizeof(mem), 1024);
	hf_require_eq(vtblk_attach(&disk, msg, sizeof(msg)), 0);
}

/* One io of nsegs segments of len bytes that lie apart from each other. */
static int
submit(int i, enum hf_io_op op, uint64_t sector, u_int nsegs, uint32_t len)
{
	struct tracked *t;
	u_int k;

	t = &ios[i];
	t->done = 0;
	t->io.op = op;
	t->io.sector = sector;
	t->io.segs = t->segs;
	t->io.nsegs = nsegs;
	t->io.done = count_done;
	t->io.arg = t;
	for (k = 0; k < nsegs; k++) {
		t->segs[k].pa = (vm_paddr_t)(uintptr_t)data +
		    (vm_paddr_t)i * 4096 + 2 * k * len;
		t->segs[k].len = len;
	}
	return (hf_bdev_submit(&disk.sc_bdev, &t->io));
}

static void
complete_all(uint8_t status)
{
	while (fake_fetch(&fake) > 0) {
		fake_complete(&fake, 0, status);
		vtblk_intr(&disk);
	}
}

HF_SCENARIO(virtio_split, "dev.virtio_split", "VB-44",
    "large I/O is split at the device's limits and completes once")
{
	u_int i;

	for (i = 0; i < 8 * 512; i++)
		image[i] = (uint8_t)(i * 7 + i / 512);
	fake_init(&fake, SECTORS);
	fake.offered &= ~VIRTIO_BIT(VIRTIO_BLK_F_SEG_MAX);
	start_device();
	hf_require_eq(submit(0, HF_IO_READ, 3, 3, 512), 0);
	hf_expect_eq(fake_fetch(&fake), 3);
	for (i = 0; i < 3; i++) {
		hf_expect_eq(fake.pending[i].data_segs, 1);
		hf_expect_eq(fake.pending[i].sector, 3 + i);
	}
	fake_complete(&fake, 1, VIRTIO_BLK_S_OK);
	fake_complete(&fake, 1, VIRTIO_BLK_S_OK);
	vtblk_intr(&disk);
	hf_expect_eq(ios[0].done, 0);
	complete_all(VIRTIO_BLK_S_OK);
	hf_expect_eq(ios[0].done, 1);
	hf_expect_eq(ios[0].error, 0);
	for (i = 0; i < 3; i++)
		hf_expect_eq(
		    memcmp(data + i * 1024, image + (3 + i) * 512, 512), 0);

	/* Ragged segments: a request is always whole sectors. */
	fake_init(&fake, SECTORS);
	fake.offered |= VIRTIO_BIT(VIRTIO_BLK_F_SIZE_MAX);
	fake.config.seg_max = 5;
	fake.config.size_max = 200;
	start_device();
	hf_require_eq(submit(0, HF_IO_READ, 0, 8, 256), 0);
	hf_require_eq(fake_fetch(&fake), 4);
	for (i = 0; i < 4; i++) {
		hf_expect_eq(fake.pending[i].sector, i);
		hf_expect_eq(fake.pending[i].data_bytes, 512);
		hf_expect_eq(fake.pending[i].data_segs, 4);
		hf_expect_le(fake.pending[i].longest_seg, 200);
	}
	complete_all(VIRTIO_BLK_S_OK);
	hf_expect_eq(ios[0].done, 1);
	hf_expect_eq(ios[0].error, 0);
	for (i = 0; i < 8; i++)
		hf_expect_eq(memcmp(data + i * 512, image + i * 256, 256), 0);

	/* 200 + 56 + 200: three such pieces do not hold a sector. */
	fake_init(&fake, SECTORS);
	fake.offered |= VIRTIO_BIT(VIRTIO_BLK_F_SIZE_MAX);
	fake.config.seg_max = 3;
	fake.config.size_max = 200;
	start_device();
	hf_require_eq(submit(0, HF_IO_READ, 0, 8, 256), 0);
	hf_expect_eq(ios[0].done, 1);
	hf_expect_eq(ios[0].error, EINVAL);
	hf_expect_eq(fake_fetch(&fake), 0);
}

HF_SCENARIO(virtio_merge, "dev.virtio_merge", "VB-75",
    "adjacent segments travel as one")
{
	u_int k;

	fake_init(&fake, SECTORS);
	start_device();
	ios[0].io.op = HF_IO_READ;
	(void)submit(0, HF_IO_READ, 0, 2, 512);
	complete_all(VIRTIO_BLK_S_OK);
	for (k = 0; k < 4; k++)
		ios[1].segs[k] =
		    (struct hf_seg){ (vm_paddr_t)(uintptr_t)data + k * 4096,
			    4096 };
	ios[1].io = (struct hf_io){ .op = HF_IO_READ,
		.segs = ios[1].segs,
		.nsegs = 4,
		.done = count_done,
		.arg = &ios[1] };
	hf_require_eq(hf_bdev_submit(&disk.sc_bdev, &ios[1].io), 0);
	hf_require_eq(fake_fetch(&fake), 1);
	hf_expect_eq(fake.pending[0].data_segs, 1);
	hf_expect_eq(fake.pending[0].data_bytes, 4 * 4096);
	complete_all(VIRTIO_BLK_S_OK);
	hf_expect_eq(ios[1].done, 1);
	hf_expect_eq(memcmp(data, image, 4 * 4096), 0);
}

HF_SCENARIO(virtio_order_random, "dev.virtio_random_order", "VB-45 VB-50 IB-1",
    "random completion order, bursts and spurious interrupts lose nothing")
{
	static const uint16_t sizes[] = { 4, 8, 64, 256, 1024 };
	struct hf_rng *rng;
	u_int s;
	int i, round, left;

	rng = hf_scenario_rng();
	for (s = 0; s < nitems(sizes); s++) {
		fake_init(&fake, SECTORS);
		fake.queue_max = sizes[s];
		if (s % 2 == 0)
			fake.offered &=
			    ~VIRTIO_BIT(VIRTIO_F_RING_INDIRECT_DESC);
		if (s % 3 == 0)
			fake.offered &= ~VIRTIO_BIT(VIRTIO_F_RING_EVENT_IDX);
		start_device();
		for (round = 0; round < ROUNDS; round++) {
			for (i = left = 0; i < NIO; i++) {
				hf_require_eq(
				    submit(i,
					(i & 1) != 0 ? HF_IO_WRITE : HF_IO_READ,
					(uint64_t)i, 1, 512),
				    0);
				left += ios[i].done == 0;
			}
			while (left > 0) {
				if (fake_fetch(&fake) > 0) {
					fake_complete(&fake,
					    (int)(hf_random(rng) %
						(uint64_t)fake.npending),
					    VIRTIO_BLK_S_OK);
					left--;
				}
				if (hf_random(rng) % 3 == 0)
					vtblk_intr(&disk);
				if (hf_random(rng) % 3 == 0 ||
				    fake.npending == 0)
					vtblk_intr(&disk);
			}
			vtblk_intr(&disk);
			for (i = 0; i < NIO; i++) {
				hf_require_eq(ios[i].done, 1);
				hf_require_eq(ios[i].error, 0);
			}
		}
		hf_expect_eq(disk.sc_vq.vq_nfree, disk.sc_vq.vq_size);
		hf_expect_eq(disk.sc_vq.vq_inflight, 0);
	}
}

HF_SCENARIO(virtio_wrap, "dev.virtio_wrap", "VB-50",
    "ring indices wrap from 65535 to 0 under load")
{
	int i;

	fake_init(&fake, SECTORS);
	fake.queue_max = 8;
	start_device();
	/* Start near the wrap: both sides agree on the counters. */
	disk.sc_vq.vq_avail_idx = disk.sc_vq.vq_told_idx =
	    disk.sc_vq.vq_used_idx = 65530;
	fake.last_avail = fake.used_idx = 65530;
	*(volatile uint16_t *)((char *)(uintptr_t)fake.used_pa + 2) = 65530;
	*(volatile uint16_t *)((char *)(uintptr_t)fake.avail_pa + 2) = 65530;
	(void)fake_fetch(&fake);
	for (i = 0; i < NIO; i++) {
		hf_require_eq(submit(i, HF_IO_READ, (uint64_t)i, 1, 512), 0);
		if (i % 3 == 2)
			complete_all(VIRTIO_BLK_S_OK);
	}
	complete_all(VIRTIO_BLK_S_OK);
	for (i = 0; i < NIO; i++)
		hf_expect_eq(ios[i].done, 1);
	hf_expect_lt(disk.sc_vq.vq_used_idx, 65530);
}

static int events_left;

static void
another_completion(struct fake_virtio *fv)
{
	if (events_left > 0 && fv->npending > 0) {
		events_left--;
		fake_complete(fv, 0, VIRTIO_BLK_S_OK);
	}
}

HF_SCENARIO(virtio_edge, "dev.virtio_edge", "VB-46",
    "an event between reading and acknowledging the status is not lost")
{
	int i;

	fake_init(&fake, SECTORS);
	fake.on_status_read = another_completion;
	start_device();
	for (i = 0; i < 4; i++)
		hf_require_eq(submit(i, HF_IO_READ, 0, 1, 512), 0);
	hf_require_eq(fake_fetch(&fake), 4);
	events_left = 3;
	for (i = 0; i < 4 && fake.npending > 0; i++) {
		/* One edge a completion that finds no bit set. */
		if (fake.int_status == 0)
			fake_complete(&fake, 0, VIRTIO_BLK_S_OK);
		vtblk_intr(&disk);
	}
	for (i = 0; i < 4; i++)
		hf_expect_eq(ios[i].done, 1);
}

HF_SCENARIO(virtio_status, "dev.virtio_status", "VB-47",
    "the status byte becomes an errno; short reads are errors")
{
	static const struct {
		uint8_t status;
		int error;
	} table[] = { { VIRTIO_BLK_S_OK, 0 }, { 1, EIO }, { 2, EOPNOTSUPP },
		{ 3, EIO }, { VIRTIO_BLK_S_UNSET, EIO } };
	u_int i;

	fake_init(&fake, SECTORS);
	start_device();
	for (i = 0; i < nitems(table); i++) {
		hf_require_eq(submit(0, HF_IO_READ, 0, 1, 512), 0);
		complete_all(table[i].status);
		hf_expect_eq(ios[0].done, 1);
		hf_expect_eq(ios[0].error, (uint64_t)table[i].error);
	}
	hf_require_eq(submit(0, HF_IO_READ, 0, 1, 512), 0);
	hf_require_eq(fake_fetch(&fake), 1);
	fake_complete_len(&fake, 0, VIRTIO_BLK_S_OK, 512);
	vtblk_intr(&disk);
	hf_expect_eq(ios[0].error, EIO);
	hf_require_eq(submit(0, HF_IO_WRITE, 0, 1, 512), 0);
	hf_require_eq(fake_fetch(&fake), 1);
	fake_complete_len(&fake, 0, VIRTIO_BLK_S_OK, 0);
	vtblk_intr(&disk);
	hf_expect_eq(ios[0].error, EIO);
}

HF_SCENARIO(virtio_broken, "dev.virtio_broken_ring", "VB-48",
    "a used ring that lies ends the device, not the kernel")
{
	int how, i;

	for (how = 0; how < 4; how++) {
		fake_init(&fake, SECTORS);
		start_device();
		for (i = 0; i < 3; i++)
			(void)submit(i, HF_IO_READ, 0, 1, 512);
		(void)fake_fetch(&fake);
		switch (how) {
		case 0:
			fake_used_raw(&fake, 0xffffffffu, 1);
			break;
		case 1: /* in range, not in flight */
			fake_used_raw(&fake, 40, 1);
			break;
		case 2: /* more completions than requests */
			fake.used_idx += 5;
			fake_used_raw(&fake, 0, 1);
			break;
		case 3: /* the same one twice */
			fake_used_raw(&fake, fake.pending[0].head, 513);
			fake_used_raw(&fake, fake.pending[0].head, 513);
			break;
		}
		vtblk_intr(&disk);
		hf_expect(disk.sc_dead);
		for (i = 0; i < 3; i++)
			hf_expect_eq(ios[i].done, 1);
		hf_expect_eq(ios[2].error, EIO);
		hf_expect((fake.status & VIRTIO_STATUS_FAILED) != 0);
		hf_require_eq(submit(4, HF_IO_READ, 0, 1, 512), 0);
		hf_expect_eq(ios[4].done, 1);
		hf_expect_eq(ios[4].error, ENXIO);
		vtblk_intr(&disk);
	}
}

HF_SCENARIO(virtio_reset, "dev.virtio_needs_reset", "VB-49",
    "a device that needs a reset gets one, requests are sent again")
{
	int i;

	fake_init(&fake, SECTORS);
	fake.queue_max = 4;
	start_device();
	for (i = 0; i < 10; i++)
		(void)submit(i, HF_IO_READ, (uint64_t)i, 1, 512);
	(void)fake_fetch(&fake);
	fake_complete(&fake, 0, VIRTIO_BLK_S_OK);
	vtblk_intr(&disk);
	fake.status |= VIRTIO_STATUS_DEVICE_NEEDS_RESET;
	fake.int_status |= VIRTIO_INT_CONFIG;
	vtblk_intr(&disk);
	hf_expect_eq(fake.status, 15);
	complete_all(VIRTIO_BLK_S_OK);
	for (i = 0; i < 10; i++) {
		hf_expect_eq(ios[i].done, 1);
		hf_expect_eq(ios[i].error, 0);
	}
	/* Again and again without progress: given up. */
	(void)submit(0, HF_IO_READ, 0, 1, 512);
	for (i = 0; i < 10 && !disk.sc_dead; i++) {
		fake.status |= VIRTIO_STATUS_DEVICE_NEEDS_RESET;
		fake.int_status |= VIRTIO_INT_CONFIG;
		vtblk_intr(&disk);
	}
	hf_expect(disk.sc_dead);
	hf_expect_eq(ios[0].done, 1);
	hf_expect_eq(ios[0].error, EIO);
}

HF_SCENARIO(virtio_reset_refused, "dev.virtio_reset_refused", "VB-49 VB-48",
    "a device that is not itself any more after a reset fails what it had")
{
	int i;

	fake_init(&fake, SECTORS);
	start_device();
	for (i = 0; i < 5; i++)
		(void)submit(i, HF_IO_READ, (uint64_t)i, 1, 512);
	(void)fake_fetch(&fake);
	fake_complete(&fake, 0, VIRTIO_BLK_S_OK);
	vtblk_intr(&disk);
	fake.refuse_queue = true;
	fake.status |= VIRTIO_STATUS_DEVICE_NEEDS_RESET;
	fake.int_status |= VIRTIO_INT_CONFIG;
	vtblk_intr(&disk);
	hf_expect(disk.sc_dead);
	hf_expect((fake.status & VIRTIO_STATUS_FAILED) != 0);
	for (i = 0; i < 5; i++) {
		hf_expect_eq(ios[i].done, 1);
		hf_expect_eq(ios[i].error, i == 0 ? 0 : EIO);
	}
}

HF_SCENARIO(virtio_empty_segment, "dev.virtio_empty_segment", "VB-44",
    "segments of no bytes are left out, wherever they stand")
{
	struct tracked *t = &ios[0];
	int empty;

	for (empty = 0; empty < 3; empty++) {
		fake_init(&fake, SECTORS);
		start_device();
		t->io = (struct hf_io){ .op = HF_IO_WRITE,
			.segs = t->segs,
			.nsegs = 3,
			.done = count_done,
			.arg = t };
		for (int i = 0; i < 3; i++)
			t->segs[i] = (struct hf_seg){
				.pa = (vm_paddr_t)(uintptr_t)data + 1024 * i,
				.len = i == empty ? 0 : 512
			};
		memset(data, 'a' + empty, sizeof(data));
		hf_require_eq(hf_bdev_submit(&disk.sc_bdev, &t->io), 0);
		complete_all(VIRTIO_BLK_S_OK);
		hf_expect_eq(t->done, 1);
		hf_expect_eq(t->error, 0);
		hf_expect_eq(image[0], 'a' + empty);
		hf_expect_eq(image[1023], 'a' + empty);
		hf_expect_ne(image[1024], 'a' + empty);
	}
}

HF_SCENARIO(virtio_limits, "dev.virtio_limits", "VB-51 VB-52 VB-53",
    "what the device cannot do is refused before it is asked")
{
	fake_init(&fake, SECTORS);
	fake.offered |= VIRTIO_BIT(VIRTIO_BLK_F_RO);
	fake.offered &= ~VIRTIO_BIT(VIRTIO_BLK_F_FLUSH);
	start_device();
	hf_expect_eq(submit(0, HF_IO_WRITE, 0, 1, 512), EROFS);
	hf_expect_eq(submit(0, HF_IO_READ, SECTORS, 1, 512), ENXIO);
	hf_expect_eq(submit(0, HF_IO_READ, SECTORS - 1, 2, 512), ENXIO);
	hf_expect_eq(submit(0, HF_IO_READ, UINT64_MAX, 1, 512), ENXIO);
	hf_expect_eq(submit(0, HF_IO_READ, 0, 1, 100), EINVAL);
	hf_expect_eq(submit(0, HF_IO_READ, 0, 0, 0), EINVAL);
	hf_expect_eq(ios[0].done, 0);
	hf_expect_eq(submit(0, HF_IO_READ, SECTORS - 1, 1, 512), 0);
	hf_expect_eq(submit(1, HF_IO_FLUSH, 0, 0, 0), 0);
	hf_expect_eq(ios[1].done, 1);
	hf_expect_eq(ios[1].error, 0);
	hf_expect_eq(fake_fetch(&fake), 1);
	hf_expect_eq(fake.outs, 0);
	complete_all(VIRTIO_BLK_S_OK);
	hf_expect_eq(ios[0].done, 1);
}

static void
grow_while_reading(struct fake_virtio *fv)
{
	if (events_left-- > 0) {
		fv->config.capacity += 0x100000001ull;
		fv->generation++;
	}
}

HF_SCENARIO(virtio_resize, "dev.virtio_resize", "VB-55",
    "a capacity change is read whole")
{
	fake_init(&fake, SECTORS);
	start_device();
	hf_expect_eq(disk.sc_bdev.capacity_sectors, SECTORS);
	fake.on_config_read = grow_while_reading;
	events_left = 3;
	fake.int_status = VIRTIO_INT_CONFIG;
	vtblk_intr(&disk);
	hf_expect_eq(
	    disk.sc_bdev.capacity_sectors, SECTORS + 3 * 0x100000001ull);
	hf_expect_eq(fake.int_status, 0);
}
