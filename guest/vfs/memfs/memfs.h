/* SPDX-License-Identifier: BSD-2-Clause */
/* memfs.h: a file system in memory: one directory, files of fixed sizes. */

/*
 * Its files have a store of their own, apart from the pages of their objects: a
 * page comes from there by VOP_GETPAGES and goes there by VOP_PUTPAGES, as with
 * a disk.
 */
#ifndef HF_VFS_MEMFS_MEMFS_H
#define HF_VFS_MEMFS_MEMFS_H

#include <sys/types.h>

struct mount;
struct vfsops;

#define MEMFS_FILE_MAX ((uint64_t)PAGE_SIZE * (PAGE_SIZE / sizeof(void *)))

extern const struct vfsops memfs_vfsops;

/*
 * A regular file of bytes zeros.  ENAMETOOLONG (also no name at all), EINVAL
 * (".", "..", a slash: no lookup would find it), EFBIG (above MEMFS_FILE_MAX),
 * EEXIST.  Sleeps for memory.
 */
int memfs_create(struct mount *mp, const char *name, uint64_t bytes);

#endif
