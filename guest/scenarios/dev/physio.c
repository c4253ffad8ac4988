/* SPDX-License-Identifier: BSD-2-Clause */
/* physio.c: raw I/O: what is moved, what is refused, what an error leaves. */

#include <sys/proc.h>
#include <kern/failpoint.h>
#include <test/probe.h>
#include <test/whole.h>
#include "physio_disk.h"

#define VA HF_SPACE_BASE

static struct physio_disk disk;

/* Of every page of the buffer: no wiring. */
static void
expect_unwired(u_long npages)
{
	vm_page_t m;
	u_long i;

	for (i = 0; i < npages; i++) {
		m = hf_space_page(VA + ptoa(i));
		if (m != NULL && vm_page_wire_count(m) != 0)
			hf_expect_eq(vm_page_wire_count(m), 0);
	}
}

HF_SCENARIO(dev_physio, "dev.physio", "QH-33 QH-34 VB-81",
    "blocks go straight into and out of memory of any alignment, in parts")
{
	const vm_offset_t buf = VA + 100;
	ssize_t resid;
	u_int i, wrong;

	physio_open(&disk);
	hf_space_anon_at(VA, PHYSIO_PAGES + 1);
	hf_expect_eq(
	    physio_one(&disk, UIO_READ, 0, buf, PHYSIO_BYTES, &resid), 0);
	hf_expect_eq(resid, 0);
	hf_expect_eq(disk.bd.reads, 3);
	for (wrong = 0, i = 0; i < PHYSIO_BYTES; i += 256)
		if (hf_probe_read(buf + i).value != physio_byte(i / 512))
			wrong++;
	hf_expect_eq(wrong, 0);
	hf_expect_read(buf - 1, 0);
	hf_expect_read(buf + PHYSIO_BYTES, 0);
	hf_expect_eq(hf_space_page(VA)->dirty, VM_PAGE_BITS_ALL);
	expect_unwired(PHYSIO_PAGES + 1);

	/* Back, a block further; the pages are only read. */
	vm_page_undirty(hf_space_page(VA));
	hf_expect_eq(
	    physio_one(&disk, UIO_WRITE, 512, buf, PHYSIO_BYTES - 512, &resid),
	    0);
	hf_expect_eq(resid, 0);
	hf_expect_eq(disk.bd.writes, 3);
	hf_expect_eq(hf_space_page(VA)->dirty, 0);
	for (wrong = 0, i = 512; i < PHYSIO_BYTES; i += 256)
		if (physio_disk_byte(&disk, i) != physio_byte(i / 512 - 1))
			wrong++;
	hf_expect_eq(wrong, 0);
	hf_expect_eq(physio_disk_byte(&disk, 511), physio_byte(0));
	expect_unwired(PHYSIO_PAGES + 1);
	physio_close(&disk);
	hf_space_check();
}

HF_SCENARIO(dev_physio_pieces, "dev.physio_pieces", "VB-81",
    "pieces of a uio follow each other on the device; its own limit is kept")
{
	struct iovec iov[3] = { { (void *)(VA + 512), 1024 }, { NULL, 0 },
		{ (void *)(VA + 8192), 2048 } };
	struct uio uio = { .uio_iov = iov,
		.uio_iovcnt = 3,
		.uio_offset = 1024,
		.uio_resid = 3072,
		.uio_segflg = UIO_USERSPACE,
		.uio_rw = UIO_READ };

	physio_open(&disk);
	disk.dev.si_iosize_max = 1000; /* one block */
	hf_space_anon_at(VA, 4);
	hf_expect_eq(physio(&disk.dev, &uio, 0), 0);
	hf_expect_eq(uio.uio_resid, 0);
	hf_expect_eq(uio.uio_offset, 4096);
	hf_expect_eq(disk.bd.reads, 6);
	hf_expect_read(VA + 511, 0);
	hf_expect_read(VA + 512, physio_byte(2));
	hf_expect_read(VA + 1535, physio_byte(3));
	hf_expect_read(VA + 1536, 0);
	hf_expect_read(VA + 8192, physio_byte(4));
	hf_expect_read(VA + 8192 + 2047, physio_byte(7));
	physio_close(&disk);
	hf_space_check();
}

HF_SCENARIO(dev_physio_unaligned, "dev.physio_unaligned", "VB-79",
    "what is not whole blocks of user memory is EINVAL, and nothing is moved")
{
	struct iovec iov[2] = { { (void *)VA, 512 }, { (void *)VA, 100 } };
	struct uio uio = { .uio_iov = iov,
		.uio_iovcnt = 2,
		.uio_resid = 1024,
		.uio_segflg = UIO_USERSPACE,
		.uio_rw = UIO_READ };
	ssize_t resid;

	physio_open(&disk);
	hf_space_anon_at(VA, 2);
	hf_expect_eq(physio_one(&disk, UIO_READ, 1, VA, 512, &resid), EINVAL);
	hf_expect_eq(resid, 512);
	hf_expect_eq(physio_one(&disk, UIO_READ, 0, VA, 511, &resid), EINVAL);
	hf_expect_eq(physio_one(&disk, UIO_WRITE, 0, VA, 513, &resid), EINVAL);
	hf_expect_eq(
	    physio_one(&disk, UIO_READ, -512, VA, 512, &resid), EINVAL);
	hf_expect_eq(physio(&disk.dev, &uio, 0), EINVAL);
	hf_expect_eq(uio.uio_resid, 1024);
	iov[1].iov_len = 512;
	uio.uio_resid = 600;
	hf_expect_eq(physio(&disk.dev, &uio, 0), EINVAL);
	uio.uio_resid = 1024;
	uio.uio_segflg = UIO_SYSSPACE;
	hf_expect_eq(physio(&disk.dev, &uio, 0), EINVAL);
	/* Blocks of this size. */
	disk.bd.sector_bytes = 4096;
	hf_expect_eq(
	    physio_one(&disk, UIO_READ, 512, VA, 4096, &resid), EINVAL);
	hf_expect_eq(physio_one(&disk, UIO_READ, 0, VA, 512, &resid), EINVAL);
	hf_expect_eq(disk.bd.reads + disk.bd.writes, 0);
	hf_expect_eq(
	    physio_one(&disk, UIO_READ, 4096, VA + 8, 4096, &resid), 0);
	hf_expect_read(VA + 8, physio_byte(8));
	disk.bd.sector_bytes = 512;
	disk.bd.read_only = true;
	hf_expect_eq(physio_one(&disk, UIO_WRITE, 0, VA, 512, &resid), EROFS);
	physio_close(&disk);
	hf_space_check();
}

HF_SCENARIO(dev_physio_end, "dev.physio_end", "VB-80",
    "at the end of the device a transfer is short, then empty, then an error")
{
	ssize_t resid;

	physio_open(&disk);
	hf_space_anon_at(VA, 2);
	hf_expect_eq(
	    physio_one(&disk, UIO_READ, PHYSIO_BYTES - 1024, VA, 4096, &resid),
	    0);
	hf_expect_eq(resid, 4096 - 1024);
	hf_expect_read(VA + 1023, physio_byte(PHYSIO_BYTES / 512 - 1));
	hf_expect_read(VA + 1024, 0);
	hf_expect_eq(
	    physio_one(&disk, UIO_WRITE, PHYSIO_BYTES, VA, 512, &resid), 0);
	hf_expect_eq(resid, 512);
	hf_expect_eq(
	    physio_one(&disk, UIO_READ, PHYSIO_BYTES + 512, VA, 512, &resid),
	    EIO);
	hf_expect_eq(
	    physio_one(&disk, UIO_READ, INT64_MAX & ~511ll, VA, 512, &resid),
	    EIO);
	hf_expect_eq(resid, 512);
	physio_close(&disk);
	hf_space_check();
}

HF_SCENARIO(dev_physio_error, "dev.physio_error", "VB-82 QH-11",
    "an error midway: what came before counts, nothing stays held")
{
	ssize_t resid;

	physio_open(&disk);
	hf_space_anon_at(VA, PHYSIO_PAGES);
	hf_failpoint_arm("bdev.read", 1, 1);
	hf_expect_eq(
	    physio_one(&disk, UIO_READ, 0, VA, PHYSIO_BYTES, &resid), EIO);
	hf_failpoint_disarm_all();
	hf_expect_eq(resid, PHYSIO_BYTES - DFLTPHYS);
	hf_expect_read(VA + DFLTPHYS - 1, physio_byte(DFLTPHYS / 512 - 1));
	expect_unwired(PHYSIO_PAGES);
	hf_expect_eq(physio_one(&disk, UIO_READ, DFLTPHYS, VA + DFLTPHYS,
			 (size_t)resid, &resid),
	    0);
	hf_expect_eq(resid, 0);
	hf_expect_read(
	    VA + PHYSIO_BYTES - 1, physio_byte(PHYSIO_BYTES / 512 - 1));
	hf_failpoint_arm("bdev.write", 0, 1);
	hf_expect_eq(
	    physio_one(&disk, UIO_WRITE, 0, VA, PHYSIO_BYTES, &resid), EIO);
	hf_failpoint_disarm_all();
	hf_expect_eq(resid, PHYSIO_BYTES);
	expect_unwired(PHYSIO_PAGES);
	physio_close(&disk);
	hf_space_check();
}

HF_SCENARIO(dev_physio_rights, "dev.physio_rights", "QH-09 QH-10",
    "a device stores where the process may, and reads where it may read")
{
	struct proc *parent, *child;
	ssize_t resid;

	physio_open(&disk);
	hf_space_anon_at(VA, 2);
	hf_fill(VA, 0xaa);
	hf_space_map_at(VA + ptoa(4), 1, NULL, 0, VM_PROT_NONE, 0);
	hf_expect_eq(
	    physio_one(&disk, UIO_READ, 0, VA + ptoa(4), 512, &resid), EFAULT);
	hf_expect_eq(
	    physio_one(&disk, UIO_READ, 0, VA + ptoa(1) + 3584, 1024, &resid),
	    EFAULT);
	hf_expect_eq(
	    physio_one(&disk, UIO_WRITE, 0, VM_MIN_KERNEL_ADDRESS, 512, &resid),
	    EFAULT);
	hf_expect_eq(resid, 512);
	hf_expect_eq(disk.bd.reads + disk.bd.writes, 0);
	/* Memory that is shared with a child until it is written. */
	parent = curproc;
	child = hf_space_fork("child");
	hf_expect_eq(physio_one(&disk, UIO_READ, 512, VA, 512, &resid), 0);
	hf_expect_read(VA, physio_byte(1));
	hf_expect_filled(VA, 0, 512);
	hf_space_run(child);
	hf_expect_eq(hf_load(VA), 0xaa);
	hf_space_run(parent);
	hf_space_end(child);
	/* Read-only memory is good enough for a write to the device. */
	hf_require_eq(vm_map_protect(hf_space_map(), VA, VA + ptoa(2),
			  VM_PROT_READ, 0, VM_MAP_PROTECT_SET_PROT),
	    KERN_SUCCESS);
	hf_expect_eq(physio_one(&disk, UIO_READ, 0, VA, 512, &resid), EFAULT);
	hf_expect_read(VA, physio_byte(1));
	hf_expect_eq(physio_one(&disk, UIO_WRITE, 0, VA, 512, &resid), 0);
	hf_expect_eq(physio_disk_byte(&disk, 0), physio_byte(1));
	/* A later part is not there: the one before it has been moved. */
	hf_space_anon_at(VA + ptoa(16), 16);
	hf_expect_eq(physio_one(&disk, UIO_READ, 0, VA + ptoa(16),
			 DFLTPHYS + 512, &resid),
	    EFAULT);
	hf_expect_eq(resid, 512);
	physio_close(&disk);
	hf_space_check();
}
