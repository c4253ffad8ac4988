/* SPDX-License-Identifier: BSD-2-Clause */
/* vm_kern.h: the kernel's own map. */

#ifndef _VM_VM_KERN_H_
#define _VM_VM_KERN_H_

#include <vm/vm_map.h>

/* Fixed storage, so that kernel_map is valid before kmem_init(). */
extern struct vm_map kernel_map_store;
#define kernel_map (&kernel_map_store)

#endif /* !_VM_VM_KERN_H_ */
