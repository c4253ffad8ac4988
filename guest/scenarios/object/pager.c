/* SPDX-License-Identifier: BSD-2-Clause */
/* pager.c: pagers without a device, and the flush of a run of pages. */
#include <test/script_pager.h>
#include <test/vm_util.h>

HF_SCENARIO(object_populate, "object.populate", "OB-44 VP-2",
    "a physical object is populated with zeroes once")
{
	static int handle;
	vm_object_t again, object;
	vm_page_t m;
	int i;

	object =
	    vm_pager_allocate(OBJT_PHYS, &handle, 0x3000, VM_PROT_ALL, 0, NULL);
	hf_require(object != NULL);
	VM_OBJECT_WLOCK(object);
	hf_expect(vm_object_populate(object, 0, 3));
	for (i = 0; i < 3; i++) {
		m = vm_page_lookup(object, i);
		hf_require(m != NULL);
		hf_expect(vm_page_all_valid(m));
		hf_expect(!vm_page_busied(m));
		hf_expect(hf_test_all(m, 0, PAGE_SIZE, 0));
	}
	hf_test_bytes(vm_page_lookup(object, 1))[7] = 77;
	VM_OBJECT_WUNLOCK(object);
	again =
	    vm_pager_allocate(OBJT_PHYS, &handle, 0x5000, VM_PROT_ALL, 0, NULL);
	hf_expect_eq(again, object);
	hf_expect_eq(object->ref_count, 2);
	hf_expect_eq(object->size, 5);
	VM_OBJECT_WLOCK(object);
	hf_expect(vm_object_populate(object, 0, 3));
	hf_expect_eq(hf_test_bytes(vm_page_lookup(object, 1))[7], 77);
	VM_OBJECT_WUNLOCK(object);
	vm_object_deallocate(object);
	vm_object_deallocate(object);
	object =
	    vm_pager_allocate(OBJT_PHYS, &handle, 0x1000, VM_PROT_ALL, 0, NULL);
	hf_expect_eq(object->size, 1);
	hf_expect_eq(object->resident_page_count, 0);
	vm_object_deallocate(object);
}

HF_SCENARIO(object_populate_error, "object.populate_error", "OB-44",
    "what cannot be read ends populating, with what came before it resident")
{
	struct hf_script s;

	hf_script_begin(&s, 4);
	s.fail_index = 2;
	s.fail_times = 1;
	s.fail_code = VM_PAGER_ERROR;
	VM_OBJECT_WLOCK(s.object);
	hf_expect(!vm_object_populate(s.object, 0, 4));
	hf_expect(vm_page_all_valid(vm_page_lookup(s.object, 1)));
	hf_expect(vm_page_lookup(s.object, 2) == NULL);
	hf_expect(vm_page_lookup(s.object, 3) == NULL);
	hf_expect(vm_object_populate(s.object, 0, 4));
	hf_expect_eq(s.object->resident_page_count, 4);
	VM_OBJECT_WUNLOCK(s.object);
	vm_object_deallocate(s.object);
	hf_script_end(&s);
}

static int
half_getpages(
    vm_object_t object, vm_page_t *m, int count, int *before, int *after)
{
	int i;

	for (i = 0; i < count; i++)
		vm_page_set_valid_range(m[i], 0, 700);
	return (VM_PAGER_OK);
}

HF_SCENARIO(object_get_pages_tail, "object.get_pages_tail", "VP-1",
    "what the pager leaves invalid is zero")
{
	struct pagerops ops = deadpagerops;
	vm_object_t object;
	vm_page_t m;

	ops.pgo_getpages = half_getpages;
	object = hf_test_object(1);
	object->pgops = &ops;
	m = hf_test_page(object, 0, 0xa5);
	m->valid = 0;
	vm_object_pip_add(object, 1);
	VM_OBJECT_WUNLOCK(object);
	hf_expect_eq(
	    vm_pager_get_pages(object, &m, 1, NULL, NULL), VM_PAGER_OK);
	hf_expect(vm_page_all_valid(m));
	hf_expect(hf_test_all(m, 0, 700, 0xa5));
	hf_expect(hf_test_all(m, 700, PAGE_SIZE, 0));
	VM_OBJECT_WLOCK(object);
	vm_object_pip_wakeup(object);
	vm_page_xunbusy(m);
	hf_test_object_end(object);
}

HF_SCENARIO(object_no_swap, "object.no_swap", "VP-7",
    "without swap, anonymous memory has no other copy")
{
	vm_object_t object;
	vm_page_t m;
	int after, before, rv;

	object = hf_test_object(2);
	hf_expect(!vm_pager_has_page(object, 0, &before, &after));
	m = vm_page_alloc(object, 0, VM_ALLOC_NORMAL);
	hf_require(m != NULL);
	vm_object_pip_add(object, 1);
	VM_OBJECT_WUNLOCK(object);
	rv = vm_pager_get_pages(object, &m, 1, NULL, NULL);
	hf_expect_eq(rv, VM_PAGER_FAIL);
	VM_OBJECT_WLOCK(object);
	vm_object_pip_wakeup(object);
	hf_expect(vm_page_xbusied_by_me(m));
	vm_page_free(m);
	hf_test_object_end(object);
}

#define NFLUSH 6

static const int script[NFLUSH] = { VM_PAGER_OK, VM_PAGER_PEND, VM_PAGER_BAD,
	VM_PAGER_ERROR, VM_PAGER_FAIL, VM_PAGER_AGAIN };

static void
script_putpages(
    vm_object_t object, vm_page_t *m, int count, int flags, int *rtvals)
{
	int i;

	for (i = 0; i < count; i++) {
		rtvals[i] = script[i];
		if (rtvals[i] == VM_PAGER_OK)
			vm_page_undirty(m[i]);
	}
}

HF_SCENARIO(object_pageout_flush, "object.pageout_flush", "PO-29 PO-18 PO-19",
    "each answer of the pager leads to its state")
{
	struct pagerops ops = deadpagerops;
	vm_object_t object;
	vm_page_t ma[NFLUSH];
	boolean_t eio;
	int i, runlen;

	ops.pgo_putpages = script_putpages;
	object = hf_test_object(NFLUSH);
	object->type = OBJT_VNODE;
	object->pgops = &ops;
	for (i = 0; i < NFLUSH; i++) {
		ma[i] = hf_test_page(object, i, i);
		vm_page_dirty(ma[i]);
		vm_page_launder(ma[i]);
	}
	hf_expect_eq(vm_pageout_flush(ma, NFLUSH, 0, 0, &runlen, &eio), 3);
	hf_expect_eq(runlen, 5);
	hf_expect(eio);
	/* OK */
	hf_expect_eq(ma[0]->dirty, 0);
	hf_expect_eq(vm_page_queue(ma[0]), PQ_INACTIVE);
	/* PEND: still the pager's */
	hf_require(vm_page_sbusied(ma[1]));
	hf_expect_eq(blockcount_read(&object->paging_in_progress), 1);
	hf_expect_eq(ma[1]->dirty, 0xff);
	/* BAD */
	hf_expect_eq(ma[2]->dirty, 0);
	hf_expect_eq(vm_page_queue(ma[2]), PQ_INACTIVE);
	/* ERROR, FAIL */
	hf_expect_eq(ma[3]->dirty, 0xff);
	hf_expect_eq(vm_page_queue(ma[3]), PQ_ACTIVE);
	hf_expect_eq(vm_page_queue(ma[4]), PQ_ACTIVE);
	/* AGAIN */
	hf_expect_eq(vm_page_queue(ma[5]), PQ_LAUNDRY);
	hf_expect_eq(ma[5]->dirty, 0xff);
	for (i = 0; i < NFLUSH; i++)
		hf_expect_eq(vm_page_busied(ma[i]), i == 1);
	/* The completion. */
	vm_page_undirty(ma[1]);
	vm_page_sunbusy(ma[1]);
	vm_object_pip_wakeup(object);
	object->type = OBJT_SWAP;
	hf_test_object_end(object);
}

HF_SCENARIO(object_pageout_flush_swap, "object.pageout_flush_swap",
    "PO-29 PO-17", "anonymous pages without swap are unswappable")
{
	vm_object_t object;
	vm_page_t m;
	boolean_t eio;
	int runlen;

	object = hf_test_object(1);
	m = hf_test_page(object, 0, 1);
	vm_page_dirty(m);
	vm_page_launder(m);
	hf_expect_eq(vm_pageout_flush(&m, 1, 0, 0, &runlen, &eio), 1);
	hf_expect_eq(vm_page_queue(m), PQ_UNSWAPPABLE);
	hf_expect_eq(m->dirty, 0xff);
	hf_expect(!vm_page_busied(m));
	hf_test_object_end(object);
}
