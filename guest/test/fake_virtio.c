/* SPDX-License-Identifier: BSD-2-Clause */
/* fake_virtio.c: a scripted virtio block device. */

#include <sys/param.h>
#include <sys/systm.h>
#include <test/fake_virtio.h>

void
fake_init(struct fake_virtio *fv, uint64_t sectors)
{
	memset(fv, 0, sizeof(*fv));
	fv->magic = VIRTIO_MMIO_MAGIC;
	fv->version = VIRTIO_MMIO_VERSION_2;
	fv->id = VIRTIO_ID_BLOCK;
	fv->queue_max = 64;
	fv->offered = VIRTIO_BIT(VIRTIO_F_VERSION_1) |
	    VIRTIO_BIT(VIRTIO_F_RING_EVENT_IDX) |
	    VIRTIO_BIT(VIRTIO_F_RING_INDIRECT_DESC) |
	    VIRTIO_BIT(VIRTIO_BLK_F_SEG_MAX) | VIRTIO_BIT(VIRTIO_BLK_F_FLUSH) |
	    VIRTIO_BIT(VIRTIO_BLK_F_BLK_SIZE);
	fv->config.capacity = sectors;
	fv->config.seg_max = 32;
	fv->config.blk_size = 512;
}

static uint32_t
config_read(struct fake_virtio *fv, uint32_t off)
{
	uint32_t v;

	if (fv->on_config_read != NULL)
		fv->on_config_read(fv);
	if (off + 4 > sizeof(fv->config))
		return (0);
	memcpy(&v, (char *)&fv->config + off, sizeof(v));
	return (v);
}

static uint32_t
fake_read4(void *cookie, uint32_t off)
{
	struct fake_virtio *fv;
	uint32_t v;

	fv = cookie;
	fv->accesses++;
	switch (off) {
	case VIRTIO_MMIO_MAGIC_VALUE:
		return (fv->magic);
	case VIRTIO_MMIO_VERSION:
		return (fv->version);
	case VIRTIO_MMIO_DEVICE_ID:
		return (fv->id);
	case VIRTIO_MMIO_DEVICE_FEATURES:
		return (fv->dev_sel < 2
			? (uint32_t)(fv->offered >> (32 * fv->dev_sel))
			: 0);
	case VIRTIO_MMIO_QUEUE_NUM_MAX:
		return (fv->queue_sel == 0 ? fv->queue_max : 0);
	case VIRTIO_MMIO_QUEUE_READY:
		return (fv->queue_ready | fv->queue_stuck);
	case VIRTIO_MMIO_INTERRUPT_STATUS:
		v = fv->int_status;
		if (fv->on_status_read != NULL)
			fv->on_status_read(fv);
		return (v);
	case VIRTIO_MMIO_STATUS:
		return (fv->status);
	case VIRTIO_MMIO_CONFIG_GENERATION:
		return (fv->generation);
	}
	if (off >= VIRTIO_MMIO_CONFIG)
		return (config_read(fv, off - VIRTIO_MMIO_CONFIG));
	return (0);
}

static void
reset(struct fake_virtio *fv)
{
	fv->status = fv->int_status = fv->queue_ready = 0;
	fv->accepted = 0;
	fv->last_avail = fv->used_idx = 0;
	fv->npending = 0;
}

static void
status_write(struct fake_virtio *fv, uint32_t v)
{
	if (v == 0) {
		if (!fv->reset_hangs)
			reset(fv);
		return;
	}
	if ((v & VIRTIO_STATUS_FEATURES_OK) != 0 && fv->refuse_features)
		v &= ~VIRTIO_STATUS_FEATURES_OK;
	fv->status |= v;
}

static void
half(uint64_t *word, bool high, uint32_t v)
{
	if (high)
		*word = (*word & 0xffffffffull) | (uint64_t)v << 32;
	else
		*word = (*word & ~0xffffffffull) | v;
}

static void
fake_write4(void *cookie, uint32_t off, uint32_t v)
{
	struct fake_virtio *fv;

	fv = cookie;
	fv->accesses++;
	if (fv->nlog < FAKE_LOG_MAX)
		fv->log[fv->nlog++] = FAKE_LOG(off, v);
	switch (off) {
	case VIRTIO_MMIO_DEVICE_FEATURES_SEL:
		fv->dev_sel = v;
		break;
	case VIRTIO_MMIO_DRIVER_FEATURES_SEL:
		fv->drv_sel = v;
		break;
	case VIRTIO_MMIO_DRIVER_FEATURES:
		half(&fv->accepted, fv->drv_sel == 1, v);
		break;
	case VIRTIO_MMIO_QUEUE_SEL:
		fv->queue_sel = v;
		break;
	case VIRTIO_MMIO_QUEUE_NUM:
		fv->queue_num = v;
		break;
	case VIRTIO_MMIO_QUEUE_READY:
		fv->queue_ready = fv->refuse_queue ? 0 : v;
		break;
	case VIRTIO_MMIO_QUEUE_NOTIFY:
		fv->kicks++;
		if ((fv->status & VIRTIO_STATUS_DRIVER_OK) == 0)
			fv->early_kicks++;
		break;
	case VIRTIO_MMIO_INTERRUPT_ACK:
		fv->int_status &= ~v;
		break;
	case VIRTIO_MMIO_STATUS:
		status_write(fv, v);
		break;
	case VIRTIO_MMIO_QUEUE_DESC_LOW:
	case VIRTIO_MMIO_QUEUE_DESC_HIGH:
		half(&fv->desc_pa, (off & 4) != 0, v);
		break;
	case VIRTIO_MMIO_QUEUE_DRIVER_LOW:
	case VIRTIO_MMIO_QUEUE_DRIVER_HIGH:
		half(&fv->avail_pa, (off & 4) != 0, v);
		break;
	case VIRTIO_MMIO_QUEUE_DEVICE_LOW:
	case VIRTIO_MMIO_QUEUE_DEVICE_HIGH:
		half(&fv->used_pa, (off & 4) != 0, v);
		break;
	}
}

static const struct vtmmio_access access = { fake_read4, fake_write4 };

void
fake_wire(struct fake_virtio *fv, struct vtblk *sc, void *mem, size_t mem_bytes,
    uint16_t queue_limit)
{
	memset(sc, 0, sizeof(*sc));
	sc->sc_mmio.access = &access;
	sc->sc_mmio.cookie = fv;
	sc->sc_mmio.name = "fake";
	sc->sc_mem = mem;
	sc->sc_mem_pa = (vm_paddr_t)(uintptr_t)mem;
	sc->sc_mem_bytes = mem_bytes;
	sc->sc_queue_limit = queue_limit;
}

static const struct virtq_desc *
first_desc(
    struct fake_virtio *fv, uint16_t head, const struct virtq_desc **table)
{
	const struct virtq_desc *d;

	*table = (void *)(uintptr_t)fv->desc_pa;
	d = &(*table)[head];
	if ((d->flags & VIRTQ_DESC_F_INDIRECT) == 0)
		return (d);
	*table = (void *)(uintptr_t)d->addr;
	return (*table);
}

int
fake_fetch(struct fake_virtio *fv)
{
	const struct virtq_avail *avail;
	const struct virtio_blk_req *hdr;
	const struct virtq_desc *d, *table;
	struct fake_request *r;

	avail = (void *)(uintptr_t)fv->avail_pa;
	while (fv->last_avail != *(volatile const uint16_t *)&avail->idx) {
		r = &fv->pending[fv->npending++];
		memset(r, 0, sizeof(*r));
		r->head = avail->ring[fv->last_avail++ & (fv->queue_num - 1)];
		d = first_desc(fv, r->head, &table);
		hdr = (void *)(uintptr_t)d->addr;
		r->type = hdr->type;
		r->sector = hdr->sector;
		if (r->type == VIRTIO_BLK_T_OUT)
			fv->outs++;
		for (d = &table[d->next]; (d->flags & VIRTQ_DESC_F_NEXT) != 0;
		     d = &table[d->next]) {
			r->data_segs++;
			r->data_bytes += d->len;
			r->longest_seg = max(r->longest_seg, d->len);
		}
		r->status = (void *)(uintptr_t)d->addr;
	}
	/* Ask for a notification of the next one (EVENT_IDX). */
	*(volatile uint16_t *)((char *)(uintptr_t)fv->used_pa +
	    VIRTQ_AVAIL_EVENT_OFFSET(fv->queue_num)) = fv->last_avail;
	return (fv->npending);
}

void
fake_used_raw(struct fake_virtio *fv, uint32_t id, uint32_t len)
{
	volatile struct virtq_used *used;
	uint32_t slot;

	used = (void *)(uintptr_t)fv->used_pa;
	slot = fv->used_idx & (fv->queue_num - 1);
	used->ring[slot].id = id;
	used->ring[slot].len = len;
	used->idx = ++fv->used_idx;
	fv->int_status |= VIRTIO_INT_USED_RING;
}

static void
move_data(struct fake_virtio *fv, const struct fake_request *r)
{
	const struct virtq_desc *d, *table;
	uint8_t *at;

	at = fv->disk + r->sector * VIRTIO_BLK_SECTOR_BYTES;
	d = first_desc(fv, r->head, &table);
	for (d = &table[d->next]; (d->flags & VIRTQ_DESC_F_NEXT) != 0;
	     d = &table[d->next]) {
		if (r->type == VIRTIO_BLK_T_IN)
			memcpy((void *)(uintptr_t)d->addr, at, d->len);
		else
			memcpy(at, (void *)(uintptr_t)d->addr, d->len);
		at += d->len;
	}
}

void
fake_complete_len(struct fake_virtio *fv, int i, uint8_t status, uint32_t len)
{
	struct fake_request r;

	r = fv->pending[i];
	memmove(&fv->pending[i], &fv->pending[i + 1],
	    (size_t)(fv->npending - i - 1) * sizeof(r));
	fv->npending--;
	if (status == VIRTIO_BLK_S_OK && fv->disk != NULL &&
	    (r.type == VIRTIO_BLK_T_IN || r.type == VIRTIO_BLK_T_OUT))
		move_data(fv, &r);
	if (status != VIRTIO_BLK_S_UNSET)
		*r.status = status;
	fake_used_raw(fv, r.head, len);
}

void
fake_complete(struct fake_virtio *fv, int i, uint8_t status)
{
	uint32_t len;

	len = 1;
	if (status == VIRTIO_BLK_S_OK &&
	    (fv->pending[i].type == VIRTIO_BLK_T_IN ||
		fv->pending[i].type == VIRTIO_BLK_T_GET_ID))
		len += fv->pending[i].data_bytes;
	fake_complete_len(fv, i, status, len);
}
