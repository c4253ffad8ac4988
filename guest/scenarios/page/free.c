/* SPDX-License-Identifier: BSD-2-Clause */
/* free.c: giving pages back. */
#include <vm/vm_phys.h>
#include <test/vm_util.h>

HF_SCENARIO(page_free, "page.free", "PF-1 PQ-8 PB-11",
    "a freed page has no identity, no queue and cannot be busied")
{
	vm_object_t object;
	vm_paddr_t pa;
	vm_page_t m;
	u_long freed;
	u_int free;

	object = hf_test_object(8);
	m = hf_test_page(object, 0, 0x77);
	vm_page_activate(m);
	vm_page_dirty(m);
	vm_page_reference(m);
	pa = VM_PAGE_TO_PHYS(m);
	free = vm_free_count();
	freed = VM_CNT_FETCH(v_tfree);
	vm_page_free(m);
	hf_expect_eq(vm_free_count(), free + 1);
	hf_expect_eq(VM_CNT_FETCH(v_tfree), freed + 1);
	hf_expect_eq(vm_page_lookup(object, 0), NULL);
	hf_expect_eq(vm_page_queue(m), PQ_NONE);
	hf_expect_eq(vm_page_tryxbusy(m), 0);
	hf_expect_eq(vm_page_trysbusy(m), 0);
	m = vm_page_alloc_contig(object, 1, VM_ALLOC_NORMAL, 1, pa,
	    pa + PAGE_SIZE, PAGE_SIZE, 0, VM_MEMATTR_DEFAULT);
	hf_require(m != NULL);
	hf_expect_eq(VM_PAGE_TO_PHYS(m), pa);
	hf_expect_eq(m->valid, 0);
	hf_expect_eq(m->dirty, 0);
	hf_expect_eq(vm_page_aflags(m), 0);
	hf_expect_eq(m->a.act_count, 0);
	hf_expect_eq(vm_page_queue(m), PQ_NONE);
	vm_page_xunbusy(m);
	hf_test_object_end(object);
}

static void
free_page(void *arg)
{
	vm_page_free(arg);
}

HF_SCENARIO(page_free_illegal, "page.free_illegal", "PF-2",
    "a wired, mapped, shared or free page cannot be freed")
{
	static struct pmap pmap;
	vm_object_t object;
	vm_page_t m;
	u_int free;

	hf_test_pmap_begin(&pmap);
	object = hf_test_object(8);
	m = hf_test_page(object, 0, 1);
	free = vm_free_count();
	vm_page_wire(m);
	hf_expect_panic(free_page, m, "");
	vm_page_unwire_noq(m);
	hf_expect_eq(vm_page_lookup(object, 0), m);
	vm_page_busy_downgrade(m);
	hf_expect_panic(free_page, m, "");
	hf_expect(vm_page_busy_tryupgrade(m));
	hf_expect_eq(vm_free_count(), free);
	hf_test_enter(&pmap, 0x400000, m, VM_PROT_READ, VM_PROT_READ);
	hf_expect_panic(free_page, m, "");
	hf_test_pmap_end(&pmap);
	vm_page_free(m);
	free = vm_free_count();
	hf_expect_panic(free_page, m, "");
	hf_expect_eq(vm_free_count(), free);
	hf_test_object_end(object);
}

struct sleeper {
	vm_object_t object;
	vm_page_t m;
	bool slept;
	bool got;
};

static void
sleep_on_busy(void *arg)
{
	struct sleeper *s = arg;

	VM_OBJECT_WLOCK(s->object);
	s->slept = vm_page_busy_sleep(s->m, "tstbsy", 0);
	if (!s->slept)
		VM_OBJECT_WUNLOCK(s->object);
	s->got = vm_page_tryxbusy(s->m);
}

HF_SCENARIO(page_free_wakes, "page.free_wakes", "PF-3",
    "who sleeps for a page that is freed wakes and does not get it")
{
	struct sleeper s = { .slept = false };
	struct thread *td;

	s.object = hf_test_object(4);
	s.m = hf_test_page(s.object, 0, 1);
	VM_OBJECT_WUNLOCK(s.object);
	td = hf_thread_create(sleep_on_busy, &s, "sleeper", -1);
	hf_test_await_sleepers(s.m, 1);
	VM_OBJECT_WLOCK(s.object);
	vm_page_free(s.m);
	VM_OBJECT_WUNLOCK(s.object);
	hf_thread_join(td);
	hf_expect(s.slept);
	hf_expect(!s.got);
	vm_object_deallocate(s.object);
}

HF_SCENARIO(page_free_coalesces, "page.free_coalesces", "PF-4 PH-2",
    "what was allocated piecemeal merges again when freed")
{
	u_long before[VM_NFREEORDER], frames;
	vm_page_t ma[200];
	struct hf_rng *rng;
	int i, j, order;

	rng = hf_scenario_rng();
	for (order = 0; order < VM_NFREEORDER; order++)
		before[order] =
		    hf_vm_phys_block_count(VM_FREELIST_DEFAULT, -1, order);
	for (i = 0; i < (int)nitems(ma); i++) {
		ma[i] = vm_page_alloc_noobj(VM_ALLOC_NORMAL);
		hf_require(ma[i] != NULL);
	}
	for (i = 0; i < (int)nitems(ma); i++) {
		j = hf_random(rng) % nitems(ma);
		vm_page_t t = ma[i];
		ma[i] = ma[j];
		ma[j] = t;
	}
	for (i = 0; i < (int)nitems(ma); i++)
		vm_page_free(ma[i]);
	for (order = 0; order < VM_NFREEORDER; order++)
		hf_expect_eq(
		    hf_vm_phys_block_count(VM_FREELIST_DEFAULT, -1, order),
		    before[order]);
	hf_expect_eq(hf_vm_phys_check(&frames), NULL);
	hf_expect_eq(frames, vm_free_count());
}

HF_SCENARIO(page_free_invalid, "page.free_invalid", "PF-7",
    "after a failed page-in a page is freed, unless it is wired")
{
	vm_object_t object;
	vm_page_t m;
	u_int free;

	object = hf_test_object(4);
	m = vm_page_alloc(object, 0, VM_ALLOC_NORMAL);
	hf_require(m != NULL);
	free = vm_free_count();
	vm_page_free_invalid(m);
	hf_expect_eq(vm_free_count(), free + 1);
	m = vm_page_alloc(object, 0, VM_ALLOC_NORMAL | VM_ALLOC_WIRED);
	hf_require(m != NULL);
	free = vm_free_count();
	vm_page_free_invalid(m);
	hf_expect_eq(vm_free_count(), free);
	hf_expect_eq(vm_page_lookup(object, 0), NULL);
	vm_page_unwire(m, PQ_INACTIVE);
	hf_expect_eq(vm_free_count(), free + 1);
	hf_test_object_end(object);
}

HF_SCENARIO(page_try_to_free, "page.try_to_free", "PF-6",
    "E16's try_to_free leaves dirty, wired and busy pages alone")
{
	vm_object_t object;
	vm_page_t m;

	object = hf_test_object(4);
	m = hf_test_page(object, 0, 1);
	hf_expect_eq(vm_page_try_to_free(m), 0);
	vm_page_dirty(m);
	vm_page_xunbusy(m);
	hf_expect_eq(vm_page_try_to_free(m), 0);
	vm_page_undirty(m);
	vm_page_wire(m);
	hf_expect_eq(vm_page_try_to_free(m), 0);
	vm_page_unwire(m, PQ_ACTIVE);
	hf_expect(!vm_page_busied(m));
	hf_expect_eq(vm_page_try_to_free(m), 1);
	hf_expect_eq(vm_page_lookup(object, 0), NULL);
	hf_test_object_end(object);
}

HF_SCENARIO(page_try_to_free_modified, "page.try_to_free_modified", "PF-5 PF-6",
    "a page that only its mapping knows to be modified is not freed")
{
	static struct pmap pmap;
	vm_object_t object;
	vm_page_t m;

	hf_test_pmap_begin(&pmap);
	object = hf_test_object(1);
	m = hf_test_page(object, 0, 0x5a);
	hf_test_enter(&pmap, 0x400000, m, VM_PROT_RW, VM_PROT_RW);
	vm_page_undirty(m);
	vm_page_xunbusy(m);
	hf_expect(pmap_is_modified(m));
	hf_expect_eq(vm_page_try_to_free(m), 0);
	hf_expect_eq(vm_page_lookup(object, 0), m);
	hf_expect_eq(m->dirty, VM_PAGE_BITS_ALL);
	hf_expect(hf_test_all(m, 0, PAGE_SIZE, 0x5a));
	/* Clean it goes, and so do its mappings. */
	vm_page_undirty(m);
	hf_expect_eq(vm_page_try_to_free(m), 1);
	hf_expect_eq(vm_page_lookup(object, 0), NULL);
	hf_test_pmap_end(&pmap);
	hf_test_object_end(object);
}
