/* SPDX-License-Identifier: BSD-2-Clause */
/* vm_page_free.c: the way of a page back to the free lists. */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/vmmeter.h>
#include <machine/vmparam.h>
#include <vm/vm.h>
#include <vm/vm_object.h>
#include <vm/vm_page.h>
#include <vm/vm_pagequeue.h>
#include <vm/vm_phys.h>
#include "vm_page_priv.h"

bool hf_vm_junk;

void
hf_vm_page_fill(vm_page_t m, int byte)
{
	memset((void *)PHYS_TO_DMAP(VM_PAGE_TO_PHYS(m)), byte, PAGE_SIZE);
}

/*
 * Everything but the frame itself.  False: the page is fictitious, there is no
 * frame to free.
 */
static bool
free_prep(vm_page_t m)
{
	KASSERT(!vm_page_busy_freed(m),
	    ("vm_page_free: page %#lx is free already", VM_PAGE_TO_PHYS(m)));
	KASSERT(!vm_page_sbusied(m),
	    ("vm_page_free: page %#lx is shared busy", VM_PAGE_TO_PHYS(m)));
	KASSERT(m->ref_count == (m->object != NULL ? VPRC_OBJREF : 0) ||
		((m->flags & PG_FICTITIOUS) != 0 && vm_page_wire_count(m) == 1),
	    ("vm_page_free: page %#lx is wired: ref_count %#x",
		VM_PAGE_TO_PHYS(m), m->ref_count));
	if (vm_page_is_managed(m))
		KASSERT(
		    (m->flags & PG_FICTITIOUS) != 0 || !pmap_page_is_mapped(m),
		    ("vm_page_free: page %#lx is mapped", VM_PAGE_TO_PHYS(m)));
	else
		KASSERT(m->a.queue == PQ_NONE,
		    ("vm_page_free: page %#lx is unmanaged and queued",
			VM_PAGE_TO_PHYS(m)));
	if (m->object != NULL) {
		VM_OBJECT_ASSERT_WLOCKED(m->object);
		vm_page_assert_xbusied(m);
	} else
		vm_page_assert_unbusied(m);

	KASSERT(!hf_tlb_has_frame(VM_PAGE_TO_PHYS(m)),
	    ("vm_page_free: page %#lx may still be reached by a CPU",
		VM_PAGE_TO_PHYS(m)));
	KASSERT(m->hf_entry_wirings == 0,
	    ("vm_page_free: page %#lx is an entry's", VM_PAGE_TO_PHYS(m)));

	VM_CNT_INC(v_tfree);
	if (m->object != NULL) {
		hf_vm_page_object_remove(m);
		hf_vm_page_set_object(m, NULL);
		atomic_clear_int(&m->ref_count, VPRC_OBJREF);
	}
	if ((m->flags & PG_FICTITIOUS) != 0)
		return (false);
	if (m->a.queue != PQ_NONE)
		hf_vm_page_unqueue(m);
	m->a.flags = 0;
	m->valid = 0;
	m->dirty = 0;
	m->oflags = 0;
	m->flags &= PG_ZERO;
	if (pmap_page_get_memattr(m) != VM_MEMATTR_DEFAULT)
		pmap_page_set_memattr(m, VM_MEMATTR_DEFAULT);
	hf_vm_page_busy_free(m);
	return (true);
}

/* With junk filling somebody looks whether a page is what it is said to be. */
static void
check_zero(vm_page_t m)
{
	const uint64_t *word =
	    (const uint64_t *)PHYS_TO_DMAP(VM_PAGE_TO_PHYS(m));
	u_int i;

	for (i = 0; i < PAGE_SIZE / sizeof(*word); i++)
		KASSERT(word[i] == 0,
		    ("vm_page_free: page %#lx is freed as zero, byte %zu "
		     "is not",
			VM_PAGE_TO_PHYS(m), i * sizeof(*word)));
}

/*
 * The page loses its identity and its frame becomes free; PG_ZERO stays as it
 * is, by which the caller vouches for its contents.  In an object: the object
 * is write-locked and the page exclusively busied by the caller; without: not
 * busied.  Not wired, not mapped.  Never sleeps.
 */
void
vm_page_free_toq(vm_page_t m)
{
	if (__predict_false(hf_vm_junk) && (m->flags & PG_ZERO) != 0)
		check_zero(m);
	if (!free_prep(m))
		return;
	if (__predict_false(hf_vm_junk) && (m->flags & PG_ZERO) == 0)
		hf_vm_page_fill(m, HF_JUNK_FREED);
	vm_domain_free_lock();
	vm_phys_free_pages(m, 0);
	vm_domain_free_unlock();
	vm_domain_freecnt_inc(&vm_dom[0], 1);
}

/* vm_page_free_toq() of a page with arbitrary contents. */
void
vm_page_free(vm_page_t m)
{
	m->flags &= ~PG_ZERO;
	vm_page_free_toq(m);
}

/* vm_page_free_toq() of a page that is all zero. */
void
vm_page_free_zero(vm_page_t m)
{
	m->flags |= PG_ZERO;
	vm_page_free_toq(m);
}

/*
 * After a failed page-in: m has no valid block and no mapping, is exclusively
 * busied by anyone; its object is write-locked.  Freed unless wired, in
 * which case the last unwiring frees it.
 */
void
vm_page_free_invalid(vm_page_t m)
{
	KASSERT(vm_page_none_valid(m), ("page %p is valid", (void *)m));
	KASSERT(!vm_page_is_managed(m) || !pmap_page_is_mapped(m),
	    ("page %p is mapped", (void *)m));
	vm_page_assert_xbusied_unchecked(m);
	VM_OBJECT_ASSERT_WLOCKED(m->object);
	/* The I/O's initiator may be another thread than the completion. */
	if (!vm_page_xbusied_by_me(m))
		hf_vm_page_busy_claim(m);
	if (vm_page_remove(m))
		vm_page_free(m);
}

/*
 * E16.  Frees a clean, unwired, managed, unbusied page of a write-locked object
 * after unmapping it: 1.  Otherwise 0, nothing changed but the dirty bits.
 */
int
vm_page_try_to_free(vm_page_t m)
{
	VM_OBJECT_ASSERT_WLOCKED(m->object);
	if (m->dirty != 0 || vm_page_wired(m) || !vm_page_is_managed(m) ||
	    !vm_page_tryxbusy(m))
		return (0);
	if (!vm_page_try_remove_all(m) || m->dirty != 0) {
		vm_page_xunbusy(m);
		return (0);
	}
	vm_page_free(m);
	return (1);
}
