/* SPDX-License-Identifier: BSD-2-Clause */
/* vm_pageout_scan.c: the page daemon's look at the inactive queue, and others. */

/*
 * A page met on the queue may be freed, renamed or reused at any step: pages
 * and objects are type-stable, so lock the object, compare, busy, recheck.
 */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/vmmeter.h>
#include <kern/failpoint.h>
#include <vm/vm.h>
#include <vm/vm_object.h>
#include <vm/vm_page.h>
#include <vm/vm_pagequeue.h>
#include "vm_pageout_priv.h"
#include "vm_page_priv.h"

/* Moves the scan's marker behind the next page; NULL at the end. */
static vm_page_t
next_page(struct vm_domain *vmd, int queue, bool *linked)
{
	struct pglist *pl = &vmd->vmd_pagequeues[queue].pq_pl;
	vm_page_t m;

	vm_pagequeue_lock();
	m = *linked ? TAILQ_NEXT(&vmd->vmd_scan, plinks.q) : TAILQ_FIRST(pl);
	if (*linked)
		TAILQ_REMOVE(pl, &vmd->vmd_scan, plinks.q);
	while (m != NULL && (m->flags & PG_MARKER) != 0)
		m = TAILQ_NEXT(m, plinks.q);
	*linked = m != NULL;
	if (m != NULL)
		TAILQ_INSERT_AFTER(pl, m, &vmd->vmd_scan, plinks.q);
	vm_pagequeue_unlock();
	return (m);
}

static void
end_scan(struct vm_domain *vmd, int queue, bool linked)
{
	if (!linked)
		return;
	vm_pagequeue_lock();
	TAILQ_REMOVE(
	    &vmd->vmd_pagequeues[queue].pq_pl, &vmd->vmd_scan, plinks.q);
	vm_pagequeue_unlock();
}

int
hf_pageout_references(vm_object_t object, vm_page_t m)
{
	int refs;

	refs = object->ref_count != 0 ? pmap_ts_referenced(m) : 0;
	if ((vm_page_aflags(m) & PGA_REFERENCED) != 0) {
		vm_page_aflag_clear(m, PGA_REFERENCED);
		refs++;
	}
	return (refs);
}

/* Referenced pages are active again, or get a second chance. */
static bool
was_referenced(vm_object_t object, vm_page_t m)
{
	const int refs = hf_pageout_references(object, m);

	if (refs == 0)
		return (false);
	if (object->ref_count != 0) {
		VM_CNT_INC(v_reactivated);
		vm_page_activate(m);
		m->a.act_count =
		    MIN(ACT_MAX, m->a.act_count + ACT_ADVANCE + refs);
		return (true);
	}
	if ((object->flags & OBJ_DEAD) != 0)
		return (false);
	vm_page_deactivate(m);
	return (true);
}

/* A busied page of a write-locked object; true if it was freed. */
static bool
reclaim(const struct hf_pageout *po, vm_object_t object, vm_page_t m)
{
	if (vm_page_wired(m)) {
		vm_page_dequeue(m);
		goto keep;
	}
	if (vm_page_any_valid(m)) {
		if (!po->urgent && was_referenced(object, m))
			goto keep;
		(void)HF_FAILPOINT("pageout.unreferenced");
		if (object->ref_count != 0) {
			vm_page_test_dirty(m);
			if (m->dirty == 0 && !vm_page_try_remove_all(m))
				goto keep;
		}
		if (m->dirty != 0) {
			if ((object->flags & OBJ_DEAD) == 0 &&
			    !vm_page_in_laundry(m))
				vm_page_launder(m);
			goto keep;
		}
	}
	vm_page_free(m);
	VM_CNT_INC(v_dfree);
	return (true);
keep:
	vm_page_xunbusy(m);
	return (false);
}

void
hf_pageout_scan(struct hf_pageout *po, int queue)
{
	struct vm_domain *vmd = po->vmd;
	vm_object_t object;
	vm_page_t m;
	int most;
	bool linked;

	linked = false;
	most = vmd->vmd_pagequeues[queue].pq_cnt;
	for (; most > 0 && po->freed < po->target; most--) {
		m = next_page(vmd, queue, &linked);
		if (m == NULL)
			break;
		VM_CNT_INC(v_pdpages);
		object = __atomic_load_n(&m->object, __ATOMIC_RELAXED);
		if (object == NULL)
			continue;
		/*
		 * An object that somebody has locked is passed over: its memory
		 * may since belong to another one, whose owner waits for us
		 * (hf_pageout_hold).
		 */
		if (!VM_OBJECT_TRYWLOCK(object)) {
			po->stuck++;
			continue;
		}
		if (m->object == object && vm_page_queue(m) == queue) {
			if (!vm_page_tryxbusy(m))
				po->stuck++;
			else if (reclaim(po, object, m))
				po->freed++;
		}
		VM_OBJECT_WUNLOCK(object);
	}
	end_scan(vmd, queue, linked);
}
