/* SPDX-License-Identifier: BSD-2-Clause */
/* vn_map.h: which rights a mapping of a file may have. */

#ifndef HF_VFS_VN_MAP_H
#define HF_VFS_VN_MAP_H

#include <vm/vm.h>

struct vnode;

/*
 * What mmap(2) asks of a file: may it be mapped with these rights?  0, and
 * *maxprotp are the rights that the mapping may ever have; or VOP_ACCESS's errno
 * for a shared mapping that would be written through.  vp unlocked.  Sleeps.
 */
int hf_vn_map_rights(
    struct vnode *vp, vm_prot_t prot, bool shared, vm_prot_t *maxprotp);

#endif
