/* SPDX-License-Identifier: BSD-2-Clause */
/* physio_disk.c: a disk in memory, and transfers of raw I/O with it. */

#include <sys/proc.h>
#include <kern/thread.h>
#include <machine/vmparam.h>
#include "physio_disk.h"

static uint8_t *
bytes_at(struct physio_disk *d, uint64_t at)
{
	return (
	    (uint8_t *)PHYS_TO_DMAP(VM_PAGE_TO_PHYS(d->pages[at / PAGE_SIZE])) +
	    at % PAGE_SIZE);
}

static void
disk_submit(struct hf_bdev *bd, struct hf_io *io)
{
	uint64_t at;
	uint8_t *mem, *disk;
	uint32_t i, j;

	at = io->sector << HF_SECTOR_SHIFT;
	for (i = 0; i < io->nsegs; i++) {
		mem = (uint8_t *)PHYS_TO_DMAP(io->segs[i].pa);
		for (j = 0; j < io->segs[i].len;) {
			uint32_t n = (uint32_t)ulmin(io->segs[i].len - j,
			    PAGE_SIZE - (at + j) % PAGE_SIZE);

			disk = bytes_at(bd->softc, at + j);
			memcpy(io->op == HF_IO_READ ? mem + j : disk,
			    io->op == HF_IO_READ ? disk : mem + j, n);
			j += n;
		}
		at += io->segs[i].len;
	}
	io->done(io, 0);
}

static void
disk_poll(struct hf_bdev *bd)
{
}

static const struct hf_bdev_ops disk_ops = { disk_submit, disk_poll };

void
physio_open(struct physio_disk *d)
{
	u_int i;

	*d = (struct physio_disk){ .bd = { .name = "physio",
				       .ops = &disk_ops,
				       .softc = d,
				       .capacity_sectors =
					   PHYSIO_BYTES >> HF_SECTOR_SHIFT,
				       .sector_bytes = HF_SECTOR_BYTES } };
	d->dev = (struct cdev){ .si_bdev = &d->bd };
	for (i = 0; i < PHYSIO_PAGES; i++)
		d->pages[i] =
		    vm_page_alloc_noobj(VM_ALLOC_WIRED | VM_ALLOC_WAITOK);
	for (i = 0; i < PHYSIO_BYTES / HF_SECTOR_BYTES; i++)
		memset(bytes_at(d, i * HF_SECTOR_BYTES), physio_byte(i),
		    HF_SECTOR_BYTES);
}

void
physio_close(struct physio_disk *d)
{
	int i;

	for (i = 0; i < PHYSIO_PAGES; i++)
		vm_page_unwire(d->pages[i], PQ_INACTIVE);
}

uint8_t
physio_disk_byte(struct physio_disk *d, u_int at)
{
	return (*bytes_at(d, at));
}

int
physio_one(struct physio_disk *d, enum uio_rw rw, off_t offset,
    vm_offset_t uaddr, size_t len, ssize_t *resid)
{
	struct iovec iov = { (void *)uaddr, len };
	struct uio uio = { .uio_iov = &iov,
		.uio_iovcnt = 1,
		.uio_offset = offset,
		.uio_resid = (ssize_t)len,
		.uio_segflg = UIO_USERSPACE,
		.uio_rw = rw };
	int error;

	error = physio(&d->dev, &uio, 0);
	*resid = uio.uio_resid;
	hf_expect_eq(uio.uio_offset - offset, (ssize_t)len - uio.uio_resid);
	return (error);
}

static void
run(void *arg)
{
	struct physio_job *job = arg;

	job->error = physio_one(
	    job->disk, job->rw, job->offset, job->uaddr, job->len, &job->resid);
}

void
physio_start_held(struct physio_job *job)
{
	job->td = hf_space_thread(run, job);
	while (hf_bdev_held(job->disk->dev.si_bdev) == 0)
		hf_yield();
}

void
physio_finish(struct physio_job *job)
{
	hf_bdev_release(job->disk->dev.si_bdev);
	hf_thread_join(job->td);
}
