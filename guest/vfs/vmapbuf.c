/* SPDX-License-Identifier: BSD-2-Clause */
/* vmapbuf.c: memory of a process as the buffer of a device. */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/buf.h>
#include <sys/proc.h>
#include <vm/vm.h>
#include <vm/pmap.h>
#include <vm/vm_extern.h>
#include <vm/vm_map.h>
#include <vm/vm_page.h>

int
vmapbuf(struct buf *bp, void *uaddr, size_t len, int mapbuf)
{
	vm_prot_t prot;
	int i, n;

	KASSERT(bp->b_npages == 0, ("vmapbuf: %d pages held", bp->b_npages));
	bp->b_data = 0;
	bp->b_bcount = len;
	bp->b_offset = (vm_offset_t)uaddr & PAGE_MASK;
	if (len > DFLTPHYS)
		return (-1);
	/* What a device stores is a store of the process. */
	prot = bp->b_iocmd == BIO_READ ? VM_PROT_READ | VM_PROT_WRITE
				       : VM_PROT_READ;
	n = vm_fault_quick_hold_pages(&curproc->p_vmspace->vm_map,
	    (vm_offset_t)uaddr, len, prot, bp->b_pages, HF_BUF_PAGES);
	if (n < 0)
		return (-1);
	for (i = 0; i < n; i++)
		bp->b_phys[i] = VM_PAGE_TO_PHYS(bp->b_pages[i]);
	if (mapbuf && n > 0) {
		bp->b_data = kva_alloc(ptoa(n));
		if (bp->b_data == 0) {
			vm_page_unhold_pages(bp->b_pages, n);
			return (-1);
		}
		pmap_qenter(bp->b_data, bp->b_pages, n);
		bp->b_data += bp->b_offset;
	}
	bp->b_npages = n;
	return (0);
}

void
vunmapbuf(struct buf *bp)
{
	vm_offset_t kva;
	int i, n;

	n = bp->b_npages;
	bp->b_npages = 0;
	if (bp->b_data != 0) {
		kva = trunc_page(bp->b_data);
		pmap_qremove(kva, n);
		kva_free(kva, ptoa(n));
		bp->b_data = 0;
	}
	if (bp->b_iocmd == BIO_READ)
		for (i = 0; i < n; i++)
			hf_vm_page_dirty_stored(bp->b_pages[i]);
	vm_page_unhold_pages(bp->b_pages, n);
}
