/* SPDX-License-Identifier: BSD-2-Clause */
/* replace.h: write a file as a whole, or leave the old one as it was. */
#ifndef HF_CORE_REPLACE_H
#define HF_CORE_REPLACE_H

#include <stdbool.h>
#include <stddef.h>

#include "core/err.h"

/*
 * Whether the path names something that cannot be replaced and is written as
 * it comes: a device, a pipe, a descriptor under /dev/fd or /proc.
 */
bool replace_is_stream(const char *path);

/*
 * Whether replace_file will be able to, as far as one can know: to be asked
 * before the work.  A full disk is no reason to refuse: it may not be by then.
 * 0, or -1: *err is the user's and begins with what ("--output") and the path.
 */
int replace_check(const char *what, const char *path, struct hf_err *err);

/*
 * Writes the bytes beside the path, has them on the disk, and renames; through
 * a symbolic link the file behind it is replaced.  In a folder that may not be
 * written to the file itself is overwritten.  0, or -1: *err is the host's,
 * what was there is untouched (unless the folder forbade it), nothing else is
 * left.
 */
int replace_file(
    const char *path, const void *bytes, size_t len_bytes, struct hf_err *err);

/* Fills a file that is empty; it may seek.  0, or an errno. */
typedef int replace_fill(int fd, void *arg);

/* The same by a writer of the caller's; the path is no stream. */
int replace_file_by(
    const char *path, replace_fill *fill, void *arg, struct hf_err *err);

#endif
