/* SPDX-License-Identifier: BSD-2-Clause */
/* physio.c: a device's blocks straight into and out of a process's memory. */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/buf.h>
#include <sys/conf.h>
#include <sys/uio.h>
#include <dev/bdev.h>

/* Everything that can be known to be wrong before anything is moved. */
static int
check(const struct hf_bdev *bd, const struct uio *uio)
{
	const uint64_t mask = bd->sector_bytes - 1;
	int i;

	if (uio->uio_segflg != UIO_USERSPACE || uio->uio_offset < 0 ||
	    uio->uio_resid < 0 ||
	    (((uint64_t)uio->uio_offset | (uint64_t)uio->uio_resid) & mask) !=
		0)
		return (EINVAL);
	for (i = 0; i < uio->uio_iovcnt; i++)
		if ((uio->uio_iov[i].iov_len & mask) != 0)
			return (EINVAL);
	if (uio->uio_rw == UIO_WRITE && bd->read_only)
		return (EROFS);
	return (0);
}

/* The bytes of the held pages, as segments. */
static uint32_t
segments(const struct buf *bp, struct hf_seg *segs)
{
	vm_offset_t off;
	size_t left;
	int i;

	off = bp->b_offset;
	left = bp->b_bcount;
	for (i = 0; i < bp->b_npages; i++, off = 0) {
		segs[i].pa = bp->b_phys[i] + off;
		segs[i].len = (uint32_t)ulmin(left, PAGE_SIZE - off);
		left -= segs[i].len;
	}
	return ((uint32_t)bp->b_npages);
}

/* One transfer, whole blocks that the device has; all of it, or an error. */
static int
move(struct hf_bdev *bd, struct uio *uio, size_t len)
{
	struct hf_seg segs[HF_BUF_PAGES];
	struct hf_io io = { .segs = segs };
	struct buf b = { .b_npages = 0 };
	int error;

	b.b_iocmd = uio->uio_rw == UIO_READ ? BIO_READ : BIO_WRITE;
	if (vmapbuf(&b, uio->uio_iov->iov_base, len, 0) != 0)
		return (EFAULT);
	io.op = uio->uio_rw == UIO_READ ? HF_IO_READ : HF_IO_WRITE;
	io.sector = (uint64_t)uio->uio_offset >> HF_SECTOR_SHIFT;
	io.nsegs = segments(&b, segs);
	error = hf_bdev_io_wait(bd, &io);
	vunmapbuf(&b);
	return (error);
}

/*
 * What the next transfer moves: it ends with the piece, the device and what one
 * may have.  0: nothing is left.
 */
static size_t
next_length(const struct cdev *dev, const struct uio *uio)
{
	const uint64_t end = dev->si_bdev->capacity_sectors << HF_SECTOR_SHIFT;
	const uint64_t sector = dev->si_bdev->sector_bytes;
	uint64_t most, len;

	most = dev->si_iosize_max != 0 ? dev->si_iosize_max : DFLTPHYS;
	most = MAX(MIN(most, DFLTPHYS) & ~(sector - 1), sector);
	len = MIN(uio->uio_iov->iov_len, (uint64_t)uio->uio_resid);
	len = MIN(len, end - (uint64_t)uio->uio_offset);
	return (MIN(len, most) & ~(sector - 1));
}

int
physio(struct cdev *dev, struct uio *uio, int ioflag)
{
	struct hf_bdev *bd = dev->si_bdev;
	size_t len;
	int error;

	error = check(bd, uio);
	if (error != 0)
		return (error);
	if ((uint64_t)uio->uio_offset >> HF_SECTOR_SHIFT > bd->capacity_sectors)
		return (EIO);
	while (hf_uio_more(uio)) {
		len = next_length(dev, uio);
		if (len == 0)
			break; /* the end of the device */
		error = move(bd, uio, len);
		if (error != 0)
			return (error);
		hf_uio_advance(uio, len);
	}
	return (0);
}
