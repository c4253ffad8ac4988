/* SPDX-License-Identifier: BSD-2-Clause */
/* vm_slab.c: memory for the VM system's own structures, straight from pages. */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/malloc.h>
#include <machine/vmparam.h>
#include <vm/vm.h>
#include <vm/vm_page.h>
#include <kern/fail_nth.h>
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
	/* Leaks of it are told by what is in it. */
	m->listq.tqe_prev = NULL;
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

/* At the start of each page of a slab; the pieces follow. */
struct hf_slab_page {
	LIST_ENTRY(hf_slab_page) sp_link; /* on sl_partial if some are free */
	void *sp_free;			  /* linked through their first words */
	u_int sp_used;
};

void
hf_vm_slab_init(struct hf_vm_slab *slab, size_t bytes)
{
	mtx_init(&slab->sl_mtx, "vm slab", NULL, MTX_DEF);
	LIST_INIT(&slab->sl_partial);
	slab->sl_spare = NULL;
	slab->sl_bytes = roundup2(bytes, sizeof(void *));
	slab->sl_per_page =
	    (u_int)((PAGE_SIZE - sizeof(struct hf_slab_page)) / slab->sl_bytes);
	slab->sl_used = 0;
	KASSERT(slab->sl_per_page > 0,
	    ("hf_vm_slab_init: pieces of %zu bytes", bytes));
}

/* A page cut into pieces, on no list; NULL: no memory.  No lock held. */
static struct hf_slab_page *
page_cut(const struct hf_vm_slab *slab)
{
	struct hf_slab_page *sp;
	char *piece;
	u_int i;

	sp = hf_vm_kpage_get(M_NOWAIT | M_USE_RESERVE);
	if (sp == NULL)
		return (NULL);
	sp->sp_used = 0;
	sp->sp_free = NULL;
	piece = (char *)(sp + 1);
	for (i = 0; i < slab->sl_per_page; i++, piece += slab->sl_bytes) {
		*(void **)(void *)piece = sp->sp_free;
		sp->sp_free = piece;
	}
	return (sp);
}

/* A piece of what the slab has; NULL if that is nothing.  Slab locked. */
static void *
take_piece(struct hf_vm_slab *slab)
{
	struct hf_slab_page *sp;
	void *p;

	sp = LIST_FIRST(&slab->sl_partial);
	if (sp == NULL) {
		sp = slab->sl_spare;
		if (sp == NULL)
			return (NULL);
		slab->sl_spare = NULL;
		LIST_INSERT_HEAD(&slab->sl_partial, sp, sp_link);
	}
	p = sp->sp_free;
	sp->sp_free = *(void **)p;
	if (++sp->sp_used == slab->sl_per_page)
		LIST_REMOVE(sp, sp_link);
	slab->sl_used++;
	return (p);
}

void *
hf_vm_slab_alloc(struct hf_vm_slab *slab)
{
	struct hf_slab_page *sp, *surplus;
	void *p;

	if (HF_FAILPOINT("vm_slab") || HF_FAIL_NTH(HF_FAIL_ALLOC))
		return (NULL);
	mtx_lock(&slab->sl_mtx);
	while ((p = take_piece(slab)) == NULL) {
		mtx_unlock(&slab->sl_mtx);
		sp = page_cut(slab);
		if (sp == NULL)
			return (NULL);
		mtx_lock(&slab->sl_mtx);
		surplus = slab->sl_spare;
		slab->sl_spare = sp;
		if (surplus == NULL)
			continue;
		mtx_unlock(&slab->sl_mtx);
		hf_vm_kpage_put(surplus);
		mtx_lock(&slab->sl_mtx);
	}
	mtx_unlock(&slab->sl_mtx);
	return (p);
}

void
hf_vm_slab_free(struct hf_vm_slab *slab, void *p)
{
	struct hf_slab_page *sp, *surplus;

	sp = (struct hf_slab_page *)((uintptr_t)p & ~(uintptr_t)PAGE_MASK);
	surplus = NULL;
	mtx_lock(&slab->sl_mtx);
	*(void **)p = sp->sp_free;
	sp->sp_free = p;
	slab->sl_used--;
	if (sp->sp_used-- == slab->sl_per_page)
		LIST_INSERT_HEAD(&slab->sl_partial, sp, sp_link);
	if (sp->sp_used == 0) {
		LIST_REMOVE(sp, sp_link);
		surplus = slab->sl_spare;
		slab->sl_spare = sp;
	}
	mtx_unlock(&slab->sl_mtx);
	if (surplus != NULL)
		hf_vm_kpage_put(surplus);
}

void
hf_vm_slab_drain(struct hf_vm_slab *slab)
{
	struct hf_slab_page *sp;

	mtx_lock(&slab->sl_mtx);
	sp = slab->sl_spare;
	slab->sl_spare = NULL;
	mtx_unlock(&slab->sl_mtx);
	if (sp != NULL)
		hf_vm_kpage_put(sp);
}
