/* SPDX-License-Identifier: BSD-2-Clause */
/* virtio_forms.c: requests without data to read or write; registers in memory. */

#include <test/fake_virtio.h>
#include <test/scenario.h>

static struct fake_virtio fake;
static struct vtblk disk;
static char mem[64 * 1024] __aligned(4096);
static uint8_t id[20];
static int done, failed;

static void
count_done(struct hf_io *io, int error)
{
	done++;
	failed += error != 0;
}

HF_SCENARIO(virtio_forms, "dev.virtio_forms", "VB-68",
    "a flush and the question for the name are sent as what they are")
{
	struct hf_seg seg = { (vm_paddr_t)(uintptr_t)id, sizeof(id) };
	struct hf_io flush = { .op = HF_IO_FLUSH, .done = count_done };
	struct hf_io ask = {
		.op = HF_IO_GET_ID, .segs = &seg, .nsegs = 1, .done = count_done
	};
	char msg[128];

	done = failed = 0;
	fake_init(&fake, 100);
	fake_wire(&fake, &disk, mem, sizeof(mem), 64);
	hf_require_eq(vtblk_attach(&disk, msg, sizeof(msg)), 0);
	hf_require_eq(hf_bdev_submit(&disk.sc_bdev, &flush), 0);
	hf_require_eq(hf_bdev_submit(&disk.sc_bdev, &ask), 0);
	hf_require_eq(fake_fetch(&fake), 2);
	hf_expect_eq(fake.pending[0].type, VIRTIO_BLK_T_FLUSH);
	hf_expect_eq(fake.pending[0].data_bytes, 0);
	hf_expect_eq(fake.pending[1].type, VIRTIO_BLK_T_GET_ID);
	hf_expect_eq(fake.pending[1].data_bytes, sizeof(id));
	hf_expect_eq(fake.outs, 0);
	fake_complete_len(&fake, 0, VIRTIO_BLK_S_OK, 1);
	fake_complete_len(&fake, 0, VIRTIO_BLK_S_OK, sizeof(id) + 1);
	vtblk_intr(&disk);
	hf_expect_eq(done, 2);
	hf_expect_eq(failed, 0);
}

HF_SCENARIO(virtio_direct, "dev.virtio_direct", "VB-69",
    "registers at an address are read and written there, 32 bits at a time")
{
	static uint32_t window[64];
	struct vtmmio vm = { .access = &vtmmio_direct, .cookie = window };

	window[VIRTIO_MMIO_STATUS / 4] = 0x8000000bu;
	hf_expect_eq(vtmmio_read(&vm, VIRTIO_MMIO_STATUS), 0x8000000bu);
	vtmmio_write(&vm, VIRTIO_MMIO_QUEUE_SEL, 0x12345678);
	hf_expect_eq(window[VIRTIO_MMIO_QUEUE_SEL / 4], 0x12345678u);
	hf_expect_eq(window[VIRTIO_MMIO_QUEUE_SEL / 4 + 1], 0);
	hf_expect_eq(window[VIRTIO_MMIO_QUEUE_SEL / 4 - 1], 0);
}

static bool
no_ram(vm_paddr_t pa, vm_size_t bytes)
{
	return (false);
}

HF_SCENARIO(virtio_slots, "dev.virtio_slots", "BT-08",
    "as many devices are found as there is room for, digits of any case")
{
	struct vtmmio_slot slots[2];

	slots[1].irq = 99;
	hf_expect_eq(vtmmio_scan("virtio_mmio.device=4K@0xD0ABC000:6 "
				 "virtio_mmio.device=4K@0xd0001000:7",
			 no_ram, slots, 1),
	    1);
	hf_expect_eq(slots[0].base, 0xd0abc000u);
	hf_expect_eq(slots[1].irq, 99);
	hf_expect_ne(vtmmio_parse("4K", 2, &slots[0]), NULL);
}
