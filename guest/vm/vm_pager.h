/* SPDX-License-Identifier: BSD-2-Clause */
/* vm_pager.h: the interface between objects and their backing store. */
#ifndef HF_VM_VM_PAGER_H
#define HF_VM_VM_PAGER_H

#include <sys/param.h>
#include <vm/vm.h>
#include <vm/vm_object.h>

typedef void pgo_init_t(void);
typedef vm_object_t pgo_alloc_t(
    void *, vm_ooffset_t, vm_prot_t, vm_ooffset_t, struct ucred *);
typedef void pgo_dealloc_t(vm_object_t);
typedef int pgo_getpages_t(vm_object_t, vm_page_t *, int, int *, int *);
typedef void pgo_getpages_iodone_t(void *, vm_page_t *, int, int);
typedef int pgo_getpages_async_t(
    vm_object_t, vm_page_t *, int, int *, int *, pgo_getpages_iodone_t, void *);
typedef void pgo_putpages_t(vm_object_t, vm_page_t *, int, int, int *);
typedef boolean_t pgo_haspage_t(vm_object_t, vm_pindex_t, int *, int *);
typedef int pgo_populate_t(
    vm_object_t, vm_pindex_t, int, vm_prot_t, vm_pindex_t *, vm_pindex_t *);
typedef void pgo_pageunswapped_t(vm_page_t);
typedef void pgo_writecount_t(vm_object_t, vm_offset_t, vm_offset_t);
typedef void pgo_set_writeable_dirty_t(vm_object_t);
typedef bool pgo_mightbedirty_t(vm_object_t);
typedef void pgo_getvp_t(vm_object_t, struct vnode **, bool *);
typedef void pgo_freespace_t(vm_object_t, vm_pindex_t, vm_size_t);
typedef void hf_pgo_object_t(vm_object_t);

struct pagerops {
	pgo_init_t *pgo_init;
	pgo_alloc_t *pgo_alloc;
	pgo_dealloc_t *pgo_dealloc;
	pgo_getpages_t *pgo_getpages;
	pgo_getpages_async_t *pgo_getpages_async;
	pgo_putpages_t *pgo_putpages;
	pgo_haspage_t *pgo_haspage;
	/* Absent means no-op (or "no") from here on. */
	pgo_populate_t *pgo_populate;
	pgo_pageunswapped_t *pgo_pageunswapped;
	pgo_writecount_t *pgo_update_writecount;
	pgo_writecount_t *pgo_release_writecount;
	pgo_set_writeable_dirty_t *pgo_set_writeable_dirty;
	pgo_mightbedirty_t *pgo_mightbedirty;
	pgo_getvp_t *pgo_getvp;
	pgo_freespace_t *pgo_freespace;
	/*
	 * Upcalls to what is behind the object, so that objects know no vnodes:
	 * the vnode pager has them, and pagers of tests.  The first page came,
	 * the last went (vhold, vdrop; object write-locked, no sleeping); the
	 * object's first reference came, the last went (vref, object locked;
	 * vrele, no lock held).
	 */
	hf_pgo_object_t *hf_pgo_first_page;
	hf_pgo_object_t *hf_pgo_last_page;
	hf_pgo_object_t *hf_pgo_first_ref;
	hf_pgo_object_t *hf_pgo_last_ref;
	/*
	 * vm_object_sync(): clean_begin locks the vnode (false: it is gone).
	 * clean_end unlocks it.  With sync it first waits for every write that
	 * was started, and flushes the device; it returns false if a write of
	 * the object failed, or the flush.  Object unlocked; both sleep.
	 * unstable: there is something to wait for or to flush.
	 */
	bool (*hf_pgo_clean_begin)(vm_object_t);
	bool (*hf_pgo_clean_end)(vm_object_t, bool sync);
	bool (*hf_pgo_unstable)(vm_object_t);
};

extern const struct pagerops swappagerops;
extern const struct pagerops physpagerops;
extern const struct pagerops deadpagerops;
extern const struct pagerops vnodepagerops;

/* What objects of a type get; OBJT_VNODE is registered by the vnode pager. */
void hf_pager_register(objtype_t type, const struct pagerops *ops);

#define VM_PAGER_OK    0 /* done */
#define VM_PAGER_BAD   1 /* outside of what the pager has */
#define VM_PAGER_FAIL  2 /* inside, but no data */
#define VM_PAGER_PEND  3 /* started; the pager finishes it */
#define VM_PAGER_ERROR 4 /* I/O error */
#define VM_PAGER_AGAIN 5 /* not now */

#define VM_PAGER_PUT_SYNC    0x0001
#define VM_PAGER_PUT_INVAL   0x0002
#define VM_PAGER_PUT_NOREUSE 0x0004
#define VM_PAGER_CLUSTER_OK  0x0008

/* By type; behind OBJT_FIRST_DYN there is room for a few more. */
#define HF_PAGERTAB_SIZE 16
extern const struct pagerops *pagertab[HF_PAGERTAB_SIZE];

/*
 * A type for the objects of a pager that comes later, by any number of threads
 * at once; -1: none is left.  pgo_init is not called.  An operation that ops does not have is that of
 * base_type, unless that is -1.  ops stay, and are the type's, until
 * vm_pager_free_dyn_type(), when no object of the type is left.
 */
int vm_pager_alloc_dyn_type(struct pagerops *ops, int base_type);
void vm_pager_free_dyn_type(objtype_t type);

void vm_pager_init(void);
vm_object_t vm_pager_allocate(objtype_t type, void *handle, vm_ooffset_t size,
    vm_prot_t prot, vm_ooffset_t off, struct ucred *cred);
void vm_pager_deallocate(vm_object_t object);
int vm_pager_get_pages(
    vm_object_t object, vm_page_t *m, int count, int *rbehind, int *rahead);
int vm_pager_get_pages_async(vm_object_t object, vm_page_t *m, int count,
    int *rbehind, int *rahead, pgo_getpages_iodone_t iodone, void *arg);
void vm_pager_put_pages(
    vm_object_t object, vm_page_t *m, int count, int flags, int *rtvals);
boolean_t vm_pager_has_page(
    vm_object_t object, vm_pindex_t pindex, int *before, int *after);
int vm_pager_populate(vm_object_t object, vm_pindex_t pidx, int fault_type,
    vm_prot_t max_prot, vm_pindex_t *first, vm_pindex_t *last);
void vm_pager_page_unswapped(vm_page_t m);
void vm_pager_update_writecount(
    vm_object_t object, vm_offset_t start, vm_offset_t end);
void vm_pager_release_writecount(
    vm_object_t object, vm_offset_t start, vm_offset_t end);
void vm_pager_getvp(vm_object_t object, struct vnode **vpp, bool *vp_heldp);
void vm_pager_freespace(vm_object_t object, vm_pindex_t start, vm_size_t size);

#endif
