/* SPDX-License-Identifier: BSD-2-Clause */
/* image_lock.h: keeps a second writer away from a disk image. */
#ifndef HF_BLK_IMAGE_LOCK_H
#define HF_BLK_IMAGE_LOCK_H

#include "core/err.h"

enum image_lock {
	IMAGE_LOCK_SHARED,   /* others may read */
	IMAGE_LOCK_EXCLUSIVE /* nobody else at all */
};

/*
 * Locks the whole file behind fd until every copy of fd is closed.  It is an
 * open file description lock, so it conflicts with QEMU's image locks, too.  0,
 * or -1: *err names path and, if it can be found, the process that is in the
 * way.  A file system that knows no locks gets a warning only.
 */
int image_lock(
    int fd, const char *path, enum image_lock kind, struct hf_err *err);

#endif
