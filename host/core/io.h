/* SPDX-License-Identifier: BSD-2-Clause */
/* io.h: whole reads and writes. */
#ifndef HF_CORE_IO_H
#define HF_CORE_IO_H

#include <stddef.h>
#include <stdint.h>

#include "core/err.h"

/* All of it, across short writes and EINTR.  0, or -errno. */
int io_write_all(int fd, const void *buf, size_t len_bytes);

/*
 * Descriptors 0 to 2 are open from now on, so that nothing that is opened later
 * is taken for standard output: one that was closed cannot be written to.
 */
void io_reserve_standard(void);

struct io_file {
	const void *bytes;
	size_t len_bytes;
};

/*
 * The whole of a regular file, mapped read only and private; io_file_free
 * unmaps it.  what names the option in messages ("--kernel").  0, or -1:
 * *err, for a missing file, a directory, an unreadable or an empty one.
 */
int io_file_map(const char *what, const char *path, struct io_file *out,
    struct hf_err *err);
void io_file_free(struct io_file *);

#endif
