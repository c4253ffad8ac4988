/* SPDX-License-Identifier: BSD-2-Clause */
/* pmap_quick_enter_page.c: the SYNOPSIS of pmap_quick_enter_page(9). */

#include <sys/param.h>
#include <vm/vm.h>
#include <vm/pmap.h>

/* As the page prints it. */
/* clang-format off */
vm_offset_t
pmap_quick_enter_page(vm_page_t m);

void
pmap_quick_remove_page(vm_offset_t kva);
/* clang-format on */

vm_offset_t (*synopsis_pmap_quick)(vm_page_t) = pmap_quick_enter_page;
