/* SPDX-License-Identifier: BSD-2-Clause */
/* virtio_rig.c: a scripted virtio-blk driver over a fake guest's memory. */
#include "abi.h"
#include "virtio_rig.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static uint64_t
now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ((uint64_t)ts.tv_sec * 1000000000u + (uint64_t)ts.tv_nsec);
}

void
rig_wait_step(struct rig_wait *w, const char *what)
{
	const struct timespec step = { .tv_nsec = 50000 };
	uint64_t now = now_ns();

	if (w->start_ns == 0)
		w->start_ns = now;
	if (now - w->start_ns > RIG_WAIT_S * 1000000000ull)
		ck_abort_msg("waited %d s for: %s", RIG_WAIT_S, what);
	nanosleep(&step, NULL);
}

static void
host_irq_raise(void *arg, unsigned int irq)
{
	struct rig *r = arg;

	ck_assert_uint_eq(irq, 5);
	pthread_mutex_lock(&r->lock);
	r->irqs++;
	pthread_cond_broadcast(&r->irq_cv);
	pthread_mutex_unlock(&r->lock);
}

static int
host_doorbell_add(void *arg, const struct doorbell *bell)
{
	struct rig *r = arg;

	ck_assert_uint_eq(bell->len_bytes, 4);
	ck_assert_uint_eq(bell->value, 0);
	ck_assert_int_ge(bell->eventfd, 0);
	if (r->how == RIG_BY_EXIT)
		return (-38);
	if (bell->is_port) {
		/* The same count, so it matters not which of them rings. */
		ck_assert_uint_eq(bell->addr, HF_PORT_NOTIFY);
		ck_assert_int_eq(bell->eventfd, r->doorbell);
		ck_assert_uint_eq(r->ports_bound++, r->ports_unbound);
		return (0);
	}
	ck_assert_uint_eq(bell->addr, RIG_BASE + VIRTIO_MMIO_QUEUE_NOTIFY);
	ck_assert_int_eq(r->doorbell, -1);
	r->doorbell = bell->eventfd;
	r->bound++;
	return (0);
}

static void
host_doorbell_remove(void *arg, const struct doorbell *bell)
{
	struct rig *r = arg;

	if (bell->is_port) {
		ck_assert_uint_eq(r->ports_bound, ++r->ports_unbound);
		return;
	}
	ck_assert_int_eq(r->doorbell, bell->eventfd);
	r->doorbell = -1;
	r->unbound++;
}

static void
region_init(struct guestmem_region *g, uint64_t base, uint64_t len)
{
	g->base = gpa_make(base);
	g->len_bytes = len;
	ck_assert_int_eq(posix_memalign(&g->host, 4096, len), 0);
	memset(g->host, 0, len);
}

struct rig *
rig_new(struct blk_backend *backend, enum rig_notify how)
{
	struct rig *r = calloc(1, sizeof(*r));
	struct dev_host_ops host = { .arg = r,
		.irq_raise = host_irq_raise,
		.doorbell_add = host_doorbell_add,
		.doorbell_remove = host_doorbell_remove };
	struct virtio_mmio_config config = { .base = gpa_make(RIG_BASE),
		.irq = 5,
		.notify_port = HF_PORT_NOTIFY,
		.host = &host };

	ck_assert_ptr_nonnull(r);
	region_init(&r->regions[0], 0, RIG_SEAM);
	region_init(&r->regions[1], RIG_SEAM, RIG_LOW_END - RIG_SEAM);
	region_init(&r->regions[2], RIG_HIGH, RIG_HIGH_BYTES);
	r->mem = guestmem_new(r->regions, RIG_REGIONS);
	r->backend = backend;
	r->how = how;
	r->doorbell = -1;
	pthread_mutex_init(&r->lock, NULL);
	pthread_cond_init(&r->irq_cv, NULL);
	r->blk = virtio_blk_new(r->mem, backend, "holdfast-test");
	config.mem = r->mem;
	r->mmio = virtio_mmio_new(&config, virtio_blk_device(r->blk));
	return (r);
}

void
rig_free(struct rig *r)
{
	virtio_mmio_free(r->mmio);
	ck_assert_uint_eq(r->bound, r->unbound);
	ck_assert_uint_eq(r->ports_bound, r->unbound);
	ck_assert_uint_eq(r->ports_unbound, r->unbound);
	virtio_blk_free(r->blk);
	blk_close(r->backend);
	guestmem_free(r->mem);
	for (unsigned int i = 0; i < RIG_REGIONS; i++)
		free(r->regions[i].host);
	pthread_cond_destroy(&r->irq_cv);
	pthread_mutex_destroy(&r->lock);
	free(r);
}

void *
rig_at(struct rig *r, uint64_t addr, uint64_t len)
{
	void *p = guestmem_ptr(r->mem, gpa_make(addr), len);

	ck_assert_msg(p != NULL, "no RAM at %#jx", (uintmax_t)addr);
	return (p);
}

uint32_t
rig_read(struct rig *r, uint32_t reg)
{
	uint32_t value = 0xdeadbeef;

	virtio_mmio_bus_ops.read(r->mmio, reg, 4, &value);
	return (value);
}

void
rig_write(struct rig *r, uint32_t reg, uint32_t value)
{
	virtio_mmio_bus_ops.write(r->mmio, reg, 4, &value);
}

void
rig_write64(struct rig *r, uint32_t low_reg, uint64_t value)
{
	rig_write(r, low_reg, (uint32_t)value);
	rig_write(r, low_reg + 4, (uint32_t)(value >> 32));
}

void
rig_negotiate(struct rig *r, uint64_t features)
{
	uint32_t status = VIRTIO_STATUS_ACKNOWLEDGE;

	rig_reset(r);
	rig_write(r, VIRTIO_MMIO_STATUS, status);
	status |= VIRTIO_STATUS_DRIVER;
	rig_write(r, VIRTIO_MMIO_STATUS, status);
	for (uint32_t bank = 0; bank < 2; bank++) {
		rig_write(r, VIRTIO_MMIO_DRIVER_FEATURES_SEL, bank);
		rig_write(r, VIRTIO_MMIO_DRIVER_FEATURES,
		    (uint32_t)(features >> 32 * bank));
	}
	status |= VIRTIO_STATUS_FEATURES_OK;
	rig_write(r, VIRTIO_MMIO_STATUS, status);
	ck_assert_uint_eq(rig_read(r, VIRTIO_MMIO_STATUS), status);
	r->features = features;
}

void
rig_queue(struct rig *r, uint16_t size)
{
	memset(rig_at(r, RIG_DESC, VIRTQ_DESC_BYTES(size)), 0,
	    VIRTQ_DESC_BYTES(size));
	memset(rig_at(r, RIG_AVAIL, VIRTQ_AVAIL_BYTES(size)), 0,
	    VIRTQ_AVAIL_BYTES(size));
	memset(rig_at(r, RIG_USED, VIRTQ_USED_BYTES(size)), 0,
	    VIRTQ_USED_BYTES(size));
	r->size = size;
	r->avail_idx = 0;
	r->used_seen = 0;
	rig_write(r, VIRTIO_MMIO_QUEUE_SEL, 0);
	ck_assert_uint_eq(rig_read(r, VIRTIO_MMIO_QUEUE_READY), 0);
	ck_assert_uint_ge(rig_read(r, VIRTIO_MMIO_QUEUE_NUM_MAX), size);
	rig_write(r, VIRTIO_MMIO_QUEUE_NUM, size);
	rig_write64(r, VIRTIO_MMIO_QUEUE_DESC_LOW, RIG_DESC);
	rig_write64(r, VIRTIO_MMIO_QUEUE_DRIVER_LOW, RIG_AVAIL);
	rig_write64(r, VIRTIO_MMIO_QUEUE_DEVICE_LOW, RIG_USED);
	rig_write(r, VIRTIO_MMIO_QUEUE_READY, 1);
	ck_assert_uint_eq(rig_read(r, VIRTIO_MMIO_QUEUE_READY), 1);
}

void
rig_driver_ok(struct rig *r)
{
	uint32_t status =
	    rig_read(r, VIRTIO_MMIO_STATUS) | VIRTIO_STATUS_DRIVER_OK;

	rig_write(r, VIRTIO_MMIO_STATUS, status);
	ck_assert_uint_ne(
	    rig_read(r, VIRTIO_MMIO_STATUS) & VIRTIO_STATUS_DRIVER_OK, 0);
}

void
rig_up(struct rig *r, uint64_t features, uint16_t size)
{
	rig_negotiate(r, features);
	rig_queue(r, size);
	rig_driver_ok(r);
}

void
rig_reset(struct rig *r)
{
	rig_write(r, VIRTIO_MMIO_STATUS, 0);
	ck_assert_uint_eq(rig_read(r, VIRTIO_MMIO_STATUS), 0);
}

static void
desc_store(void *at, uint64_t addr, uint32_t len, uint16_t flags, uint16_t next)
{
	struct virtq_desc d = {
		.addr = addr, .len = len, .flags = flags, .next = next
	};

	memcpy(at, &d, sizeof(d));
}

void
rig_desc(struct rig *r, uint16_t i, uint64_t addr, uint32_t len, uint16_t flags,
    uint16_t next)
{
	desc_store(rig_at(r, RIG_DESC + 16u * i, 16), addr, len, flags, next);
}

void
rig_chain(struct rig *r, uint16_t head, const struct rig_buf *bufs, unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		rig_desc(r, (uint16_t)(head + i), bufs[i].addr, bufs[i].len,
		    (uint16_t)(bufs[i].flags |
			(i + 1 < n ? VIRTQ_DESC_F_NEXT : 0)),
		    (uint16_t)(head + i + 1));
}

void
rig_indirect(struct rig *r, uint16_t head, uint64_t addr,
    const struct rig_buf *bufs, unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		desc_store(rig_at(r, addr + 16u * i, 16), bufs[i].addr,
		    bufs[i].len,
		    (uint16_t)(bufs[i].flags |
			(i + 1 < n ? VIRTQ_DESC_F_NEXT : 0)),
		    (uint16_t)(i + 1));
	rig_desc(r, head, addr, 16u * n, VIRTQ_DESC_F_INDIRECT, 0);
}

void
rig_header(struct rig *r, uint16_t head, uint32_t type, uint64_t sector)
{
	struct virtio_blk_req h = { .type = type, .sector = sector };
	uint8_t *status = rig_at(r, RIG_STATUS + head, 1);

	memcpy(rig_at(r, RIG_HEADER + 16u * head, 16), &h, sizeof(h));
	__atomic_store_n(status, VIRTIO_BLK_S_UNSET, __ATOMIC_RELAXED);
}

static struct virtq_avail *
avail(struct rig *r)
{
	return (rig_at(r, RIG_AVAIL, VIRTQ_AVAIL_BYTES(r->size)));
}

static struct virtq_used *
used(struct rig *r)
{
	return (rig_at(r, RIG_USED, VIRTQ_USED_BYTES(r->size)));
}

void
rig_offer(struct rig *r, uint16_t head)
{
	struct virtq_avail *a = avail(r);

	__atomic_store_n(
	    &a->ring[r->avail_idx % r->size], head, __ATOMIC_RELAXED);
	r->avail_idx++;
	__atomic_store_n(&a->idx, r->avail_idx, __ATOMIC_SEQ_CST);
}

void
rig_offer_read(struct rig *r, uint16_t slot)
{
	const struct rig_buf bufs[] = { { RIG_HEADER + 16u * slot, 16, 0 },
		{ RIG_DATA + 512u * slot, 512, VIRTQ_DESC_F_WRITE },
		{ RIG_STATUS + slot, 1, VIRTQ_DESC_F_WRITE } };

	rig_chain(r, (uint16_t)(3 * slot), bufs, 3);
	rig_offer(r, (uint16_t)(3 * slot));
}

void
rig_kick(struct rig *r)
{
	uint64_t one = 1;

	if (r->doorbell >= 0)
		ck_assert_int_eq(write(r->doorbell, &one, sizeof(one)), 8);
	else
		rig_write(r, VIRTIO_MMIO_QUEUE_NOTIFY, 0);
}

bool
rig_kick_wanted(struct rig *r)
{
	struct virtq_used *u = used(r);
	uint16_t event, flags;
	static uint32_t fence;

	/* A full barrier that the thread sanitizer knows. */
	(void)__atomic_exchange_n(&fence, 1, __ATOMIC_SEQ_CST);
	if ((r->features & RIG_EVENT) != 0) {
		event = __atomic_load_n(
		    (uint16_t *)(void *)&u->ring[r->size], __ATOMIC_SEQ_CST);
		return (virtq_need_event(
		    event, r->avail_idx, (uint16_t)(r->avail_idx - 1)));
	}
	flags = __atomic_load_n(&u->flags, __ATOMIC_SEQ_CST);
	return ((flags & VIRTQ_USED_F_NO_NOTIFY) == 0);
}

bool
rig_kick_if_wanted(struct rig *r)
{
	bool wanted = rig_kick_wanted(r);

	if (wanted)
		rig_kick(r);
	return (wanted);
}

uint16_t
rig_used_idx(struct rig *r)
{
	return (__atomic_load_n(&used(r)->idx, __ATOMIC_ACQUIRE));
}

struct virtq_used_elem
rig_used(struct rig *r)
{
	struct rig_wait w = { 0 };
	struct virtq_used_elem e, *slot;

	while (rig_used_idx(r) == r->used_seen)
		rig_wait_step(&w, "a used element");
	slot = &used(r)->ring[r->used_seen % r->size];
	e.id = __atomic_load_n(&slot->id, __ATOMIC_RELAXED);
	e.len = __atomic_load_n(&slot->len, __ATOMIC_RELAXED);
	r->used_seen++;
	return (e);
}

uint8_t
rig_status_byte(struct rig *r, uint16_t head)
{
	uint8_t *at = rig_at(r, RIG_STATUS + head, 1);

	return (__atomic_load_n(at, __ATOMIC_RELAXED));
}

uint64_t
rig_irqs(struct rig *r)
{
	uint64_t n;

	pthread_mutex_lock(&r->lock);
	n = r->irqs;
	pthread_mutex_unlock(&r->lock);
	return (n);
}

void
rig_wait_irq(struct rig *r, uint64_t seen)
{
	struct rig_wait w = { 0 };

	while (rig_irqs(r) <= seen)
		rig_wait_step(&w, "an interrupt");
}

void
rig_wait_broken(struct rig *r)
{
	struct rig_wait w = { 0 };

	while ((rig_read(r, VIRTIO_MMIO_STATUS) &
		   VIRTIO_STATUS_DEVICE_NEEDS_RESET) == 0)
		rig_wait_step(&w, "DEVICE_NEEDS_RESET");
}

uint8_t
rig_request(struct rig *r, uint32_t type, uint64_t sector, uint64_t addr,
    uint32_t len, uint32_t *used_len)
{
	uint16_t data_flags = type == VIRTIO_BLK_T_OUT ? 0 : VIRTQ_DESC_F_WRITE;
	struct rig_buf bufs[3] = { { RIG_HEADER, 16, 0 } };
	struct virtq_used_elem e;
	unsigned n = 1;

	if (len != 0)
		bufs[n++] = (struct rig_buf){ addr, len, data_flags };
	bufs[n++] = (struct rig_buf){ RIG_STATUS, 1, VIRTQ_DESC_F_WRITE };
	rig_header(r, 0, type, sector);
	rig_chain(r, 0, bufs, n);
	rig_offer(r, 0);
	rig_kick(r);
	e = rig_used(r);
	ck_assert_uint_eq(e.id, 0);
	if (used_len != NULL)
		*used_len = e.len;
	return (rig_status_byte(r, 0));
}
