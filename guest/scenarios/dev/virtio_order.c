/* SPDX-License-Identifier: BSD-2-Clause */
/* virtio_order.c: what a device may do between two steps of the driver. */

/*
 * Two words that each side writes one of and reads the other need a full fence
 * in between.  Over the model a fence is the failpoint "fence": the device acts
 * there, after what was to be stored before and before what is to be read after
 * it.
 */
#include <kern/failpoint.h>
#include <test/fake_virtio.h>
#include <test/scenario.h>

#ifdef HF_MODEL

#define SECTORS 8

static struct fake_virtio fake;
static struct vtblk disk;
static char mem[32 * 1024] __aligned(4096);
static uint8_t image[SECTORS * 512], data[512];
static struct hf_seg seg;
static struct hf_io io;
static int done;

static void
count_done(struct hf_io *which, int error)
{
	hf_expect_eq(error, 0);
	done++;
}

static void
begin(bool event_idx)
{
	char msg[128];

	fake_init(&fake, SECTORS);
	if (!event_idx)
		fake.offered &= ~VIRTIO_BIT(VIRTIO_F_RING_EVENT_IDX);
	fake.disk = image;
	fake_wire(&fake, &disk, mem, sizeof(mem), 64);
	hf_require_eq(vtblk_attach(&disk, msg, sizeof(msg)), 0);
	done = 0;
}

static void
submit(void)
{
	seg = (struct hf_seg){ (vm_paddr_t)(uintptr_t)data, sizeof(data) };
	io = (struct hf_io){
		.op = HF_IO_READ, .segs = &seg, .nsegs = 1, .done = count_done
	};
	hf_require_eq(hf_bdev_submit(&disk.sc_bdev, &io), 0);
}

static volatile struct virtq_avail *
avail(void)
{
	return ((volatile struct virtq_avail *)(uintptr_t)fake.avail_pa);
}

static volatile struct virtq_used *
used(void)
{
	return ((volatile struct virtq_used *)(uintptr_t)fake.used_pa);
}

static volatile uint16_t *
avail_event(void)
{
	return ((volatile uint16_t *)(uintptr_t)(fake.used_pa +
	    VIRTQ_AVAIL_EVENT_OFFSET(fake.queue_num)));
}

/* It has looked for requests for the last time, or sees this one. */
static void
want_notification(void *arg)
{
	hf_expect_eq(avail()->idx, (uint16_t)(fake.last_avail + 1));
	used()->flags = 0;
	*avail_event() = fake.last_avail;
}

HF_SCENARIO(virtio_asleep, "dev.virtio_falls_asleep", "VB-77",
    "a device that wants to be told from now on is told of a request")
{
	int kicks;

	for (int event_idx = 0; event_idx < 2; event_idx++) {
		begin(event_idx != 0);
		used()->flags = VIRTQ_USED_F_NO_NOTIFY;
		*avail_event() = (uint16_t)(fake.last_avail - 1);
		kicks = fake.kicks;
		submit();
		hf_expect_eq(fake.kicks, kicks);
		fake_complete(&fake, fake_fetch(&fake) - 1, VIRTIO_BLK_S_OK);
		vtblk_intr(&disk);
		*avail_event() = (uint16_t)(fake.last_avail - 1);
		hf_failpoint_call("fence", 0, want_notification, NULL);
		submit();
		hf_failpoint_disarm_all();
		hf_expect_eq(fake.kicks, kicks + 1);
		fake_complete(&fake, fake_fetch(&fake) - 1, VIRTIO_BLK_S_OK);
		vtblk_intr(&disk);
		hf_expect_eq(done, 2);
	}
}

/* It asks for interrupts by now, or looks again. */
static void
complete(void *arg)
{
	if (arg != NULL)
		hf_expect_eq(avail()->ring[fake.queue_num], fake.used_idx);
	hf_require_eq(fake_fetch(&fake), 1);
	fake_complete(&fake, 0, VIRTIO_BLK_S_OK);
}

HF_SCENARIO(virtio_last_look, "dev.virtio_last_look", "VB-78",
    "what a device completes while interrupts are asked for is found without "
    "one")
{
	for (int event_idx = 0; event_idx < 2; event_idx++) {
		begin(event_idx != 0);
		/* Not at the first, where it is told of the request. */
		hf_failpoint_call(
		    "fence", 1, complete, event_idx != 0 ? &fake : NULL);
		submit();
		hf_failpoint_disarm_all();
		hf_expect_eq(done, 1);
	}
}

#endif
