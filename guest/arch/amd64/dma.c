/* SPDX-License-Identifier: BSD-2-Clause */
/* dma.c: memory that a device reads and writes. */

#include <sys/param.h>
#include <sys/systm.h>
#include <machine/dma.h>
#include <machine/vmparam.h>
#include <vm/vm.h>
#include <vm/pmap.h>
#include <vm/vm_page.h>

void *
hf_dma_alloc(size_t bytes, vm_paddr_t *pa)
{
	vm_page_t m;

	m = vm_page_alloc_noobj_contig(
	    VM_ALLOC_NORMAL | VM_ALLOC_WIRED | VM_ALLOC_ZERO, btoc(bytes), 0,
	    ~(vm_paddr_t)0, PAGE_SIZE, 0, VM_MEMATTR_DEFAULT);
	if (m == NULL)
		return (NULL);
	*pa = VM_PAGE_TO_PHYS(m);
	return ((void *)PHYS_TO_DMAP(*pa));
}
