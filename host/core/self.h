/* SPDX-License-Identifier: BSD-2-Clause */
/* self.h: the running program as a file. */
#ifndef HF_CORE_SELF_H
#define HF_CORE_SELF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SELF_PATH "/proc/self/exe"

/*
 * Where the len bytes at p, which were linked into the program as constants,
 * lie in the file SELF_PATH.  False if they are not in one segment of it.
 */
bool self_file_offset(const void *p, size_t len_bytes, uint64_t *offset);

/*
 * The linker's GNU build id in hexadecimal digits, "unknown" if there is none.
 * Returns buf, of SELF_BUILD_ID_BYTES.
 */
#define SELF_BUILD_ID_BYTES 72
const char *self_build_id(char *buf);

#endif
