/* SPDX-License-Identifier: BSD-2-Clause */
/* vm_check.c: checkers of pages and objects, for use at rest. */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/vmmeter.h>
#include <vm/vm.h>
#include <vm/vm_object.h>
#include <vm/vm_page.h>
#include <vm/vm_pagequeue.h>
#include <vm/vm_phys.h>
#include "vm_check.h"
#include "vm_object_priv.h"
#include "vm_page_priv.h"

static const char *
check_queue(int queue)
{
	struct vm_pagequeue *pq = &vm_dom[0].vmd_pagequeues[queue];
	vm_page_t m;
	int n;

	n = 0;
	TAILQ_FOREACH (m, &pq->pq_pl, plinks.q) {
		if ((m->flags & PG_MARKER) != 0)
			continue;
		if (m->a.queue != queue ||
		    (vm_page_aflags(m) & PGA_ENQUEUED) == 0)
			return ("a page is on a queue it does not name");
		if (!vm_page_is_managed(m) || vm_page_busy_freed(m))
			return ("a free or unmanaged page is queued");
		if (m->object == NULL && !vm_page_wired(m))
			return ("a queued page has no object");
		n++;
	}
	if (n != pq->pq_cnt)
		return ("a page queue is not as long as it says");
	return (NULL);
}

const char *
hf_vm_page_check(void)
{
	const char *why;
	u_long frames;
	int i;

	why = hf_vm_phys_check(&frames);
	if (why != NULL)
		return (why);
	if (frames != vm_free_count())
		return ("the free count is not that of the free lists");
	vm_pagequeue_lock();
	for (i = 0; i < PQ_COUNT && why == NULL; i++)
		why = check_queue(i);
	vm_pagequeue_unlock();
	return (why);
}

/* Of a page that is not free. */
const char *
hf_vm_page_check_one(vm_page_t m)
{
	const u_int busy = vm_page_busy_fetch(m);

	if ((m->object != NULL) != ((m->ref_count & VPRC_OBJREF) != 0))
		return ("a page's object and OBJREF disagree");
	if ((m->ref_count & VPRC_BLOCKED) != 0)
		return ("a page is blocked at rest");
	if (m->ref_count == 0 && m->object == NULL && m->a.queue != PQ_NONE)
		return ("an unreferenced page is queued");
	if (vm_page_queue(m) != PQ_NONE &&
	    (!vm_page_is_managed(m) || m->object == NULL))
		return ("a queued page is unmanaged or without object");
	if (!vm_page_busied(m) && vm_page_is_managed(m) &&
	    (m->dirty & ~m->valid) != 0)
		return ("an unbusied page is dirty where it is invalid");
	if (!vm_page_is_managed(m) &&
	    (vm_page_aflags(m) & (PGA_REFERENCED | PGA_WRITEABLE)) != 0)
		return ("an unmanaged page has flags of managed ones");
	if ((busy & (VPB_BIT_SHARED | VPB_BIT_EXCLUSIVE)) ==
	    (VPB_BIT_SHARED | VPB_BIT_EXCLUSIVE))
		return ("a page is shared and exclusive at once");
	if (busy == (VPB_UNBUSIED | VPB_BIT_WAITERS))
		return ("somebody waits for an unbusied page");
	if (m->hf_entry_wirings > vm_page_wire_count(m))
		return ("a page has more wirings of entries than wirings");
	if (hf_vm_page_is_emptied(m) &&
	    (m->valid != 0 || m->hf_entry_wirings != 0))
		return ("an emptied page is valid or an entry's");
	if (vm_page_is_managed(m) && pmap_page_is_mapped(m) &&
	    !vm_page_all_valid(m) && m->object != NULL)
		return ("a mapped page is not valid");
	return (NULL);
}

const char *
hf_vm_page_check_all(void)
{
	struct vm_phys_seg *seg;
	const char *why;
	vm_page_t m, end;
	u_long wired;
	int i;

	why = hf_vm_page_check();
	wired = 0;
	for (i = 0; i < vm_phys_nsegs; i++) {
		seg = &vm_phys_segs[i];
		end = seg->first_page + atop(seg->end - seg->start);
		for (m = seg->first_page; m < end && why == NULL; m++) {
			if (!hf_vm_page_is_set_up(m) || vm_page_busy_freed(m))
				continue;
			if (vm_page_wired(m))
				wired++;
			why = hf_vm_page_check_one(m);
		}
	}
	if (why == NULL && wired != vm_wire_count())
		return ("v_wire_count is not the number of wired pages");
	return (why);
}

static const char *
check_pages(vm_object_t object)
{
	const bool managed = (object->flags & OBJ_UNMANAGED) == 0;
	vm_page_t m, prev;
	int n;

	n = 0;
	prev = NULL;
	TAILQ_FOREACH (m, &object->memq, listq) {
		if (prev != NULL && prev->pindex >= m->pindex)
			return ("an object's page list is not ascending");
		if (m->object != object ||
		    vm_radix_lookup(&object->rtree, m->pindex) != m)
			return ("an object's page is not at its index");
		if (vm_page_is_managed(m) != managed)
			return ("a page's kind is not its object's");
		if ((object->flags & OBJ_ANON) != 0 &&
		    m->pindex >= object->size)
			return ("an anonymous object has a page past its end");
		prev = m;
		n++;
	}
	if (n != object->resident_page_count)
		return ("resident_page_count is wrong");
	return (NULL);
}

static const char *
check_object(vm_object_t object)
{
	vm_object_t front;
	int n;

	if (object->type == OBJT_DEAD)
		return ("a dead object is alive");
	n = 0;
	LIST_FOREACH (front, &object->shadow_head, shadow_list) {
		if (front->backing_object != object)
			return ("a front names another backing object");
		n++;
	}
	if (n != object->shadow_count)
		return ("shadow_count is wrong");
	if ((object->flags & OBJ_ANON) != 0 &&
	    object->ref_count < (u_int)object->shadow_count)
		return ("an object has fewer references than fronts");
	if ((object->flags & (OBJ_DEAD | OBJ_COLLAPSING | OBJ_SPLIT)) != 0)
		return ("an object is in transition at rest");
	if ((object->backing_object_offset & PAGE_MASK) != 0)
		return ("a backing offset is not page aligned");
	if (blockcount_read(&object->paging_in_progress) != 0)
		return ("an object is paging at rest");
	return (check_pages(object));
}

const char *
hf_vm_object_check(void)
{
	return (hf_vm_object_foreach(check_object));
}
