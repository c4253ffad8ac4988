/* SPDX-License-Identifier: BSD-2-Clause */
/* virtio_bringup.c: finding a virtio block device and starting it. */

#include <test/fake_virtio.h>
#include <test/scenario.h>

static struct fake_virtio fake;
static struct vtblk disk;
static char mem[64 * 1024] __aligned(4096);

static bool
no_ram(vm_paddr_t pa, vm_size_t bytes)
{
	return (pa < 0x100000);
}

HF_SCENARIO(virtio_cmdline, "dev.virtio_cmdline", "BT-07 BT-08 BT-09",
    "virtio_mmio.device= is parsed, nonsense is left out")
{
	static const struct {
		const char *text;
		bool good;
	} table[] = {
		{ "512@0xfeb00e00:12", true },
		{ "4K@0xd0000000:5", true },
		{ "0x200@4272947200:5:7", true },
		{ "1k@0xd0001000:6", true },
		{ "4096@034000000000:5", true },
		{ "0@0xd0000000:5", false },
		{ "256@0xd0000000:5", false },
		{ "4K@0:5", false },
		{ "4K@0xd0000000", false },
		{ "4K@0xd0000000:0", false },
		{ "4K@0xd0000000:24", false },
		{ "4K@0xd0000000:5x", false },
		{ "4K@0xd0000000:5:", false },
		{ "4K@0xfffffffffffff800:5", false },
		{ "99999999999999999999@0xd0000000:5", false },
		{ "17179869184G@0xd0000000:5", false },
		{ "K@0xd0000000:5", false },
		{ "", false },
	};
	struct vtmmio_slot slots[4];
	u_int i;

	for (i = 0; i < nitems(table); i++)
		if (!hf_expect(
			(vtmmio_parse(table[i].text, strlen(table[i].text),
			     &slots[0]) == NULL) == table[i].good))
			hf_note("\"%s\"", table[i].text);
	/* What stands behind the end does not count. */
	hf_expect(vtmmio_parse("4K@0xd0000000:51", 15, &slots[0]) == NULL);
	hf_expect_eq(slots[0].irq, 5);
	hf_expect(vtmmio_parse("4K@0xd0000000:07", 15, &slots[0]) != NULL);
	(void)vtmmio_parse("0x200@4272947200:5:7", 20, &slots[0]);
	hf_expect_eq(slots[0].base, 0xfeb00000u);
	hf_expect_eq(slots[0].bytes, 512);
	hf_expect_eq(slots[0].irq, 5);

	hf_expect_eq(vtmmio_scan(NULL, no_ram, slots, 4), 0);
	hf_expect_eq(vtmmio_scan("console=x quiet", no_ram, slots, 4), 0);
	hf_expect_eq(vtmmio_scan("virtio_mmio.device=4K@0x1000:5 "
				 "virtio_mmio.device=4K@0xd0001000:6 "
				 "xvirtio_mmio.device=4K@0xd0005000:6 "
				 "virtio_mmio.device=8K@0xd0000000:5 "
				 "virtio_mmio.device=4K@0xd0000000:5",
			 no_ram, slots, 4),
	    2);
	hf_expect_eq(slots[0].base, 0xd0001000u);
	hf_expect_eq(slots[1].base, 0xd0000000u);
}

HF_SCENARIO(virtio_skip, "dev.virtio_skip", "VB-40 BT-10",
    "a foreign device is left alone, an empty slot silently")
{
	char msg[128];

	fake_init(&fake, 100);
	fake_wire(&fake, &disk, mem, sizeof(mem), 64);
	hf_expect_eq(
	    vtmmio_probe(&disk.sc_mmio, msg, sizeof(msg)), VTMMIO_BLOCK);

	fake.id = 0;
	fake.accesses = 0;
	hf_expect_eq(
	    vtmmio_probe(&disk.sc_mmio, msg, sizeof(msg)), VTMMIO_EMPTY);
	hf_expect_eq(fake.accesses, 3);
	fake.id = 1;
	hf_expect_eq(
	    vtmmio_probe(&disk.sc_mmio, msg, sizeof(msg)), VTMMIO_FOREIGN);
	fake.version = 1;
	fake.accesses = 0;
	hf_expect_eq(
	    vtmmio_probe(&disk.sc_mmio, msg, sizeof(msg)), VTMMIO_FOREIGN);
	hf_expect(strstr(msg, "Version 1") != NULL);
	hf_expect_eq(fake.accesses, 2);
	fake.magic = 0;
	fake.accesses = 0;
	hf_expect_eq(
	    vtmmio_probe(&disk.sc_mmio, msg, sizeof(msg)), VTMMIO_FOREIGN);
	hf_expect_eq(fake.accesses, 1);
	hf_expect_eq(fake.nlog, 0);
}

/* Index in the log of the n-th write to a register, -1 if there is none. */
static int
find_write(uint32_t off, int n)
{
	int i;

	for (i = 0; i < fake.nlog; i++)
		if (fake.log[i] >> 16 == off && n-- == 0)
			return (i);
	return (-1);
}

HF_SCENARIO(virtio_order, "dev.virtio_order", "VB-41 VB-43",
    "status goes 0, 1, 3, 11, 15, the queue is set up between the last two")
{
	static const uint32_t want[] = { 0, 1, 3, 11, 15 };
	char msg[128];
	int at, i;

	fake_init(&fake, 100);
	fake.offered |= VIRTIO_BIT(7) | VIRTIO_BIT(13) | VIRTIO_BIT(34) |
	    VIRTIO_BIT(40) | VIRTIO_BIT(63);
	fake_wire(&fake, &disk, mem, sizeof(mem), 64);
	hf_require_eq(vtblk_attach(&disk, msg, sizeof(msg)), 0);
	for (i = 0; i < (int)nitems(want); i++) {
		at = find_write(VIRTIO_MMIO_STATUS, i);
		hf_require(at >= 0);
		hf_expect_eq(fake.log[at] & 0xffff, want[i]);
	}
	hf_expect_eq(find_write(VIRTIO_MMIO_STATUS, 5), (uint64_t)-1);
	at = find_write(VIRTIO_MMIO_QUEUE_READY, 0);
	hf_expect(at > find_write(VIRTIO_MMIO_STATUS, 3));
	hf_expect(at < find_write(VIRTIO_MMIO_STATUS, 4));
	hf_expect(find_write(VIRTIO_MMIO_QUEUE_SEL, 0) >
	    find_write(VIRTIO_MMIO_STATUS, 3));
	hf_expect_eq(fake.kicks, 0);
	hf_expect_eq(fake.accepted,
	    VIRTIO_BIT(VIRTIO_F_VERSION_1) |
		VIRTIO_BIT(VIRTIO_F_RING_EVENT_IDX) |
		VIRTIO_BIT(VIRTIO_F_RING_INDIRECT_DESC) |
		VIRTIO_BIT(VIRTIO_BLK_F_SEG_MAX) |
		VIRTIO_BIT(VIRTIO_BLK_F_FLUSH) |
		VIRTIO_BIT(VIRTIO_BLK_F_BLK_SIZE));
}

HF_SCENARIO(virtio_refused, "dev.virtio_refused", "VB-42 VB-50",
    "a device that does not agree is marked FAILED and left")
{
	char msg[128];

	fake_init(&fake, 100);
	fake.refuse_features = true;
	fake_wire(&fake, &disk, mem, sizeof(mem), 64);
	hf_expect_eq(vtblk_attach(&disk, msg, sizeof(msg)), ENXIO);
	hf_expect((fake.status & VIRTIO_STATUS_FAILED) != 0);
	hf_expect_eq(find_write(VIRTIO_MMIO_QUEUE_SEL, 0), (uint64_t)-1);

	fake_init(&fake, 100);
	fake.offered &= ~VIRTIO_BIT(VIRTIO_F_VERSION_1);
	fake_wire(&fake, &disk, mem, sizeof(mem), 64);
	hf_expect_eq(vtblk_attach(&disk, msg, sizeof(msg)), ENXIO);

	/* Two descriptors do not hold a request, unless it is indirect. */
	fake_init(&fake, 100);
	fake.queue_max = 2;
	fake.offered &= ~VIRTIO_BIT(VIRTIO_F_RING_INDIRECT_DESC);
	fake_wire(&fake, &disk, mem, sizeof(mem), 64);
	hf_expect_eq(vtblk_attach(&disk, msg, sizeof(msg)), ENXIO);
	hf_expect((fake.status & VIRTIO_STATUS_FAILED) != 0);
	hf_expect(strstr(msg, "too small") != NULL);

	fake_init(&fake, 100);
	fake.queue_max = 0;
	fake_wire(&fake, &disk, mem, sizeof(mem), 64);
	hf_expect_eq(vtblk_attach(&disk, msg, sizeof(msg)), ENXIO);
	hf_expect(strstr(msg, "no request queue") != NULL);

	/* One that somebody else has started, and one that cannot be started. */
	fake_init(&fake, 100);
	fake.queue_stuck = 1;
	fake_wire(&fake, &disk, mem, sizeof(mem), 64);
	hf_expect_eq(vtblk_attach(&disk, msg, sizeof(msg)), ENXIO);
	hf_expect(strstr(msg, "no request queue") != NULL);
	hf_expect((fake.status & VIRTIO_STATUS_FAILED) != 0);
	fake_init(&fake, 100);
	fake.refuse_queue = true;
	fake_wire(&fake, &disk, mem, sizeof(mem), 64);
	hf_expect_eq(vtblk_attach(&disk, msg, sizeof(msg)), ENXIO);
	hf_expect(strstr(msg, "refuses the queue") != NULL);
	hf_expect((fake.status & VIRTIO_STATUS_FAILED) != 0);

	fake_init(&fake, 100);
	fake.config.blk_size = 1000;
	fake_wire(&fake, &disk, mem, sizeof(mem), 64);
	hf_expect_eq(vtblk_attach(&disk, msg, sizeof(msg)), ENXIO);
	hf_expect(strstr(msg, "blk_size") != NULL);
}
