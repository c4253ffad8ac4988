/* SPDX-License-Identifier: BSD-2-Clause */
/* identity.c: which page is at which index. */
#include <test/script_pager.h>
#include <test/vm_util.h>

struct place {
	vm_page_t m;
	vm_object_t object;
	vm_pindex_t pindex;
};

static void
insert(void *arg)
{
	struct place *p = arg;

	(void)vm_page_insert(p->m, p->object, p->pindex);
}

HF_SCENARIO(page_insert, "page.insert", "PI-1 PI-6",
    "a page has one identity, an index one page")
{
	struct place p;
	vm_page_t other;

	p.object = hf_test_object(8);
	p.m = vm_page_alloc_noobj(VM_ALLOC_NORMAL);
	other = vm_page_alloc_noobj(VM_ALLOC_NORMAL);
	hf_require(p.m != NULL && other != NULL);
	p.m->oflags = other->oflags = 0;
	p.pindex = 3;
	hf_require_eq(vm_page_insert(p.m, p.object, 3), 0);
	hf_expect_eq(vm_page_lookup(p.object, 3), p.m);
	hf_expect_eq(p.m->ref_count, VPRC_OBJREF);
	hf_expect_eq(p.object->resident_page_count, 1);
	hf_expect(!vm_page_busied(p.m));
	p.pindex = 4;
	hf_expect_panic(insert, &p, "");
	p.m = other;
	p.pindex = 3;
	hf_expect_panic(insert, &p, "");
	hf_expect_eq(other->object, NULL);
	/* No memory for the index: nothing changes. */
	hf_failpoint_arm("vm_slab", 0, 1);
	hf_expect_eq(vm_page_insert(other, p.object, 1 << 20), 1);
	hf_failpoint_disarm_all();
	hf_expect_eq(other->object, NULL);
	hf_expect_eq(other->ref_count, 0);
	vm_page_free(other);
	hf_test_object_end(p.object);
}

HF_SCENARIO(page_rename, "page.rename", "PI-2 PI-6",
    "a renamed page keeps busy, wiring and queue, and becomes dirty")
{
	vm_object_t a, b;
	vm_page_t m;

	a = hf_test_object(8);
	b = hf_test_object(8);
	m = hf_test_page(a, 5, 0x11);
	vm_page_deactivate(m);
	hf_expect_eq(vm_page_rename(m, b, 2), 0);
	hf_expect_eq(vm_page_lookup(a, 5), NULL);
	hf_expect_eq(vm_page_lookup(b, 2), m);
	hf_expect_eq(m->object, b);
	hf_expect_eq(m->pindex, 2);
	hf_expect(vm_page_xbusied_by_me(m));
	hf_expect_eq(vm_page_queue(m), PQ_INACTIVE);
	hf_expect_eq(m->dirty, VM_PAGE_BITS_ALL);
	hf_expect_eq(a->resident_page_count, 0);
	hf_expect_eq(b->resident_page_count, 1);
	vm_page_undirty(m);
	vm_page_wire(m);
	hf_failpoint_arm("vm_slab", 0, 1);
	hf_expect_eq(vm_page_rename(m, a, 1 << 20), 1);
	hf_failpoint_disarm_all();
	hf_expect_eq(m->object, b);
	hf_expect_eq(m->pindex, 2);
	hf_expect_eq(m->dirty, 0);
	hf_expect_eq(vm_page_rename(m, a, 0), 0);
	hf_expect_eq(vm_page_wire_count(m), 1);
	hf_expect(hf_test_all(m, 0, PAGE_SIZE, 0x11));
	vm_page_xunbusy(m);
	vm_page_unwire(m, PQ_INACTIVE);
	hf_test_object_end(b);
	hf_test_object_end(a);
}

HF_SCENARIO(page_rename_within, "page.rename_within", "PI-2",
    "a page moves within its object, also to the next index")
{
	/* The middle one of three goes here, in this order. */
	static const vm_pindex_t to[] = { 4, 5, 2, 3, 7 };
	vm_object_t object;
	vm_page_t first, last, m;
	u_long i;

	object = hf_test_object(8);
	first = hf_test_page(object, 1, 0x11);
	last = hf_test_page(object, 6, 0x66);
	m = hf_test_page(object, 3, 0x33);
	for (i = 0; i < nitems(to); i++) {
		hf_expect_eq(vm_page_rename(m, object, to[i]), 0);
		hf_expect_eq(vm_page_lookup(object, to[i]), m);
		hf_expect_eq(object->resident_page_count, 3);
		hf_expect_eq(vm_page_find_least(object, 0), first);
		hf_expect_eq(TAILQ_NEXT(first, listq), to[i] < 6 ? m : last);
		hf_expect_eq(TAILQ_NEXT(m, listq), to[i] < 6 ? last : NULL);
	}
	vm_page_xunbusy(first);
	vm_page_xunbusy(last);
	vm_page_xunbusy(m);
	hf_test_object_end(object);
}

HF_SCENARIO(page_remove, "page.remove", "PI-3",
    "a removed page is the caller's to free, or a wiring keeps it")
{
	vm_object_t object;
	vm_page_t m;
	u_int free;

	object = hf_test_object(8);
	m = hf_test_page(object, 0, 1);
	hf_expect(vm_page_remove(m));
	hf_expect(!vm_page_busied(m));
	hf_expect_eq(m->object, NULL);
	hf_expect_eq(object->resident_page_count, 0);
	hf_expect_eq(vm_page_lookup(object, 0), NULL);
	vm_page_free(m);
	m = hf_test_page(object, 0, 1);
	vm_page_wire(m);
	free = vm_free_count();
	hf_expect(!vm_page_remove(m));
	hf_expect_eq(m->object, NULL);
	hf_expect_eq(vm_free_count(), free);
	vm_page_unwire(m, PQ_ACTIVE);
	hf_expect_eq(vm_free_count(), free + 1);
	hf_expect(vm_page_busy_freed(m));
	m = hf_test_page(object, 0, 1);
	hf_expect(vm_page_remove_xbusy(m));
	hf_expect(vm_page_xbusied_by_me(m));
	vm_page_xunbusy(m);
	vm_page_free(m);
	hf_test_object_end(object);
}

HF_SCENARIO(page_replace, "page.replace", "PI-4",
    "a new page takes the place of an old one, which is freed")
{
	vm_object_t object;
	vm_page_t mnew, mold;
	u_int free;

	object = hf_test_object(8);
	mold = hf_test_page(object, 3, 1);
	mnew = hf_test_page(object, 4, 2);
	(void)vm_page_remove_xbusy(mnew);
	free = vm_free_count();
	vm_page_replace(mnew, object, 3, mold);
	hf_expect_eq(vm_page_lookup(object, 3), mnew);
	hf_expect_eq(object->resident_page_count, 1);
	hf_expect(vm_page_xbusied_by_me(mnew));
	hf_expect(vm_page_busy_freed(mold));
	hf_expect_eq(vm_free_count(), free + 1);
	hf_expect_eq(TAILQ_FIRST(&object->memq), mnew);
	vm_page_xunbusy(mnew);
	hf_test_object_end(object);
}

HF_SCENARIO(page_comes_mapped, "page.comes_mapped", "PI-4 PI-1",
    "an object that gets a page which is mapped writable might be dirty")
{
	static struct pmap pmap;
	vm_page_t mnew, mold;
	struct hf_script s;
	u_int marked;

	hf_test_pmap_begin(&pmap);
	hf_script_begin(&s, 4);
	VM_OBJECT_WLOCK(s.object);
	mold = hf_test_page(s.object, 0, 1);
	mnew = hf_test_page(s.object, 1, 2);
	hf_test_enter(&pmap, 0x400000, mnew, VM_PROT_RW, VM_PROT_WRITE);
	hf_expect(vm_page_remove_xbusy(mnew));
	marked = s.marked;
	hf_require_eq(vm_page_insert(mnew, s.object, 2), 0);
	hf_expect_lt(marked, s.marked);
	hf_expect(vm_page_remove_xbusy(mnew));
	marked = s.marked;
	vm_page_replace(mnew, s.object, 0, mold);
	hf_expect_lt(marked, s.marked);
	/* Read-only says nothing. */
	pmap_remove_write(mnew);
	hf_expect(vm_page_remove_xbusy(mnew));
	marked = s.marked;
	hf_require_eq(vm_page_insert(mnew, s.object, 3), 0);
	hf_expect_eq(s.marked, marked);
	vm_page_xunbusy(mnew);
	VM_OBJECT_WUNLOCK(s.object);
	pmap_remove(&pmap, 0x400000, 0x401000);
	hf_test_pmap_end(&pmap);
	vm_object_deallocate(s.object);
	hf_script_end(&s);
}

HF_SCENARIO(page_neighbours, "page.neighbours", "PI-5",
    "find_least, next, prev and lookup see exactly what is resident")
{
	vm_object_t object;
	vm_page_t m3, m7, m9;

	object = hf_test_object(1 << 20);
	m9 = hf_test_page_resting(object, 9, 9);
	m3 = hf_test_page_resting(object, 3, 3);
	m7 = hf_test_page_resting(object, 7, 7);
	hf_expect_eq(vm_page_find_least(object, 0), m3);
	hf_expect_eq(vm_page_find_least(object, 3), m3);
	hf_expect_eq(vm_page_find_least(object, 4), m7);
	hf_expect_eq(vm_page_find_least(object, 9), m9);
	hf_expect_eq(vm_page_find_least(object, 10), NULL);
	hf_expect_eq(vm_page_find_least(object, 1ul << 50), NULL);
	hf_expect_eq(vm_page_next(m7), NULL);
	hf_expect_eq(vm_page_prev(m9), NULL);
	hf_expect_eq(vm_page_lookup(object, 8), NULL);
	hf_expect_eq(vm_page_lookup(object, 7), m7);
	hf_test_page_resting(object, 8, 8);
	hf_expect_eq(vm_page_next(m7), vm_page_lookup(object, 8));
	hf_expect_eq(vm_page_prev(m9), vm_page_lookup(object, 8));
	hf_test_object_end(object);
}

#define FAR 40

HF_SCENARIO(page_index_far_apart, "page.index_far_apart", "PI-5",
    "indices over the whole range are found and forgotten")
{
	vm_object_t object;
	vm_pindex_t at[FAR];
	vm_page_t m[FAR], x;
	struct hf_rng *rng;
	int i, j;

	rng = hf_scenario_rng();
	object = vm_object_allocate(OBJT_SWAP, ~0ul >> 12);
	VM_OBJECT_WLOCK(object);
	for (i = 0; i < FAR; i++) {
		do
			at[i] = hf_random(rng) >> (hf_random(rng) % 52 + 12);
		while (vm_page_lookup(object, at[i]) != NULL);
		m[i] = vm_page_alloc(
		    object, at[i], VM_ALLOC_NORMAL | VM_ALLOC_NOBUSY);
		hf_require(m[i] != NULL);
	}
	for (i = 0; i < FAR; i += 2) {
		vm_page_xbusy(m[i]);
		vm_page_free(m[i]);
	}
	for (i = 0; i < FAR; i++)
		hf_expect_eq(
		    vm_page_lookup(object, at[i]), i % 2 == 0 ? NULL : m[i]);
	for (i = 0; i < FAR; i++) {
		x = NULL;
		for (j = 1; j < FAR; j += 2)
			if (at[j] >= at[i] && (x == NULL || at[j] < x->pindex))
				x = m[j];
		hf_expect_eq(vm_page_find_least(object, at[i]), x);
	}
	hf_test_object_end(object);
}
