/* SPDX-License-Identifier: BSD-2-Clause */
/* disk.h: the guest's disk: image, virtio-blk device and its transport. */
#ifndef HF_RUN_DISK_H
#define HF_RUN_DISK_H

#include <stddef.h>

#include "core/err.h"
#include "run/runner.h"

struct bus;
struct disk;
struct vm;

/*
 * Whether what the user says of a disk can be had, also when nothing asks for
 * it: a fault plan that makes sense, and an image that can be opened.  It stays
 * open, in opt->disk_opened, and is what disk_new uses.  0, or -1: *err.
 */
int disk_check(const struct run_options *opt, struct hf_err *err);

/*
 * Opens the image of opt and plugs it into the bus of a vm that is not yet
 * started.  NULL: *err.
 */
struct disk *disk_new(const struct run_options *opt, struct vm *vm,
    struct bus *bus, struct hf_err *err);

/* Appends its announcement to the command line in buf. */
void disk_announce(const struct disk *d, char *buf, size_t buf_bytes);

/* " (snapshot)" and the like: how the disk of opt is used; for reports. */
const char *disk_how(const struct run_options *opt);

/*
 * The guest is to stop, and what it does no longer counts: what --faulty delays
 * is given up, so that nobody waits for it.  NULL is fine.
 */
void disk_cut_short(struct disk *d);

/* Requires that the vm is stopped and not yet destroyed.  NULL is fine. */
void disk_free(struct disk *d);

#endif
