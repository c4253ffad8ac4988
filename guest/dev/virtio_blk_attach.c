/* SPDX-License-Identifier: BSD-2-Clause */
/* virtio_blk_attach.c: bring up, reset and failure of the block driver. */

#include <sys/param.h>
#include <sys/systm.h>
#include <dev/virtio_blk.h>
#include <dev/virtio_blk_priv.h>

/* Features that this driver uses; everything else stays refused. */
#define VTBLK_FEATURES                                                       \
	(VIRTIO_BIT(VIRTIO_F_VERSION_1) |                                    \
	    VIRTIO_BIT(VIRTIO_F_RING_EVENT_IDX) |                            \
	    VIRTIO_BIT(VIRTIO_F_RING_INDIRECT_DESC) |                        \
	    VIRTIO_BIT(VIRTIO_BLK_F_SIZE_MAX) |                              \
	    VIRTIO_BIT(VIRTIO_BLK_F_SEG_MAX) | VIRTIO_BIT(VIRTIO_BLK_F_RO) | \
	    VIRTIO_BIT(VIRTIO_BLK_F_FLUSH) |                                 \
	    VIRTIO_BIT(VIRTIO_BLK_F_BLK_SIZE))

/* Resets asked for by the device without one completion in between. */
#define RESETS_MAX 3

#define CONFIG_OFF(field) ((uint32_t)offsetof(struct virtio_blk_config, field))

static bool
has(struct vtblk *sc, int bit)
{
	return ((sc->sc_features & VIRTIO_BIT(bit)) != 0);
}

size_t
vtblk_mem_bytes(uint16_t n)
{
	return (virtq_ring_bytes(n) +
	    MIN(n, VTBLK_QUEUE_MAX) * sizeof(struct vtblk_slot));
}

static void
read_capacity(struct vtblk *sc)
{
	uint32_t words[2];

	vtmmio_config(&sc->sc_mmio, CONFIG_OFF(capacity), words, 2);
	sc->sc_bdev.capacity_sectors = words[0] | (uint64_t)words[1] << 32;
}

/* NULL, or why the device's limits cannot be lived with. */
static const char *
read_limits(struct vtblk *sc)
{
	uint32_t v;

	read_capacity(sc);
	sc->sc_size_max = UINT32_MAX & ~(uint32_t)(PAGE_SIZE - 1);
	if (has(sc, VIRTIO_BLK_F_SIZE_MAX)) {
		vtmmio_config(&sc->sc_mmio, CONFIG_OFF(size_max), &v, 1);
		if (v == 0)
			return ("size_max is 0");
		sc->sc_size_max = v;
	}
	sc->sc_seg_max = 1;
	if (has(sc, VIRTIO_BLK_F_SEG_MAX)) {
		vtmmio_config(&sc->sc_mmio, CONFIG_OFF(seg_max), &v, 1);
		if (v == 0)
			return ("seg_max is 0");
		sc->sc_seg_max = min(v, VTBLK_SEGS_MAX);
	}
	sc->sc_bdev.sector_bytes = HF_SECTOR_BYTES;
	if (has(sc, VIRTIO_BLK_F_BLK_SIZE)) {
		vtmmio_config(&sc->sc_mmio, CONFIG_OFF(blk_size), &v, 1);
		if (v < HF_SECTOR_BYTES || v > PAGE_SIZE || !powerof2(v))
			return ("blk_size is not 512 to 4096");
		sc->sc_bdev.sector_bytes = v;
	}
	sc->sc_bdev.read_only = has(sc, VIRTIO_BLK_F_RO);
	sc->sc_bdev.can_flush = has(sc, VIRTIO_BLK_F_FLUSH);
	return (NULL);
}

static const char *
start_queue(struct vtblk *sc)
{
	uint32_t n;
	uint16_t i;

	n = vtmmio_queue_max(&sc->sc_mmio, 0);
	if (n == 0)
		return ("no request queue");
	n = min(n, min(sc->sc_queue_limit, VIRTQ_DRIVER_MAX));
	n = 1u << (fls(n) - 1);
	while (n > 1 && vtblk_mem_bytes(n) > sc->sc_mem_bytes)
		n /= 2;
	if (n < 3 && !has(sc, VIRTIO_F_RING_INDIRECT_DESC))
		return ("queue too small for a request of three descriptors");

	virtq_init(&sc->sc_vq, sc->sc_mem, sc->sc_mem_pa, n,
	    has(sc, VIRTIO_F_RING_EVENT_IDX));
	sc->sc_slots = (void *)((char *)sc->sc_mem + virtq_ring_bytes(n));
	sc->sc_slots_pa = sc->sc_mem_pa + virtq_ring_bytes(n);
	sc->sc_nfree_slots = MIN(n, VTBLK_QUEUE_MAX);
	for (i = 0; i < sc->sc_nfree_slots; i++) {
		sc->sc_free_slots[i] = i;
		sc->sc_part[i].io = NULL;
	}
	if (!vtmmio_queue_start(&sc->sc_mmio, 0, &sc->sc_vq))
		return ("the device refuses the queue");
	return (NULL);
}

/* From reset to DRIVER_OK (virtio 3.1.1).  NULL, or what went wrong. */
static const char *
bring_up(struct vtblk *sc)
{
	const char *why;

	if (!vtmmio_reset(&sc->sc_mmio))
		return ("reset does not end");
	if (!vtmmio_negotiate(&sc->sc_mmio, VTBLK_FEATURES, &sc->sc_features))
		return ("no agreement about features (VERSION_1)");
	why = read_limits(sc);
	if (why == NULL)
		why = start_queue(sc);
	if (why != NULL) {
		vtmmio_status_add(&sc->sc_mmio, VIRTIO_STATUS_FAILED);
		return (why);
	}
	vtmmio_status_add(&sc->sc_mmio, VIRTIO_STATUS_DRIVER_OK);
	return (NULL);
}

int
vtblk_attach(struct vtblk *sc, char *msg, size_t msg_bytes)
{
	const char *why;

	mtx_init(&sc->sc_lock, "virtqueue", NULL, MTX_SPIN);
	sc->sc_wait_head = sc->sc_done_head = NULL;
	sc->sc_wait_tail = &sc->sc_wait_head;
	sc->sc_done_tail = &sc->sc_done_head;
	sc->sc_resets = 0;
	sc->sc_dead = false;
	sc->sc_bdev = (struct hf_bdev){
		.name = sc->sc_mmio.name, .ops = &vtblk_ops, .softc = sc
	};
	why = bring_up(sc);
	if (why != NULL) {
		snprintf(msg, msg_bytes, "%s: virtio-blk: %s", sc->sc_mmio.name,
		    why);
		mtx_destroy(&sc->sc_lock);
		return (ENXIO);
	}
	return (0);
}

/*
 * Collects every io that the device has or should get, in front of the FIFO,
 * as if nothing had been sent.
 */
static void
take_back_all(struct vtblk *sc)
{
	struct hf_io *flying, **tail, *io;
	int i;

	flying = NULL;
	tail = &flying;
	for (i = 0; i < VTBLK_QUEUE_MAX; i++) {
		io = sc->sc_part[i].io;
		sc->sc_part[i].io = NULL;
		if (io == NULL || --io->parts_flying != 0)
			continue;
		if (io == sc->sc_wait_head)
			continue;
		io->link = NULL;
		*tail = io;
		tail = &io->link;
	}
	if (sc->sc_wait_head != NULL)
		*tail = sc->sc_wait_head;
	else
		sc->sc_wait_tail = tail == &flying ? &sc->sc_wait_head : tail;
	sc->sc_wait_head = flying;
	for (io = flying; io != NULL; io = io->link)
		vtblk_io_rewind(io);
}

static void
fail_all(struct vtblk *sc)
{
	struct hf_io *io, *next;

	take_back_all(sc);
	io = sc->sc_wait_head;
	sc->sc_wait_head = NULL;
	sc->sc_wait_tail = &sc->sc_wait_head;
	for (; io != NULL; io = next) {
		next = io->link;
		io->error = EIO;
		vtblk_io_finish(sc, io);
	}
}

void
vtblk_fail(struct vtblk *sc, const char *why)
{
	mtx_assert(&sc->sc_lock, MA_OWNED);
	printf("%s: virtio-blk: %s: device given up\n", sc->sc_mmio.name, why);
	sc->sc_dead = true;
	/*
	 * Until the reset is confirmed the device may write into the pages of
	 * its requests, so without that they never complete.
	 */
	if (!vtmmio_reset(&sc->sc_mmio)) {
		printf(
		    "%s: virtio-blk: reset does not end\n", sc->sc_mmio.name);
		return;
	}
	vtmmio_status_add(&sc->sc_mmio, VIRTIO_STATUS_FAILED);
	fail_all(sc);
}

void
vtblk_config_changed(struct vtblk *sc)
{
	const char *why;

	mtx_assert(&sc->sc_lock, MA_OWNED);
	if (sc->sc_dead)
		return;
	if ((vtmmio_read(&sc->sc_mmio, VIRTIO_MMIO_STATUS) &
		VIRTIO_STATUS_DEVICE_NEEDS_RESET) == 0) {
		read_capacity(sc);
		return;
	}
	if (++sc->sc_resets > RESETS_MAX) {
		vtblk_fail(sc, "asks for a reset again and again");
		return;
	}
	take_back_all(sc);
	why = bring_up(sc);
	if (why != NULL)
		vtblk_fail(sc, why);
	else
		vtblk_start(sc);
}
