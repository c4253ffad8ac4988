/* SPDX-License-Identifier: BSD-2-Clause */
/* alloc_basic.c: what a page of an object is like when it is new. */
#include <test/vm_util.h>

HF_SCENARIO(page_alloc_basic, "page.alloc_basic", "PA-1 PV-14",
    "a page is allocated busy, invalid and unqueued")
{
	vm_object_t object;
	vm_page_t m;
	u_int free;

	object = hf_test_object(4);
	free = vm_free_count();
	m = vm_page_alloc(object, 0, VM_ALLOC_NORMAL);
	hf_require(m != NULL);
	hf_expect_eq(vm_free_count(), free - 1);
	hf_expect_eq(object->resident_page_count, 1);
	hf_expect_eq(vm_page_lookup(object, 0), m);
	hf_expect_eq(m->object, object);
	hf_expect_eq(m->pindex, 0);
	hf_expect(vm_page_xbusied(m));
	hf_expect_eq(m->valid, 0);
	hf_expect_eq(m->dirty, 0);
	hf_expect_eq(vm_page_queue(m), PQ_NONE);
	hf_expect_eq(vm_page_wire_count(m), 0);
	hf_expect_eq(vm_page_aflags(m), 0);
	hf_expect_eq(m->a.act_count, 0);
	hf_expect_eq(m->flags & PG_NODUMP, 0);
	hf_expect(!vm_page_all_valid(m));
	hf_expect(!vm_page_any_valid(m));
	hf_expect(vm_page_none_valid(m));
	vm_page_xunbusy(m);
	hf_test_object_end(object);
}

HF_SCENARIO(page_alloc_busy_flags, "page.alloc_busy_flags", "PA-2",
    "NOBUSY gives an unbusied page, SBUSY one share")
{
	vm_object_t object;
	vm_page_t m;

	object = hf_test_object(4);
	m = vm_page_alloc(object, 0, VM_ALLOC_NORMAL | VM_ALLOC_NOBUSY);
	hf_require(m != NULL);
	hf_expect(!vm_page_busied(m));
	m = vm_page_alloc(object, 1, VM_ALLOC_NORMAL | VM_ALLOC_SBUSY);
	hf_require(m != NULL);
	hf_expect(vm_page_sbusied(m));
	hf_expect(!vm_page_xbusied(m));
	vm_page_sunbusy(m);
	hf_expect(!vm_page_busied(m));
	hf_test_object_end(object);
}

HF_SCENARIO(page_alloc_wired, "page.alloc_wired", "PA-9",
    "WIRED counts one wiring, and unwiring frees nothing")
{
	vm_object_t object;
	vm_page_t m;
	u_int free, wired;

	object = hf_test_object(4);
	wired = vm_wire_count();
	m = vm_page_alloc(object, 0, VM_ALLOC_NORMAL | VM_ALLOC_WIRED);
	hf_require(m != NULL);
	free = vm_free_count();
	hf_expect_eq(vm_page_wire_count(m), 1);
	hf_expect_eq(vm_wire_count(), wired + 1);
	hf_expect_eq(vm_page_queue(m), PQ_NONE);
	vm_page_valid(m);
	vm_page_xunbusy(m);
	vm_page_unwire(m, PQ_ACTIVE);
	hf_expect_eq(vm_wire_count(), wired);
	hf_expect_eq(vm_free_count(), free);
	hf_expect_eq(vm_page_queue(m), PQ_ACTIVE);
	hf_test_object_end(object);
}

HF_SCENARIO(page_alloc_nodump, "page.alloc_nodump", "PA-10",
    "PG_NODUMP is set when asked for and never left over")
{
	vm_paddr_t pa;
	vm_page_t m;

	m = vm_page_alloc_noobj(VM_ALLOC_NORMAL | VM_ALLOC_NODUMP);
	hf_require(m != NULL);
	hf_expect((m->flags & PG_NODUMP) != 0);
	pa = VM_PAGE_TO_PHYS(m);
	vm_page_free(m);
	m = hf_test_frame_at(pa, VM_ALLOC_NORMAL);
	hf_require(m != NULL);
	hf_expect_eq(m->flags & PG_NODUMP, 0);
	vm_page_free(m);
}

HF_SCENARIO(page_alloc_unmanaged, "page.alloc_unmanaged", "PA-17 PQ-2",
    "pages of an unmanaged object are never queued")
{
	vm_object_t object;
	vm_page_t m;

	object = vm_object_allocate(OBJT_PHYS, 2);
	VM_OBJECT_WLOCK(object);
	m = vm_page_alloc(object, 0, VM_ALLOC_NORMAL);
	hf_require(m != NULL);
	hf_expect((m->oflags & VPO_UNMANAGED) != 0);
	vm_page_valid(m);
	vm_page_activate(m);
	hf_expect_eq(vm_page_queue(m), PQ_NONE);
	vm_page_deactivate(m);
	hf_expect_eq(vm_page_queue(m), PQ_NONE);
	vm_page_launder(m);
	hf_expect_eq(vm_page_queue(m), PQ_NONE);
	vm_page_xunbusy(m);
	hf_test_object_end(object);
}

HF_SCENARIO(page_alloc_after, "page.alloc_after", "PA-24",
    "a known predecessor changes nothing but the effort")
{
	vm_object_t object;
	vm_page_t first, m, last;

	object = hf_test_object(10);
	first = vm_page_alloc_after(object, 3, VM_ALLOC_NOBUSY, NULL);
	last = vm_page_alloc_after(object, 9, VM_ALLOC_NOBUSY, first);
	m = vm_page_alloc_after(object, 7, VM_ALLOC_NORMAL, first);
	hf_require(first != NULL && m != NULL && last != NULL);
	hf_expect_eq(vm_page_lookup(object, 7), m);
	hf_expect_eq(TAILQ_NEXT(first, listq), m);
	hf_expect_eq(TAILQ_NEXT(m, listq), last);
	hf_expect(vm_page_xbusied(m));
	hf_expect_eq(m->valid, 0);
	hf_expect_eq(object->resident_page_count, 3);
	vm_page_xunbusy(m);
	hf_test_object_end(object);
}
