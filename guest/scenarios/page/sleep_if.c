/* SPDX-License-Identifier: BSD-2-Clause */
/* sleep_if.c: waiting for a page that somebody else has; leaving a queue. */
#include <test/vm_util.h>

struct sleeper {
	vm_object_t object;
	vm_page_t m;
	int slept;
};

static void
sleep_if(void *arg)
{
	struct sleeper *s = arg;

	VM_OBJECT_WLOCK(s->object);
	s->slept = vm_page_sleep_if_xbusy(s->m, "sleepif");
	hf_expect(VM_OBJECT_WOWNED(s->object));
	VM_OBJECT_WUNLOCK(s->object);
}

HF_SCENARIO(page_sleep_if_xbusy, "page.sleep_if_xbusy", "PB-14",
    "who finds a page exclusively busy sleeps once, and has the lock again")
{
	struct sleeper s;
	struct thread *td;

	s.object = hf_test_object(1);
	s.m = hf_test_page(s.object, 0, 1);
	VM_OBJECT_WUNLOCK(s.object);
	td = hf_thread_create(sleep_if, &s, "sleeper", -1);
	hf_test_await_sleepers(s.m, 1);
	hf_expect(VM_OBJECT_TRYWLOCK(s.object));
	VM_OBJECT_WUNLOCK(s.object);
	vm_page_busy_downgrade(s.m);
	hf_thread_join(td);
	hf_expect_ne(s.slept, 0);
	/* Shared it is nothing to wait for. */
	VM_OBJECT_WLOCK(s.object);
	hf_expect_eq(vm_page_sleep_if_xbusy(s.m, "sleepif"), 0);
	vm_page_sunbusy(s.m);
	hf_expect_eq(vm_page_sleep_if_xbusy(s.m, "sleepif"), 0);
	hf_test_object_end(s.object);
}

HF_SCENARIO(page_dequeue_deferred, "page.dequeue_deferred", "PQ-10",
    "a page that leaves its queue is on none, nor is one that was on none")
{
	vm_object_t object;
	vm_page_t m;

	object = hf_test_object(1);
	m = hf_test_page_resting(object, 0, 1);
	vm_page_dequeue_deferred(m);
	hf_expect_eq(vm_page_queue(m), PQ_NONE);
	vm_page_dequeue_deferred(m);
	hf_expect_eq(vm_page_queue(m), PQ_NONE);
	hf_test_object_end(object);
}
