/* SPDX-License-Identifier: BSD-2-Clause */
/* vm_page_alloc.c: the SYNOPSIS of vm_page_alloc(9), 2016 edition. */

#include <sys/param.h>
#include <vm/vm.h>
#include <vm/vm_page.h>

/* As the page prints it. */
/* clang-format off */
vm_page_t
vm_page_alloc(vm_object_t object, vm_pindex_t pindex, int req);

/* The names that the page's text uses. */
_Static_assert(
    VM_ALLOC_NORMAL != VM_ALLOC_SYSTEM && VM_ALLOC_SYSTEM != VM_ALLOC_INTERRUPT,
    "classes differ");
_Static_assert((VM_ALLOC_ZERO | VM_ALLOC_NOOBJ | VM_ALLOC_NOBUSY |
		   VM_ALLOC_SBUSY | VM_ALLOC_WIRED | VM_ALLOC_NODUMP) != 0,
    "flags exist");
int synopsis_vm_page_alloc = PG_ZERO | PG_NODUMP | VM_ALLOC_COUNT(1);
/* clang-format on */
