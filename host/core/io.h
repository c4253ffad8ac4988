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

/* A larger file than this is no kernel, plan or log. */
#define IO_FILE_MAX (1ull << 30)

/*
 * A copy of a whole regular file as it is now, in memory that nobody can change
 * (memfd_create(2), sealed).  What was checked stays as it was, whatever
 * becomes of the file.  io_file_free lets the copy go.  what names the option
 * in messages ("--kernel").  0, or -1 with *err: the file is missing, a
 * directory, unreadable, empty or too large, or it shrinks while it is read.
 */
int io_file_read(const char *what, const char *path, struct io_file *out,
    struct hf_err *err);
void io_file_free(struct io_file *);

#endif
