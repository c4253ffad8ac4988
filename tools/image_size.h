/* SPDX-License-Identifier: BSD-2-Clause */
/* image_size.h: how many blocks and inodes of ext2 a tree needs. */
#ifndef HF_TOOLS_IMAGE_SIZE_H
#define HF_TOOLS_IMAGE_SIZE_H

#include <stdint.h>

/*
 * Prints "BLOCKS INODES": of the whole file system that mke2fs makes of dir,
 * with a manifest beside, with inodes of 128 bytes and no journal.  Ends the
 * program if something cannot be read.
 */
void image_size(const char *dir, uint64_t block_bytes, uint64_t manifest_bytes);

#endif
