/* SPDX-License-Identifier: BSD-2-Clause */
/* vm_slab.h: memory for the VM system's own structures, straight from pages. */
#ifndef HF_VM_SLAB_H
#define HF_VM_SLAB_H

#include <sys/param.h>
#include <sys/lock.h>
#include <sys/mutex.h>

/*
 * Pages taken are kept: a piece is only ever reused as a piece of the same
 * slab.  (s) sl_mtx, (c) constant.
 */
struct hf_vm_slab {
	struct mtx sl_mtx; /* "vm slab" */
	void *sl_free;	   /* (s) linked through their first words */
	size_t sl_bytes;   /* (c) */
	u_long sl_used;	   /* (s) */
};

void hf_vm_slab_init(struct hf_vm_slab *slab, const char *name, size_t bytes);
/* NULL when not even the interrupt reserve has a page.  Never sleeps. */
void *hf_vm_slab_alloc(struct hf_vm_slab *slab);
void hf_vm_slab_free(struct hf_vm_slab *slab, void *p);

/*
 * A page for a kernel allocator, by its direct-map address; flags M_NOWAIT or
 * M_WAITOK, M_USE_RESERVE.  Counted: pages that allocators keep are not leaks.
 */
void *hf_vm_kpage_get(int flags);
void hf_vm_kpage_put(void *p);
u_long hf_vm_kpage_count(void);

#endif
