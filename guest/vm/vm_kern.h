/* SPDX-License-Identifier: BSD-2-Clause */
/* vm_kern.h: the kernel's own map. */

#ifndef HF_VM_VM_KERN_H
#define HF_VM_VM_KERN_H

#include <vm/vm_map.h>

/* Fixed storage, so that kernel_map is valid before kmem_init(). */
extern struct vm_map kernel_map_store;
#define kernel_map (&kernel_map_store)

#endif /* !HF_VM_VM_KERN_H */
