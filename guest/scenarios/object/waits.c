/* SPDX-License-Identifier: BSD-2-Clause */
/* waits.c: operations on objects that meet what others have just now. */
#include <sys/mman.h>
#include <test/space.h>
#include <test/vm_util.h>

struct job {
	vm_object_t object;
	int advice;
	volatile u_int go;
};

static void
advise(void *arg)
{
	struct job *j = arg;

	vm_object_madvise(j->object, 0, 2, j->advice);
}

/* The page is busy; the advice is taken when it is not any more. */
static void
advise_busy(struct job *j, vm_page_t busy, vm_object_t *locks, int nlocks)
{
	struct thread *td;

	td = hf_thread_create(advise, j, "adviser", -1);
	hf_test_await_sleepers(busy, 1);
	for (int i = 0; i < nlocks; i++) {
		hf_expect(VM_OBJECT_TRYWLOCK(locks[i]));
		VM_OBJECT_WUNLOCK(locks[i]);
	}
	vm_page_xunbusy(busy);
	hf_thread_join(td);
}

HF_SCENARIO(object_madvise_busy, "object.madvise_busy", "OB-47",
    "advice waits for a busy page with nothing locked, and then is taken")
{
	struct job j = { .advice = MADV_FREE };
	vm_object_t both[2];
	vm_ooffset_t offset = 0;
	vm_page_t m;

	j.object = hf_test_object(2);
	m = hf_test_page(j.object, 1, 7);
	vm_page_activate(m);
	vm_page_dirty(m);
	VM_OBJECT_WUNLOCK(j.object);
	advise_busy(&j, m, &j.object, 1);
	hf_expect_eq(m->dirty, 0);
	hf_expect(!vm_page_busied(m));

	/* The page is behind: neither of the two is locked meanwhile. */
	both[1] = j.object;
	vm_object_reference(j.object);
	vm_object_shadow(&j.object, &offset, 2 * PAGE_SIZE, NULL, false);
	both[0] = j.object;
	hf_require(both[0] != both[1]);
	hf_require_eq(vm_page_tryxbusy(m), 1);
	vm_page_activate(m);
	j.advice = MADV_DONTNEED;
	advise_busy(&j, m, both, 2);
	hf_expect_eq(vm_page_queue(m), PQ_INACTIVE);
	hf_expect_eq(blockcount_read(&both[1]->paging_in_progress), 0);
	vm_object_deallocate(both[0]);
	vm_object_deallocate(both[1]);
}

/* A page and a front; the caller has a reference to each. */
static void
make_chain(struct job *j, vm_object_t *frontp)
{
	vm_ooffset_t offset = 0;

	j->object = hf_test_object(1);
	(void)hf_test_page_resting(j->object, 0, 5);
	vm_object_reference_locked(j->object);
	VM_OBJECT_WUNLOCK(j->object);
	*frontp = j->object;
	vm_object_shadow(frontp, &offset, PAGE_SIZE, NULL, false);
	hf_require(*frontp != j->object);
}

static void
let_go(void *arg)
{
	struct job *j = arg;

	while (atomic_load_acq_int(&j->go) == 0)
		hf_yield();
	vm_object_deallocate(j->object);
}

HF_SCENARIO(object_fold_given_up, "object.fold_given_up", "OB-46",
    "an object that gets another reference meanwhile stays as it is")
{
	struct thread *td;
	vm_object_t front;
	struct job j = { .go = 0 };

	make_chain(&j, &front);
	/* With a lock of an object held there is no making a thread. */
	td = hf_thread_create(let_go, &j, "folder", -1);
	VM_OBJECT_WLOCK(front);
	atomic_store_rel_int(&j.go, 1);
	while (blockcount_read(&front->paging_in_progress) == 0)
		hf_yield();
	vm_object_reference(j.object);
	VM_OBJECT_WUNLOCK(front);
	hf_thread_join(td);
	hf_expect_eq(front->backing_object, j.object);
	hf_expect_eq(j.object->ref_count, 2);
	hf_expect_eq(j.object->shadow_count, 1);
	hf_expect_eq(j.object->resident_page_count, 1);
	hf_expect_eq(blockcount_read(&front->paging_in_progress), 0);
	hf_expect_eq(blockcount_read(&j.object->paging_in_progress), 0);
	vm_object_deallocate(j.object);
	hf_expect_eq(front->backing_object, NULL);
	vm_object_deallocate(front);
}
