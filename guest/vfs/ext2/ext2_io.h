/* SPDX-License-Identifier: BSD-2-Clause */
/* ext2_io.h: between the files that write to an ext2 file. */

#ifndef HF_VFS_EXT2_EXT2_IO_H
#define HF_VFS_EXT2_EXT2_IO_H

#include <vm/vm.h>

struct hf_pbuf;
struct vnode;

/*
 * Describes in pb the write of the longest part of the pages' bytes [start,
 * end) from the front that lies contiguously on the device, in whole sectors.
 * 0 and *lenp (clipped to end), or errno: ENOSPC for a hole.
 */
int ext2_build_write(struct vnode *vp, struct hf_pbuf *pb, vm_page_t *ma,
    int start, int end, int *lenp);

#endif
