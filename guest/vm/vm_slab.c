/* SPDX-License-Identifier: BSD-2-Clause */
/* vm_slab.c: memory for the VM system's own structures, straight from pages. */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/malloc.h>
#include <machine/vmparam.h>
#include <vm/vm.h>
#include <vm/vm_page.h>
#include <kern/failpoint.h>
#include "vm_slab.h"

static volatile u_long kpages;

void *
hf_vm_kpage_get(int flags)
{
	vm_page_t m;
	int req;

	req = VM_ALLOC_WIRED;
	req |= (flags & M_USE_RESERVE) != 0 ? VM_ALLOC_INTERRUPT
	    : (flags & M_WAITOK) != 0	    ? VM_ALLOC_NORMAL
					    : VM_ALLOC_SYSTEM;
	req |= (flags & M_WAITOK) != 0 ? VM_ALLOC_WAITOK : VM_ALLOC_NOWAIT;
	if ((flags & M_ZERO) != 0)
		req |= VM_ALLOC_ZERO;
	m = vm_page_alloc_noobj(req);
	if (m == NULL)
		return (NULL);
	atomic_add_long(&kpages, 1);
	return ((void *)PHYS_TO_DMAP(VM_PAGE_TO_PHYS(m)));
}

void
hf_vm_kpage_put(void *p)
{
	vm_page_t m;

	m = PHYS_TO_VM_PAGE(DMAP_TO_PHYS((vm_offset_t)p));
	KASSERT(m != NULL, ("hf_vm_kpage_put: %p is no page", p));
	atomic_subtract_long(&kpages, 1);
	vm_page_unwire_noq(m);
	vm_page_free(m);
}

u_long
hf_vm_kpage_count(void)
{
	return (atomic_load_long(&kpages));
}

void
hf_vm_slab_init(struct hf_vm_slab *slab, const char *name, size_t bytes)
{
	KASSERT(bytes >= sizeof(void *) && bytes <= PAGE_SIZE,
	    ("hf_vm_slab_init: %s of %zu bytes", name, bytes));
	mtx_init(&slab->sl_mtx, "vm slab", NULL, MTX_DEF);
	slab->sl_free = NULL;
	slab->sl_bytes = roundup2(bytes, sizeof(void *));
	slab->sl_used = 0;
}

/* Cuts a page into pieces; no lock held. */
static bool
grow(struct hf_vm_slab *slab)
{
	char *page;
	size_t at;

	page = hf_vm_kpage_get(M_NOWAIT | M_USE_RESERVE);
	if (page == NULL)
		return (false);
	mtx_lock(&slab->sl_mtx);
	for (at = 0; at + slab->sl_bytes <= PAGE_SIZE; at += slab->sl_bytes) {
		*(void **)(void *)(page + at) = slab->sl_free;
		slab->sl_free = page + at;
	}
	mtx_unlock(&slab->sl_mtx);
	return (true);
}

void *
hf_vm_slab_alloc(struct hf_vm_slab *slab)
{
	void *p;

	if (HF_FAILPOINT("vm_slab"))
		return (NULL);
	do {
		mtx_lock(&slab->sl_mtx);
		p = slab->sl_free;
		if (p != NULL) {
			slab->sl_free = *(void **)p;
			slab->sl_used++;
		}
		mtx_unlock(&slab->sl_mtx);
	} while (p == NULL && grow(slab));
	return (p);
}

void
hf_vm_slab_free(struct hf_vm_slab *slab, void *p)
{
	mtx_lock(&slab->sl_mtx);
	*(void **)p = slab->sl_free;
	slab->sl_free = p;
	slab->sl_used--;
	mtx_unlock(&slab->sl_mtx);
}
