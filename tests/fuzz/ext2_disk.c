/* SPDX-License-Identifier: BSD-2-Clause */
/* ext2_disk.c: the disk of the ext2 target: an image that its input damages. */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/proc.h>
#include <machine/vmparam.h>
#include "ext2_disk.h"
#include "ext2_image.h"
#include "host.h"

#define PATCHES_MAX 32u

/* The images as they are made, by block size. */
static uint8_t *images[3];

static void
move(struct fuzz_disk *d, struct hf_io *io)
{
	uint8_t *at = d->bytes + (io->sector << HF_SECTOR_SHIFT);

	for (uint32_t i = 0; i < io->nsegs; at += io->segs[i++].len) {
		void *mem = (void *)PHYS_TO_DMAP(io->segs[i].pa);

		if (io->op == HF_IO_READ)
			memcpy(mem, at, io->segs[i].len);
		else
			memcpy(at, mem, io->segs[i].len);
	}
}

static void
submit(struct hf_bdev *bd, struct hf_io *io)
{
	struct fuzz_disk *d = bd->softc;
	int error = 0;

	if (io->op == HF_IO_WRITE && d->no_writes)
		panic("fuzz: a write to what is mounted read-only");
	/* No pointer may name the superblock. */
	if (io->op == HF_IO_WRITE &&
	    io->sector << HF_SECTOR_SHIFT < MAX(1u << d->shift, 2048u))
		panic("fuzz: a write to the superblock");
	if (d->fail > 0) {
		d->fail--;
		error = EIO;
	} else if (io->op == HF_IO_READ || io->op == HF_IO_WRITE)
		move(d, io);
	curthread->td_intr_nesting++;
	io->done(io, error);
	curthread->td_intr_nesting--;
}

static void
poll(struct hf_bdev *bd)
{
}

static const struct hf_bdev_ops ops = { submit, poll };

/* Any bytes anywhere in what is not data. */
static uint64_t
some_place(struct fuzz_disk *d, struct fuzz_input *in)
{
	uint64_t where = fuzz_take(in, 1) % EXT2_IMAGE_META;

	/* Block 0 is nothing with 1 KiB blocks. */
	where = (where + (d->shift == 10)) << d->shift;
	return (where + (fuzz_take(in, 2) & ((1u << d->shift) - 1)));
}

/* Numbers at which things change, or any. */
static uint32_t
some_number(struct fuzz_input *in)
{
	static const uint32_t numbers[] = { 0, 1, 2, 3, 7, 8, 12, 16,
		EXT2_IMAGE_BLOCKS - 1, EXT2_IMAGE_BLOCKS, EXT2_IMAGE_BLOCKS + 1,
		0xff, 0x7fffffff, 0x80000000, 0xffffffff, 0x81a4, 0x41ed };
	const uint64_t n = fuzz_take(in, 1);

	if (n < nitems(numbers))
		return (numbers[n]);
	return ((uint32_t)(n < 128 ? n : fuzz_take(in, 4)));
}

/*
 * First byte: 0 to 4, a field (ext2_image.h) and a number; else a place and
 * bytes.
 */
void
fuzz_disk_patch(struct fuzz_disk *d, struct fuzz_input *in)
{
	const uint64_t size = d->bd.capacity_sectors << HF_SECTOR_SHIFT;
	const unsigned int kind = (unsigned int)fuzz_take(in, 1) % 8;
	uint32_t n, number;
	uint64_t where;

	if (kind < EXT2_IMAGE_KINDS) {
		where = ext2_image_place(
		    d->shift, kind, (unsigned int)fuzz_take(in, 1), &n);
		number = some_number(in);
		if (where + n <= size)
			memcpy(d->bytes + where, &number, n);
		return;
	}
	where = some_place(d, in);
	for (n = 1 + (uint32_t)fuzz_take(in, 1) % 16; n > 0; n--, where++)
		if (where < size)
			d->bytes[where] = (uint8_t)fuzz_take(in, 1);
}

/* Bits 0, 1: block size; 2: sectors of 4 KiB; 3: read-only; 4: half is missing. */
void
fuzz_disk_make(struct fuzz_disk *d, struct fuzz_input *in)
{
	const unsigned int kind = (unsigned int)fuzz_take(in, 1);
	const unsigned int size = kind % 4 % 3;
	size_t bytes = EXT2_IMAGE_BLOCKS << (10 + size);

	if (images[size] == NULL) {
		/* Stays: not the kernel's memory, which is counted. */
		images[size] = hf_host_alloc(bytes);
		memset(images[size], 0, bytes);
		ext2_image_make(images[size], 10 + size);
	}
	if ((kind & 16) != 0)
		bytes /= 2;
	memset(d, 0, sizeof(*d));
	d->shift = 10 + size;
	d->bytes = hf_host_alloc(bytes);
	memcpy(d->bytes, images[size], bytes);
	d->bd = (struct hf_bdev){ .name = "fuzz",
		.ops = &ops,
		.softc = d,
		.capacity_sectors = bytes >> HF_SECTOR_SHIFT,
		.sector_bytes = (kind & 4) != 0 ? 4096 : 512,
		.read_only = (kind & 8) != 0,
		.can_flush = true };
	for (uint64_t n = fuzz_take(in, 1) % PATCHES_MAX; n > 0; n--)
		fuzz_disk_patch(d, in);
}

void
fuzz_disk_free(struct fuzz_disk *d)
{
	hf_host_free(d->bytes);
}
