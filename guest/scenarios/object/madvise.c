/* SPDX-License-Identifier: BSD-2-Clause */
/* madvise.c: advice about, and unwiring of, what an object shows. */
#include <sys/mman.h>
#include <test/vm_util.h>

HF_SCENARIO(object_madvise, "object.madvise", "OB-37",
    "advice moves pages between the queues")
{
	vm_object_t object;
	vm_page_t clean, dirty, wired;

	object = hf_test_object(4);
	clean = hf_test_page_resting(object, 0, 1);
	dirty = hf_test_page(object, 1, 2);
	vm_page_dirty(dirty);
	vm_page_activate(dirty);
	vm_page_xunbusy(dirty);
	wired = hf_test_page_resting(object, 3, 3);
	vm_page_wire(wired);
	VM_OBJECT_WUNLOCK(object);
	vm_object_madvise(object, 0, 4, MADV_DONTNEED);
	hf_expect_eq(vm_page_queue(clean), PQ_INACTIVE);
	hf_expect_eq(vm_page_queue(dirty), PQ_LAUNDRY);
	hf_expect(hf_test_all(dirty, 0, PAGE_SIZE, 2));
	hf_expect_eq(vm_page_queue(wired), PQ_NONE);
	vm_object_madvise(object, 0, 1, MADV_WILLNEED);
	hf_expect_eq(vm_page_queue(clean), PQ_ACTIVE);
	hf_expect_eq(vm_page_queue(dirty), PQ_LAUNDRY);
	vm_object_madvise(object, 0, 4, MADV_FREE);
	hf_expect_eq(dirty->dirty, 0);
	hf_expect_eq(vm_page_queue(dirty), PQ_INACTIVE);
	vm_page_unwire(wired, PQ_ACTIVE);
	vm_object_madvise(NULL, 0, 4, MADV_FREE);
	vm_object_deallocate(object);
}

HF_SCENARIO(object_madvise_free_shared, "object.madvise_free_shared", "OB-38",
    "FREE does nothing to memory that others may see")
{
	vm_object_t object;
	vm_page_t m;

	object = hf_test_object(1);
	m = hf_test_page(object, 0, 1);
	vm_page_dirty(m);
	vm_page_activate(m);
	vm_page_xunbusy(m);
	vm_object_clear_flag(object, OBJ_ONEMAPPING);
	VM_OBJECT_WUNLOCK(object);
	vm_object_madvise(object, 0, 1, MADV_FREE);
	hf_expect_eq(m->dirty, 0xff);
	hf_expect_eq(vm_page_queue(m), PQ_ACTIVE);
	vm_object_deallocate(object);
}

/* A front of four pages; the backing has pages 0 and 1 of it. */
static vm_object_t
two_levels(vm_page_t ma[4])
{
	vm_object_t backing, front;
	vm_ooffset_t offset;

	backing = hf_test_object(8);
	ma[0] = hf_test_page_resting(backing, 1, 1);
	ma[1] = hf_test_page_resting(backing, 2, 2);
	VM_OBJECT_WUNLOCK(backing);
	vm_object_reference(backing);
	front = backing;
	offset = 0x1000;
	vm_object_shadow(&front, &offset, 0x4000, NULL, false);
	VM_OBJECT_WLOCK(front);
	ma[2] = hf_test_page_resting(front, 2, 3);
	ma[3] = hf_test_page_resting(front, 3, 4);
	VM_OBJECT_WUNLOCK(front);
	return (front);
}

HF_SCENARIO(object_madvise_chain, "object.madvise_chain", "OB-58",
    "advice reaches the topmost page of each index")
{
	vm_object_t backing, front;
	vm_page_t ma[4];
	int i;

	front = two_levels(ma);
	backing = front->backing_object;
	vm_object_madvise(front, 0, 4, MADV_DONTNEED);
	for (i = 0; i < 4; i++)
		hf_expect_eq(vm_page_queue(ma[i]), PQ_INACTIVE);
	vm_object_deallocate(front);
	vm_object_deallocate(backing);
}

/* A shadow of the first two pages; the caller keeps its reference behind. */
static vm_object_t
shadow_of(vm_object_t backing)
{
	vm_object_t front = backing;
	vm_ooffset_t offset = 0;

	vm_object_reference(backing);
	vm_object_shadow(&front, &offset, ptoa(2), NULL, false);
	hf_require(front != backing);
	return (front);
}

HF_SCENARIO(object_madvise_deep, "object.madvise_deep", "OB-58 OB-38",
    "advice goes down to the page, FREE no further than memory of one mapping")
{
	vm_object_t bottom, middle, top;
	vm_page_t m;

	bottom = hf_test_object(2);
	m = hf_test_page(bottom, 1, 7);
	vm_page_activate(m);
	vm_page_xunbusy(m);
	VM_OBJECT_WUNLOCK(bottom);
	middle = shadow_of(bottom);
	top = shadow_of(middle);
	vm_object_madvise(top, 0, 2, MADV_DONTNEED);
	hf_expect_eq(vm_page_queue(m), PQ_INACTIVE);

	VM_OBJECT_WLOCK(bottom);
	hf_require(vm_page_tryxbusy(m));
	vm_page_dirty(m);
	vm_page_activate(m);
	vm_page_xunbusy(m);
	vm_object_clear_flag(bottom, OBJ_ONEMAPPING);
	VM_OBJECT_WUNLOCK(bottom);
	VM_OBJECT_WLOCK(top);
	vm_object_set_flag(top, OBJ_ONEMAPPING);
	VM_OBJECT_WUNLOCK(top);
	VM_OBJECT_WLOCK(middle);
	vm_object_set_flag(middle, OBJ_ONEMAPPING);
	VM_OBJECT_WUNLOCK(middle);
	vm_object_madvise(top, 0, 2, MADV_FREE);
	hf_expect_eq(m->dirty, VM_PAGE_BITS_ALL);
	hf_expect_eq(vm_page_queue(m), PQ_ACTIVE);
	hf_expect(VM_OBJECT_TRYWLOCK(bottom));
	VM_OBJECT_WUNLOCK(bottom);
	vm_object_deallocate(top);
	vm_object_deallocate(middle);
	vm_object_deallocate(bottom);
}

HF_SCENARIO(object_madvise_unmanaged, "object.madvise_unmanaged", "OB-37",
    "advice about pages that are on no queue does nothing")
{
	vm_object_t object;
	vm_page_t m;

	object =
	    vm_pager_allocate(OBJT_PHYS, NULL, PAGE_SIZE, VM_PROT_ALL, 0, NULL);
	hf_require(object != NULL);
	VM_OBJECT_WLOCK(object);
	hf_require(vm_object_populate(object, 0, 1));
	m = vm_page_lookup(object, 0);
	hf_test_bytes(m)[5] = 5;
	VM_OBJECT_WUNLOCK(object);
	vm_object_madvise(object, 0, 1, MADV_FREE);
	vm_object_madvise(object, 0, 1, MADV_DONTNEED);
	vm_object_madvise(object, 0, 1, MADV_WILLNEED);
	hf_expect_eq(vm_page_queue(m), PQ_NONE);
	hf_expect_eq(hf_test_bytes(m)[5], 5);
	vm_object_deallocate(object);
}

#ifdef INVARIANTS
static void
unwire_all(void *arg)
{
	vm_object_unwire(arg, 0, 0x1000, PQ_ACTIVE);
}
#endif

HF_SCENARIO(object_unwire, "object.unwire", "OB-40",
    "each topmost page loses one wiring")
{
	vm_object_t backing, front;
	vm_page_t hidden, ma[4];
	int i;

	front = two_levels(ma);
	backing = front->backing_object;
	VM_OBJECT_WLOCK(backing);
	hidden = hf_test_page_resting(backing, 3, 9);
	VM_OBJECT_WUNLOCK(backing);
	for (i = 0; i < 4; i++)
		vm_page_wire(ma[i]);
	vm_page_wire(ma[1]);
	vm_page_wire(hidden);
	vm_object_unwire(front, 0, 0x4000, PQ_INACTIVE);
	hf_expect_eq(vm_page_wire_count(ma[0]), 0);
	hf_expect_eq(vm_page_wire_count(ma[1]), 1);
	hf_expect_eq(vm_page_wire_count(ma[2]), 0);
	hf_expect_eq(vm_page_wire_count(ma[3]), 0);
	hf_expect_eq(vm_page_wire_count(hidden), 1);
	/* Of nothing nothing. */
	vm_object_unwire(front, 0x1000, 0, PQ_INACTIVE);
	hf_expect_eq(vm_page_wire_count(ma[1]), 1);
	vm_object_unwire(front, 0x1000, 0x1000, PQ_INACTIVE);
	hf_expect_eq(vm_page_wire_count(ma[1]), 0);
	vm_page_unwire(hidden, PQ_INACTIVE);
	vm_object_deallocate(front);
	vm_object_deallocate(backing);
#ifdef INVARIANTS
	front = vm_object_allocate_anon(1, NULL, NULL, 0);
	hf_expect_panic(unwire_all, front, "");
	/* The panic was caught with the lock held. */
	VM_OBJECT_RUNLOCK(front);
	vm_object_deallocate(front);
#endif
}
