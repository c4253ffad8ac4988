/* SPDX-License-Identifier: BSD-2-Clause */
/* busy_meanwhile.c: what happens to a page while somebody waits for it. */
#include <test/vm_util.h>

struct waiter {
	vm_object_t object;
	vm_page_t m;
	volatile int got; /* -1: not back yet */
};

static void
acquire(void *arg)
{
	struct waiter *w = arg;

	VM_OBJECT_RLOCK(w->object);
	w->got = vm_page_busy_acquire(w->m, 0);
	if (w->got != 0)
		vm_page_xunbusy(w->m);
	VM_OBJECT_RUNLOCK(w->object);
}

HF_SCENARIO(page_upgrade_keeps_waiters, "page.upgrade_keeps_waiters",
    "PB-2 PB-5",
    "a share that becomes exclusive still wakes who waits when it ends")
{
	struct waiter w = { .got = -1 };
	struct thread *td;

	w.object = hf_test_object(1);
	w.m = hf_test_page_resting(w.object, 0, 0);
	vm_page_sbusy(w.m);
	VM_OBJECT_WUNLOCK(w.object);
	td = hf_thread_create(acquire, &w, "waiter", -1);
	hf_test_await_sleepers(w.m, 1);
	hf_expect_eq(vm_page_busy_tryupgrade(w.m), 1);
	vm_page_xunbusy(w.m);
	hf_thread_join(td);
	hf_expect_eq(w.got, 1);
	vm_object_deallocate(w.object);
}

struct second {
	vm_object_t object;
	vm_page_t m[2];
};

static void
busy_both(void *arg)
{
	struct second *s = arg;

	VM_OBJECT_WLOCK(s->object);
	hf_expect_eq(vm_page_grab_pages(s->object, 0,
			 VM_ALLOC_NORMAL | VM_ALLOC_NOCREAT, s->m, 2),
	    2);
	VM_OBJECT_WUNLOCK(s->object);
	vm_page_xunbusy(s->m[0]);
	vm_page_xunbusy(s->m[1]);
}

HF_SCENARIO(page_busy_in_order, "page.busy_in_order", "PB-4 PG-6",
    "who has a page may wait for a later one of the same object")
{
	struct second s;
	struct thread *td;
	vm_page_t first, later;

	s.object = hf_test_object(2);
	first = hf_test_page_resting(s.object, 0, 1);
	later = hf_test_page(s.object, 1, 2);
	vm_page_activate(later);
	VM_OBJECT_WUNLOCK(s.object);
	td = hf_thread_create(busy_both, &s, "second", -1);
	hf_test_await_sleepers(later, 1);
	hf_expect(vm_page_busied(first));
	vm_page_xunbusy(later);
	hf_thread_join(td);
	hf_expect_eq(s.m[0], first);
	hf_expect_eq(s.m[1], later);
	hf_expect(!vm_page_busied(first));
	hf_expect(!vm_page_busied(later));
	vm_object_deallocate(s.object);
}

HF_SCENARIO(page_busy_renamed, "page.busy_renamed", "PB-12",
    "a page that is another's when it is unbusied is not acquired")
{
	struct waiter w = { .got = -1 };
	vm_object_t other;
	struct thread *td;

	w.object = hf_test_object(1);
	w.m = hf_test_page(w.object, 0, 0);
	VM_OBJECT_WUNLOCK(w.object);
	td = hf_thread_create(acquire, &w, "waiter", -1);
	hf_test_await_sleepers(w.m, 1);
	other = hf_test_object(1);
	VM_OBJECT_WLOCK(w.object);
	hf_require_eq(vm_page_rename(w.m, other, 0), 0);
	VM_OBJECT_WUNLOCK(w.object);
	VM_OBJECT_WUNLOCK(other);
	vm_page_xunbusy(w.m);
	hf_thread_join(td);
	hf_expect_eq(w.got, 0);
	hf_expect(!vm_page_busied(w.m));
	vm_object_deallocate(other);
	vm_object_deallocate(w.object);
}

static void
wait_elsewhere(void *arg)
{
	struct waiter *w = arg;
	vm_object_t other;

	other = hf_test_object(1);
	VM_OBJECT_WUNLOCK(other);
	vm_page_busy_sleep_unlocked(w->object, w->m, 1, "tst", 0);
	vm_page_busy_sleep_unlocked(other, w->m, 0, "tst", 0);
	w->got = 1;
	vm_object_deallocate(other);
}

HF_SCENARIO(page_busy_elsewhere, "page.busy_elsewhere", "PB-8",
    "nobody sleeps for a page that is another's already")
{
	struct waiter w = { .got = -1 };
	struct thread *td;

	w.object = hf_test_object(2);
	w.m = hf_test_page(w.object, 0, 0);
	VM_OBJECT_WUNLOCK(w.object);
	/* It stays busy: who slept would sleep for ever. */
	td = hf_thread_create(wait_elsewhere, &w, "waiter", -1);
	hf_thread_join(td);
	hf_expect_eq(w.got, 1);
	vm_page_xunbusy(w.m);
	vm_object_deallocate(w.object);
}
