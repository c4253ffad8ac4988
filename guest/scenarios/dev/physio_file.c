/* SPDX-License-Identifier: BSD-2-Clause */
/* physio_file.c: raw I/O on the machine's disk: the blocks of a scratch file. */

#include <sys/mount.h>
#include <sys/vnode.h>
#include <kern/failpoint.h>
#include <test/file.h>
#include <test/probe.h>
#include "filesum.h"
#include "physio_disk.h"

#define VA     HF_SPACE_BASE
#define OTHER  (VA + ptoa(64))
#define WRITES .flags = HF_NEEDS_DISK | HF_NEEDS_RW | HF_NEEDS_DEFAULT_IMAGE

/* A transfer and a half. */
#define PAGES 24
#define BYTES ptoa(PAGES)
#define STEP  512

static struct physio_disk disk;
static struct vnode *vp;
static uint64_t first;	/* byte of the file ... */
static off_t on_device; /* ... and where that is */

static uint64_t
word_of(uint64_t at)
{
	return (0x700000 + at);
}

static daddr_t
sector_of(uint64_t block)
{
	daddr_t bn;

	hf_require_eq(VOP_BMAP(vp, (daddr_t)block, NULL, &bn, NULL, NULL), 0);
	return (bn);
}

/* Finds PAGES pages of the file that follow each other on the disk. */
static void
begin(void)
{
	uint64_t block, bsize, n;

	vp = hf_file_open(HF_SCRATCH_NAME);
	bsize = vp->v_mount->mnt_stat.f_iosize;
	for (block = n = 0; n < BYTES / bsize; block++) {
		hf_require((block + 1) * bsize <= hf_file_bytes(vp));
		n = n > 0 &&
			sector_of(block) ==
			    sector_of(block - 1) +
				(daddr_t)(bsize >> HF_SECTOR_SHIFT)
		    ? n + 1
		    : sector_of(block) > 0;
	}
	first = (block - n) * bsize;
	on_device = (off_t)sector_of(block - n) << HF_SECTOR_SHIFT;
	disk =
	    (struct physio_disk){ .dev = { .si_bdev = vp->v_mount->mnt_bdev } };
	hf_space_anon_at(VA, PAGES + 1);
}

static void
end(void)
{
	vm_page_t m;
	u_long i;

	for (i = 0; i <= PAGES; i++) {
		m = hf_space_page(VA + ptoa(i));
		if (m != NULL)
			hf_expect_eq(vm_page_wire_count(m), 0);
	}
	hf_space_check();
	hf_file_close(vp);
}

static void
fill(vm_offset_t buf, uint64_t salt)
{
	uint64_t at;

	for (at = 0; at < BYTES; at += STEP)
		hf_poke(buf + at, word_of(at) + salt);
}

/*
 * From which byte on the disk is not as fill() made the buffer; every fourth
 * block.
 */
static uint64_t
same_on_disk(uint64_t salt)
{
	uint64_t at, sector[STEP / 8];

	for (at = 0; at < BYTES; at += 4 * STEP) {
		hf_file_read_disk(vp, first + at, sector, sizeof(sector));
		if (sector[0] != word_of(at) + salt)
			break;
	}
	return (at);
}

static int
move(enum uio_rw rw, vm_offset_t buf, size_t len, ssize_t *resid)
{
	return (physio_one(&disk, rw, on_device, buf, len, resid));
}

HF_SCENARIO(dev_physio_file, "dev.physio_file", "QH-33 QH-34",
    "a file's blocks are written and read through the user's own pages", WRITES)
{
	struct hf_bdev *bd;
	uint64_t at, sector[STEP / 8] = { 0x1234567 }, sectors;
	vm_offset_t buf;
	ssize_t resid;

	begin();
	bd = disk.dev.si_bdev;
	/* Not at the beginning of a page. */
	buf = VA + 104;
	fill(buf, 0);
	sectors = bd->write_sectors;
	hf_expect_eq(move(UIO_WRITE, buf, BYTES, &resid), 0);
	hf_expect_eq(resid, 0);
	hf_expect_eq(bd->write_sectors - sectors, BYTES / HF_SECTOR_BYTES);
	hf_expect_eq(same_on_disk(0), BYTES);
	/* One block changes behind the user's back; all come into new memory. */
	hf_file_write_disk(vp, first, sector, sizeof(sector));
	vm_map_remove(hf_space_map(), VA, VA + ptoa(PAGES + 1));
	hf_space_anon_at(VA, PAGES + 1);
	hf_expect_eq(move(UIO_READ, buf, BYTES, &resid), 0);
	hf_expect_eq(resid, 0);
	hf_expect_eq(hf_space_page(VA)->dirty, VM_PAGE_BITS_ALL);
	hf_expect_eq(hf_peek(buf), sector[0]);
	for (at = STEP; at < BYTES; at += STEP)
		if (hf_peek(buf + at) != word_of(at))
			break;
	hf_expect_eq(at, BYTES);
	hf_expect_read(buf - 1, 0);
	hf_expect_read(buf + BYTES, 0);
	end();
}

HF_SCENARIO(dev_physio_file_refused, "dev.physio_file_refused", "VB-52",
    "parts of blocks, and blocks that the disk does not have, are no request",
    WRITES)
{
	struct hf_bdev *bd;
	uint64_t before;
	ssize_t resid;
	off_t size;

	begin();
	bd = disk.dev.si_bdev;
	fill(VA, 0);
	before = bd->reads + bd->writes;
	hf_expect_eq(move(UIO_WRITE, VA, 1000, &resid), EINVAL);
	hf_expect_eq(move(UIO_READ, VA, 511, &resid), EINVAL);
	hf_expect_eq(physio_one(&disk, UIO_WRITE, on_device + 8, VA,
			 HF_SECTOR_BYTES, &resid),
	    EINVAL);
	size = (off_t)(bd->capacity_sectors << HF_SECTOR_SHIFT);
	hf_expect_eq(
	    physio_one(&disk, UIO_WRITE, size, VA, HF_SECTOR_BYTES, &resid), 0);
	hf_expect_eq(resid, HF_SECTOR_BYTES);
	hf_expect_eq(physio_one(&disk, UIO_WRITE, size + HF_SECTOR_BYTES, VA,
			 HF_SECTOR_BYTES, &resid),
	    EIO);
	/* Nor is memory that the process may not store to. */
	hf_require_eq(vm_map_protect(hf_space_map(), VA, VA + ptoa(1),
			  VM_PROT_READ, 0, VM_MAP_PROTECT_SET_PROT),
	    KERN_SUCCESS);
	hf_expect_eq(move(UIO_READ, VA, HF_SECTOR_BYTES, &resid), EFAULT);
	hf_expect_eq(bd->reads + bd->writes, before);
	end();
}

HF_SCENARIO(dev_physio_file_error, "dev.physio_file_error", "VB-82 QH-11",
    "the disk fails midway: what came before is there, and nothing is held",
    WRITES)
{
	ssize_t resid;

	begin();
	fill(VA, 0);
	hf_expect_eq(move(UIO_WRITE, VA, BYTES, &resid), 0);
	fill(VA, 0x10000000);
	hf_failpoint_arm("bdev.write", 1, 1);
	hf_expect_eq(move(UIO_WRITE, VA, BYTES, &resid), EIO);
	hf_failpoint_disarm_all();
	hf_expect_eq(resid, BYTES - DFLTPHYS);
	hf_expect_eq(same_on_disk(0x10000000), DFLTPHYS);
	fill(VA, 0x20000000);
	hf_failpoint_arm("bdev.read", 1, 1);
	hf_expect_eq(move(UIO_READ, VA, BYTES, &resid), EIO);
	hf_failpoint_disarm_all();
	hf_expect_eq(resid, BYTES - DFLTPHYS);
	hf_expect_eq(hf_peek(VA), word_of(0) + 0x10000000);
	hf_expect_eq(hf_peek(VA + DFLTPHYS), word_of(DFLTPHYS) + 0x20000000);
	end();
}

HF_SCENARIO(dev_physio_file_held, "dev.physio_file_held",
    "QH-12 QH-13 QH-14 QH-28 IB-7",
    "pages stay for the whole transfer, and are dirty after it or freed",
    WRITES)
{
	struct physio_job job = { &disk, UIO_READ, VA, ptoa(2) };
	vm_object_t object;
	vm_page_t gone, kept;
	ssize_t resid;
	u_int free;

	begin();
	fill(VA, 0);
	hf_expect_eq(move(UIO_WRITE, VA, BYTES, &resid), 0);
	vm_map_remove(hf_space_map(), VA, VA + ptoa(2));
	/* The first page is unmapped meanwhile, the second written back. */
	hf_space_anon_at(VA, 1);
	object = vm_object_allocate(OBJT_SWAP, 1);
	hf_space_map_at(
	    VA + ptoa(1), 1, object, 0, VM_PROT_RW, MAP_INHERIT_SHARE);
	hf_poke(VA, 1);
	hf_poke(VA + ptoa(1), 2);
	gone = hf_space_page(VA);
	kept = hf_space_page(VA + ptoa(1));
	job.offset = on_device;
	hf_bdev_hold(disk.dev.si_bdev);
	physio_start_held(&job);
	hf_expect_eq(vm_page_wire_count(gone), 1);
	hf_expect_eq(vm_page_wire_count(kept), 1);
	vm_map_remove(hf_space_map(), VA, VA + ptoa(1));
	hf_space_anon_at(VA, 1);
	hf_poke(VA, 3);
	hf_expect_ne(hf_space_page(VA), gone);
	VM_OBJECT_WLOCK(object);
	hf_require(vm_page_tryxbusy(kept));
	pmap_remove_write(kept);
	vm_page_undirty(kept);
	vm_page_xunbusy(kept);
	VM_OBJECT_WUNLOCK(object);
	hf_expect_eq(vm_page_wire_count(gone), 1);
	free = vm_free_count();
	physio_finish(&job);
	hf_expect_eq(job.error, 0);
	hf_expect_eq(job.resid, 0);
	hf_expect_le(free + 1, vm_free_count());
	hf_expect_eq(hf_peek(VA), 3);
	hf_expect_eq(hf_peek(VA + ptoa(1)), word_of(PAGE_SIZE));
	hf_expect_eq(kept->dirty, VM_PAGE_BITS_ALL);
	hf_expect_eq(vm_page_wire_count(kept), 0);
	end();
}
