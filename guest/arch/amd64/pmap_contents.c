/* SPDX-License-Identifier: BSD-2-Clause */
/* pmap_contents.c: clearing and copying pages through the direct map. */

#include "pmap_priv.h"

static inline void *
page_bytes(vm_page_t m)
{
	return ((void *)PHYS_TO_DMAP(VM_PAGE_TO_PHYS(m)));
}

void
pmap_zero_page(vm_page_t m)
{
	pagezero(page_bytes(m));
}

void
pmap_zero_page_area(vm_page_t m, int off, int size)
{
	KASSERT(off >= 0 && off <= PAGE_SIZE && size >= 0 &&
		size <= PAGE_SIZE - off,
	    ("pmap_zero_page_area: %d bytes at %d", size, off));
	if (size == PAGE_SIZE)
		pagezero(page_bytes(m));
	else
		memset((char *)page_bytes(m) + off, 0, size);
}

void
pmap_copy_page(vm_page_t src, vm_page_t dst)
{
	pagecopy(page_bytes(src), page_bytes(dst));
}

void
pmap_copy_pages(vm_page_t ma[], vm_offset_t a_off, vm_page_t mb[],
    vm_offset_t b_off, int xfersize)
{
	vm_offset_t a, b;
	vm_size_t n;

	for (; xfersize > 0; xfersize -= n, a_off += n, b_off += n) {
		a = a_off & PAGE_MASK;
		b = b_off & PAGE_MASK;
		n = MIN((vm_size_t)xfersize, PAGE_SIZE - MAX(a, b));
		memcpy((char *)page_bytes(mb[atop(b_off)]) + b,
		    (const char *)page_bytes(ma[atop(a_off)]) + a, n);
	}
}
