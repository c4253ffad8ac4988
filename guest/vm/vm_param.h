/* SPDX-License-Identifier: BSD-2-Clause */
/* vm_param.h: return values of the VM system, and the machine's layout. */
#ifndef HF_VM_VM_PARAM_H
#define HF_VM_VM_PARAM_H

#include <sys/types.h>
#include <machine/vmparam.h>

#define KERN_SUCCESS		0
#define KERN_INVALID_ADDRESS	1
#define KERN_PROTECTION_FAILURE 2
#define KERN_NO_SPACE		3
#define KERN_INVALID_ARGUMENT	4
#define KERN_FAILURE		5
#define KERN_RESOURCE_SHORTAGE	6
#define KERN_NOT_RECEIVER	7
#define KERN_NO_ACCESS		8
#define KERN_OUT_OF_BOUNDS	9
#define KERN_RESTART		10

#ifndef PHYS_AVAIL_ENTRIES
#define PHYS_AVAIL_ENTRIES 66
#endif

/*
 * The RAM that the allocator may manage: pairs [start, end) in ascending
 * order, ended by a pair of zeroes.  Filled by the machine before
 * vm_page_startup(), which takes its own tables out of it.
 */
extern vm_paddr_t phys_avail[PHYS_AVAIL_ENTRIES];

#endif
