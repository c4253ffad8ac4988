/* SPDX-License-Identifier: BSD-2-Clause */
/* virtio_disk.c: the machine's first disk, found when first asked for. */

#include <sys/param.h>
#include <sys/systm.h>
#include <kern/boot.h>
#include <kern/intr.h>
#include <machine/cpufunc.h>
#include <machine/pmap.h>
#include <machine/vmparam.h>
#include <dev/virtio_blk.h>
#include "abi.h"

/* DMA memory of the one disk; part of the image, so nothing to give back. */
#define DISK_MEM_BYTES (48 * 1024)
static char disk_mem[DISK_MEM_BYTES] __aligned(PAGE_SIZE);

static struct vtblk disk;
static char disk_name[24];
static bool disk_attached;

static void
notify_by_port(struct vtmmio *vm, uint32_t index)
{
	outl(vm->notify_port, index);
}

/* The i-th device may have a port for notifications (abi.h). */
static void
find_notify_port(const struct vtmmio_slot *slot, int i)
{
	uint16_t port = (uint16_t)(HF_PORT_NOTIFY + 4 * i);

	disk.sc_mmio.notify = NULL;
	if (inl(port) == (uint32_t)slot->base) {
		disk.sc_mmio.notify_port = port;
		disk.sc_mmio.notify = notify_by_port;
	}
}

/*
 * Tries one announced window.  True when it has become the disk; otherwise why
 * not in msg, which stays as it was for an empty slot.
 */
static bool
try_slot(const struct vtmmio_slot *slot, int i, char *msg, size_t msg_bytes)
{
	enum vtmmio_probe found;

	snprintf(disk_name, sizeof(disk_name), "virtio@%#lx", slot->base);
	disk.sc_mmio.access = &vtmmio_direct;
	disk.sc_mmio.name = disk_name;
	disk.sc_mmio.cookie = pmap_mapdev(slot->base, slot->bytes);
	found = vtmmio_probe(&disk.sc_mmio, msg, msg_bytes);
	if (found == VTMMIO_BLOCK) {
		find_notify_port(slot, i);
		disk.sc_mem = disk_mem;
		/* The kernel image is linked at KERNBASE + address. */
		disk.sc_mem_pa = (vm_offset_t)disk_mem - KERNBASE;
		disk.sc_mem_bytes = sizeof(disk_mem);
		disk.sc_queue_limit = VTBLK_QUEUE_MAX;
		if (vtblk_attach(&disk, msg, msg_bytes) == 0) {
			if (hf_intr_register(
				(int)slot->irq, vtblk_intr, &disk) == 0)
				return (true);
			snprintf(msg, msg_bytes, "%s: IOAPIC pin %u is taken",
			    disk_name, slot->irq);
			(void)vtmmio_reset(&disk.sc_mmio);
		}
	}
	if (found != VTMMIO_EMPTY)
		printf("%s\n", msg);
	pmap_unmapdev(disk.sc_mmio.cookie, slot->bytes);
	return (false);
}

int
hf_bdev_root(struct hf_bdev **bdp, char *msg, size_t msg_bytes)
{
	struct vtmmio_slot slots[HF_VIRTIO_MAX];
	int i, n;

	if (!disk_attached) {
		snprintf(msg, msg_bytes,
		    "no disk: no virtio block device is announced");
		n = vtmmio_scan(
		    hf_cmdline, hf_phys_is_ram, slots, HF_VIRTIO_MAX);
		for (i = 0; i < n && !disk_attached; i++)
			disk_attached = try_slot(&slots[i], i, msg, msg_bytes);
		if (!disk_attached)
			return (ENXIO);
	}
	*bdp = &disk.sc_bdev;
	return (0);
}
