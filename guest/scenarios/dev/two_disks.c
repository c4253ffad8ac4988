/* SPDX-License-Identifier: BSD-2-Clause */
/* two_disks.c: two disks at once, which share nothing. */

#include <dev/virtio_blk.h>
#include <machine/vmparam.h>
#include <test/file.h>
#include <test/scenario.h>
#include <vm/vm.h>
#include <vm/vm_page.h>
#include "filesum.h"

#define ON_BOTH .flags = HF_NEEDS_DISK | HF_NEEDS_SECOND_DISK
#define WRITES_BOTH                                                     \
	.flags = HF_NEEDS_DISK | HF_NEEDS_RW | HF_NEEDS_DEFAULT_IMAGE | \
	    HF_NEEDS_SECOND_DISK

#define FLYING 12 /* requests on each disk at once */

/* One request of a page for each. */
struct flight {
	struct hf_bdev *bd;
	vm_page_t m[FLYING];
	struct hf_seg seg[FLYING];
	struct hf_io io[FLYING];
	volatile u_int done[FLYING];
};

static void
flown(struct hf_io *io, int error)
{
	io->error = error;
	atomic_add_int((volatile u_int *)io->arg, 1);
}

static void
prepare(struct flight *f, struct hf_bdev *bd, enum hf_io_op op)
{
	f->bd = bd;
	for (int i = 0; i < FLYING; i++) {
		f->m[i] = vm_page_alloc_noobj(
		    VM_ALLOC_WIRED | VM_ALLOC_ZERO | VM_ALLOC_WAITOK);
		f->seg[i] =
		    (struct hf_seg){ VM_PAGE_TO_PHYS(f->m[i]), PAGE_SIZE };
		f->io[i] = (struct hf_io){ .op = op,
			.sector = (uint64_t)i * (PAGE_SIZE / HF_SECTOR_BYTES),
			.segs = &f->seg[i],
			.nsegs = 1,
			.done = flown,
			.arg = (void *)(uintptr_t)&f->done[i] };
		f->done[i] = 0;
	}
}

static u_int
landed(const struct flight *f)
{
	u_int n = 0;

	for (int i = 0; i < FLYING; i++)
		n += f->done[i];
	return (n);
}

static void
await(const struct flight *f)
{
	while (landed(f) < FLYING)
		hf_yield();
}

static const char *
bytes_of(const struct flight *f, int i)
{
	return ((const char *)PHYS_TO_DMAP(VM_PAGE_TO_PHYS(f->m[i])));
}

static void
end(struct flight *f)
{
	for (int i = 0; i < FLYING; i++) {
		vm_page_unwire_noq(f->m[i]);
		vm_page_free(f->m[i]);
	}
}

static void
read_id(struct hf_bdev *bd, char id[21])
{
	vm_page_t m = vm_page_alloc_noobj(
	    VM_ALLOC_WIRED | VM_ALLOC_ZERO | VM_ALLOC_WAITOK);
	struct hf_seg seg = { VM_PAGE_TO_PHYS(m), 20 };
	struct hf_io io = { .op = HF_IO_GET_ID, .segs = &seg, .nsegs = 1 };

	hf_expect_eq(hf_bdev_io_wait(bd, &io), 0);
	memcpy(id, (void *)PHYS_TO_DMAP(seg.pa), 20);
	id[20] = '\0';
	vm_page_unwire_noq(m);
	vm_page_free(m);
}

HF_SCENARIO(two_disks, "dev.two_disks", "VB-83 VB-84",
    "two disks are two devices, with names and serial numbers of their own",
    ON_BOTH)
{
	struct hf_bdev *a = hf_file_disk("vtbd0"), *b = hf_file_disk("vtbd1");
	char id_a[21], id_b[21];

	hf_expect_ne(a, b);
	hf_expect_eq(strcmp(b->name, "vtbd1"), 0);
	hf_expect_eq(hf_file_disk("vtbd1"), b);
	hf_expect_ne(a->softc, b->softc);
	read_id(a, id_a);
	read_id(b, id_b);
	/* A machine may give its disks no serial numbers. */
	hf_expect(strcmp(id_a, id_b) != 0 || id_a[0] == '\0');
	hf_note("vtbd0: \"%s\", %lu sectors; vtbd1: \"%s\", %lu sectors", id_a,
	    a->capacity_sectors, id_b, b->capacity_sectors);
}

#ifndef HF_MODEL
static bool
apart(vm_paddr_t a, size_t a_bytes, vm_paddr_t b, size_t b_bytes)
{
	return (a + a_bytes <= b || b + b_bytes <= a);
}

HF_SCENARIO(two_disks_apart, "dev.two_disks_apart", "VB-84",
    "two disks share no window, port, memory or lock",
    .flags = HF_NEEDS_MMU | HF_NEEDS_DISK | HF_NEEDS_SECOND_DISK)
{
	struct vtblk *a = hf_file_disk("vtbd0")->softc;
	struct vtblk *b = hf_file_disk("vtbd1")->softc;

	hf_expect_ne(a->sc_mmio.cookie, b->sc_mmio.cookie);
	hf_expect(a->sc_mmio.notify == NULL ||
	    a->sc_mmio.notify_port != b->sc_mmio.notify_port);
	hf_expect(apart(
	    a->sc_mem_pa, a->sc_mem_bytes, b->sc_mem_pa, b->sc_mem_bytes));
	hf_expect(apart((vm_paddr_t)a, sizeof(*a), (vm_paddr_t)b, sizeof(*b)));
}
#endif

HF_SCENARIO(two_disks_counts, "dev.two_disks_counts", "VB-84",
    "what one disk does is counted, notified and interrupted for it alone",
    ON_BOTH)
{
	struct hf_bdev *bd[2] = { hf_file_disk("vtbd0"),
		hf_file_disk("vtbd1") };
	static struct flight f;

	for (int i = 0; i < 2; i++) {
		struct hf_bdev *own = bd[i], *other = bd[1 - i];
		const uint64_t reads = own->reads, others = other->reads;
		const uint64_t bells = other->doorbells;
		const uint64_t interrupts = other->interrupts;

		prepare(&f, own, HF_IO_READ);
		for (int k = 0; k < FLYING; k++)
			hf_require_eq(hf_bdev_submit(own, &f.io[k]), 0);
		await(&f);
		hf_expect_eq(own->reads, reads + FLYING);
		hf_expect_eq(other->reads, others);
		hf_expect_eq(other->doorbells, bells);
		hf_expect_eq(other->interrupts, interrupts);
		end(&f);
	}
}

HF_SCENARIO(two_disks_held, "dev.two_disks_held", "VB-85",
    "a disk that answers nothing holds up its own requests only", ON_BOTH)
{
	struct hf_bdev *a = hf_file_disk("vtbd0"), *b = hf_file_disk("vtbd1");
	static struct flight fa, fb;

	prepare(&fa, a, HF_IO_READ);
	prepare(&fb, b, HF_IO_READ);
	hf_bdev_hold(b);
	for (int i = 0; i < FLYING; i++) {
		hf_require_eq(hf_bdev_submit(b, &fb.io[i]), 0);
		hf_require_eq(hf_bdev_submit(a, &fa.io[i]), 0);
	}
	await(&fa);
	hf_expect_eq(landed(&fb), 0);
	hf_expect_eq(hf_bdev_held(b), FLYING);
	hf_expect_eq(hf_bdev_held(a), 0);
	hf_bdev_release(b);
	await(&fb);
	for (int i = 0; i < FLYING; i++)
		hf_expect_eq(fa.io[i].error | fb.io[i].error, 0);
	/* Different disks: the superblocks of two file systems. */
	hf_expect_ne(
	    memcmp(bytes_of(&fa, 0) + 1024, bytes_of(&fb, 0) + 1024, 200), 0);
	end(&fa);
	end(&fb);
}

/* Every second request of a disk fails before it gets there. */
static const struct hf_bdev_ops *real_ops;
static volatile u_int asked;

static void
submit_badly(struct hf_bdev *bd, struct hf_io *io)
{
	if (atomic_fetchadd_int(&asked, 1) % 2 == 0)
		io->done(io, EIO);
	else
		real_ops->submit(bd, io);
}

static void
poll_through(struct hf_bdev *bd)
{
	real_ops->poll(bd);
}

static const struct hf_bdev_ops bad_ops = { submit_badly, poll_through };

HF_SCENARIO(two_disks_errors, "dev.two_disks_errors", "VB-85",
    "while one disk fails every second request the other goes on", ON_BOTH)
{
	struct hf_bdev *a = hf_file_disk("vtbd0"), *b = hf_file_disk("vtbd1");
	static struct flight first, fa, fb;
	const uint64_t errors = a->errors;

	prepare(&first, a, HF_IO_READ);
	prepare(&fa, a, HF_IO_READ);
	prepare(&fb, b, HF_IO_READ);
	for (int i = 0; i < FLYING; i++)
		hf_expect_eq(hf_bdev_submit(a, &first.io[i]), 0);
	await(&first);
	asked = 0;
	real_ops = b->ops;
	b->ops = &bad_ops;
	for (int i = 0; i < FLYING; i++) {
		hf_expect_eq(hf_bdev_submit(a, &fa.io[i]), 0);
		hf_expect_eq(hf_bdev_submit(b, &fb.io[i]), 0);
	}
	await(&fa);
	await(&fb);
	b->ops = real_ops;
	for (int i = 0; i < FLYING; i++) {
		hf_expect_eq(fa.done[i], 1);
		hf_expect_eq(fb.done[i], 1);
		hf_expect_eq(fa.io[i].error, 0);
		hf_expect_eq(fb.io[i].error, i % 2 == 0 ? EIO : 0);
		hf_expect_eq(
		    memcmp(bytes_of(&fa, i), bytes_of(&first, i), PAGE_SIZE),
		    0);
	}
	hf_expect_eq(a->errors, errors);
	end(&first);
	end(&fa);
	end(&fb);
}

/* What is left behind; tests/integration/two_disks.py looks for it. */
#define STAMP	    "holdfast wrote this to vtbd"
#define SCRATCH	    (16 * PAGE_SIZE)
#define BLOCK_BYTES 1024

struct scratch {
	struct vnode *vp;
	struct hf_bdev *bd;
	char stamp[32];
};

static void
open_scratch(struct scratch *s, struct mount *mp)
{
	s->vp = hf_file_open_on(mp, HF_SCRATCH_NAME);
	s->bd = mp->mnt_bdev;
	snprintf(s->stamp, sizeof(s->stamp), STAMP "%c",
	    s->bd->name[strlen(s->bd->name) - 1]);
}

static uint64_t
sector_of(struct scratch *s, uint64_t offset)
{
	const uint64_t bsize = s->vp->v_mount->mnt_stat.f_iosize;
	daddr_t bn;

	hf_require_eq(
	    VOP_BMAP(s->vp, (daddr_t)(offset / bsize), NULL, &bn, NULL, NULL),
	    0);
	hf_require(bn != -1);
	return ((uint64_t)bn + (offset % bsize >> HF_SECTOR_SHIFT));
}

/* One block of a disk; error of the device. */
static int
block_io(struct hf_bdev *bd, enum hf_io_op op, uint64_t sector, char *buf)
{
	vm_page_t m = vm_page_alloc_noobj(VM_ALLOC_WIRED | VM_ALLOC_WAITOK);
	char *mem = (char *)PHYS_TO_DMAP(VM_PAGE_TO_PHYS(m));
	struct hf_seg seg = { VM_PAGE_TO_PHYS(m), BLOCK_BYTES };
	struct hf_io io = {
		.op = op, .sector = sector, .segs = &seg, .nsegs = 1
	};
	int error;

	memcpy(mem, buf, BLOCK_BYTES);
	error = hf_bdev_io_wait(bd, &io);
	memcpy(buf, mem, BLOCK_BYTES);
	vm_page_unwire_noq(m);
	vm_page_free(m);
	return (error);
}

/* Stamps s; the same sectors of the other disk stay as they are. */
static void
stamp(struct scratch *s, struct hf_bdev *other)
{
	static char mine[BLOCK_BYTES], before[BLOCK_BYTES], after[BLOCK_BYTES];
	uint64_t sector;
	bool there;

	for (uint64_t off = 0; off < SCRATCH; off += PAGE_SIZE) {
		sector = sector_of(s, off);
		there = sector + BLOCK_BYTES / HF_SECTOR_BYTES <=
		    other->capacity_sectors;
		if (there)
			hf_expect_eq(
			    block_io(other, HF_IO_READ, sector, before), 0);
		memset(mine, (int)(off / PAGE_SIZE), sizeof(mine));
		strlcpy(mine, s->stamp, sizeof(mine));
		hf_expect_eq(block_io(s->bd, HF_IO_WRITE, sector, mine), 0);
		bzero(after, sizeof(after));
		hf_expect_eq(block_io(s->bd, HF_IO_READ, sector, after), 0);
		hf_expect_eq(memcmp(after, mine, sizeof(mine)), 0);
		if (!there)
			continue;
		hf_expect_eq(block_io(other, HF_IO_READ, sector, after), 0);
		hf_expect_eq(memcmp(after, before, sizeof(before)), 0);
	}
}

HF_SCENARIO(two_disks_bytes, "dev.two_disks_bytes", "VB-84",
    "what is written to one disk is on that one and not on the other",
    WRITES_BOTH)
{
	struct scratch a, b;

	open_scratch(&a, hf_file_mount());
	open_scratch(&b, hf_file_mount_disk("vtbd1"));
	stamp(&a, b.bd);
	stamp(&b, a.bd);
	hf_file_close(a.vp);
	hf_file_close(b.vp);
}
