/* SPDX-License-Identifier: BSD-2-Clause */
/* vnode_pager.h: pages of files (FreeBSD's vnode pager). */

#ifndef HF_VM_VNODE_PAGER_H
#define HF_VM_VNODE_PAGER_H

#include <sys/types.h>
#include <sys/vnode.h>
#include <vm/vm.h>

struct pagerops;
struct ucred;
struct vm_object;
struct vm_page;

extern const struct pagerops vnodepagerops; /* OBJT_VNODE */

/*
 * Finds or makes the object of a vnode that the caller has locked and uses;
 * one more reference.  NULL for a NULL handle.  May sleep.
 */
struct vm_object *vnode_pager_alloc(void *handle, vm_ooffset_t size,
    vm_prot_t prot, vm_ooffset_t offset, struct ucred *cred);

/* The VOP forms for file systems on a block device. */
int vnode_pager_local_getpages(struct vnode *vp, struct vm_page **ma, int count,
    int *rbehind, int *rahead);
int vnode_pager_local_getpages_async(struct vnode *vp, struct vm_page **ma,
    int count, int *rbehind, int *rahead, vop_getpages_iodone_t *iodone,
    void *arg);

int vnode_pager_generic_getpages(struct vnode *vp, struct vm_page **ma,
    int count, int *rbehind, int *rahead, vop_getpages_iodone_t *iodone,
    void *arg);
int vnode_pager_generic_putpages(struct vnode *vp, struct vm_page **ma,
    int bytecount, int flags, int *rtvals);

/* IO_* of VOP_WRITE for VM_PAGER_PUT_* flags. */
int vnode_pager_putpages_ioflags(int pager_flags);

/*
 * After a possibly short write of the first `written` bytes of the run, sets
 * rtvals and clears dirty bits of what is on disk.  eof and lpos as
 * in vnode_pager.md 4.
 */
void vnode_pager_undirty_pages(
    struct vm_page **ma, int *rtvals, int written, off_t eof, int lpos);

#endif
