/* SPDX-License-Identifier: BSD-2-Clause */
/* vm_fault_quick_hold_pages.c: the SYNOPSIS of the hold pair. */

#include <sys/param.h>
#include <vm/vm.h>
#include <vm/vm_extern.h>
#include <vm/vm_page.h>

/* As the page prints it. */
/* clang-format off */
int
vm_fault_quick_hold_pages(vm_map_t map, vm_offset_t addr, vm_size_t len,
    vm_prot_t prot, vm_page_t *ma, int max_count);

void
vm_page_unhold_pages(vm_page_t *ma, int count);
/* clang-format on */

int synopsis_vm_fault_quick_hold_pages =
    VM_PROT_READ | VM_PROT_WRITE | VM_PROT_QUICK_NOFAULT;
