/* SPDX-License-Identifier: BSD-2-Clause */
/* vm_radix.h: the index tree of an object's resident pages. */
#ifndef HF_VM_VM_RADIX_H
#define HF_VM_VM_RADIX_H

#include <sys/param.h>
#include <vm/vm.h>

/*
 * 64 children a node, a bit map of those present; the tree is as high as its
 * largest index needs.  With height 0 the root points at the page of index 0.
 * Protected by the object's lock: read for look-ups, write for changes.
 */
struct vm_radix {
	void *rt_root;
	u_int rt_height;
};

void vm_radix_zinit(void);
static inline void
vm_radix_init(struct vm_radix *rtree)
{
	rtree->rt_root = NULL;
	rtree->rt_height = 0;
}

static inline bool
vm_radix_is_empty(struct vm_radix *rtree)
{
	return (rtree->rt_root == NULL);
}

/* 0, or ENOMEM with nothing changed; an occupied index panics. */
int vm_radix_insert(struct vm_radix *rtree, vm_page_t page);
vm_page_t vm_radix_lookup(struct vm_radix *rtree, vm_pindex_t index);
vm_page_t vm_radix_lookup_ge(struct vm_radix *rtree, vm_pindex_t index);
vm_page_t vm_radix_lookup_le(struct vm_radix *rtree, vm_pindex_t index);
/* The page removed, or NULL if there was none. */
vm_page_t vm_radix_remove(struct vm_radix *rtree, vm_pindex_t index);
/* Puts newpage in the place of the page with its index; returns the old. */
vm_page_t vm_radix_replace(struct vm_radix *rtree, vm_page_t newpage);
/* Forgets all pages at once. */
void vm_radix_reclaim_allnodes(struct vm_radix *rtree);
/* Nodes in use, of all trees. */
u_long hf_vm_radix_nodes(void);
/* After an ENOMEM, no lock held: returns when another try makes sense. */
void vm_radix_wait(void);

#endif
