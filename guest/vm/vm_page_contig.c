/* SPDX-License-Identifier: BSD-2-Clause */
/* vm_page_contig.c: pages at consecutive addresses. */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/vmmeter.h>
#include <vm/vm.h>
#include <vm/vm_object.h>
#include <vm/vm_page.h>
#include <vm/vm_pageout.h>
#include <vm/vm_pagequeue.h>
#include <vm/vm_phys.h>
#include "vm_page_priv.h"

/* Frames whose structs are set up, or NULL with the counts as before. */
static vm_page_t
frames_alloc_contig(int req, u_long npages, vm_paddr_t low, vm_paddr_t high,
    u_long alignment, vm_paddr_t boundary)
{
	struct vm_domain *vmd = &vm_dom[0];
	vm_page_t m;

	if (HF_FAIL_NTH(hf_vm_page_fail_kind(req)) ||
	    !vm_domain_allocate(vmd, req, npages)) {
		hf_vm_page_alloc_failed(req, npages);
		return (NULL);
	}
	vm_domain_free_lock();
	m = vm_phys_alloc_contig(0, npages, low, high, alignment, boundary);
	vm_domain_free_unlock();
	if (m == NULL)
		vm_domain_freecnt_inc(vmd, npages);
	return (m);
}

/*
 * Gives the pages of a run their identities; false, with none of them having
 * one, when the index has no memory.
 */
static bool
insert_run(vm_page_t m, u_long npages, vm_object_t object, vm_pindex_t pindex,
    vm_page_t mpred)
{
	u_long i;

	for (i = 0; i < npages; i++) {
		if (hf_vm_page_insert_after(&m[i], object, pindex + i, mpred) !=
		    0)
			break;
		mpred = &m[i];
	}
	if (i == npages)
		return (true);
	while (i > 0) {
		hf_vm_page_object_remove(&m[--i]);
		m[i].object = NULL;
	}
	return (false);
}

/*
 * npages pages at consecutive addresses for the indices from pindex on: first
 * address >= low, end <= high, first address a multiple of alignment, no
 * multiple of boundary (0: none) strictly inside.  All or nothing; returns the
 * first of an array.  The object is not fictitious, write-locked on entry and
 * exit; sleeping as vm_page_alloc().
 */
vm_page_t
vm_page_alloc_contig(vm_object_t object, vm_pindex_t pindex, int req,
    u_long npages, vm_paddr_t low, vm_paddr_t high, u_long alignment,
    vm_paddr_t boundary, vm_memattr_t memattr)
{
	vm_page_t m, mpred;
	u_long i;

	VM_OBJECT_ASSERT_WLOCKED(object);
	KASSERT((req & VM_ALLOC_CLASS_MASK) != VM_ALLOC_CLASS_MASK &&
		(req & (VM_ALLOC_NOOBJ | VM_ALLOC_WAITOK)) == 0,
	    ("vm_page_alloc_contig: request %#x", req));
	KASSERT((object->flags & OBJ_FICTITIOUS) == 0,
	    ("vm_page_alloc_contig: fictitious object"));
	KASSERT(npages > 0, ("vm_page_alloc_contig: no pages"));
	mpred = vm_radix_lookup_le(&object->rtree, pindex + npages - 1);
	KASSERT(mpred == NULL || mpred->pindex < pindex,
	    ("vm_page_alloc_contig: pindex %#lx is occupied", pindex));
	m = frames_alloc_contig(req, npages, low, high, alignment, boundary);
	if (m == NULL) {
		hf_vm_page_alloc_waitfail(object, req);
		return (NULL);
	}
	if (memattr == VM_MEMATTR_DEFAULT)
		memattr = object->memattr;
	for (i = 0; i < npages; i++) {
		hf_vm_page_alloc_init(&m[i], req);
		m[i].oflags = object->flags & OBJ_UNMANAGED ? VPO_UNMANAGED : 0;
	}
	if (!hf_vm_page_memattr_reserve(m, npages, memattr)) {
		hf_vm_page_alloc_undo(m, npages, req);
		return (NULL);
	}
	if (!insert_run(m, npages, object, pindex, mpred)) {
		hf_vm_page_memattr_unreserve(m, npages, memattr);
		hf_vm_page_alloc_undo(m, npages, req);
		return (NULL);
	}
	hf_vm_page_memattr_set(m, npages, memattr);
	for (i = 0; i < npages; i++)
		hf_vm_page_alloc_done(&m[i], req, hf_vm_page_busy_word(req));
	return (m);
}

/* The same without object: unmanaged, not busy, zeroed with VM_ALLOC_ZERO. */
vm_page_t(vm_page_alloc_noobj_contig)(int req, u_long npages, vm_paddr_t low,
    vm_paddr_t high, u_long alignment, vm_paddr_t boundary,
    vm_memattr_t memattr)
{
	vm_page_t m;
	u_long i;

	KASSERT((req & VM_ALLOC_CLASS_MASK) != VM_ALLOC_CLASS_MASK &&
		(req & (VM_ALLOC_SBUSY | VM_ALLOC_NOBUSY)) == 0,
	    ("vm_page_alloc_noobj_contig: request %#x", req));
	for (;;) {
		m = frames_alloc_contig(
		    req, npages, low, high, alignment, boundary);
		if (m != NULL)
			break;
		if ((req & (VM_ALLOC_WAITOK | VM_ALLOC_WAITFAIL)) == 0)
			return (NULL);
		if (!vm_page_reclaim_contig(
			req, npages, low, high, alignment, boundary))
			vm_wait(NULL);
		if ((req & VM_ALLOC_WAITFAIL) != 0)
			return (NULL);
	}
	for (i = 0; i < npages; i++)
		hf_vm_page_alloc_init(&m[i], req);
	if (!hf_vm_page_memattr_reserve(m, npages, memattr)) {
		hf_vm_page_alloc_undo(m, npages, req);
		return (NULL);
	}
	hf_vm_page_memattr_set(m, npages, memattr);
	for (i = 0; i < npages; i++) {
		m[i].oflags = VPO_UNMANAGED;
		m[i].pindex = 0xdeadc0dedeadc0de;
		hf_vm_page_set_site(&m[i]);
		if ((req & VM_ALLOC_ZERO) != 0 && (m[i].flags & PG_ZERO) == 0)
			pmap_zero_page(&m[i]);
		hf_vm_page_alloc_done(&m[i], req, VPB_UNBUSIED);
	}
	return (m);
}

/*
 * Tries to free a run that meets the constraints, by relocating what is in the
 * way.  Relocation is not offered yet, so this always answers false, upon which
 * callers wait for memory and retry (docs/caveats.md).
 */
bool
vm_page_reclaim_contig(int req, u_long npages, vm_paddr_t low, vm_paddr_t high,
    u_long alignment, vm_paddr_t boundary)
{
	return (false);
}
