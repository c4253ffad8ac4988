/* SPDX-License-Identifier: BSD-2-Clause */
/* VOP_GETPAGES.c: the SYNOPSIS of VOP_GETPAGES(9). */

#include <sys/param.h>
#include <sys/vnode.h>
#include <vm/vm.h>

/* As the page prints it. */
/* clang-format off */
int
VOP_GETPAGES(
    struct vnode *vp, vm_page_t *ma, int count, int *rbehind, int *rahead);

int
VOP_PUTPAGES(
    struct vnode *vp, vm_page_t *ma, int count, int sync, int *rtvals);
/* clang-format on */

/* The status values come with the pager's header. */
#include <vm/vm_pager.h>
int synopsis_vop_getpages[] = { VM_PAGER_OK, VM_PAGER_PEND, VM_PAGER_BAD,
	VM_PAGER_ERROR, VM_PAGER_FAIL, VM_PAGER_AGAIN, VM_PAGER_PUT_SYNC };
