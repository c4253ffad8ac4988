/* SPDX-License-Identifier: BSD-2-Clause */
/* bdev.h: a block device as the pagers see it: physical segments in, done out. */

/*
 * Ownership: between a successful hf_bdev_submit() and its done callback the
 * io, its segment array and the memory the segments name belong to the device;
 * the caller keeps those pages busy or wired and frees nothing.  done runs
 * exactly once for each accepted io, usually in interrupt context: it may take
 * spin mutexes, use atomics and wakeup(), nothing else.
 *
 * Submission never sleeps and never allocates; it may be called with a
 * sleepable lock held but not from inside a done callback of the same device
 * with its queue lock held (the driver calls done without that lock).
 */
#ifndef HF_DEV_BDEV_H
#define HF_DEV_BDEV_H

#include <sys/types.h>

#define HF_SECTOR_SHIFT 9 /* the protocol's unit, whatever the block size */
#define HF_SECTOR_BYTES (1u << HF_SECTOR_SHIFT)

enum hf_io_op { HF_IO_READ, HF_IO_WRITE, HF_IO_FLUSH, HF_IO_GET_ID };

struct hf_seg {
	vm_paddr_t pa;
	uint32_t len;
};

struct hf_io;
typedef void hf_io_done_t(struct hf_io *io, int error);

struct hf_io {
	/* filled by the caller, unchanged by the device */
	enum hf_io_op op;
	uint64_t sector;
	struct hf_seg *segs;
	uint32_t nsegs;
	hf_io_done_t *done;
	void *arg;

	/* the device's, from submit to done; nothing to initialise */
	struct hf_io *link;
	uint32_t seg_next;     /* first segment not sent yet */
	uint32_t seg_off;      /* bytes of it already sent */
	uint64_t bytes_left;   /* not sent yet */
	uint32_t parts_flying; /* requests of this io in the ring */
	int error;	       /* first error of any part */
};

struct hf_bdev;

struct hf_bdev_ops {
	/* Takes a checked io; calls done exactly once, maybe before return. */
	void (*submit)(struct hf_bdev *bd, struct hf_io *io);
	/* Looks for completions without an interrupt. */
	void (*poll)(struct hf_bdev *bd);
};

struct hf_bdev {
	const char *name;
	const struct hf_bdev_ops *ops;
	void *softc;
	uint64_t capacity_sectors; /* in 512-byte units */
	uint32_t sector_bytes;	   /* logical block, power of two, 512..4096 */
	bool read_only;
	bool can_flush;
	/* counted by hf_bdev_submit; read by scenarios */
	volatile uint64_t reads, writes, flushes;
	volatile uint64_t read_sectors, write_sectors;
	/* counted by the driver: notifications sent, interrupts taken */
	volatile uint64_t doorbells, interrupts;
	/* counted by the driver: ios that the device failed, not a failpoint */
	volatile uint64_t errors;
	uint64_t errors_told; /* of them; by test/file.c */
	/* errno of the last io that failed, for either reason; for reports */
	volatile int last_error;
	/* hf_bdev_hold(): newest first, linked by hf_io.link */
	struct hf_io *volatile held;
	volatile u_int holding;
	struct hf_bdev *next; /* in the table, in the order of attachment */
};

/*
 * Checks the io against the device (range, multiples of the logical block,
 * writes to a read-only device) and hands it over.  0: accepted, done will be
 * called.  EINVAL, EROFS, ENXIO (past the end): refused, done is not called.
 * A FLUSH on a device without that feature completes with success at once.
 */
int hf_bdev_submit(struct hf_bdev *bd, struct hf_io *io);

/* Submits and sleeps until done.  Returns errno.  May sleep. */
int hf_bdev_io_wait(struct hf_bdev *bd, struct hf_io *io);

/* Submits and polls until done, without interrupts or sleeping. */
int hf_bdev_io_polled(struct hf_bdev *bd, struct hf_io *io);

/*
 * For tests.  While a device is held, ios are accepted and go nowhere; release
 * sends them in the order of submission and ends the hold.  The failpoints
 * "bdev.read", "bdev.write" and "bdev.flush" complete an io with EIO.
 */
extern volatile u_int hf_bdevs_held; /* devices that are held now */
void hf_bdev_hold(struct hf_bdev *bd);
void hf_bdev_release(struct hf_bdev *bd);
int hf_bdev_held(struct hf_bdev *bd); /* how many wait */

/*
 * The table of block devices (bdev_table.c).  A device is brought up when it is
 * first asked for, and stays.  Its name is its driver's with a number, vtbd0 for
 * the first virtio block device in the order of the command line; the number is
 * that of the device, whatever becomes of those before it.  0, or with why in
 * msg ENXIO: there is no such device; ENOMEM, EIO: it cannot be used.  One
 * thread at a time.  Sleeps.
 */
#define HF_BDEV_MAX 8 /* of one driver */
int hf_bdev_find(
    const char *name, struct hf_bdev **bdp, char *msg, size_t msg_bytes);

/* The first disk, vtbd0. */
int hf_bdev_root(struct hf_bdev **bdp, char *msg, size_t msg_bytes);

/* The device that was brought up after bd (NULL: the first); NULL: no more. */
struct hf_bdev *hf_bdev_next(struct hf_bdev *bd);

/* A driver: a row in bdev_table.c. */
struct hf_bdev_driver {
	const char *name;
	/*
	 * Brings up device number unit, which is below HF_BDEV_MAX; not called
	 * again for one that came up.  Its name is name.
	 */
	int (*attach)(int unit, const char *name, struct hf_bdev **bdp,
	    char *msg, size_t msg_bytes);
};

/* Disks of the machine: virtio_disk.c, or the model's. */
extern const struct hf_bdev_driver hf_vtbd_driver;

#endif
