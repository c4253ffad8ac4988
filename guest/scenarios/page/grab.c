/* SPDX-License-Identifier: BSD-2-Clause */
/* grab.c: the page at an index, found or made. */
#include <test/vm_util.h>

HF_SCENARIO(page_grab, "page.grab", "PG-1 PG-4 PG-5",
    "grab makes an absent page and finds a present one")
{
	vm_object_t object;
	vm_page_t m;

	object = hf_test_object(8);
	hf_expect_eq(
	    vm_page_grab(object, 0, VM_ALLOC_NORMAL | VM_ALLOC_NOCREAT), NULL);
	m = vm_page_grab(object, 0, VM_ALLOC_NORMAL | VM_ALLOC_ZERO);
	hf_require(m != NULL);
	hf_expect(vm_page_xbusied_by_me(m));
	hf_expect(hf_test_all(m, 0, PAGE_SIZE, 0));
	hf_expect_eq(m->valid, 0);
	hf_test_bytes(m)[5] = 1;
	THREAD_NO_SLEEPING();
	hf_expect_eq(
	    vm_page_grab(object, 0, VM_ALLOC_NORMAL | VM_ALLOC_NOWAIT), NULL);
	THREAD_SLEEPING_OK();
	vm_page_xunbusy(m);
	hf_expect_eq(
	    vm_page_grab(object, 0, VM_ALLOC_NORMAL | VM_ALLOC_ZERO), m);
	hf_expect_eq(hf_test_bytes(m)[5], 1);
	hf_expect(vm_page_xbusied_by_me(m));
	vm_page_xunbusy(m);
	hf_test_object_end(object);
}

struct grabber {
	vm_object_t object;
	int flags;
	vm_page_t m;
};

static void
grab_thread(void *arg)
{
	struct grabber *g = arg;

	VM_OBJECT_WLOCK(g->object);
	g->m = vm_page_grab(g->object, 0, g->flags);
	if (g->m != NULL && (g->flags & VM_ALLOC_NOBUSY) == 0)
		vm_page_xunbusy(g->m);
	VM_OBJECT_WUNLOCK(g->object);
}

HF_SCENARIO(page_grab_waits, "page.grab_waits", "PG-2",
    "grab sleeps for a busy page with the object's lock released")
{
	struct grabber g = { .flags = VM_ALLOC_NORMAL };
	struct thread *td;
	vm_page_t m;

	g.object = hf_test_object(4);
	m = hf_test_page(g.object, 0, 1);
	VM_OBJECT_WUNLOCK(g.object);
	td = hf_thread_create(grab_thread, &g, "grabber", -1);
	hf_test_await_sleepers(m, 1);
	hf_expect(VM_OBJECT_TRYWLOCK(g.object));
	hf_expect((vm_page_aflags(m) & PGA_REFERENCED) != 0);
	VM_OBJECT_WUNLOCK(g.object);
	vm_page_xunbusy(m);
	hf_thread_join(td);
	hf_expect_eq(g.m, m);
	vm_object_deallocate(g.object);
}

HF_SCENARIO(page_grab_looks_again, "page.grab_looks_again", "PG-3",
    "when the page is freed meanwhile, grab makes another")
{
	struct grabber g = { .flags = VM_ALLOC_NORMAL };
	struct thread *td;
	vm_page_t keep, m;

	g.object = hf_test_object(4);
	m = hf_test_page(g.object, 0, 1);
	vm_page_wire(m);
	VM_OBJECT_WUNLOCK(g.object);
	td = hf_thread_create(grab_thread, &g, "grabber", -1);
	hf_test_await_sleepers(m, 1);
	VM_OBJECT_WLOCK(g.object);
	/* The wiring keeps the frame from being the new page. */
	hf_expect(!vm_page_remove(m));
	VM_OBJECT_WUNLOCK(g.object);
	hf_thread_join(td);
	hf_require(g.m != NULL);
	hf_expect_ne(g.m, m);
	VM_OBJECT_RLOCK(g.object);
	keep = vm_page_lookup(g.object, 0);
	VM_OBJECT_RUNLOCK(g.object);
	hf_expect_eq(keep, g.m);
	vm_page_unwire(m, PQ_INACTIVE);
	vm_object_deallocate(g.object);
}

HF_SCENARIO(page_grab_waitfail, "page.grab_waitfail", "PG-10",
    "WAITFAIL gives up after one sleep")
{
	struct grabber g = { .flags = VM_ALLOC_NORMAL | VM_ALLOC_WAITFAIL };
	struct thread *td;
	vm_page_t m;

	g.object = hf_test_object(4);
	m = hf_test_page(g.object, 0, 1);
	VM_OBJECT_WUNLOCK(g.object);
	td = hf_thread_create(grab_thread, &g, "grabber", -1);
	hf_test_await_sleepers(m, 1);
	vm_page_xunbusy(m);
	hf_thread_join(td);
	hf_expect_eq(g.m, NULL);
	vm_object_deallocate(g.object);
}

HF_SCENARIO(page_grab_pages, "page.grab_pages", "PG-6 PG-7",
    "grab_pages stops at the first page it may not wait for")
{
	vm_object_t object;
	vm_page_t busy, ma[4];
	int i;

	object = hf_test_object(8);
	busy = hf_test_page(object, 2, 2);
	hf_expect_eq(vm_page_grab_pages(
			 object, 0, VM_ALLOC_NORMAL | VM_ALLOC_NOWAIT, ma, 4),
	    2);
	hf_expect_eq(ma[0]->pindex, 0);
	hf_expect_eq(ma[1]->pindex, 1);
	hf_expect(vm_page_xbusied_by_me(ma[0]));
	hf_expect(vm_page_xbusied_by_me(ma[1]));
	memset(hf_test_bytes(ma[0]), 0xa5, 64);
	vm_page_xunbusy(ma[0]);
	vm_page_xunbusy(ma[1]);
	vm_page_xunbusy(busy);
	hf_expect_eq(vm_page_grab_pages(
			 object, 0, VM_ALLOC_NORMAL | VM_ALLOC_ZERO, ma, 4),
	    4);
	for (i = 0; i < 4; i++) {
		hf_expect(vm_page_all_valid(ma[i]));
		hf_expect(hf_test_all(ma[i], 0, PAGE_SIZE, i == 2 ? 2 : 0));
		vm_page_xunbusy(ma[i]);
	}
	hf_expect_eq(ma[2], busy);
	hf_test_object_end(object);
}

HF_SCENARIO(page_grab_valid_zero, "page.grab_valid_zero", "PG-8",
    "without backing a page is made valid by zeroing what is not")
{
	vm_object_t object;
	vm_page_t m;

	object = hf_test_object(8);
	hf_expect_eq(vm_page_grab_valid(
			 &m, object, 1, VM_ALLOC_NORMAL | VM_ALLOC_NOCREAT),
	    VM_PAGER_FAIL);
	hf_expect_eq(m, NULL);
	hf_expect_eq(
	    vm_page_grab_valid(&m, object, 1, VM_ALLOC_NORMAL | VM_ALLOC_WIRED),
	    VM_PAGER_OK);
	hf_require(m != NULL);
	hf_expect(vm_page_all_valid(m));
	hf_expect(hf_test_all(m, 0, PAGE_SIZE, 0));
	hf_expect(vm_page_xbusied_by_me(m));
	hf_expect_eq(vm_page_wire_count(m), 1);
	vm_page_unwire(m, PQ_ACTIVE);
	memset(hf_test_bytes(m), 0x33, PAGE_SIZE);
	m->valid = 0x0f;
	vm_page_xunbusy(m);
	hf_expect_eq(
	    vm_page_grab_valid(&m, object, 1, VM_ALLOC_NORMAL), VM_PAGER_OK);
	hf_expect(hf_test_all(m, 0, 2048, 0x33));
	hf_expect(hf_test_all(m, 2048, 4096, 0));
	vm_page_xunbusy(m);
	/* Valid already: shared, as asked. */
	hf_expect_eq(vm_page_grab_valid(&m, object, 1,
			 VM_ALLOC_NORMAL | VM_ALLOC_SBUSY | VM_ALLOC_IGN_SBUSY),
	    VM_PAGER_OK);
	hf_expect(vm_page_sbusied(m));
	vm_page_sunbusy(m);
	hf_test_object_end(object);
}

static int reads;

static int
fill_getpages(
    vm_object_t object, vm_page_t *m, int count, int *before, int *after)
{
	int i;

	reads++;
	for (i = 0; i < count; i++) {
		memset(
		    hf_test_bytes(m[i]), 0x50 + (int)m[i]->pindex, PAGE_SIZE);
		vm_page_valid(m[i]);
	}
	return (VM_PAGER_OK);
}

static int
fail_getpages(
    vm_object_t object, vm_page_t *m, int count, int *before, int *after)
{
	return (VM_PAGER_ERROR);
}

static boolean_t
five_pages(vm_object_t object, vm_pindex_t pindex, int *before, int *after)
{
	if (before != NULL)
		*before = 0;
	if (after != NULL)
		*after = 4 - (int)pindex;
	return (pindex < 5);
}

HF_SCENARIO(page_grab_valid_pager, "page.grab_valid_pager", "PG-8 PG-12",
    "what the pager has is read, clustered, and errors leave nothing")
{
	struct pagerops ops = deadpagerops;
	vm_object_t object;
	vm_page_t m, next;
	int resident;

	reads = 0;
	object = hf_test_object(8);
	ops.pgo_haspage = five_pages;
	ops.pgo_getpages = fill_getpages;
	object->pgops = &ops;
	hf_expect_eq(vm_page_grab_valid(
			 &m, object, 1, VM_ALLOC_NORMAL | VM_ALLOC_COUNT(3)),
	    VM_PAGER_OK);
	hf_require(m != NULL);
	hf_expect_eq(reads, 1);
	hf_expect(hf_test_all(m, 0, PAGE_SIZE, 0x51));
	hf_expect(vm_page_xbusied_by_me(m));
	resident = object->resident_page_count;
	hf_expect_le(resident, 3);
	/* How many more come, up to two, is the VM's choice. */
	TAILQ_FOREACH (next, &object->memq, listq) {
		if (next == m)
			continue;
		hf_expect(!vm_page_busied(next));
		hf_expect_ne(vm_page_queue(next), PQ_NONE);
		hf_expect(
		    hf_test_all(next, 0, PAGE_SIZE, 0x50 + (int)next->pindex));
	}
	vm_page_xunbusy(m);
	ops.pgo_getpages = fail_getpages;
	hf_expect_eq(
	    vm_page_grab_valid(&m, object, 0, VM_ALLOC_NORMAL), VM_PAGER_ERROR);
	hf_expect_eq(m, NULL);
	hf_expect_eq(vm_page_lookup(object, 0), NULL);
	hf_expect_eq(object->resident_page_count, resident);
	hf_test_object_end(object);
}

static void
grab_nothing(void *arg)
{
	(void)vm_page_grab(arg, 0, VM_ALLOC_NORMAL | VM_ALLOC_NOBUSY);
}

HF_SCENARIO(page_grab_wired, "page.grab_wired", "PG-9",
    "a page is grabbed busied or wired, not neither")
{
	vm_object_t object;
	vm_page_t m;

	object = hf_test_object(4);
	m = vm_page_grab(
	    object, 0, VM_ALLOC_NORMAL | VM_ALLOC_NOBUSY | VM_ALLOC_WIRED);
	hf_require(m != NULL);
	hf_expect(!vm_page_busied(m));
	hf_expect_eq(vm_page_wire_count(m), 1);
	hf_expect_eq(vm_page_grab(object, 0,
			 VM_ALLOC_NORMAL | VM_ALLOC_NOBUSY | VM_ALLOC_WIRED),
	    m);
	hf_expect_eq(vm_page_wire_count(m), 2);
	vm_page_unwire(m, PQ_ACTIVE);
	vm_page_unwire(m, PQ_ACTIVE);
	hf_expect_panic(grab_nothing, object, "");
	hf_test_object_end(object);
}
