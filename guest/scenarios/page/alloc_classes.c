/* SPDX-License-Identifier: BSD-2-Clause */
/* alloc_classes.c: how deep each class of request may drain memory. */
#include <test/vm_util.h>

/*
 * The index nodes and the count of frames that they take are settled before the
 * levels are set: one page in the object's tree, one slab in use.
 */
struct ground {
	vm_object_t object;
	vm_pindex_t next;
};

static void
ground_begin(struct ground *g)
{
	vm_page_t m;

	g->object = hf_test_object(64);
	g->next = 1;
	m = vm_page_alloc(g->object, 63, VM_ALLOC_NORMAL);
	hf_require(m != NULL);
	vm_page_xunbusy(m);
}

static void
ground_end(struct ground *g)
{
	hf_test_free_restore();
	hf_test_object_end(g->object);
}

static bool
try(struct ground *g, int req)
{
	vm_page_t m;

	m = vm_page_alloc(g->object, g->next, req | VM_ALLOC_NOBUSY);
	if (m == NULL)
		return (false);
	g->next++;
	return (true);
}

HF_SCENARIO(page_alloc_normal_floor, "page.alloc_normal_floor", "PA-3",
    "NORMAL stops at v_free_reserved")
{
	struct ground g;

	ground_begin(&g);
	hf_test_free_set(vm_cnt.v_free_reserved + 1);
	hf_expect(try(&g, VM_ALLOC_NORMAL));
	hf_expect_eq(vm_free_count(), vm_cnt.v_free_reserved);
	hf_expect(!try(&g, VM_ALLOC_NORMAL));
	hf_expect_eq(vm_free_count(), vm_cnt.v_free_reserved);
	ground_end(&g);
}

HF_SCENARIO(page_alloc_system_floor, "page.alloc_system_floor", "PA-4",
    "SYSTEM stops at v_interrupt_free_min")
{
	struct ground g;

	ground_begin(&g);
	hf_test_free_set(vm_cnt.v_free_reserved);
	hf_expect(!try(&g, VM_ALLOC_NORMAL));
	hf_expect(try(&g, VM_ALLOC_SYSTEM));
	hf_test_free_set(vm_cnt.v_interrupt_free_min + 2);
	hf_expect(try(&g, VM_ALLOC_SYSTEM));
	hf_expect(try(&g, VM_ALLOC_SYSTEM));
	hf_expect_eq(vm_free_count(), vm_cnt.v_interrupt_free_min);
	hf_expect(!try(&g, VM_ALLOC_SYSTEM));
	ground_end(&g);
}

HF_SCENARIO(page_alloc_interrupt_floor, "page.alloc_interrupt_floor", "PA-5",
    "INTERRUPT takes the very last page")
{
	struct ground g;
	u_int i;

	ground_begin(&g);
	hf_test_free_set(vm_cnt.v_interrupt_free_min);
	hf_expect(!try(&g, VM_ALLOC_SYSTEM));
	for (i = vm_cnt.v_interrupt_free_min; i > 0; i--) {
		hf_expect_eq(vm_free_count(), i);
		hf_expect(try(&g, VM_ALLOC_INTERRUPT));
	}
	hf_expect_eq(vm_free_count(), 0);
	hf_expect(!try(&g, VM_ALLOC_INTERRUPT));
	hf_expect_eq(vm_free_count(), 0);
	ground_end(&g);
}

static void
pager_thread(void *arg)
{
	struct ground *g = arg;

	VM_OBJECT_WLOCK(g->object);
	hf_test_free_set(vm_cnt.v_free_reserved);
	hf_expect(try(g, VM_ALLOC_NORMAL));
	hf_test_free_set(vm_cnt.v_interrupt_free_min + 1);
	hf_expect(try(g, VM_ALLOC_NORMAL));
	hf_expect_eq(vm_free_count(), vm_cnt.v_interrupt_free_min);
	hf_expect(!try(g, VM_ALLOC_NORMAL));
	hf_expect(!try(g, VM_ALLOC_SYSTEM));
	while (vm_free_count() > 0)
		if (!hf_expect(try(g, VM_ALLOC_INTERRUPT)))
			break;
	hf_expect(!try(g, VM_ALLOC_INTERRUPT));
	VM_OBJECT_WUNLOCK(g->object);
}

HF_SCENARIO(page_alloc_pager_process, "page.alloc_pager_process", "PA-6 PO-30",
    "the pager process's NORMAL requests count as SYSTEM")
{
	struct ground g;
	struct thread *td;

	ground_begin(&g);
	VM_OBJECT_WUNLOCK(g.object);
	td = hf_thread_create_in(pageproc, pager_thread, &g, "pager", -1);
	hf_thread_join(td);
	VM_OBJECT_WLOCK(g.object);
	ground_end(&g);
}

HF_SCENARIO(page_alloc_failure_changes_nothing,
    "page.alloc_failure_changes_nothing", "PA-7",
    "a failed allocation leaves all as it was and wakes the daemon")
{
	struct ground g;
	u_long wakeups;
	u_int free, wired;

	ground_begin(&g);
	hf_test_free_set(vm_cnt.v_free_reserved);
	free = vm_free_count();
	wired = vm_wire_count();
	wakeups = VM_CNT_FETCH(v_pdwakeups);
	hf_expect_eq(
	    vm_page_alloc(g.object, 5, VM_ALLOC_NORMAL | VM_ALLOC_WIRED), NULL);
	hf_expect(VM_OBJECT_WOWNED(g.object));
	hf_expect_eq(vm_page_lookup(g.object, 5), NULL);
	hf_expect_eq(vm_free_count(), free);
	hf_expect_eq(g.object->resident_page_count, 1);
	hf_expect_eq(vm_wire_count(), wired);
	while (VM_CNT_FETCH(v_pdwakeups) == wakeups)
		hf_yield();
	hf_expect(VM_CNT_FETCH(v_pdwakeups) > wakeups);
	ground_end(&g);
}

HF_SCENARIO(page_alloc_deficit, "page.alloc_deficit", "PA-8",
    "a failed allocation adds what was to follow to the deficit")
{
	struct ground g;
	u_int before;

	ground_begin(&g);
	hf_test_free_set(vm_cnt.v_free_reserved);
	before = vm_pageout_deficit();
	hf_expect(!try(&g, VM_ALLOC_NORMAL | VM_ALLOC_COUNT(50)));
	hf_expect_eq(vm_pageout_deficit(), before + 50);
	hf_expect(!try(&g, VM_ALLOC_NORMAL));
	hf_expect_eq(vm_pageout_deficit(), before + 51);
	hf_expect(!try(&g, VM_ALLOC_NORMAL | VM_ALLOC_COUNT(1)));
	hf_expect_eq(vm_pageout_deficit(), before + 52);
	/* A success asks for nothing. */
	hf_expect(try(&g, VM_ALLOC_SYSTEM | VM_ALLOC_COUNT(50)));
	hf_expect_eq(vm_pageout_deficit(), before + 52);
	ground_end(&g);
}

HF_SCENARIO(page_alloc_wakes_once, "page.alloc_wakes_once", "PA-23",
    "falling below the threshold wakes the daemon, staying there does not")
{
	struct vm_domain *vmd = &vm_dom[0];
	struct ground g;
	u_long wakeups;

	ground_begin(&g);
	hf_test_free_set(vmd->vmd_pageout_wakeup_thresh);
	/* Whatever asked for it before has been heard. */
	while (vmd->vmd_pageout_wanted)
		hf_yield();
	wakeups = VM_CNT_FETCH(v_pdwakeups);
	hf_expect(try(&g, VM_ALLOC_NORMAL));
	while (VM_CNT_FETCH(v_pdwakeups) == wakeups)
		hf_yield();
	hf_expect_eq(VM_CNT_FETCH(v_pdwakeups), wakeups + 1);
	hf_expect(try(&g, VM_ALLOC_NORMAL));
	hf_expect(try(&g, VM_ALLOC_NORMAL));
	hf_expect_eq(vmd->vmd_pageout_wanted, 0);
	hf_expect_eq(VM_CNT_FETCH(v_pdwakeups), wakeups + 1);
	ground_end(&g);
}

HF_SCENARIO(page_alloc_run_short, "page.alloc_run_short", "PA-3 PA-29",
    "pages for a run: half as many until the reserve permits it, or none")
{
	vm_object_t object;
	vm_page_t ma[8];
	u_int reserved;
	int i, n;

	object = hf_test_object(8);
	reserved = vm_dom[0].vmd_free_reserved;
	hf_test_free_set(reserved + 3);
	n = hf_vm_page_alloc_run(object, 0, 8, NULL, ma);
	for (i = 0; i < n; i++)
		vm_page_free(ma[i]);
	hf_test_free_restore();
	hf_expect_eq(n, 2);
	hf_test_free_set(reserved);
	n = hf_vm_page_alloc_run(object, 0, 8, NULL, ma);
	hf_test_free_restore();
	hf_expect_eq(n, 0);
	/* Others, who may go deeper, have been there. */
	hf_test_free_set(reserved - 1);
	n = hf_vm_page_alloc_run(object, 0, 8, NULL, ma);
	hf_test_free_restore();
	hf_expect_eq(n, 0);
	hf_test_object_end(object);
}
