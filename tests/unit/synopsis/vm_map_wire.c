/* SPDX-License-Identifier: BSD-2-Clause */
/* vm_map_wire.c: the SYNOPSIS of vm_map_wire(9). */

#include <sys/param.h>
#include <vm/vm.h>
#include <vm/vm_map.h>

/* As the page prints it. */
/* clang-format off */
int
vm_map_wire(vm_map_t map, vm_offset_t start, vm_offset_t end, int flags);

int
vm_map_unwire(vm_map_t map, vm_offset_t start, vm_offset_t end, int flags);
/* clang-format on */

int synopsis_vm_map_wire = VM_MAP_WIRE_USER | VM_MAP_WIRE_HOLESOK |
    VM_MAP_WIRE_NOHOLES | MAP_ENTRY_IN_TRANSITION | KERN_SUCCESS |
    KERN_INVALID_ADDRESS;
