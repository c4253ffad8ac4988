/* SPDX-License-Identifier: BSD-2-Clause */
/* pages.c: what the checkers of pages, queues and free lists find. */
#include <vm/vm_check.h>
#include <vm/vm_phys_priv.h>
#include <test/vm_util.h>
#include "planted.h"

#define VA 0x400000ul

HF_SCENARIO(check_page, "check.page", "IN-1 IG-3 IG-4 IG-7 IG-8 IG-11 IG-13",
    "each rule about a page in use is looked at")
{
	static struct pmap pmap;
	vm_object_t object;
	vm_page_t m;

	hf_test_pmap_begin(&pmap);
	object = hf_test_object(1);
	m = hf_test_page_resting(object, 0, 1);
	hf_expect_planted(*m, m->object = NULL, hf_vm_page_check_one(m),
	    "a page's object and OBJREF disagree");
	hf_expect_planted(*m, m->ref_count |= VPRC_BLOCKED,
	    hf_vm_page_check_one(m), "a page is blocked at rest");
	hf_expect_planted(*m, m->object = NULL; m->ref_count = 0,
			  hf_vm_page_check_one(m),
			  "an unreferenced page is queued");
	hf_expect_planted(*m, m->oflags |= VPO_UNMANAGED,
	    hf_vm_page_check_one(m),
	    "a queued page is unmanaged or without object");
	hf_expect_planted(*m, m->dirty = 1; m->valid = 2,
			  hf_vm_page_check_one(m),
			  "an unbusied page is dirty where "
			  "it is invalid");
	hf_expect_planted(*m, m->busy_lock |= VPB_BIT_EXCLUSIVE,
	    hf_vm_page_check_one(m), "a page is shared and exclusive at once");
	hf_expect_planted(*m, m->busy_lock |= VPB_BIT_WAITERS,
	    hf_vm_page_check_one(m), "somebody waits for an unbusied page");
	hf_expect_planted(*m, m->hf_entry_wirings = 1, hf_vm_page_check_one(m),
	    "a page has more wirings of entries than wirings");
	hf_expect_planted(*m, m->a.flags |= PGA_EMPTIED,
	    hf_vm_page_check_one(m), "an emptied page is valid or an entry's");
	hf_expect_eq(hf_vm_page_check_one(m), NULL);

	hf_require_eq(vm_page_tryxbusy(m), 1);
	hf_test_enter(&pmap, VA, m, VM_PROT_READ, VM_PROT_READ);
	vm_page_xunbusy(m);
	hf_expect_planted(*m, m->valid = 1, hf_vm_page_check_one(m),
	    "a mapped page is not valid");
	hf_test_pmap_end(&pmap);

	vm_page_wire(m);
	vm_page_dequeue(m);
	hf_expect_planted(*m, m->oflags |= VPO_UNMANAGED;
			  m->a.flags = PGA_REFERENCED, hf_vm_page_check_one(m),
			  "an unmanaged page has flags of managed ones");
	vm_page_unwire(m, PQ_ACTIVE);
	hf_expect_eq(hf_vm_page_check_one(m), NULL);
	hf_test_object_end(object);
}

HF_SCENARIO(check_pages, "check.pages", "IG-6 IG-7 IW-6",
    "every page is looked at, and the wired ones are counted")
{
	vm_object_t object;
	vm_page_t m;

	object = hf_test_object(1);
	m = hf_test_page_resting(object, 0, 1);
	hf_expect_planted(*m, m->dirty = 1; m->valid = 2,
			  hf_vm_page_check_all(),
			  "an unbusied page is dirty where "
			  "it is invalid");
	hf_expect_planted(vm_cnt.v_wire_count, vm_cnt.v_wire_count++,
	    hf_vm_page_check_all(),
	    "v_wire_count is not the number of wired pages");
	hf_test_object_end(object);
}

HF_SCENARIO(check_queues, "check.queues", "IG-1 IG-5",
    "each rule about the paging queues and the free count is looked at")
{
	struct vm_pagequeue *pq = &vm_dom[0].vmd_pagequeues[PQ_ACTIVE];
	vm_object_t object;
	vm_page_t m;

	object = hf_test_object(1);
	m = hf_test_page_resting(object, 0, 1);
	hf_expect_planted(*m, m->a.queue = PQ_INACTIVE, hf_vm_page_check(),
	    "a page is on a queue it does not name");
	hf_expect_planted(*m, m->a.flags &= ~PGA_ENQUEUED, hf_vm_page_check(),
	    "a page is on a queue it does not name");
	hf_expect_planted(*m, m->oflags |= VPO_UNMANAGED, hf_vm_page_check(),
	    "a free or unmanaged page is queued");
	hf_expect_planted(*m, m->busy_lock = VPB_FREED, hf_vm_page_check(),
	    "a free or unmanaged page is queued");
	hf_expect_planted(*m, m->object = NULL, hf_vm_page_check(),
	    "a queued page has no object");
	hf_expect_planted(pq->pq_cnt, pq->pq_cnt++, hf_vm_page_check(),
	    "a page queue is not as long as it says");
	hf_expect_planted(vm_dom[0].vmd_free_count, vm_dom[0].vmd_free_count--,
	    hf_vm_page_check(), "the free count is not that of the free lists");
	hf_expect_eq(hf_vm_page_check(), NULL);
	hf_test_object_end(object);
}

static const char *
check_free(void)
{
	u_long frames;

	return (hf_vm_phys_check(&frames));
}

HF_SCENARIO(check_free_lists, "check.free_lists", "IG-2 IG-9",
    "each rule about the free lists is looked at")
{
	struct hf_freelist *fl;
	vm_page_t m;

	vm_domain_free_lock();
	m = vm_phys_alloc_pages(0, VM_FREEPOOL_DEFAULT, 1);
	hf_vm_page_setup(m + 1);
	m[1].pool = m->pool;
	vm_phys_free_pages(m, 0);
	vm_domain_free_unlock();
	/* Free and alone: its buddy is not. */
	hf_require_eq(m->order, 0);
	fl = &hf_free_queues[vm_phys_segs[m->segind].freelist][m->pool];
	hf_expect_planted(*m, m->pool = !m->pool, check_free(),
	    "a free block is on the wrong list");
	hf_expect_planted(
	    *m, m->ref_count = 1, check_free(), "a free page is in use");
	hf_expect_planted(m[1], m[1].order = 0, check_free(),
	    "two free buddies are not merged");
	hf_expect_planted(fl->fl_cnt[0], fl->fl_cnt[0]++, check_free(),
	    "a free list is not as long as it says");
	hf_expect_planted(fl->fl_orders, fl->fl_orders &= ~1u, check_free(),
	    "a free list's map of orders is wrong");
	hf_expect_planted(
	    *m, m->valid = 1, hf_vm_page_check(), "a free page is in use");
	vm_domain_free_lock();
	vm_phys_free_pages(m + 1, 0);
	vm_domain_free_unlock();
	hf_expect_eq(m->order == 0, false);
}
