/* SPDX-License-Identifier: BSD-2-Clause */
/* wire.c: wirings and holds. */
#include <sys/mman.h>
#include <test/vm_util.h>

#define VA 0x400000ul

HF_SCENARIO(page_wire_counts, "page.wire_counts", "PW-1 PW-2 PW-9",
    "a wired page is on no queue until its last wiring goes")
{
	vm_object_t object;
	vm_page_t m;
	u_int wired;

	object = hf_test_object(1);
	m = hf_test_page_resting(object, 0, 0);
	vm_page_deactivate(m);
	wired = vm_wire_count();
	vm_page_wire(m);
	hf_expect_eq(vm_page_queue(m), PQ_NONE);
	hf_expect_eq(vm_wire_count(), wired + 1);
	vm_page_wire(m);
	hf_expect_eq(vm_wire_count(), wired + 1);
	hf_expect_eq(vm_page_wire_count(m), 2);
	vm_page_unwire(m, PQ_ACTIVE);
	hf_expect_eq(vm_page_queue(m), PQ_NONE);
	vm_page_unwire(m, PQ_ACTIVE);
	hf_expect_eq(vm_page_queue(m), PQ_ACTIVE);
	hf_expect_eq(vm_wire_count(), wired);
	vm_page_dequeue(m);
	vm_page_wire(m);
	vm_page_wire(m);
	hf_expect(!vm_page_unwire_noq(m));
	hf_expect(vm_page_unwire_noq(m));
	hf_expect_eq(vm_page_queue(m), PQ_NONE);
	hf_expect_eq(vm_wire_count(), wired);
	hf_test_object_end(object);
}

HF_SCENARIO(page_wire_outlives_object, "page.wire_outlives_object",
    "PW-3 PW-10 OB-5",
    "a wired page survives its object and is freed by the unwiring")
{
	vm_object_t object;
	vm_page_t m;
	u_int free;

	object = hf_test_object(1);
	m = hf_test_page_resting(object, 0, 0x5a);
	vm_page_wire(m);
	free = vm_free_count();
	hf_test_object_end(object);
	hf_expect_eq(m->object, NULL);
	hf_expect_eq(vm_free_count(), free);
	hf_expect(hf_test_all(m, 0, PAGE_SIZE, 0x5a));
	vm_page_unwire(m, PQ_INACTIVE);
	hf_expect_eq(vm_free_count(), free + 1);
	hf_expect(vm_page_busy_freed(m));
}

HF_SCENARIO(page_hold_truncated, "page.hold_truncated", "PW-10",
    "a held page that is truncated keeps frame and contents, not validity")
{
	vm_object_t object;
	vm_page_t m;

	object = hf_test_object(1);
	m = hf_test_page_resting(object, 0, 0x5a);
	vm_page_wire(m);
	vm_object_page_remove(object, 0, 0, 0);
	hf_expect_eq(m->valid, 0);
	hf_expect_eq(m->dirty, 0);
	hf_expect_eq(vm_page_wire_count(m), 1);
	hf_expect(hf_test_all(m, 0, PAGE_SIZE, 0x5a));
	hf_test_object_end(object);
	hf_expect_eq(m->object, NULL);
	vm_page_unhold_pages(&m, 1);
	hf_expect(vm_page_busy_freed(m));
}

HF_SCENARIO(page_grab_emptied, "page.grab_emptied", "PG-14 PW-10",
    "grabbing the index of a page that is only held makes another one")
{
	const int nowait = VM_ALLOC_NORMAL | VM_ALLOC_NOWAIT;
	vm_object_t object;
	vm_page_t m, ma[2];

	object = hf_test_object(2);
	m = hf_test_page_resting(object, 0, 0x5a);
	vm_page_wire(m);
	vm_object_page_remove(object, 0, 0, 0);
	vm_page_xbusy(m);
	hf_expect_eq(vm_page_grab(object, 0, nowait), NULL);
	hf_expect_eq(m->object, object);
	vm_page_xunbusy(m);
	hf_expect_eq(vm_page_grab_pages(
			 object, 0, VM_ALLOC_NORMAL | VM_ALLOC_ZERO, ma, 2),
	    2);
	hf_expect_ne(ma[0], m);
	hf_expect_eq(m->object, NULL);
	hf_expect(hf_test_all(m, 0, PAGE_SIZE, 0x5a));
	vm_page_xunbusy(ma[0]);
	vm_page_xunbusy(ma[1]);
	vm_page_unhold_pages(&m, 1);
	hf_expect(vm_page_busy_freed(m));
	/* No other one may be made: none is there. */
	vm_page_wire(ma[1]);
	vm_object_page_remove(object, 1, 0, 0);
	hf_expect_eq(
	    vm_page_grab(object, 1, VM_ALLOC_NORMAL | VM_ALLOC_NOCREAT), NULL);
	vm_page_unhold_pages(&ma[1], 1);
	hf_expect(vm_page_busy_freed(ma[1]));
	hf_test_object_end(object);
}

HF_SCENARIO(page_remove_all_wired, "page.remove_all_wired", "PW-5 PW-6",
    "mappings of a wired page cannot be removed, nor wired when barred")
{
	static struct pmap pmap;
	vm_object_t object;
	vm_page_t m;

	hf_test_pmap_begin(&pmap);
	object = hf_test_object(1);
	m = hf_test_page(object, 0, 0);
	hf_test_enter(&pmap, VA, m, VM_PROT_RW, VM_PROT_WRITE);
	hf_expect(vm_page_wire_mapped(m));
	hf_expect(!vm_page_try_remove_all(m));
	hf_expect(!vm_page_try_remove_write(m));
	hf_expect(pmap_page_is_mapped(m));
	hf_expect(pmap_page_is_write_mapped(m));
	vm_page_unwire(m, PQ_ACTIVE);
	hf_expect(vm_page_try_remove_write(m));
	hf_expect(pmap_page_is_mapped(m));
	hf_expect(!pmap_page_is_write_mapped(m));
	hf_expect_eq(m->dirty, VM_PAGE_BITS_ALL);
	hf_expect(vm_page_try_remove_all(m));
	hf_expect(!pmap_page_is_mapped(m));
	hf_expect_eq(m->ref_count, VPRC_OBJREF);
	/* What a concurrent wire_mapped sees in between. */
	atomic_set_int(&m->ref_count, VPRC_BLOCKED);
	hf_expect(!vm_page_wire_mapped(m));
	atomic_clear_int(&m->ref_count, VPRC_BLOCKED);
	hf_expect(vm_page_wire_mapped(m));
	vm_page_unwire(m, PQ_ACTIVE);
	vm_page_xunbusy(m);
	hf_test_pmap_end(&pmap);
	hf_test_object_end(object);
}

static void
wire_barred(void *arg)
{
	hf_expect(!vm_page_wire_mapped(arg));
}

HF_SCENARIO(page_wire_barred, "page.wire_barred", "PW-6",
    "while a page's mappings or rights go, no mapping can wire it")
{
	static struct pmap pmap;
	vm_object_t object;
	vm_page_t m;

	hf_test_pmap_begin(&pmap);
	object = hf_test_object(1);
	m = hf_test_page(object, 0, 0);
	hf_test_enter(&pmap, VA, m, VM_PROT_RW, VM_PROT_WRITE);
	hf_failpoint_call("page.barred", 0, wire_barred, m);
	hf_expect(vm_page_try_remove_write(m));
	hf_expect_eq(hf_failpoint_fired("page.barred"), 1);
	hf_failpoint_call("page.barred", 0, wire_barred, m);
	hf_expect(vm_page_try_remove_all(m));
	hf_expect_eq(hf_failpoint_fired("page.barred"), 1);
	hf_expect_eq(vm_page_wire_count(m), 0);
	vm_page_xunbusy(m);
	hf_test_pmap_end(&pmap);
	hf_test_object_end(object);
}

HF_SCENARIO(page_unwire_places, "page.unwire_places", "PW-7 PW-8",
    "unwiring puts invalid pages near the head, active ones stay")
{
	struct pglist *active = &vm_dom[0].vmd_pagequeues[PQ_ACTIVE].pq_pl;
	vm_object_t object;
	vm_page_t a, b, invalid, m;

	object = hf_test_object(8);
	a = hf_test_page_resting(object, 0, 0);
	vm_page_deactivate(a);
	invalid = vm_page_alloc(
	    object, 1, VM_ALLOC_NORMAL | VM_ALLOC_NOBUSY | VM_ALLOC_WIRED);
	hf_require(invalid != NULL);
	vm_page_unwire(invalid, PQ_ACTIVE);
	hf_expect_eq(vm_page_queue(invalid), PQ_INACTIVE);
	for (m = invalid; m != NULL && m != a; m = TAILQ_NEXT(m, plinks.q))
		;
	hf_expect_eq(m, a);

	a = hf_test_page_resting(object, 2, 0);
	b = hf_test_page_resting(object, 3, 0);
	hf_expect_eq(TAILQ_NEXT(a, plinks.q), b);
	hf_expect_eq(vm_page_aflags(a) & PGA_REFERENCED, 0);
	vm_page_wire(a);
	vm_page_unwire(a, PQ_ACTIVE);
	hf_expect_eq(TAILQ_NEXT(a, plinks.q), b);
	hf_expect_eq(TAILQ_LAST(active, pglist), b);
	hf_expect((vm_page_aflags(a) & PGA_REFERENCED) != 0);
	hf_test_object_end(object);
}

HF_SCENARIO(page_unhold, "page.unhold", "PW-11",
    "ending holds takes one wiring from each page")
{
	vm_object_t object;
	vm_page_t ma[3];
	int i;

	object = hf_test_object(3);
	for (i = 0; i < 3; i++) {
		ma[i] = hf_test_page_resting(object, i, 0);
		vm_page_wire(ma[i]);
	}
	vm_page_wire(ma[1]);
	vm_page_dequeue(ma[0]);
	vm_page_unhold_pages(ma, 3);
	hf_expect_eq(vm_page_wire_count(ma[0]), 0);
	hf_expect_eq(vm_page_queue(ma[0]), PQ_ACTIVE);
	hf_expect_eq(vm_page_wire_count(ma[1]), 1);
	hf_expect_eq(vm_page_wire_count(ma[2]), 0);
	vm_page_unhold_pages(&ma[1], 1);
	hf_test_object_end(object);
}

static void
unwire(void *arg)
{
	vm_page_unwire(arg, PQ_ACTIVE);
}

HF_SCENARIO(page_unwire_underflow, "page.unwire_underflow", "PW-12",
    "a page without wiring cannot be unwired")
{
	vm_object_t object;
	vm_page_t m;

	object = hf_test_object(1);
	m = hf_test_page_resting(object, 0, 0);
	hf_expect_panic(unwire, m, "");
	hf_expect_eq(m->ref_count, VPRC_OBJREF);
	hf_test_object_end(object);
}

HF_SCENARIO(page_release, "page.release", "PW-14",
    "release frees a page that nobody needs, or deactivates it")
{
	struct hf_test_look look;
	vm_object_t object;
	vm_page_t m;

	object = hf_test_object(2);
	m = hf_test_page_resting(object, 0, 0);
	vm_page_wire(m);
	vm_page_dirty(m);
	vm_page_dequeue(m);
	vm_page_release_locked(m, VPR_TRYFREE);
	hf_expect_eq(vm_page_lookup(object, 0), m);
	hf_expect_eq(vm_page_queue(m), PQ_INACTIVE);
	vm_page_undirty(m);
	vm_page_wire(m);
	vm_page_wire(m);
	vm_page_release_locked(m, VPR_TRYFREE);
	hf_expect_eq(vm_page_wire_count(m), 1);
	VM_OBJECT_WUNLOCK(object);
	/* Who has the object locked is not waited for. */
	hf_test_look(&look, object);
	vm_page_release(m, VPR_TRYFREE);
	hf_test_look_away(&look);
	hf_expect_eq(vm_page_wire_count(m), 0);
	hf_expect_eq(vm_page_queue(m), PQ_INACTIVE);
	vm_page_wire(m);
	vm_page_release(m, VPR_TRYFREE);
	VM_OBJECT_WLOCK(object);
	hf_expect_eq(vm_page_lookup(object, 0), NULL);
	hf_expect(vm_page_busy_freed(m));
	hf_test_object_end(object);
}
