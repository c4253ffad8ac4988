/* SPDX-License-Identifier: BSD-2-Clause */
/* vm_mmap.c: what the mmap family shares. */

#include <sys/param.h>
#include <vm/vm.h>
#include <vm/vm_extern.h>
#include <vm/vm_param.h>

/*
 * The errno of a KERN_ code.  KERN_RESOURCE_SHORTAGE is EINVAL here as
 * in FreeBSD.
 */
int
vm_mmap_to_errno(int rv)
{
	switch (rv) {
	case KERN_SUCCESS:
		return (0);
	case KERN_INVALID_ADDRESS:
	case KERN_NO_SPACE:
		return (ENOMEM);
	case KERN_PROTECTION_FAILURE:
		return (EACCES);
	default:
		return (EINVAL);
	}
}
