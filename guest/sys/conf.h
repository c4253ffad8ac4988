/* SPDX-License-Identifier: BSD-2-Clause */
/* conf.h: a device that is read and written past the file systems. */

#ifndef HF_SYS_CONF_H
#define HF_SYS_CONF_H

#include <sys/types.h>

struct hf_bdev;
struct uio;

struct cdev {
	struct hf_bdev *si_bdev;
	u_int si_iosize_max; /* most bytes of one transfer; 0: DFLTPHYS */
};

/*
 * Raw I/O: bytes of the device, from uio_offset on, straight into (UIO_READ) or
 * out of (UIO_WRITE) memory of the current process, which is held meanwhile.
 * Sleeps until all is done; no lock held.  ioflag is not used.
 *
 * EINVAL, and nothing moved: offset or a piece is not whole blocks of the
 * device, or the uio is not of user memory.  EFAULT: the memory does not permit
 * it (a piece is held in parts of a transfer's size; what was held first has
 * been moved).  EROFS; EIO and other errors of the device.  At the device's end
 * a transfer is short, and none begins behind it: EIO.  The uio counts whole
 * transfers that succeeded, in order; of one that failed memory or device may
 * have any part.
 *
 * Who also uses a file system on the device sees to it that its pages are
 * written before and dropped after: nothing here looks at them.
 */
int physio(struct cdev *dev, struct uio *uio, int ioflag);

#endif
