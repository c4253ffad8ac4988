/* SPDX-License-Identifier: BSD-2-Clause */
/* alloc_context.c: sleeping, failing and refusing. */
#include <test/vm_util.h>

HF_SCENARIO(page_alloc_never_sleeps, "page.alloc_never_sleeps", "PA-15",
    "without WAITOK and WAITFAIL no flags make an allocation sleep")
{
	static const int flags[] = { VM_ALLOC_WIRED, VM_ALLOC_ZERO,
		VM_ALLOC_NODUMP, VM_ALLOC_NOWAIT, VM_ALLOC_NOBUSY };
	vm_object_t object;
	vm_page_t m;
	int class, i, n, req;

	object = hf_test_object(128);
	THREAD_NO_SLEEPING();
	for (n = 0; n < 1 << nitems(flags); n++) {
		class = n % 3;
		req = class;
		for (i = 0; i < (int)nitems(flags); i++)
			if ((n >> i & 1) != 0)
				req |= flags[i];
		m = vm_page_alloc(object, n, req);
		if (!hf_expect(m != NULL))
			break;
		if ((req & VM_ALLOC_NOBUSY) == 0)
			vm_page_xunbusy(m);
		if ((req & VM_ALLOC_WIRED) != 0)
			vm_page_unwire(m, PQ_INACTIVE);
		if (n % 8 != 0)
			continue;
		m = vm_page_alloc_noobj(req & ~VM_ALLOC_NOBUSY);
		if (!hf_expect(m != NULL))
			break;
		if ((req & VM_ALLOC_WIRED) != 0)
			vm_page_unwire_noq(m);
		vm_page_free(m);
	}
	THREAD_SLEEPING_OK();
	hf_test_object_end(object);
}

HF_SCENARIO(page_alloc_no_index_memory, "page.alloc_no_index_memory", "PA-16",
    "without memory for the index the frame is given back")
{
	vm_object_t object;
	vm_page_t m;
	u_int free, wired;

	object = hf_test_object(1 << 20);
	free = vm_free_count();
	wired = vm_wire_count();
	hf_failpoint_arm("vm_slab", 0, 1);
	m = vm_page_alloc(object, 1 << 19, VM_ALLOC_NORMAL | VM_ALLOC_WIRED);
	hf_expect_eq(m, NULL);
	hf_expect_eq(hf_failpoint_fired("vm_slab"), 1);
	hf_failpoint_disarm_all();
	hf_expect_eq(vm_free_count(), free);
	hf_expect_eq(vm_wire_count(), wired);
	hf_expect_eq(vm_page_lookup(object, 1 << 19), NULL);
	hf_expect_eq(object->resident_page_count, 0);
	/* Half way down the tree: what was got before is given back too. */
	hf_failpoint_arm("vm_slab", 2, 1);
	m = vm_page_alloc(object, 1 << 19, VM_ALLOC_NORMAL);
	hf_expect_eq(m, NULL);
	hf_failpoint_disarm_all();
	m = vm_page_alloc(object, 1 << 19, VM_ALLOC_NORMAL);
	hf_require(m != NULL);
	hf_expect_eq(vm_page_lookup(object, 1 << 19), m);
	vm_page_xunbusy(m);
	hf_test_object_end(object);
}

/* Threads are made while there is memory for their stacks. */
static volatile int go;

static void
await_go(void)
{
	while (!go)
		hf_yield();
}

struct waitfail {
	vm_object_t object;
	volatile int done;
	vm_page_t m;
	bool owned;
};

static void
waitfail_thread(void *arg)
{
	struct waitfail *w = arg;

	await_go();
	VM_OBJECT_WLOCK(w->object);
	w->m = vm_page_alloc(w->object, 0, VM_ALLOC_NORMAL | VM_ALLOC_WAITFAIL);
	w->owned = VM_OBJECT_WOWNED(w->object);
	VM_OBJECT_WUNLOCK(w->object);
	w->done = 1;
}

HF_SCENARIO(page_alloc_waitfail, "page.alloc_waitfail", "PA-21",
    "WAITFAIL drops the lock, waits, and fails with the lock held")
{
	struct waitfail w = { .done = 0 };
	struct thread *td;

	w.object = vm_object_allocate_anon(1, NULL, NULL, 0);
	go = 0;
	td = hf_thread_create(waitfail_thread, &w, "waitfail", -1);
	hf_test_free_set(vm_cnt.v_free_reserved);
	go = 1;
	while ((vm_dom[0].vmd_waiting & VMD_WAIT_MIN) == 0)
		hf_yield();
	hf_expect(VM_OBJECT_TRYWLOCK(w.object));
	VM_OBJECT_WUNLOCK(w.object);
	hf_expect_eq(w.done, 0);
	hf_test_free_restore();
	hf_thread_join(td);
	hf_expect_eq(w.m, NULL);
	hf_expect(w.owned);
	vm_object_deallocate(w.object);
}

static void
waitok_thread(void *arg)
{
	await_go();
	*(vm_page_t *)arg =
	    vm_page_alloc_noobj(VM_ALLOC_NORMAL | VM_ALLOC_WAITOK);
}

HF_SCENARIO(page_alloc_waitok, "page.alloc_waitok", "PA-19",
    "WAITOK sleeps until there is memory")
{
	struct thread *td;
	vm_page_t m;

	m = NULL;
	go = 0;
	td = hf_thread_create(waitok_thread, &m, "waitok", -1);
	hf_test_free_set(vm_cnt.v_free_reserved);
	go = 1;
	while ((vm_dom[0].vmd_waiting & VMD_WAIT_MIN) == 0)
		hf_yield();
	hf_expect_eq(__atomic_load_n(&m, __ATOMIC_SEQ_CST), NULL);
	hf_test_free_restore();
	hf_thread_join(td);
	hf_require(m != NULL);
	vm_page_free(m);
}

struct bad_request {
	vm_object_t object;
	vm_pindex_t pindex;
	int req;
};

static void
bad_alloc(void *arg)
{
	struct bad_request *b = arg;

	(void)vm_page_alloc(b->object, b->pindex, b->req);
}

HF_SCENARIO(page_alloc_illegal, "page.alloc_illegal", "PA-26",
    "illegal requests panic before anything changes")
{
	struct bad_request b;
	u_int free;

	b.object = hf_test_object(4);
	hf_test_page_resting(b.object, 1, 0);
	free = vm_free_count();
	b.pindex = 0;
	b.req = VM_ALLOC_CLASS_MASK;
	hf_expect_panic(bad_alloc, &b, "");
	b.req = VM_ALLOC_NOBUSY | VM_ALLOC_SBUSY;
	hf_expect_panic(bad_alloc, &b, "");
	b.req = VM_ALLOC_NOOBJ | VM_ALLOC_SBUSY;
	hf_expect_panic(bad_alloc, &b, "");
	b.req = VM_ALLOC_WAITOK;
	hf_expect_panic(bad_alloc, &b, "");
	b.req = VM_ALLOC_NORMAL;
	b.pindex = 1;
	hf_expect_panic(bad_alloc, &b, "");
	VM_OBJECT_WUNLOCK(b.object);
	b.pindex = 0;
	hf_expect_panic(bad_alloc, &b, "");
	VM_OBJECT_WLOCK(b.object);
	hf_expect_eq(vm_free_count(), free);
	hf_expect_eq(b.object->resident_page_count, 1);
	hf_test_object_end(b.object);
}

static int holds;

static void
count_hold(vm_object_t object)
{
	holds++;
}

static void
count_drop(vm_object_t object)
{
	holds--;
}

HF_SCENARIO(page_alloc_holds_vnode, "page.alloc_holds_vnode", "PA-18",
    "the first page holds the vnode, the last one's removal drops it")
{
	struct pagerops ops = deadpagerops;
	vm_object_t object;
	vm_page_t a, b;

	ops.hf_pgo_first_page = count_hold;
	ops.hf_pgo_last_page = count_drop;
	holds = 0;
	object = hf_test_object(4);
	object->pgops = &ops;
	a = vm_page_alloc(object, 0, VM_ALLOC_NORMAL);
	hf_require(a != NULL);
	hf_expect_eq(holds, 1);
	b = vm_page_alloc(object, 2, VM_ALLOC_NORMAL);
	hf_require(b != NULL);
	hf_expect_eq(holds, 1);
	vm_page_free(a);
	hf_expect_eq(holds, 1);
	vm_page_free(b);
	hf_expect_eq(holds, 0);
	hf_test_object_end(object);
}
