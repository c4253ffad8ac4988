/* SPDX-License-Identifier: BSD-2-Clause */
/* grab_forms.c: shared, unlocked, without memory, in clusters. */
#include <test/vm_util.h>

#define SHARED (VM_ALLOC_NORMAL | VM_ALLOC_SBUSY | VM_ALLOC_IGN_SBUSY)

HF_SCENARIO(page_grab_shared, "page.grab_shared", "PG-9 PG-13",
    "a page that is made is shared as one that was there, busied or wired")
{
	vm_object_t object;
	vm_page_t m;

	object = hf_test_object(4);
	m = vm_page_grab(object, 0, SHARED);
	hf_require(m != NULL);
	hf_expect(vm_page_sbusied(m));
	hf_expect_eq(vm_page_grab(object, 0, SHARED), m);
	hf_expect_eq(VPB_SHARERS(m->busy_lock), 2);
	/* The busy lock that served to wire it is let go, and no other. */
	hf_expect_eq(
	    vm_page_grab(object, 0, SHARED | VM_ALLOC_WIRED | VM_ALLOC_NOBUSY),
	    m);
	hf_expect_eq(VPB_SHARERS(m->busy_lock), 2);
	hf_expect_eq(vm_page_wire_count(m), 1);
	vm_page_unwire(m, PQ_ACTIVE);
	vm_page_sunbusy(m);
	vm_page_sunbusy(m);
	hf_expect(!vm_page_busied(m));

	/* Made valid exclusively, handed out shared. */
	hf_expect_eq(vm_page_grab_valid(&m, object, 1, SHARED), VM_PAGER_OK);
	hf_require(m != NULL);
	hf_expect(vm_page_sbusied(m));
	hf_expect(vm_page_all_valid(m));
	vm_page_sunbusy(m);
	hf_test_object_end(object);
}

HF_SCENARIO(page_grab_unlocked, "page.grab_unlocked", "PG-1 PG-8 PG-11",
    "the unlocked forms give the same pages and leave the object unlocked")
{
	vm_object_t object;
	vm_page_t m, n;

	object = hf_test_object(4);
	VM_OBJECT_WUNLOCK(object);
	m = vm_page_grab_unlocked(object, 2, VM_ALLOC_NORMAL);
	hf_require(m != NULL);
	hf_expect(!VM_OBJECT_WOWNED(object));
	hf_expect_eq(m->pindex, 2);
	hf_expect(vm_page_xbusied_by_me(m));
	vm_page_xunbusy(m);
	hf_expect_eq(vm_page_grab_valid_unlocked(&n, object, 2,
			 VM_ALLOC_NORMAL | VM_ALLOC_WIRED | VM_ALLOC_NOBUSY),
	    VM_PAGER_OK);
	hf_expect(!VM_OBJECT_WOWNED(object));
	hf_expect_eq(n, m);
	hf_expect(vm_page_all_valid(m));
	hf_expect(!vm_page_busied(m));
	hf_expect_eq(vm_page_wire_count(m), 1);
	vm_page_unwire(m, PQ_ACTIVE);
	hf_expect_eq(vm_page_grab_valid_unlocked(
			 &n, object, 3, VM_ALLOC_NORMAL | VM_ALLOC_NOCREAT),
	    VM_PAGER_FAIL);
	hf_expect_eq(n, NULL);
	vm_object_deallocate(object);
}

struct grabber {
	vm_object_t object;
	int flags, rv;
	vm_page_t m;
	volatile u_int go;
};

static void
await_go(struct grabber *g)
{
	while (atomic_load_acq_int(&g->go) == 0)
		hf_yield();
}

static void
grab(void *arg)
{
	struct grabber *g = arg;

	await_go(g);
	g->m = vm_page_grab_unlocked(g->object, 0, g->flags);
	if (g->m != NULL)
		vm_page_xunbusy(g->m);
}

static void
grab_valid(void *arg)
{
	struct grabber *g = arg;

	await_go(g);
	g->rv = vm_page_grab_valid_unlocked(&g->m, g->object, 1, g->flags);
	if (g->m != NULL)
		vm_page_xunbusy(g->m);
}

/* Grabs in a thread that finds no memory; the object's lock is free meanwhile. */
static void
grab_short(struct grabber *g, void (*fn)(void *))
{
	struct thread *td;

	/* A thread takes memory, too. */
	g->go = 0;
	td = hf_thread_create(fn, g, "grabber", -1);
	hf_test_free_set(0);
	atomic_store_rel_int(&g->go, 1);
	while (hf_test_vm_waiters() == 0)
		hf_yield();
	hf_expect(VM_OBJECT_TRYWLOCK(g->object));
	VM_OBJECT_WUNLOCK(g->object);
	hf_test_free_restore();
	hf_thread_join(td);
}

HF_SCENARIO(page_grab_no_memory, "page.grab_no_memory", "PG-4 PG-10",
    "without memory grab waits, unless it may not or may only once")
{
	struct grabber g = { .flags = VM_ALLOC_NORMAL };

	g.object = hf_test_object(4);
	hf_test_free_set(0);
	hf_expect_eq(
	    vm_page_grab(g.object, 0, VM_ALLOC_NORMAL | VM_ALLOC_NOWAIT), NULL);
	hf_test_free_restore();
	VM_OBJECT_WUNLOCK(g.object);
	g.flags = VM_ALLOC_NORMAL | VM_ALLOC_WAITFAIL;
	grab_short(&g, grab);
	hf_expect_eq(g.m, NULL);
	g.flags = VM_ALLOC_NORMAL;
	grab_short(&g, grab);
	hf_require(g.m != NULL);
	hf_expect_eq(g.m->pindex, 0);
	g.m = NULL;
	grab_short(&g, grab_valid);
	hf_expect_eq(g.rv, VM_PAGER_OK);
	hf_require(g.m != NULL);
	hf_expect(hf_test_all(g.m, 0, PAGE_SIZE, 0));
	vm_object_deallocate(g.object);
}

static int asked;

static int
fail_pages(vm_object_t object, vm_page_t *m, int count, int *before, int *after)
{
	asked = count;
	return (VM_PAGER_ERROR);
}

static boolean_t
has_all(vm_object_t object, vm_pindex_t pindex, int *before, int *after)
{
	if (before != NULL)
		*before = 0;
	if (after != NULL)
		*after = 7 - (int)pindex;
	return (TRUE);
}

HF_SCENARIO(page_grab_cluster_error, "page.grab_cluster_error", "PG-12",
    "an error leaves no page of the cluster but those that were there or wired")
{
	struct pagerops ops = deadpagerops;
	vm_object_t object;
	vm_page_t m, there, wired;

	ops.pgo_haspage = has_all;
	ops.pgo_getpages = fail_pages;
	object = hf_test_object(8);
	object->pgops = &ops;
	there = hf_test_page_resting(object, 3, 9);
	asked = 0;
	hf_expect_eq(vm_page_grab_valid(
			 &m, object, 1, VM_ALLOC_NORMAL | VM_ALLOC_COUNT(6)),
	    VM_PAGER_ERROR);
	hf_expect_eq(m, NULL);
	/* It ends before the page that is valid. */
	hf_expect_le(1, asked);
	hf_expect_le(asked, 2);
	hf_expect_eq(object->resident_page_count, 1);
	hf_expect(hf_test_all(there, 0, PAGE_SIZE, 9));
	hf_expect(!vm_page_busied(there));

	/* Somebody has wired the page before it was read. */
	wired = vm_page_grab(object, 5, VM_ALLOC_NORMAL | VM_ALLOC_WIRED);
	hf_require(wired != NULL);
	vm_page_xunbusy(wired);
	hf_expect_eq(
	    vm_page_grab_valid(&m, object, 5, VM_ALLOC_NORMAL), VM_PAGER_ERROR);
	hf_expect_eq(m, NULL);
	hf_expect_eq(vm_page_lookup(object, 5), wired);
	hf_expect(!vm_page_busied(wired));
	hf_expect_eq(wired->valid, 0);
	hf_expect_eq(vm_page_wire_count(wired), 1);
	if (vm_page_unwire_noq(wired) && vm_page_tryxbusy(wired))
		vm_page_free(wired);
	hf_test_object_end(object);
}

HF_SCENARIO(page_grab_cluster_ends, "page.grab_cluster_ends", "PG-12",
    "a cluster ends where a page is busy, or where there is no memory")
{
	struct pagerops ops = deadpagerops;
	vm_object_t object;
	vm_page_t busy, m;

	ops.pgo_haspage = has_all;
	ops.pgo_getpages = fail_pages;
	object = hf_test_object(8);
	object->pgops = &ops;
	/* Invalid, and somebody else's just now. */
	busy = vm_page_grab(object, 3, VM_ALLOC_NORMAL);
	hf_require(busy != NULL);
	asked = 0;
	hf_expect_eq(vm_page_grab_valid(
			 &m, object, 1, VM_ALLOC_NORMAL | VM_ALLOC_COUNT(6)),
	    VM_PAGER_ERROR);
	hf_expect_eq(asked, 2);
	hf_expect_eq(vm_page_lookup(object, 3), busy);
	hf_expect(vm_page_xbusied_by_me(busy));
	vm_page_free(busy);

	/* Memory for the page itself and for one more. */
	hf_failpoint_arm("vm_page_alloc", 2, 1);
	asked = 0;
	hf_expect_eq(vm_page_grab_valid(
			 &m, object, 1, VM_ALLOC_NORMAL | VM_ALLOC_COUNT(6)),
	    VM_PAGER_ERROR);
	hf_expect_eq(hf_failpoint_fired("vm_page_alloc"), 1);
	hf_failpoint_disarm_all();
	hf_expect_eq(asked, 2);
	hf_expect_eq(object->resident_page_count, 0);
	object->pgops = &swappagerops;
	hf_test_object_end(object);
}
