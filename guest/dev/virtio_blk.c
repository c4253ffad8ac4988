/* SPDX-License-Identifier: BSD-2-Clause */
/* virtio_blk.c: requests and completions of the virtio block driver. */

/*
 * An hf_io waits in a FIFO until all of it is in the ring, as one or several
 * requests ("parts"); it is done when nothing of it is left and no part flies.
 * One part takes a slot of preallocated DMA memory, so nothing here allocates.
 *
 * Lock order: sc_lock is a spin mutex and innermost; done callbacks are called
 * without it.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <kern/fail_nth.h>
#include <kern/trace.h>
#include <machine/atomic.h>
#include <dev/virtio_blk.h>
#include <dev/virtio_blk_priv.h>

static bool
has(struct vtblk *sc, int bit)
{
	return ((sc->sc_features & VIRTIO_BIT(bit)) != 0);
}

static void
wait_append(struct vtblk *sc, struct hf_io *io)
{
	io->link = NULL;
	*sc->sc_wait_tail = io;
	sc->sc_wait_tail = &io->link;
}

static void
wait_remove_head(struct vtblk *sc)
{
	struct hf_io *io;

	io = sc->sc_wait_head;
	sc->sc_wait_head = io->link;
	if (sc->sc_wait_head == NULL)
		sc->sc_wait_tail = &sc->sc_wait_head;
	io->link = NULL;
}

static bool
is_waiting(struct vtblk *sc, struct hf_io *io)
{
	/* Only the head is ever sent in part. */
	return (sc->sc_wait_head == io);
}

void
vtblk_io_finish(struct vtblk *sc, struct hf_io *io)
{
	io->link = NULL;
	*sc->sc_done_tail = io;
	sc->sc_done_tail = &io->link;
}

void
vtblk_io_rewind(struct hf_io *io)
{
	uint32_t i;

	io->seg_next = 0;
	io->seg_off = 0;
	io->parts_flying = 0;
	io->bytes_left = 0;
	io->error = 0;
	for (i = 0; i < io->nsegs; i++)
		io->bytes_left += io->segs[i].len;
}

/*
 * Fills pieces with what comes next of the io: adjacent segments merged, none
 * over size_max, at most max of them, whole logical blocks in sum.  Advances
 * the io; returns the number of pieces and their bytes.
 */
static uint16_t
gather(struct vtblk *sc, struct hf_io *io, struct virtq_piece *pieces,
    uint16_t max, uint32_t *bytes)
{
	struct hf_seg *s;
	uint32_t take, over, total;
	uint16_t n;

	for (n = 0, total = 0; io->seg_next < io->nsegs;) {
		s = &io->segs[io->seg_next];
		take = s->len - io->seg_off;
		if (n > 0 &&
		    pieces[n - 1].pa + pieces[n - 1].len ==
			s->pa + io->seg_off &&
		    pieces[n - 1].len < sc->sc_size_max) {
			take = min(take, sc->sc_size_max - pieces[n - 1].len);
			pieces[n - 1].len += take;
		} else if (take == 0) {
			io->seg_next++;
			io->seg_off = 0;
			continue;
		} else if (n < max) {
			take = min(take, sc->sc_size_max);
			pieces[n].pa = s->pa + io->seg_off;
			pieces[n].len = take;
			pieces[n].device_writes = io->op != HF_IO_WRITE;
			n++;
		} else
			break;
		total += take;
		io->seg_off += take;
		if (io->seg_off == s->len) {
			io->seg_next++;
			io->seg_off = 0;
		}
	}

	/* A request is whole blocks: give the rest back to the next one. */
	over =
	    io->op == HF_IO_GET_ID ? 0 : total & (sc->sc_bdev.sector_bytes - 1);
	total -= over;
	while (over > 0) {
		take = min(over, pieces[n - 1].len);
		pieces[n - 1].len -= take;
		if (pieces[n - 1].len == 0)
			n--;
		over -= take;
		while (take > io->seg_off) {
			take -= io->seg_off;
			io->seg_next--;
			io->seg_off = io->segs[io->seg_next].len;
		}
		io->seg_off -= take;
	}
	*bytes = total;
	return (n);
}

static uint32_t
request_type(enum hf_io_op op)
{
	switch (op) {
	case HF_IO_READ:
		return (VIRTIO_BLK_T_IN);
	case HF_IO_WRITE:
		return (VIRTIO_BLK_T_OUT);
	case HF_IO_FLUSH:
		return (VIRTIO_BLK_T_FLUSH);
	case HF_IO_GET_ID:
		break;
	}
	return (VIRTIO_BLK_T_GET_ID);
}

/* Puts the next part of the io into the ring; false if there is no room. */
static bool
send_part(struct vtblk *sc, struct hf_io *io)
{
	struct virtq_piece pieces[VTBLK_SEGS_MAX + 2];
	struct vtblk_slot *slot;
	uint64_t done_bytes;
	uint32_t bytes, i;
	uint16_t max, n, slot_id;
	vm_paddr_t pa;
	bool indirect;
	int head;

	indirect = has(sc, VIRTIO_F_RING_INDIRECT_DESC);
	/* No room, as far as a completion will make some. */
	if (sc->sc_vq.vq_inflight != 0 && HF_FAIL_NTH(HF_FAIL_SUBMIT))
		return (false);
	if (sc->sc_nfree_slots == 0 || sc->sc_vq.vq_nfree < (indirect ? 1 : 3))
		return (false);
	max = sc->sc_seg_max;
	if (!indirect)
		max = min(max, sc->sc_vq.vq_nfree - 2u);

	for (i = 0, done_bytes = 0; i < io->seg_next; i++)
		done_bytes += io->segs[i].len;
	done_bytes += io->seg_off;
	n = gather(sc, io, pieces + 1, max, &bytes);
	if (io->bytes_left != 0 && bytes == 0) {
		/* Segments so small that a block does not fit in a request. */
		io->error = EINVAL;
		io->bytes_left = 0;
		return (true);
	}

	slot_id = sc->sc_free_slots[--sc->sc_nfree_slots];
	slot = &sc->sc_slots[slot_id];
	pa = sc->sc_slots_pa + slot_id * sizeof(*slot);
	slot->hdr.type = request_type(io->op);
	slot->hdr.reserved = 0;
	slot->hdr.sector = io->op == HF_IO_READ || io->op == HF_IO_WRITE
	    ? io->sector + (done_bytes >> HF_SECTOR_SHIFT)
	    : 0;
	slot->status = VIRTIO_BLK_S_UNSET;
	pieces[0] = (struct virtq_piece){ pa, sizeof(slot->hdr), false };
	pieces[n + 1] =
	    (struct virtq_piece){ pa + offsetof(struct vtblk_slot, status), 1,
		    true };
	head =
	    virtq_add(&sc->sc_vq, pieces, n + 2, indirect ? slot->table : NULL,
		pa + offsetof(struct vtblk_slot, table));
	KASSERT(head >= 0, ("send_part: no descriptor for %u pieces", n + 2u));
	sc->sc_slot_of[head] = slot_id;
	sc->sc_part[slot_id].io = io;
	sc->sc_part[slot_id].data_bytes = bytes;
	io->bytes_left -= bytes;
	io->parts_flying++;
	return (true);
}

/* Sends as much as fits and tells the device. */
void
vtblk_start(struct vtblk *sc)
{
	enum hf_layer before;
	struct hf_io *io;

	mtx_assert(&sc->sc_lock, MA_OWNED);
	while ((io = sc->sc_wait_head) != NULL) {
		if (!send_part(sc, io))
			break;
		if (io->bytes_left != 0)
			continue;
		wait_remove_head(sc);
		if (io->parts_flying == 0)
			vtblk_io_finish(sc, io);
	}
	if (virtq_publish(&sc->sc_vq)) {
		sc->sc_bdev.doorbells++;
		before = hf_trace_enter(HF_LAYER_DEVICE);
		vtmmio_notify(&sc->sc_mmio, 0);
		hf_trace_leave(before);
	}
}

/* errno of a completed part; the status byte is read once (virtio 5.2.6). */
static int
part_error(const struct vtblk_part *part, uint8_t status, uint32_t used_len)
{
	switch (status) {
	case VIRTIO_BLK_S_OK:
		break;
	case VIRTIO_BLK_S_UNSUPP:
		return (EOPNOTSUPP);
	default:
		return (EIO);
	}
	if (used_len < 1)
		return (EIO);
	if (part->io->op == HF_IO_READ && used_len < part->data_bytes + 1)
		return (EIO);
	return (0);
}

/* Takes all completions; false if the ring makes no sense. */
static bool
drain(struct vtblk *sc)
{
	struct vtblk_part *part;
	struct hf_io *io;
	uint32_t len;
	uint16_t head, slot_id;
	enum virtq_pop got;
	int error;

	while ((got = virtq_pop(&sc->sc_vq, &head, &len)) == VIRTQ_GOT) {
		slot_id = sc->sc_slot_of[head];
		part = &sc->sc_part[slot_id];
		io = part->io;
		error = part_error(part, sc->sc_slots[slot_id].status, len);
		part->io = NULL;
		sc->sc_free_slots[sc->sc_nfree_slots++] = slot_id;
		sc->sc_resets = 0;
		if (error != 0 && io->error == 0)
			io->error = error;
		if (--io->parts_flying == 0 && !is_waiting(sc, io))
			vtblk_io_finish(sc, io);
	}
	return (got != VIRTQ_BROKEN);
}

/* Unlocks and calls back; the callbacks may submit again. */
static void
unlock_and_call(struct vtblk *sc)
{
	struct hf_io *io, *next;

	io = sc->sc_done_head;
	sc->sc_done_head = NULL;
	sc->sc_done_tail = &sc->sc_done_head;
	mtx_unlock_spin(&sc->sc_lock);
	for (; io != NULL; io = next) {
		next = io->link;
		if (io->error != 0) {
			atomic_add_64(&sc->sc_bdev.errors, 1);
			sc->sc_bdev.last_error = io->error;
		}
		io->done(io, io->error);
	}
}

/*
 * Takes what is completed and sends what waits, until the device has the next
 * word.  It may complete a request while it is notified, so an interrupt is
 * asked for only when something is still under way after that.
 */
static void
progress(struct vtblk *sc)
{
	if (sc->sc_dead)
		return;
	do {
		if (!drain(sc)) {
			vtblk_fail(
			    sc, "the used ring names no request in flight");
			return;
		}
		vtblk_start(sc);
	} while (sc->sc_vq.vq_inflight != 0 && virtq_rearm(&sc->sc_vq));
}

static void
vtblk_submit(struct hf_bdev *bd, struct hf_io *io)
{
	struct vtblk *sc;

	sc = bd->softc;
	vtblk_io_rewind(io);
	mtx_lock_spin(&sc->sc_lock);
	if (sc->sc_dead) {
		io->error = ENXIO;
		vtblk_io_finish(sc, io);
	} else {
		wait_append(sc, io);
		vtblk_start(sc);
		progress(sc);
	}
	unlock_and_call(sc);
}

static void
vtblk_poll(struct hf_bdev *bd)
{
	struct vtblk *sc;

	sc = bd->softc;
	mtx_lock_spin(&sc->sc_lock);
	progress(sc);
	unlock_and_call(sc);
}

void
vtblk_intr(void *arg)
{
	struct vtblk *sc;
	uint32_t bits;

	sc = arg;
	bits = vtmmio_read(&sc->sc_mmio, VIRTIO_MMIO_INTERRUPT_STATUS) &
	    (VIRTIO_INT_USED_RING | VIRTIO_INT_CONFIG);
	if (bits == 0)
		return;
	/* Acknowledge first: an event after the scan raises a new edge. */
	vtmmio_write(&sc->sc_mmio, VIRTIO_MMIO_INTERRUPT_ACK, bits);

	mtx_lock_spin(&sc->sc_lock);
	sc->sc_bdev.interrupts++;
	if ((bits & VIRTIO_INT_CONFIG) != 0)
		vtblk_config_changed(sc);
	progress(sc);
	unlock_and_call(sc);
}

const struct hf_bdev_ops vtblk_ops = { vtblk_submit, vtblk_poll };
