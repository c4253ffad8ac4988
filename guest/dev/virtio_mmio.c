/* SPDX-License-Identifier: BSD-2-Clause */
/* virtio_mmio.c: registers and life cycle of a virtio-mmio device. */

#include <sys/param.h>
#include <sys/systm.h>
#include <machine/atomic.h>
#include <dev/virtio_mmio.h>
#include <dev/virtqueue.h>

/*
 * Reads of Status that may show a reset still going on.  Each is an exit of
 * some microseconds, so the bound is seconds: backend I/O in flight is waited
 * for by the device (virtio_blk.md 2).
 */
#define RESET_POLLS 1000000

static uint32_t
direct_read4(void *cookie, uint32_t off)
{
	return (*(volatile uint32_t *)((char *)cookie + off));
}

static void
direct_write4(void *cookie, uint32_t off, uint32_t value)
{
	*(volatile uint32_t *)((char *)cookie + off) = value;
}

const struct vtmmio_access vtmmio_direct = { direct_read4, direct_write4 };

uint32_t
vtmmio_read(struct vtmmio *vm, uint32_t off)
{
	return (vm->access->read4(vm->cookie, off));
}

void
vtmmio_write(struct vtmmio *vm, uint32_t off, uint32_t value)
{
	vm->access->write4(vm->cookie, off, value);
}

enum vtmmio_probe
vtmmio_probe(struct vtmmio *vm, char *msg, size_t msg_bytes)
{
	uint32_t v;

	v = vtmmio_read(vm, VIRTIO_MMIO_MAGIC_VALUE);
	if (v != VIRTIO_MMIO_MAGIC) {
		snprintf(
		    msg, msg_bytes, "%s: magic %#x is not virtio", vm->name, v);
		return (VTMMIO_FOREIGN);
	}
	v = vtmmio_read(vm, VIRTIO_MMIO_VERSION);
	if (v != VIRTIO_MMIO_VERSION_2) {
		snprintf(msg, msg_bytes, "%s: virtio-mmio Version %u, need 2%s",
		    vm->name, v,
		    v == 1 ? " (QEMU: -global virtio-mmio.force-legacy=false)"
			   : "");
		return (VTMMIO_FOREIGN);
	}
	v = vtmmio_read(vm, VIRTIO_MMIO_DEVICE_ID);
	if (v == VIRTIO_ID_NONE)
		return (VTMMIO_EMPTY);
	if (v != VIRTIO_ID_BLOCK) {
		snprintf(msg, msg_bytes, "%s: virtio device %u is no disk",
		    vm->name, v);
		return (VTMMIO_FOREIGN);
	}
	return (VTMMIO_BLOCK);
}

void
vtmmio_status_add(struct vtmmio *vm, uint32_t bits)
{
	vtmmio_write(
	    vm, VIRTIO_MMIO_STATUS, vtmmio_read(vm, VIRTIO_MMIO_STATUS) | bits);
}

bool
vtmmio_reset(struct vtmmio *vm)
{
	int i;

	vtmmio_write(vm, VIRTIO_MMIO_STATUS, 0);
	for (i = 0; i < RESET_POLLS; i++)
		if (vtmmio_read(vm, VIRTIO_MMIO_STATUS) == 0)
			return (true);
	return (false);
}

static uint64_t
features_offered(struct vtmmio *vm)
{
	uint64_t low;

	vtmmio_write(vm, VIRTIO_MMIO_DEVICE_FEATURES_SEL, 0);
	low = vtmmio_read(vm, VIRTIO_MMIO_DEVICE_FEATURES);
	vtmmio_write(vm, VIRTIO_MMIO_DEVICE_FEATURES_SEL, 1);
	return (
	    low | (uint64_t)vtmmio_read(vm, VIRTIO_MMIO_DEVICE_FEATURES) << 32);
}

bool
vtmmio_negotiate(struct vtmmio *vm, uint64_t wanted, uint64_t *accepted)
{
	uint64_t bits;

	vtmmio_status_add(vm, VIRTIO_STATUS_ACKNOWLEDGE);
	vtmmio_status_add(vm, VIRTIO_STATUS_DRIVER);
	bits = features_offered(vm) & wanted;
	if ((bits & VIRTIO_BIT(VIRTIO_F_VERSION_1)) == 0) {
		vtmmio_status_add(vm, VIRTIO_STATUS_FAILED);
		return (false);
	}
	vtmmio_write(vm, VIRTIO_MMIO_DRIVER_FEATURES_SEL, 0);
	vtmmio_write(vm, VIRTIO_MMIO_DRIVER_FEATURES, (uint32_t)bits);
	vtmmio_write(vm, VIRTIO_MMIO_DRIVER_FEATURES_SEL, 1);
	vtmmio_write(vm, VIRTIO_MMIO_DRIVER_FEATURES, (uint32_t)(bits >> 32));
	vtmmio_status_add(vm, VIRTIO_STATUS_FEATURES_OK);
	if ((vtmmio_read(vm, VIRTIO_MMIO_STATUS) & VIRTIO_STATUS_FEATURES_OK) ==
	    0) {
		vtmmio_status_add(vm, VIRTIO_STATUS_FAILED);
		return (false);
	}
	*accepted = bits;
	return (true);
}

uint32_t
vtmmio_queue_max(struct vtmmio *vm, uint32_t index)
{
	vtmmio_write(vm, VIRTIO_MMIO_QUEUE_SEL, index);
	if (vtmmio_read(vm, VIRTIO_MMIO_QUEUE_READY) != 0)
		return (0);
	return (vtmmio_read(vm, VIRTIO_MMIO_QUEUE_NUM_MAX));
}

static void
write_pa(struct vtmmio *vm, uint32_t low_off, vm_paddr_t pa)
{
	vtmmio_write(vm, low_off, (uint32_t)pa);
	vtmmio_write(vm, low_off + 4, (uint32_t)(pa >> 32));
}

bool
vtmmio_queue_start(struct vtmmio *vm, uint32_t index, struct virtq *vq)
{
	vtmmio_write(vm, VIRTIO_MMIO_QUEUE_SEL, index);
	vtmmio_write(vm, VIRTIO_MMIO_QUEUE_NUM, vq->vq_size);
	write_pa(vm, VIRTIO_MMIO_QUEUE_DESC_LOW, vq->vq_desc_pa);
	write_pa(vm, VIRTIO_MMIO_QUEUE_DRIVER_LOW, vq->vq_avail_pa);
	write_pa(vm, VIRTIO_MMIO_QUEUE_DEVICE_LOW, vq->vq_used_pa);
	vtmmio_write(vm, VIRTIO_MMIO_QUEUE_READY, 1);
	return (vtmmio_read(vm, VIRTIO_MMIO_QUEUE_READY) == 1);
}

void
vtmmio_notify(struct vtmmio *vm, uint32_t index)
{
	if (vm->notify != NULL)
		vm->notify(vm, index);
	else
		vtmmio_write(vm, VIRTIO_MMIO_QUEUE_NOTIFY, index);
}

void
vtmmio_config(struct vtmmio *vm, uint32_t off, uint32_t *words, int n)
{
	uint32_t after, before;
	int i;

	/* Virtio 2.5.1: again if it changed while we were reading. */
	after = vtmmio_read(vm, VIRTIO_MMIO_CONFIG_GENERATION);
	do {
		before = after;
		for (i = 0; i < n; i++)
			words[i] = vtmmio_read(
			    vm, VIRTIO_MMIO_CONFIG + off + 4 * (uint32_t)i);
		after = vtmmio_read(vm, VIRTIO_MMIO_CONFIG_GENERATION);
	} while (after != before);
}
