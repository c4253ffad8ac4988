/* SPDX-License-Identifier: BSD-2-Clause */
/* ext2_image.h: a small ext2 image made in memory, for a fuzz target to damage. */

/*
 * Two groups, sixteen inodes: directories with and without an index, files with
 * direct and every kind of indirect block, a hole, a symbolic link.  Blocks
 * from the first (fs block 1 with 1 KiB blocks, else 0): superblock,
 * descriptors, two pairs of bitmaps and inode tables, directories, blocks of
 * pointers, data.
 */
#ifndef HF_TESTS_FUZZ_EXT2_IMAGE_H
#define HF_TESTS_FUZZ_EXT2_IMAGE_H

#include <stdint.h>

#define EXT2_IMAGE_BLOCKS 64u /* with the one before the first */
/* What is not data: from the first on. */
#define EXT2_IMAGE_META 32u

/* Blocks, from the first on. */
enum ext2_image_at {
	AT_SUPER,
	AT_GROUPS,
	AT_BITMAPS,    /* of blocks and inodes, of both groups */
	AT_TABLES = 6, /* of both groups */
	AT_ROOT = 8,   /* directories */
	AT_SUB,
	AT_POINTERS = 10, /* blocks of pointers */
	AT_CROWD = 16,	  /* a directory of eight blocks */
	AT_DATA = EXT2_IMAGE_META
};
#define EXT2_IMAGE_INODES 8u /* in a group */

/* Where such a block begins in the image. */
static inline uint64_t
ext2_image_at(unsigned int shift, unsigned int at)
{
	return ((uint64_t)(at + (shift == 10)) << shift);
}

/* bytes: EXT2_IMAGE_BLOCKS << shift of zeros; shift 10, 11 or 12. */
void ext2_image_make(uint8_t *bytes, unsigned int shift);

/*
 * Places worth a damage, of so many kinds: a field of the superblock, of a
 * descriptor, of an inode, of a directory's entry, or a block pointer; *bytes
 * of it are one number (ext2_places.c).
 */
#define EXT2_IMAGE_KINDS 5
uint64_t ext2_image_place(
    unsigned int shift, unsigned int kind, unsigned int which, uint32_t *bytes);

#endif
