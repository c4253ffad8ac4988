/* SPDX-License-Identifier: BSD-2-Clause */
/* virtio_limits.c: limits that a device may not have, and devices that hang. */

#include <test/fake_virtio.h>
#include <test/scenario.h>

static struct fake_virtio fake;
static struct vtblk disk;
static char mem[64 * 1024] __aligned(4096);
static uint8_t block[512];

static void
expect_refused(const char *says)
{
	char msg[128];

	fake_wire(&fake, &disk, mem, sizeof(mem), 64);
	hf_expect_eq(vtblk_attach(&disk, msg, sizeof(msg)), ENXIO);
	if (!hf_expect(strstr(msg, says) != NULL))
		hf_note("no \"%s\" in: %s", says, msg);
}

HF_SCENARIO(virtio_no_limits, "dev.virtio_no_limits", "VB-70",
    "limits of nothing refuse the device")
{
	fake_init(&fake, 100);
	fake.offered |= VIRTIO_BIT(VIRTIO_BLK_F_SIZE_MAX);
	fake.config.size_max = 0;
	expect_refused("size_max is 0");
	hf_expect((fake.status & VIRTIO_STATUS_FAILED) != 0);

	fake_init(&fake, 100);
	fake.config.seg_max = 0;
	expect_refused("seg_max is 0");
	hf_expect((fake.status & VIRTIO_STATUS_FAILED) != 0);
}

/* The driver asks a million times, which takes minutes on a software KVM. */
static void
need_patience(void)
{
#ifndef HF_MODEL
	hf_skip("the driver's patience is for the model");
#endif
}

HF_SCENARIO(virtio_no_reset, "dev.virtio_no_reset", "VB-71",
    "a device that does not reset is not used")
{
	need_patience();
	fake_init(&fake, 100);
	fake.status = VIRTIO_STATUS_ACKNOWLEDGE;
	fake.reset_hangs = true;
	expect_refused("reset does not end");
	hf_expect_eq(fake.accepted, 0);
}

HF_SCENARIO(virtio_little_memory, "dev.virtio_little_memory", "VB-72",
    "the ring is as large as the memory for it, whatever the device offers")
{
	char msg[128];

	fake_init(&fake, 100);
	fake.queue_max = 64;
	fake_wire(&fake, &disk, mem, vtblk_mem_bytes(16), 64);
	hf_require_eq(vtblk_attach(&disk, msg, sizeof(msg)), 0);
	hf_expect_eq(fake.queue_num, 16);

	fake_init(&fake, 100);
	fake.queue_max = 64;
	fake_wire(&fake, &disk, mem, vtblk_mem_bytes(16) - 1, 64);
	hf_require_eq(vtblk_attach(&disk, msg, sizeof(msg)), 0);
	hf_expect_eq(fake.queue_num, 8);
}

static volatile int done;

static void
count_done(struct hf_io *io, int error)
{
	done++;
}

HF_SCENARIO(virtio_reset_hangs, "dev.virtio_reset_hangs", "VB-73",
    "what a device may still write to is not given back, and it gets no more")
{
	struct hf_seg seg = { (vm_paddr_t)(uintptr_t)block, sizeof(block) };
	struct hf_io io = {
		.op = HF_IO_READ, .segs = &seg, .nsegs = 1, .done = count_done
	};
	struct hf_io more = io;
	char msg[128];
	int sent;

	need_patience();
	done = 0;
	fake_init(&fake, 100);
	fake_wire(&fake, &disk, mem, sizeof(mem), 64);
	hf_require_eq(vtblk_attach(&disk, msg, sizeof(msg)), 0);
	hf_require_eq(hf_bdev_submit(&disk.sc_bdev, &io), 0);
	sent = fake_fetch(&fake);
	hf_expect_eq(sent, 1);
	fake.reset_hangs = true;
	fake_used_raw(&fake, 0xffff, 1);
	vtblk_intr(&disk);
	hf_expect(disk.sc_dead);
	hf_expect_eq(done, 0);
	hf_require_eq(hf_bdev_submit(&disk.sc_bdev, &more), 0);
	hf_expect_eq(done, 1);
	/* The first is all that it ever got, whatever it says now. */
	hf_expect_eq(fake_fetch(&fake), 1);
	fake.int_status = VIRTIO_INT_CONFIG | VIRTIO_INT_USED_RING;
	vtblk_intr(&disk);
	hf_expect_eq(done, 1);
}
