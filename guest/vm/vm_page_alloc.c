/* SPDX-License-Identifier: BSD-2-Clause */
/* vm_page_alloc.c: the gate by class, and allocation of single pages. */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/proc.h>
#include <sys/vmmeter.h>
#include <kern/failpoint.h>
#include <vm/vm.h>
#include <vm/vm_object.h>
#include <vm/vm_page.h>
#include <vm/vm_pageout.h>
#include <vm/vm_pagequeue.h>
#include <vm/vm_phys.h>
#include "vm_page_priv.h"

static u_int
class_floor(struct vm_domain *vmd, int req)
{
	const int class = req & VM_ALLOC_CLASS_MASK;

	if (class == VM_ALLOC_INTERRUPT)
		return (0);
	if (class == VM_ALLOC_SYSTEM ||
	    __predict_false(pageproc != NULL && curproc == pageproc))
		return (vmd->vmd_interrupt_free_min);
	return (vmd->vmd_free_reserved);
}

/*
 * The gate of vm_page.md 2.1.  Any context.  Wakes the daemon when the free
 * count falls below its threshold by this.
 */
bool
vm_domain_allocate(struct vm_domain *vmd, int req, u_int n)
{
	const u_int need = class_floor(vmd, req) + n;
	u_int old;

	old = atomic_load_int(&vmd->vmd_free_count);
	do {
		if (old < need)
			return (false);
	} while (!atomic_fcmpset_int(&vmd->vmd_free_count, &old, old - n));
	if (__predict_false(old - n < vmd->vmd_pageout_wakeup_thresh) &&
	    old >= vmd->vmd_pageout_wakeup_thresh)
		pagedaemon_wakeup(0);
	return (true);
}

void
hf_vm_page_alloc_failed(int req, u_int n)
{
	const u_int count = (u_int)req >> VM_ALLOC_COUNT_SHIFT;

	atomic_add_int(&vm_dom[0].vmd_pageout_deficit, MAX(count, n));
	pagedaemon_wakeup(0);
}

void
hf_vm_page_alloc_init(vm_page_t m, int req)
{
	KASSERT(m->object == NULL && m->valid == 0 && m->dirty == 0 &&
		vm_page_busy_freed(m) && m->a.queue == PQ_NONE,
	    ("vm_page_alloc: page %#lx is not clean", VM_PAGE_TO_PHYS(m)));
	if (__predict_false(hf_vm_junk) && (m->flags & PG_ZERO) == 0)
		hf_vm_page_fill(m, HF_JUNK_FRESH);
	m->a.flags = 0;
	m->a.act_count = 0;
	if ((req & VM_ALLOC_WIRED) != 0) {
		vm_wire_add(1);
		m->ref_count = 1;
	} else
		m->ref_count = 0;
}

void
hf_vm_page_alloc_done(vm_page_t m, int req, u_int busy)
{
	m->flags = (req & VM_ALLOC_ZERO) != 0 ? m->flags & PG_ZERO : 0;
	if ((req & VM_ALLOC_NODUMP) != 0)
		m->flags |= PG_NODUMP;
	atomic_store_rel_int(&m->busy_lock, busy);
}

void
hf_vm_page_alloc_undo(vm_page_t m, u_long n, int req)
{
	u_long i;

	for (i = 0; i < n; i++) {
		if ((req & VM_ALLOC_WIRED) != 0)
			vm_wire_sub(1);
		m[i].ref_count = 0;
		m[i].oflags = 0;
	}
	vm_domain_free_lock();
	vm_phys_free_contig(m, n);
	vm_domain_free_unlock();
	vm_domain_freecnt_inc(&vm_dom[0], n);
}

bool
hf_vm_page_memattr_reserve(vm_page_t m, u_long n, vm_memattr_t memattr)
{
	return (memattr == VM_MEMATTR_DEFAULT || hf_pmap_memattr_reserve(m, n));
}

void
hf_vm_page_memattr_unreserve(vm_page_t m, u_long n, vm_memattr_t memattr)
{
	if (memattr != VM_MEMATTR_DEFAULT)
		hf_pmap_memattr_unreserve(m, n);
}

void
hf_vm_page_memattr_set(vm_page_t m, u_long n, vm_memattr_t memattr)
{
	u_long i;

	if (memattr == VM_MEMATTR_DEFAULT)
		return;
	for (i = 0; i < n; i++)
		pmap_page_set_memattr(&m[i], memattr);
	hf_pmap_memattr_unreserve(m, n);
}

u_int
hf_vm_page_busy_word(int req)
{
	if ((req & VM_ALLOC_NOBUSY) != 0)
		return (VPB_UNBUSIED);
	if ((req & VM_ALLOC_SBUSY) != 0)
		return (VPB_SHARERS_WORD(1));
	return (VPB_CURTHREAD_EXCLUSIVE);
}

/* A frame, or NULL with the counts as before.  No lock needed. */
static vm_page_t
frame_alloc(int req, int pool, int freelist)
{
	struct vm_domain *vmd = &vm_dom[0];
	vm_page_t m;

	if (__predict_false(HF_FAILPOINT("vm_page_alloc")) ||
	    HF_FAIL_NTH(hf_vm_page_fail_kind(req)) ||
	    !vm_domain_allocate(vmd, req, 1)) {
		hf_vm_page_alloc_failed(req, 1);
		return (NULL);
	}
	vm_domain_free_lock();
	if (freelist < 0)
		m = vm_phys_alloc_pages(0, pool, 0);
	else
		m = vm_phys_alloc_freelist_pages(0, freelist, pool, 0);
	vm_domain_free_unlock();
	if (__predict_false(m == NULL)) {
		vm_domain_freecnt_inc(vmd, 1);
		if (freelist < 0)
			hf_vm_page_alloc_failed(req, 1);
	}
	return (m);
}

static void
check_request(vm_object_t object, int req)
{
	KASSERT((req & VM_ALLOC_CLASS_MASK) != VM_ALLOC_CLASS_MASK,
	    ("vm_page_alloc: class 3"));
	KASSERT((req & (VM_ALLOC_NOBUSY | VM_ALLOC_SBUSY)) !=
		(VM_ALLOC_NOBUSY | VM_ALLOC_SBUSY),
	    ("vm_page_alloc: NOBUSY and SBUSY"));
	KASSERT((req & (VM_ALLOC_NOOBJ | VM_ALLOC_SBUSY)) !=
		(VM_ALLOC_NOOBJ | VM_ALLOC_SBUSY),
	    ("vm_page_alloc: NOOBJ and SBUSY"));
	KASSERT((req & VM_ALLOC_WAITOK) == 0, ("vm_page_alloc: WAITOK"));
	if ((req & VM_ALLOC_NOOBJ) == 0)
		VM_OBJECT_ASSERT_WLOCKED(object);
}

/*
 * A page without object is on no object's list: the link says what the leak
 * check wants to know.  The number has a mark that no pointer has.
 */
#define SITE_MARK (1ul << 63 | 1)

static volatile u_long sites;

void
hf_vm_page_asked_at(const char *where)
{
	curthread->td_page_site = where;
}

void
hf_vm_page_set_site(vm_page_t m)
{
#ifdef INVARIANTS
	const u_long n = atomic_fetchadd_long(&sites, 1);

	m->listq.tqe_next = (void *)(uintptr_t)curthread->td_page_site;
	m->listq.tqe_prev = (void *)(SITE_MARK | n << 1);
	curthread->td_page_site = NULL;
#endif
}

u_long
hf_vm_page_sites(void)
{
	return (atomic_load_long(&sites));
}

const char *
hf_vm_page_site(vm_page_t m, u_long since)
{
	const uintptr_t mark = (uintptr_t)m->listq.tqe_prev;
	const char *site;

	if (m->object != NULL || vm_page_busy_freed(m) ||
	    (mark & SITE_MARK) != SITE_MARK || (mark & ~SITE_MARK) >> 1 < since)
		return (NULL);
	site = (const char *)(uintptr_t)m->listq.tqe_next;
	return (site != NULL ? site : "an unknown place");
}

/* E16's form: object not looked at, pindex recorded. */
static vm_page_t
alloc_noobj_at(vm_pindex_t pindex, int req)
{
	vm_page_t m;

	m = frame_alloc(req, VM_FREEPOOL_DIRECT, -1);
	if (m == NULL)
		return (NULL);
	hf_vm_page_alloc_init(m, req);
	hf_vm_page_set_pindex(m, pindex);
	m->oflags = VPO_UNMANAGED;
	hf_vm_page_set_site(m);
	hf_vm_page_alloc_done(m, req, VPB_UNBUSIED);
	return (m);
}

/*
 * vm_page_alloc(9).  The object is write-locked on entry and exit, except with
 * VM_ALLOC_NOOBJ; nothing is resident at pindex.  Never sleeps, except that
 * VM_ALLOC_WAITFAIL drops the lock, waits for memory, takes the lock and then
 * fails.  The page is exclusively busied unless asked otherwise, has no valid
 * block, is on no queue, and its contents are undefined unless it has PG_ZERO.
 * NULL: the class's floor is reached or there is no memory for the index; all
 * counts are as before and the page daemon has been woken.
 */
vm_page_t
vm_page_alloc(vm_object_t object, vm_pindex_t pindex, int req)
{
	vm_page_t last;

	check_request(object, req);
	if ((req & VM_ALLOC_NOOBJ) != 0)
		return (alloc_noobj_at(pindex, req));
	/* Objects grow upwards more often than not. */
	last = TAILQ_LAST(&object->memq, respgs);
	if (last != NULL && last->pindex >= pindex)
		last = vm_radix_lookup_le(&object->rtree, pindex);
	KASSERT(last == NULL || last->pindex != pindex,
	    ("vm_page_alloc: pindex %#lx is occupied", pindex));
	return (vm_page_alloc_after(object, pindex, req, last));
}

/* Identity and memory type; false, neither, when memory for them is missing. */
static bool
insert_one(vm_page_t m, vm_object_t object, vm_pindex_t pindex, vm_page_t mpred)
{
	const vm_memattr_t memattr = (object->flags & OBJ_FICTITIOUS) == 0
	    ? object->memattr
	    : VM_MEMATTR_DEFAULT;

	if (!hf_vm_page_memattr_reserve(m, 1, memattr))
		return (false);
	if (hf_vm_page_insert_after(m, object, pindex, mpred) != 0) {
		hf_vm_page_memattr_unreserve(m, 1, memattr);
		return (false);
	}
	hf_vm_page_memattr_set(m, 1, memattr);
	return (true);
}

/*
 * Up to n pages from pindex on, where nothing is resident, behind mpred, as
 * vm_page_alloc() would allocate them, with one visit to the free lists.
 * Returns how many there are.  Class NORMAL, no other request.
 */
int
hf_vm_page_alloc_run(vm_object_t object, vm_pindex_t pindex, int n,
    vm_page_t mpred, vm_page_t *ma)
{
	struct vm_domain *vmd = &vm_dom[0];
	int got, i, want;

	VM_OBJECT_ASSERT_WLOCKED(object);
	for (want = 0; want < n; want++)
		if (__predict_false(HF_FAILPOINT("vm_page_alloc")) ||
		    HF_FAIL_NTH(HF_FAIL_ALLOC))
			break;
	while (want > 0 && !vm_domain_allocate(vmd, VM_ALLOC_NORMAL, want))
		want /= 2;
	if (want == 0) {
		hf_vm_page_alloc_failed(VM_ALLOC_NORMAL, 1);
		return (0);
	}
	vm_domain_free_lock();
	got = vm_phys_alloc_npages(0, VM_FREEPOOL_DEFAULT, want, ma);
	vm_domain_free_unlock();
	if (got < want)
		vm_domain_freecnt_inc(vmd, want - got);
	for (i = 0; i < got; i++) {
		vm_page_t m = ma[i];

		hf_vm_page_alloc_init(m, VM_ALLOC_NORMAL);
		m->oflags = object->flags & OBJ_UNMANAGED ? VPO_UNMANAGED : 0;
		if (__predict_false(
			!insert_one(m, object, pindex + (u_int)i, mpred)))
			break;
		hf_vm_page_alloc_done(
		    m, VM_ALLOC_NORMAL, VPB_CURTHREAD_EXCLUSIVE);
		hf_node_busied(m, __builtin_return_address(0));
		mpred = m;
	}
	for (n = i; i < got; i++)
		hf_vm_page_alloc_undo(ma[i], 1, VM_ALLOC_NORMAL);
	return (n);
}

void
hf_vm_page_alloc_waitfail(vm_object_t object, int req)
{
	if ((req & VM_ALLOC_WAITFAIL) == 0)
		return;
	VM_OBJECT_WUNLOCK(object);
	vm_wait(object);
	VM_OBJECT_WLOCK(object);
}

/*
 * vm_page_alloc() for callers who know mpred, the resident page with the
 * greatest index below pindex (NULL: none).
 */
vm_page_t
vm_page_alloc_after(
    vm_object_t object, vm_pindex_t pindex, int req, vm_page_t mpred)
{
	vm_page_t m;

	check_request(object, req);
	KASSERT(mpred == NULL || mpred->pindex < pindex,
	    ("vm_page_alloc_after: mpred is not before %#lx", pindex));
	m = frame_alloc(req, VM_FREEPOOL_DEFAULT, -1);
	if (__predict_false(m == NULL)) {
		hf_vm_page_alloc_waitfail(object, req);
		return (NULL);
	}
	hf_vm_page_alloc_init(m, req);
	m->oflags = object->flags & OBJ_UNMANAGED ? VPO_UNMANAGED : 0;
	if (__predict_false(!insert_one(m, object, pindex, mpred))) {
		hf_vm_page_alloc_undo(m, 1, req);
		return (NULL);
	}
	hf_vm_page_alloc_done(m, req, hf_vm_page_busy_word(req));
	hf_node_busied(m, __builtin_return_address(0));
	return (m);
}

/* Applies what alloc_noobj promises about zeroes. */
static vm_page_t
noobj_zero(vm_page_t m, int req)
{
	if ((req & VM_ALLOC_ZERO) != 0 && (m->flags & PG_ZERO) == 0)
		pmap_zero_page(m);
	return (m);
}

/*
 * A page without object, unmanaged, not busy; zeroed with VM_ALLOC_ZERO.  With
 * WAITOK sleeps until there is one; with WAITFAIL sleeps once and fails.
 */
vm_page_t(vm_page_alloc_noobj)(int req)
{
	vm_page_t m;

	KASSERT((req & VM_ALLOC_CLASS_MASK) != VM_ALLOC_CLASS_MASK,
	    ("vm_page_alloc_noobj: class 3"));
	KASSERT((req & (VM_ALLOC_SBUSY | VM_ALLOC_NOBUSY)) == 0,
	    ("vm_page_alloc_noobj: busy flags %#x", req));
	for (;;) {
		m = alloc_noobj_at(0xdeadc0dedeadc0de, req);
		if (m != NULL)
			return (noobj_zero(m, req));
		if ((req & (VM_ALLOC_WAITOK | VM_ALLOC_WAITFAIL)) == 0)
			return (NULL);
		vm_wait(NULL);
		if ((req & VM_ALLOC_WAITFAIL) != 0)
			return (NULL);
	}
}

/* vm_page_alloc_noobj() from one free list (VM_FREELIST_); never sleeps. */
vm_page_t
vm_page_alloc_freelist(int freelist, int req)
{
	vm_page_t m;

	KASSERT(freelist >= 0 && freelist < VM_NFREELIST,
	    ("vm_page_alloc_freelist: list %d", freelist));
	m = frame_alloc(req, VM_FREEPOOL_DIRECT, freelist);
	if (m == NULL)
		return (NULL);
	hf_vm_page_alloc_init(m, req);
	m->oflags = VPO_UNMANAGED;
	hf_vm_page_set_site(m);
	hf_vm_page_alloc_done(m, req, VPB_UNBUSIED);
	return (noobj_zero(m, req));
}
