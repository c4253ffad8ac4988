/* SPDX-License-Identifier: BSD-2-Clause */
/* physio_disk.h: a disk in memory, and transfers of raw I/O with it. */

#ifndef HF_SCENARIOS_DEV_PHYSIO_DISK_H
#define HF_SCENARIOS_DEV_PHYSIO_DISK_H

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/buf.h>
#include <sys/conf.h>
#include <sys/uio.h>
#include <dev/bdev.h>
#include <test/scenario.h>
#include <test/space.h>

/* Two transfers and a half. */
#define PHYSIO_PAGES 40
#define PHYSIO_BYTES ptoa(PHYSIO_PAGES)

/*
 * The scenario's disk: blocks of 512 bytes; block i is full of physio_byte(i).
 * Of another disk only dev is set.
 */
struct physio_disk {
	struct hf_bdev bd;
	struct cdev dev;
	vm_page_t pages[PHYSIO_PAGES];
};

static inline int
physio_byte(u_int block)
{
	return ((int)(block * 7 + 3) & 0xff);
}

void physio_open(struct physio_disk *d);
void physio_close(struct physio_disk *d);

/* One byte of the disk. */
uint8_t physio_disk_byte(struct physio_disk *d, u_int at);

/* physio() of one piece of user memory; *resid is what was left. */
int physio_one(struct physio_disk *d, enum uio_rw rw, off_t offset,
    vm_offset_t uaddr, size_t len, ssize_t *resid);

/* The same in a thread of its own. */
struct physio_job {
	struct physio_disk *disk;
	enum uio_rw rw;
	vm_offset_t uaddr;
	size_t len;
	off_t offset;
	ssize_t resid;
	int error;
	struct thread *td;
};
/* Returns when the request waits in the disk, which is held (hf_bdev_hold()). */
void physio_start_held(struct physio_job *job);
void physio_finish(struct physio_job *job);

#endif
