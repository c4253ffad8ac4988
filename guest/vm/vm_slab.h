/* SPDX-License-Identifier: BSD-2-Clause */
/* vm_slab.h: memory for the VM system's own structures, straight from pages. */
#ifndef HF_VM_VM_SLAB_H
#define HF_VM_VM_SLAB_H

#include <sys/param.h>
#include <sys/lock.h>
#include <sys/mutex.h>
#include <sys/queue.h>

/*
 * Pieces of one size.  A page of which every piece is free goes back, except
 * for one that is kept for the next to ask: hf_vm_slab_drain().  (s) sl_mtx,
 * (c) constant.
 */
struct hf_vm_slab {
	struct mtx sl_mtx; /* "vm slab" */
	LIST_HEAD(hf_slab_pages, hf_slab_page)
	sl_partial; /* (s) pages with a free piece, not all free */
	struct hf_slab_page *sl_spare; /* (s) all free, or NULL */
	size_t sl_bytes;	       /* (c) */
	u_int sl_per_page;	       /* (c) */
	u_long sl_used;		       /* (s) pieces in use */
};

void hf_vm_slab_init(struct hf_vm_slab *slab, size_t bytes);
/* NULL when not even the interrupt reserve has a page.  Never sleeps. */
void *hf_vm_slab_alloc(struct hf_vm_slab *slab);
void hf_vm_slab_free(struct hf_vm_slab *slab, void *p);
/* Gives the spare page back. */
void hf_vm_slab_drain(struct hf_vm_slab *slab);

/*
 * A page for a kernel allocator, by its direct-map address; flags M_NOWAIT or
 * M_WAITOK, M_USE_RESERVE.
 */
void *hf_vm_kpage_get(int flags);
void hf_vm_kpage_put(void *p);
u_long hf_vm_kpage_count(void);

#endif
