/* SPDX-License-Identifier: BSD-2-Clause */
/* ext2_index.h: a large directory's names by hash, in memory. */

#ifndef HF_VFS_EXT2_EXT2_INDEX_H
#define HF_VFS_EXT2_EXT2_INDEX_H

#include <sys/types.h>

struct ext2_index;

/*
 * Room for this many names; NULL if there is no memory, or too many.  Constant
 * after it was filled: whoever reads it needs no lock.  Never sleeps.
 */
struct ext2_index *ext2_index_new(u_long names);
void ext2_index_free(struct ext2_index *ix);

/*
 * The entry at byte off of the directory, in their order; at most as many as
 * there is room for.  False: too many names are alike.
 */
bool ext2_index_add(
    struct ext2_index *ix, const char *name, size_t len, uint32_t off);

/*
 * Where an entry of this name may be: the next candidate from *slot on, which
 * starts as ext2_index_slot().  False: there is none.
 */
u_long ext2_index_slot(
    const struct ext2_index *ix, const char *name, size_t len);
bool ext2_index_next(const struct ext2_index *ix, const char *name, size_t len,
    u_long *slot, uint32_t *off);

#endif
