/* SPDX-License-Identifier: BSD-2-Clause */
/* vm_init.c: the VM comes up. */

#include <sys/param.h>
#include <sys/systm.h>
#include <kern/kalloc.h>
#include <vm/vm.h>
#include <vm/pmap.h>
#include <vm/vm_extern.h>
#include <vm/vm_map.h>
#include <vm/vm_object.h>
#include <vm/vm_page.h>
#include <vm/vm_pager.h>
#include <machine/vmparam.h>

void
vm_mem_init(void)
{
	vm_page_startup(virtual_avail);
	hf_kalloc_init();
	vm_object_init();
	pmap_init();
	vm_map_startup();
	kmem_init(VM_MIN_KERNEL_ADDRESS, VM_MAX_KERNEL_ADDRESS);
	vm_pager_init();
}
