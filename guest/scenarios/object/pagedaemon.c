/* SPDX-License-Identifier: BSD-2-Clause */
/* pagedaemon.c: what the inactive scan does with each kind of page. */
#include <test/vm_util.h>

#define VA 0x400000ul

static vm_page_t
inactive_page(vm_object_t object, vm_pindex_t pindex)
{
	vm_page_t m;

	m = hf_test_page(object, pindex, 0x20 + (int)pindex);
	vm_page_deactivate(m);
	vm_page_xunbusy(m);
	return (m);
}

HF_SCENARIO(pagedaemon_inactive, "object.pagedaemon_inactive",
    "PO-1 PO-2 PO-4 PO-5 PO-6 PO-7 PW-4",
    "clean unreferenced pages are freed, all others go where they should")
{
	static struct pmap pmap;
	vm_page_t busy, clean, dirty, hard, invalid, referenced, wired;
	vm_object_t object;

	hf_test_pmap_begin(&pmap);
	object = hf_test_object(8);
	clean = inactive_page(object, 0);
	vm_page_xbusy(clean);
	/* Mapped without having been accessed. */
	pmap_enter_quick(&pmap, VA, clean, VM_PROT_READ);
	vm_page_xunbusy(clean);
	referenced = inactive_page(object, 1);
	vm_page_reference(referenced);
	dirty = inactive_page(object, 2);
	vm_page_dirty(dirty);
	hard = inactive_page(object, 3);
	vm_page_xbusy(hard);
	hf_test_enter(&pmap, VA + PAGE_SIZE, hard, VM_PROT_RW, VM_PROT_WRITE);
	(void)pmap_ts_referenced(hard);
	hard->dirty = 0;
	hf_test_enter(
	    &pmap, VA + 2 * PAGE_SIZE, hard, VM_PROT_RW, VM_PROT_WRITE);
	vm_page_xunbusy(hard);
	busy = inactive_page(object, 4);
	vm_page_sbusy(busy);
	wired = inactive_page(object, 5);
	vm_page_wire(wired);
	vm_page_xbusy(wired);
	(void)pmap_enter(
	    &pmap, VA + 3 * PAGE_SIZE, wired, VM_PROT_RW, VM_PROT_READ, 0);
	(void)pmap_ts_referenced(wired);
	vm_page_dirty(wired);
	vm_page_xunbusy(wired);
	invalid = vm_page_alloc(object, 6, VM_ALLOC_NORMAL | VM_ALLOC_NOBUSY);
	hf_require(invalid != NULL);
	vm_page_deactivate(invalid);
	vm_page_reference(invalid);
	VM_OBJECT_WUNLOCK(object);

	hf_test_scan_inactive();

	VM_OBJECT_WLOCK(object);
	hf_expect_eq(vm_page_lookup(object, 0), NULL);
	hf_expect_eq(pmap_extract(&pmap, VA), 0);
	hf_expect_eq(vm_page_lookup(object, 1), referenced);
	hf_expect_eq(vm_page_queue(referenced), PQ_ACTIVE);
	hf_expect_eq(vm_page_aflags(referenced) & PGA_REFERENCED, 0);
	hf_expect_eq(referenced->a.act_count, ACT_INIT + ACT_ADVANCE + 1);
	hf_expect_eq(vm_page_lookup(object, 2), dirty);
	hf_expect_eq(vm_page_queue(dirty), PQ_LAUNDRY);
	hf_expect_eq(vm_page_lookup(object, 3), hard);
	hf_expect(hf_test_all(hard, 0, PAGE_SIZE, 0x23));
	hf_expect_eq(vm_page_lookup(object, 4), busy);
	hf_expect_eq(vm_page_queue(busy), PQ_INACTIVE);
	hf_expect_eq(vm_page_lookup(object, 5), wired);
	hf_expect_eq(vm_page_queue(wired), PQ_NONE);
	hf_expect(hf_test_all(wired, 0, PAGE_SIZE, 0x25));
	hf_expect_eq(
	    pmap_extract(&pmap, VA + 3 * PAGE_SIZE), VM_PAGE_TO_PHYS(wired));
	hf_expect_eq(wired->dirty, VM_PAGE_BITS_ALL);
	hf_expect_eq(vm_page_lookup(object, 6), NULL);
	vm_page_sunbusy(busy);
	vm_page_unwire(wired, PQ_INACTIVE);
	pmap_remove_all(hard);
	pmap_remove_all(wired);
	hf_test_pmap_end(&pmap);
	hf_test_object_end(object);
}

HF_SCENARIO(pagedaemon_second_chance, "object.pagedaemon_second_chance", "PO-8",
    "a referenced page of an unreferenced object is seen twice")
{
	vm_object_t object;
	vm_page_t m;

	object = vm_object_allocate(OBJT_VNODE, 1);
	object->pgops = &deadpagerops;
	VM_OBJECT_WLOCK(object);
	m = inactive_page(object, 0);
	vm_page_reference(m);
	VM_OBJECT_WUNLOCK(object);
	vm_object_deallocate(object);
	hf_expect_eq(object->ref_count, 0);
	hf_test_scan_inactive();
	hf_expect_eq(object->resident_page_count, 1);
	hf_expect_eq(vm_page_queue(m), PQ_INACTIVE);
	hf_expect_eq(vm_page_aflags(m) & PGA_REFERENCED, 0);
	hf_test_scan_inactive();
	hf_expect_eq(object->resident_page_count, 0);
	VM_OBJECT_WLOCK(object);
	vm_object_set_flag(object, OBJ_DEAD);
	vm_object_terminate(object);
}

HF_SCENARIO(pagedaemon_deficit, "object.pagedaemon_deficit", "PO-14",
    "what a failed allocation asked for is part of the next target")
{
	vm_object_t object;
	u_long freed;
	int i;

	object = hf_test_object(40);
	for (i = 0; i < 30; i++)
		inactive_page(object, i);
	VM_OBJECT_WUNLOCK(object);
	hf_pageout_hold();
	atomic_add_int(&vm_dom[0].vmd_pageout_deficit, 10);
	hf_pageout_unhold();
	freed = VM_CNT_FETCH(v_dfree);
	pagedaemon_wakeup(0);
	while (VM_CNT_FETCH(v_dfree) < freed + 10)
		hf_yield();
	hf_pageout_hold();
	hf_pageout_unhold();
	hf_expect_eq(VM_CNT_FETCH(v_dfree), freed + 10);
	hf_expect_eq(object->resident_page_count, 20);
	vm_object_deallocate(object);
}

static void
wire_by_mapping(void *arg)
{
	hf_expect(vm_page_wire_mapped(arg));
}

HF_SCENARIO(pagedaemon_wired_meanwhile, "object.pagedaemon_wired_meanwhile",
    "PO-25 PW-5",
    "a page that a mapping wires while the daemon looks at it stays, and "
    "mapped")
{
	static struct pmap pmap;
	vm_object_t object;
	vm_page_t m;

	hf_test_pmap_begin(&pmap);
	object = hf_test_object(1);
	m = inactive_page(object, 0);
	vm_page_xbusy(m);
	pmap_enter_quick(&pmap, VA, m, VM_PROT_READ);
	vm_page_xunbusy(m);
	VM_OBJECT_WUNLOCK(object);
	hf_failpoint_call("pageout.unreferenced", 0, wire_by_mapping, m);
	hf_test_scan_inactive();
	hf_expect_eq(hf_failpoint_fired("pageout.unreferenced"), 1);
	hf_failpoint_disarm_all();
	VM_OBJECT_WLOCK(object);
	hf_require_eq(vm_page_lookup(object, 0), m);
	hf_expect_eq(vm_page_wire_count(m), 1);
	hf_expect(!vm_page_busied(m));
	hf_expect_eq(pmap_extract(&pmap, VA), VM_PAGE_TO_PHYS(m));
	hf_expect(hf_test_all(m, 0, PAGE_SIZE, 0x20));
	vm_page_unwire(m, PQ_INACTIVE);
	hf_test_pmap_end(&pmap);
	hf_test_object_end(object);
}

HF_SCENARIO(pagedaemon_unmanaged, "object.pagedaemon_unmanaged", "PO-28 PA-17",
    "whatever is done to an unmanaged page, no scan finds it")
{
	static void (*const moves[])(vm_page_t) = { vm_page_activate,
		vm_page_deactivate, vm_page_deactivate_noreuse, vm_page_launder,
		vm_page_unswappable };
	vm_object_t object;
	vm_page_t m;
	u_int i;

	object = vm_object_allocate(OBJT_PHYS, 1);
	VM_OBJECT_WLOCK(object);
	for (i = 0; i < nitems(moves); i++) {
		m = hf_test_page(object, 0, 7);
		moves[i](m);
		vm_page_wire(m);
		vm_page_xunbusy(m);
		vm_page_unwire(m, PQ_INACTIVE);
		VM_OBJECT_WUNLOCK(object);
		hf_test_scan_inactive();
		VM_OBJECT_WLOCK(object);
		hf_require_eq(vm_page_lookup(object, 0), m);
		hf_expect_eq(m->a.queue, PQ_NONE);
		hf_expect_eq(vm_page_aflags(m) & PGA_ENQUEUED, 0);
		hf_expect(hf_test_all(m, 0, PAGE_SIZE, 7));
		vm_page_xbusy(m);
		vm_page_free(m);
	}
	hf_test_object_end(object);
}
