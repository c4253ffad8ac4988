/* SPDX-License-Identifier: BSD-2-Clause */
/* virtio.c: fuzzes the block device: registers, rings, requests; see meddle.h. */

/*
 * Input: one byte chooses the disk, then what a driver does, one byte and its
 * arguments each.  RAM is three regions, two of which touch; each is memory of
 * its own, so that a sanitizer sees a byte beyond it.  After each register that
 * is accessed the device comes to rest.
 */
#include <pthread.h>
#include <stdlib.h>

#include "blk/blk.h"
#include "dev/virtio_blk.h"
#include "dev/virtio_mmio.h"
#include "fuzz.h"
#include "meddle.h"
#include "virtio_abi.h"

#undef memcpy

#define STEPS_MAX    200
#define MEDDLES_MAX  16
#define DISK_SECTORS 64u
#define BASE	     0xd0000000ull

/* Where a well-behaved driver has its things. */
#define DESC	  0x0ull
#define AVAIL	  0x1000ull
#define USED	  0x1400ull
#define HEADERS	  0x2000ull
#define STATUS	  0x2800ull
#define TABLE	  0x2c00ull
#define DATA	  0x4000ull
#define LOW_BYTES 0x8000ull
#define MID_BYTES 0x2000ull
#define HIGH	  0x1000000ull
#define HIGH_END  (HIGH + 0x1000)

static struct guestmem_region regions[3];
static struct guestmem *ram;

/* A device, which is reset after each input. */
struct machine {
	struct virtio_blk *blk;
	struct virtio_mmio *mmio;
	uint8_t *disk; /* of the read-only one: unchanged */
};
static struct machine machines[2];

/*
 * Writes that come at the looks to come; under the lock: the worker looks as
 * well.
 */
static pthread_mutex_t meddle_lock = PTHREAD_MUTEX_INITIALIZER;
static struct meddle {
	unsigned int looks; /* until it happens */
	uint16_t at, value;
} meddles[MEDDLES_MAX];
static unsigned int nmeddles;

void
fuzz_meddle(void)
{
	uint8_t *at;

	pthread_mutex_lock(&meddle_lock);
	for (unsigned int i = 0; i < nmeddles; i++) {
		struct meddle *m = &meddles[i];

		if (m->looks == 0 || --m->looks != 0)
			continue;
		at = (uint8_t *)regions[0].host + m->at % (LOW_BYTES - 1);
		__builtin_memcpy(at, &m->value, sizeof(m->value));
	}
	pthread_mutex_unlock(&meddle_lock);
}

static void
irq_raise(void *arg, unsigned int irq)
{
}

static int
doorbell_refuse(void *arg, const struct doorbell *bell)
{
	return (-38); /* ENOSYS: notifications come as exits */
}

static void
doorbell_remove(void *arg, const struct doorbell *bell)
{
	fuzz_must(!"what was refused is not removed");
}

static const struct dev_host_ops host = { .irq_raise = irq_raise,
	.doorbell_add = doorbell_refuse,
	.doorbell_remove = doorbell_remove };

static void
make_machine(struct machine *m, struct blk_backend *disk)
{
	const struct virtio_mmio_config config = { .base = gpa_make(BASE),
		.irq = 5,
		.notify_port = 0x510,
		.mem = ram,
		.host = &host };

	m->blk = virtio_blk_new(ram, disk, "fuzz");
	m->mmio = virtio_mmio_new(&config, virtio_blk_device(m->blk));
}

static void
make(void)
{
	static const struct {
		uint64_t base, bytes;
	} areas[] = { { 0, LOW_BYTES }, { LOW_BYTES, MID_BYTES },
		{ HIGH, HIGH_END - HIGH } };

	for (unsigned int i = 0; i < 3; i++) {
		regions[i].base = gpa_make(areas[i].base);
		regions[i].len_bytes = areas[i].bytes;
		regions[i].host = aligned_alloc(4096, areas[i].bytes);
		fuzz_must(regions[i].host != NULL);
	}
	ram = guestmem_new(regions, 3);
	machines[1].disk = calloc(DISK_SECTORS, BLK_SECTOR_BYTES);
	make_machine(&machines[0], blk_ram_new(DISK_SECTORS));
	make_machine(
	    &machines[1], blk_ram_wrap(machines[1].disk, DISK_SECTORS));
}

/* Any bytes to any place; what is not RAM is left out. */
static void
store(uint64_t at, const void *bytes, size_t n)
{
	void *p = guestmem_ptr(ram, gpa_make(at), n);

	if (p != NULL)
		__builtin_memcpy(p, bytes, n);
}

static uint32_t
reg_read(struct machine *m, uint64_t off)
{
	uint32_t value = 0;

	virtio_mmio_bus_ops.read(m->mmio, off, 4, &value);
	return (value);
}

static void
reg_write(struct machine *m, uint64_t off, uint32_t value)
{
	virtio_mmio_bus_ops.write(m->mmio, off, 4, &value);
}

static void
notify(struct machine *m, uint32_t queue, bool by_port)
{
	if (by_port)
		virtio_mmio_notify_ops.out(m->mmio, 0x510, 4, &queue, 1);
	else
		reg_write(m, VIRTIO_MMIO_QUEUE_NOTIFY, queue);
}

/* The way of virtio 3.1.1 up to a live queue. */
static void
bring_up(struct machine *m, struct fuzz_input *in)
{
	const unsigned int how = (unsigned int)fuzz_take(in, 1);
	uint32_t status = VIRTIO_STATUS_ACKNOWLEDGE | VIRTIO_STATUS_DRIVER;

	reg_write(m, VIRTIO_MMIO_STATUS, 0);
	reg_write(m, VIRTIO_MMIO_STATUS, status);
	reg_write(m, VIRTIO_MMIO_DRIVER_FEATURES_SEL, 1);
	reg_write(m, VIRTIO_MMIO_DRIVER_FEATURES, 1);
	reg_write(m, VIRTIO_MMIO_DRIVER_FEATURES_SEL, 0);
	reg_write(m, VIRTIO_MMIO_DRIVER_FEATURES,
	    (uint32_t)((how & 1) << VIRTIO_F_RING_INDIRECT_DESC |
		(how >> 1 & 1) << VIRTIO_F_RING_EVENT_IDX));
	status |= VIRTIO_STATUS_FEATURES_OK;
	reg_write(m, VIRTIO_MMIO_STATUS, status);
	reg_write(m, VIRTIO_MMIO_QUEUE_NUM, 1u << (how >> 2 & 15));
	reg_write(m, VIRTIO_MMIO_QUEUE_DESC_LOW, DESC);
	reg_write(m, VIRTIO_MMIO_QUEUE_DRIVER_LOW, AVAIL);
	reg_write(m, VIRTIO_MMIO_QUEUE_DEVICE_LOW, USED);
	reg_write(m, VIRTIO_MMIO_QUEUE_READY, 1);
	if ((how & 0x80) == 0)
		reg_write(
		    m, VIRTIO_MMIO_STATUS, status | VIRTIO_STATUS_DRIVER_OK);
}

/* Somewhere in RAM, at its edges, or nowhere. */
static uint64_t
some_address(struct fuzz_input *in)
{
	static const uint64_t places[] = { 0, DATA, HEADERS, STATUS, TABLE,
		LOW_BYTES - 8, LOW_BYTES + MID_BYTES - 8, HIGH, HIGH_END - 8,
		UINT64_MAX - 7, UINT32_MAX - 7ull, 1ull << 63 };
	const size_t n = sizeof(places) / sizeof(places[0]);
	const uint64_t place = places[fuzz_take(in, 1) % n];

	return (place + fuzz_take(in, 2));
}

static struct virtq_desc
some_desc(struct fuzz_input *in)
{
	struct virtq_desc d = { .addr = some_address(in) };
	const uint64_t len = fuzz_take(in, 2);

	d.len = (uint32_t)(len >= 0xfff0 ? len << 16 : len);
	d.flags = (uint16_t)fuzz_take(in, 1);
	d.next = (uint16_t)fuzz_take(in, 1);
	return (d);
}

/* Offers a head, in the next slot of a ring of 16 or of its real size. */
static void
offer(struct fuzz_input *in)
{
	const uint16_t head = (uint16_t)fuzz_take(in, 2);
	struct virtq_avail *avail =
	    guestmem_ptr(ram, gpa_make(AVAIL), sizeof(*avail));
	const uint16_t idx = avail->idx;

	store(AVAIL + 4 + 2 * (idx % (1u << fuzz_take(in, 1) % 9)), &head, 2);
	avail->idx = (uint16_t)(idx + 1);
}

/* A request as it should be, at descriptors 3 * slot and on, or in a table. */
static void
request(struct fuzz_input *in)
{
	const uint32_t slot = (uint32_t)fuzz_take(in, 1) % 16;
	const struct virtio_blk_req header = {
		.type = (uint32_t)fuzz_take(in, 1), .sector = fuzz_take(in, 1)
	};
	const bool read = header.type != VIRTIO_BLK_T_OUT;
	const uint16_t more = VIRTQ_DESC_F_NEXT, write = VIRTQ_DESC_F_WRITE;
	const unsigned int how = (unsigned int)fuzz_take(in, 1);
	const uint32_t len =
	    header.type == VIRTIO_BLK_T_GET_ID ? 20 : 512 * (how >> 1 & 7);
	const uint16_t first = (how & 1) != 0 ? 0 : (uint16_t)(3 * slot);
	const struct virtq_desc chain[] = { { HEADERS + 16 * slot, 16, more,
						(uint16_t)(first + 1) },
		{ DATA + 512ull * slot, len,
		    (uint16_t)(more | (read ? write : 0)),
		    (uint16_t)(first + 2) },
		{ STATUS + slot, 1, write, 0 } };
	const struct virtq_desc indirect = { TABLE, sizeof(chain),
		VIRTQ_DESC_F_INDIRECT, 0 };

	store(HEADERS + 16 * slot, &header, sizeof(header));
	store((how & 1) != 0 ? TABLE : DESC + 16ull * first, chain,
	    sizeof(chain));
	if ((how & 1) != 0)
		store(DESC + 16ull * 3 * slot, &indirect, sizeof(indirect));
}

static void
poke(struct fuzz_input *in)
{
	const uint64_t at = fuzz_take(in, 2);
	const unsigned int n = 1 + (unsigned int)fuzz_take(in, 1) % 8;
	const uint64_t value = fuzz_take(in, n);

	store(at, &value, n);
}

/* Where the device looks: a word of the rings, a header, or a table. */
static void
plan_meddle(struct fuzz_input *in)
{
	static const uint16_t places[] = { DESC, AVAIL, USED, HEADERS, TABLE };
	struct meddle m = { .looks = 1 + (unsigned int)fuzz_take(in, 1) % 64,
		.at = places[fuzz_take(in, 1) % 5] };

	m.at = (uint16_t)(m.at + 2 * fuzz_take(in, 1));
	m.value = (uint16_t)fuzz_take(in, 2);
	pthread_mutex_lock(&meddle_lock);
	if (nmeddles < MEDDLES_MAX)
		meddles[nmeddles++] = m;
	pthread_mutex_unlock(&meddle_lock);
}

static void
raw_access(struct machine *m, struct fuzz_input *in, bool write)
{
	const unsigned int width = 1u << fuzz_take(in, 1) % 4;
	const uint64_t off =
	    fuzz_take(in, 2) % (VIRTIO_MMIO_WINDOW - width + 1);
	uint64_t data = fuzz_take(in, width);

	if (write)
		virtio_mmio_bus_ops.write(m->mmio, off, width, &data);
	else
		virtio_mmio_bus_ops.read(m->mmio, off, width, &data);
}

/* What a step was: memory alone, which the device does not look at yet. */
enum step { STEP_MEMORY, STEP_NOTIFY, STEP_REGISTERS };

static enum step
step(struct machine *m, struct fuzz_input *in)
{
	static const uint16_t regs[] = { VIRTIO_MMIO_STATUS,
		VIRTIO_MMIO_DRIVER_FEATURES, VIRTIO_MMIO_DRIVER_FEATURES_SEL,
		VIRTIO_MMIO_QUEUE_SEL, VIRTIO_MMIO_QUEUE_NUM,
		VIRTIO_MMIO_QUEUE_READY, VIRTIO_MMIO_QUEUE_DESC_LOW,
		VIRTIO_MMIO_QUEUE_DESC_HIGH, VIRTIO_MMIO_QUEUE_DRIVER_LOW,
		VIRTIO_MMIO_QUEUE_DEVICE_LOW, VIRTIO_MMIO_INTERRUPT_ACK };
	struct virtq_desc d;
	uint64_t reg, at;

	switch (fuzz_take(in, 1) % 11) {
	case 0:
		bring_up(m, in);
		return (STEP_REGISTERS);
	case 1:
		request(in);
		break;
	case 2:
		offer(in);
		break;
	case 3:
		notify(m, 0, false);
		return (STEP_NOTIFY);
	case 4:
		notify(m, (uint32_t)fuzz_take(in, 1), true);
		return (STEP_NOTIFY);
	case 5:
		poke(in);
		break;
	case 6:
		at = fuzz_take(in, 1) * 16;
		d = some_desc(in);
		store((at & 0x800) != 0 ? TABLE + (at & 0x7f0) : DESC + at, &d,
		    sizeof(d));
		break;
	case 7:
		plan_meddle(in);
		break;
	case 8:
		reg = regs[fuzz_take(in, 1) % (sizeof(regs) / sizeof(regs[0]))];
		reg_write(m, reg, (uint32_t)fuzz_take(in, 4));
		return (STEP_REGISTERS);
	default:
		raw_access(m, in, (fuzz_take(in, 1) & 1) != 0);
		return (STEP_REGISTERS);
	}
	return (STEP_MEMORY);
}

/* At rest all that was taken has come back; a broken device takes nothing. */
static void
drive(struct machine *m, struct fuzz_input *in)
{
	struct virtio_blk_stats before, s;
	enum step what;
	bool broken;

	for (unsigned int i = 0; i < STEPS_MAX && in->left > 0; i++) {
		before = virtio_blk_stats(m->blk);
		broken = (reg_read(m, VIRTIO_MMIO_STATUS) &
			     VIRTIO_STATUS_DEVICE_NEEDS_RESET) != 0;
		what = step(m, in);
		if (what == STEP_MEMORY)
			continue;
		virtio_blk_settle(m->blk);
		s = virtio_blk_stats(m->blk);
		fuzz_must(s.taken == s.returned + s.discarded);
		fuzz_must(
		    !broken || what != STEP_NOTIFY || s.taken == before.taken);
	}
	reg_write(m, VIRTIO_MMIO_STATUS, 0);
	fuzz_must(reg_read(m, VIRTIO_MMIO_STATUS) == 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len_bytes)
{
	struct fuzz_input in = { bytes, len_bytes };
	struct machine *m;

	if (ram == NULL)
		make();
	for (unsigned int i = 0; i < 3; i++)
		memset(regions[i].host, 0, regions[i].len_bytes);
	nmeddles = 0;
	m = &machines[fuzz_take(&in, 1) & 1];
	drive(m, &in);
	/* A byte changed on a disk that may not be written. */
	for (size_t i = 0; m->disk != NULL && i < DISK_SECTORS * 512; i += 256)
		fuzz_must(m->disk[i] == 0);
	return (0);
}
