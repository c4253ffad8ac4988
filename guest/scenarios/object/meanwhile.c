/* SPDX-License-Identifier: BSD-2-Clause */
/* meanwhile.c: collapses and splits that have to wait keep nothing from others. */
#include <kern/failpoint.h>
#include <test/vm_util.h>

static void
deallocate_thread(void *arg)
{
	vm_object_deallocate(arg);
}

/* A front of four pages; the caller has a reference to each. */
static vm_object_t
front_of(vm_object_t backing)
{
	vm_ooffset_t offset = 0;
	vm_object_t front = backing;

	vm_object_reference(backing);
	vm_object_shadow(&front, &offset, ptoa(4), NULL, false);
	hf_require(front != backing);
	return (front);
}

static vm_page_t
busy_page(vm_object_t object, vm_pindex_t pindex, int byte)
{
	vm_page_t m;

	VM_OBJECT_WLOCK(object);
	m = hf_test_page(object, pindex, byte);
	vm_page_activate(m);
	VM_OBJECT_WUNLOCK(object);
	return (m);
}

HF_SCENARIO(object_collapse_front_busy, "object.collapse_front_busy", "OB-51",
    "a collapse that waits for a page of the front keeps none of the backing's")
{
	vm_object_t backing, front;
	struct thread *td;
	vm_page_t behind, m;

	backing = vm_object_allocate_anon(4, NULL, NULL, 0);
	front = front_of(backing);
	behind = busy_page(backing, 1, 'y');
	vm_page_xunbusy(behind);
	m = busy_page(front, 1, 'x');
	td = hf_thread_create(deallocate_thread, backing, "collapse", -1);
	hf_test_await_sleepers(m, 1);
	hf_require(vm_page_tryxbusy(behind));
	vm_page_xunbusy(behind);
	vm_page_xunbusy(m);
	hf_thread_join(td);
	hf_expect_eq(front->backing_object, NULL);
	hf_expect_eq(front->resident_page_count, 1);
	hf_expect(hf_test_all(m, 0, PAGE_SIZE, 'x'));
	vm_object_deallocate(front);
}

static volatile u_int go;

static void
fold_thread(void *arg)
{
	while (atomic_load_acq_int(&go) == 0)
		hf_yield();
	vm_object_deallocate(arg);
}

HF_SCENARIO(object_fold_waits, "object.fold_waits", "OB-19 OB-49",
    "who waits for the front's lock to fold an object into it is not counted "
    "for ever")
{
	vm_object_t backing, front;
	struct thread *td;

	backing = vm_object_allocate_anon(4, NULL, NULL, 0);
	front = front_of(backing);
	vm_page_xunbusy(busy_page(backing, 1, 'y'));
	go = 0;
	td = hf_thread_create(fold_thread, backing, "fold", -1);
	VM_OBJECT_WLOCK(front);
	atomic_store_rel_int(&go, 1);
	/* It has let go of the reference; then the front's lock is next. */
	while (atomic_load_acq_int(&backing->ref_count) != 1)
		hf_yield();
	while (blockcount_read(&front->paging_in_progress) == 0)
		hf_yield();
	VM_OBJECT_WUNLOCK(front);
	hf_thread_join(td);
	hf_expect_eq(blockcount_read(&front->paging_in_progress), 0);
	hf_expect_eq(front->backing_object, NULL);
	hf_expect_eq(front->resident_page_count, 1);
	vm_object_deallocate(front);
}

struct split {
	vm_object_t object;
	vm_ooffset_t offset;
};

static void
split_thread(void *arg)
{
	struct split *s = arg;

	VM_OBJECT_WLOCK(s->object);
	hf_vm_object_split_range(&s->object, &s->offset, 2, NULL);
	VM_OBJECT_WUNLOCK(s->object);
}

/* Nobody has it locked for long. */
static void
expect_free(vm_object_t object)
{
	VM_OBJECT_WLOCK(object);
	hf_expect_ne(object->ref_count, 0);
	VM_OBJECT_WUNLOCK(object);
}

HF_SCENARIO(object_split_waits, "object.split_waits", "OB-53",
    "a split waits for a busy page, and for a collapse, with nothing locked")
{
	vm_object_t backing, front;
	struct thread *collapse, *td;
	struct split s;
	vm_page_t m;

	/* A page that moves is busy. */
	front = vm_object_allocate_anon(4, NULL, NULL, 0);
	vm_object_reference(front);
	m = busy_page(front, 2, 'x');
	s = (struct split){ front, ptoa(1) };
	td = hf_thread_create(split_thread, &s, "split", -1);
	hf_test_await_sleepers(m, 1);
	expect_free(front);
	vm_page_xunbusy(m);
	hf_thread_join(td);
	hf_require(s.object != front);
	hf_expect_eq(m->object, s.object);
	hf_expect_eq(m->pindex, 1);
	vm_object_deallocate(s.object);
	vm_object_deallocate(front);

	/* What is behind it goes just now. */
	backing = vm_object_allocate_anon(4, NULL, NULL, 0);
	front = front_of(backing);
	m = busy_page(backing, 2, 'y');
	collapse = hf_thread_create(deallocate_thread, backing, "collapse", -1);
	hf_test_await_sleepers(m, 1);
	vm_object_reference(front);
	s = (struct split){ front, ptoa(1) };
	td = hf_thread_create(split_thread, &s, "split", -1);
	hf_test_await_sleepers(&backing->paging_in_progress, 1);
	expect_free(front);
	vm_page_xunbusy(m);
	hf_thread_join(collapse);
	hf_thread_join(td);
	hf_require(s.object != front);
	hf_expect_eq(m->object, s.object);
	hf_expect_eq(s.object->backing_object, NULL);
	vm_object_deallocate(s.object);
	vm_object_deallocate(front);
}

HF_SCENARIO(object_split_no_memory, "object.split_no_memory", "OB-53",
    "a split without memory for its index waits for some, and moves all pages")
{
	vm_object_t front;
	struct split s;

	front = vm_object_allocate_anon(4, NULL, NULL, 0);
	vm_object_reference(front);
	VM_OBJECT_WLOCK(front);
	hf_test_page_resting(front, 0, 'a');
	hf_test_page_resting(front, 1, 'b');
	hf_test_page_resting(front, 2, 'c');
	VM_OBJECT_WUNLOCK(front);
	s = (struct split){ front, ptoa(1) };
	hf_failpoint_arm("vm_slab", 0, 1);
	split_thread(&s);
	hf_expect_eq(hf_failpoint_fired("vm_slab"), 1);
	hf_failpoint_disarm_all();
	hf_require(s.object != front);
	hf_expect_eq(s.offset, 0);
	hf_expect_eq(s.object->resident_page_count, 2);
	hf_expect_eq(front->resident_page_count, 1);
	VM_OBJECT_WLOCK(s.object);
	hf_expect(hf_test_all(vm_page_lookup(s.object, 0), 0, PAGE_SIZE, 'b'));
	hf_expect(hf_test_all(vm_page_lookup(s.object, 1), 0, PAGE_SIZE, 'c'));
	VM_OBJECT_WUNLOCK(s.object);
	vm_object_deallocate(s.object);
	vm_object_deallocate(front);
}
