/* SPDX-License-Identifier: BSD-2-Clause */
/* virtio_disk.c: the machine's disks, by number, each brought up when wanted. */

#include <sys/param.h>
#include <sys/systm.h>
#include <kern/boot.h>
#include <kern/intr.h>
#include <machine/cpufunc.h>
#include <machine/dma.h>
#include <machine/pmap.h>
#include <dev/virtio_blk.h>
#include "abi.h"

#define DISK_MEM_BYTES (48 * 1024)

/*
 * A disk; nothing of it is shared with another.  It is kept where it could not
 * be brought up: the device may still write to mem.
 */
struct disk {
	char mem[DISK_MEM_BYTES]; /* rings and requests */
	struct vtblk vtblk;
	char name[8];
};

/*
 * What the command line announces.  Windows are looked at in its order, no
 * further than asked for; disk[i] is vtbd<i>, whose window is window[at[i]].
 * Changed by the thread that asks (bdev.h).
 */
static struct {
	bool scanned;
	struct vtmmio_slot window[HF_VIRTIO_MAX];
	int nwindows, nlooked;
	int at[HF_VIRTIO_MAX], ndisks;
	struct disk *disk[HF_VIRTIO_MAX]; /* NULL: not asked for yet */
	char foreign[96]; /* the last window that is of no use, and why */
} found;
_Static_assert(HF_BDEV_MAX >= HF_VIRTIO_MAX, "each window may be a disk");

static void
look(int i)
{
	const struct vtmmio_slot *window = &found.window[i];
	struct vtmmio vm = { .access = &vtmmio_direct };
	char name[24];

	snprintf(name, sizeof(name), "virtio@%#lx", window->base);
	vm.name = name;
	vm.cookie = pmap_mapdev(window->base, window->bytes);
	switch (vtmmio_probe(&vm, found.foreign, sizeof(found.foreign))) {
	case VTMMIO_BLOCK:
		found.at[found.ndisks++] = i;
		break;
	case VTMMIO_FOREIGN:
		printf("%s\n", found.foreign);
		break;
	case VTMMIO_EMPTY:
		break;
	}
	pmap_unmapdev(vm.cookie, window->bytes);
}

/* False and why in msg: there is no such disk. */
static bool
is_there(int unit, char *msg, size_t msg_bytes)
{
	if (!found.scanned)
		found.nwindows = vtmmio_scan(
		    hf_cmdline, hf_phys_is_ram, found.window, HF_VIRTIO_MAX);
	found.scanned = true;
	while (found.ndisks <= unit && found.nlooked < found.nwindows)
		look(found.nlooked++);
	if (found.ndisks > unit)
		return (true);
	if (found.ndisks > 0)
		snprintf(msg, msg_bytes,
		    "no disk vtbd%d: virtio block devices that are announced: "
		    "%d",
		    unit, found.ndisks);
	else if (found.foreign[0] != '\0')
		strlcpy(msg, found.foreign, msg_bytes);
	else
		snprintf(msg, msg_bytes,
		    "no disk: no virtio block device is announced");
	return (false);
}

static void
notify_by_port(struct vtmmio *vm, uint32_t index)
{
	outl(vm->notify_port, index);
}

/* The i-th window may have a port for notifications (abi.h). */
static void
find_notify_port(struct vtmmio *vm, int i)
{
	uint16_t port = (uint16_t)(HF_PORT_NOTIFY + 4 * i);

	if (inl(port) == (uint32_t)found.window[i].base) {
		vm->notify_port = port;
		vm->notify = notify_by_port;
	}
}

/* 0, or EIO and why in msg. */
static int
bring_up(struct disk *d, int i, char *msg, size_t msg_bytes)
{
	const struct vtmmio_slot *window = &found.window[i];
	struct vtblk *sc = &d->vtblk;
	int error;

	sc->sc_mmio.access = &vtmmio_direct;
	sc->sc_mmio.name = d->name;
	sc->sc_mmio.cookie = pmap_mapdev(window->base, window->bytes);
	find_notify_port(&sc->sc_mmio, i);
	sc->sc_queue_limit = VTBLK_QUEUE_MAX;
	error = vtblk_attach(sc, msg, msg_bytes);
	if (error == 0 &&
	    hf_intr_register((int)window->irq, vtblk_intr, sc) != 0) {
		snprintf(msg, msg_bytes, "%s: IOAPIC pin %u is taken", d->name,
		    window->irq);
		(void)vtmmio_reset(&sc->sc_mmio);
		mtx_destroy(&sc->sc_lock);
		error = EBUSY;
	}
	if (error == 0)
		return (0);
	printf("%s\n", msg);
	pmap_unmapdev(sc->sc_mmio.cookie, window->bytes);
	return (EIO);
}

static int
attach(int unit, const char *name, struct hf_bdev **bdp, char *msg,
    size_t msg_bytes)
{
	struct disk *d;
	vm_paddr_t pa;
	int error;

	if (!is_there(unit, msg, msg_bytes))
		return (ENXIO);
	d = found.disk[unit];
	if (d == NULL) {
		d = hf_dma_alloc(sizeof(*d), &pa);
		if (d == NULL) {
			snprintf(msg, msg_bytes,
			    "%s: no memory for its requests", name);
			return (ENOMEM);
		}
		d->vtblk.sc_mem = d->mem;
		d->vtblk.sc_mem_pa = pa + offsetof(struct disk, mem);
		d->vtblk.sc_mem_bytes = sizeof(d->mem);
		strlcpy(d->name, name, sizeof(d->name));
		found.disk[unit] = d;
	}
	error = bring_up(d, found.at[unit], msg, msg_bytes);
	if (error == 0)
		*bdp = &d->vtblk.sc_bdev;
	return (error);
}

const struct hf_bdev_driver hf_vtbd_driver = { "vtbd", attach };
