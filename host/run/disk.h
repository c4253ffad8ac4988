/* SPDX-License-Identifier: BSD-2-Clause */
/* disk.h: the guest's disks: image, virtio-blk device and its transport. */
#ifndef HF_RUN_DISK_H
#define HF_RUN_DISK_H

#include <stddef.h>

#include "core/err.h"
#include "run/devices.h"
#include "run/runner.h"

/* A row of devices.c: the disks of opt, in their order. */
extern const struct device_kind device_disk;

/* How many of them scenarios with these flags need. */
unsigned int disks_needed(uint32_t flags);

/*
 * Whether what the user says of disks can be had, also when nothing asks for
 * them: fault plans that make sense, and images that can be opened.  Those stay
 * open, in run_disk.opened, and are what guests use.  0, or -1: *err.
 */
int disks_check(const struct run_options *opt, struct hf_err *err);

/* How it is used, in words: "snapshot"; for reports. */
const char *disk_how(const struct run_disk *disk);

/* "FILE (snapshot)", or "none": the i-th disk, for people. */
#define DISK_TEXT_BYTES 512
void disk_text(
    const struct run_options *opt, unsigned int i, char text[DISK_TEXT_BYTES]);

#endif
