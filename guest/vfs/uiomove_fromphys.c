/* SPDX-License-Identifier: BSD-2-Clause */
/* uiomove_fromphys.c: moving bytes between frames of memory and a struct uio. */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/uio.h>
#include <machine/vmparam.h>
#include <vm/vm.h>
#include <vm/vm_page.h>

int
uiomove_fromphys(
    struct vm_page *ma[], vm_offset_t offset, int n, struct uio *uio)
{
	ssize_t before;
	vm_offset_t base;
	int error, piece;

	KASSERT(n >= 0, ("uiomove_fromphys: %d bytes", n));
	while (n > 0 && uio->uio_resid > 0) {
		base = offset & PAGE_MASK;
		piece = imin(n, (int)(PAGE_SIZE - base));
		before = uio->uio_resid;
		/* Whatever has a vm_page is memory, in the direct map. */
		error = uiomove((char *)PHYS_TO_DMAP(
				    VM_PAGE_TO_PHYS(ma[offset / PAGE_SIZE])) +
			base,
		    piece, uio);
		if (error != 0)
			return (error);
		if (uio->uio_resid == before)
			break; /* no piece of the uio is left */
		offset += (vm_offset_t)(before - uio->uio_resid);
		n -= (int)(before - uio->uio_resid);
	}
	return (0);
}

/* Moves between the bytes at physical address pa and kernel memory. */
static int
move_phys(vm_paddr_t pa, void *kva, size_t len, enum uio_rw rw)
{
	struct iovec iov = { kva, len };
	struct uio uio = { .uio_iov = &iov,
		.uio_iovcnt = 1,
		.uio_resid = (ssize_t)len,
		.uio_segflg = UIO_SYSSPACE,
		.uio_rw = rw };
	vm_page_t m;
	int error, piece;

	for (error = 0; error == 0 && uio.uio_resid > 0; pa += piece) {
		m = PHYS_TO_VM_PAGE(pa);
		if (m == NULL)
			return (EFAULT);
		piece = (int)MIN(
		    PAGE_SIZE - (pa & PAGE_MASK), (vm_paddr_t)uio.uio_resid);
		error = uiomove_fromphys(&m, pa & PAGE_MASK, piece, &uio);
	}
	return (error);
}

int
physcopyin(void *src, vm_paddr_t dst, size_t len)
{
	return (move_phys(dst, src, len, UIO_WRITE));
}

int
physcopyout(vm_paddr_t src, void *dst, size_t len)
{
	return (move_phys(src, dst, len, UIO_READ));
}
