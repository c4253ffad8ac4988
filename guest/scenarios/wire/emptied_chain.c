/* SPDX-License-Identifier: BSD-2-Clause */
/* emptied_chain.c: an emptied wired page above an object that only its own can reach. */

/*
 * What fills the page must leave it where it is: the entry's wiring is on it.
 */

#include <test/probe.h>
#include <test/vm_util.h>
#include <test/space.h>

#define VA   HF_SPACE_BASE
#define USER VM_MAP_WIRE_USER

struct chain {
	vm_object_t top, below;
	vm_page_t wired; /* in top, invalid */
	vm_page_t full;	 /* in below, valid */
};

static void
begin(struct chain *c)
{
	c->top = hf_test_late_chain();
	c->below = c->top->backing_object;
	hf_space_map_at(VA, 1, c->top, 0, VM_PROT_RW, 0);
	hf_require_eq(
	    vm_map_wire(hf_space_map(), VA, VA + ptoa(1), USER), KERN_SUCCESS);
	c->wired = hf_space_page(VA);
	hf_require(c->wired != NULL && c->wired->object == c->top);
	VM_OBJECT_WLOCK(c->top);
	vm_object_page_remove(c->top, 0, 1, 0);
	VM_OBJECT_WUNLOCK(c->top);
	hf_expect_eq(c->wired->valid, 0);
	hf_expect_eq(c->wired->object, c->top);
	VM_OBJECT_WLOCK(c->below);
	c->full = hf_test_page_resting(c->below, 0, 0xdd);
	VM_OBJECT_WUNLOCK(c->below);
}

/* The entry's page is what it was, and full. */
static void
end(struct chain *c)
{
	hf_expect_read(VA + 100, 0xdd);
	hf_expect_eq(hf_space_page(VA), c->wired);
	hf_expect_eq(c->wired->object, c->top);
	hf_expect_eq(vm_page_wire_count(c->wired), 1);
	hf_space_check();
	hf_expect_eq(vm_map_unwire(hf_space_map(), VA, VA + ptoa(1), USER),
	    KERN_SUCCESS);
	hf_expect_eq(vm_page_wire_count(c->wired), 0);
	hf_expect_read(VA + 100, 0xdd);
	hf_space_check();
}

HF_SCENARIO(wire_emptied_moved, "wire.emptied_moved", "IW-1 FT-88 CW-22",
    "an emptied wired page is filled from below; no page moves into its place")
{
	struct chain c;

	begin(&c);
	hf_poke(VA, 0xee);
	end(&c);
}

HF_SCENARIO(wire_emptied_collapsed, "wire.emptied_collapsed",
    "IW-1 FT-88 OB-11",
    "a collapse fills an emptied wired page of the front, and leaves it there")
{
	static struct pmap pmap;
	struct chain c;

	begin(&c);
	/* Somebody still reads the one that goes. */
	hf_test_pmap_begin(&pmap);
	hf_require(vm_page_tryxbusy(c.full));
	hf_expect_eq(
	    pmap_enter(&pmap, VA, c.full, VM_PROT_READ, VM_PROT_READ, 0),
	    KERN_SUCCESS);
	vm_page_xunbusy(c.full);
	VM_OBJECT_WLOCK(c.top);
	vm_object_collapse(c.top);
	VM_OBJECT_WUNLOCK(c.top);
	hf_expect_eq(c.top->backing_object, NULL);
	hf_expect_eq(pmap_extract(&pmap, VA), 0);
	hf_expect(vm_page_busy_freed(c.full));
	/* The only one now. */
	hf_expect_eq(c.wired->dirty, VM_PAGE_BITS_ALL);
	hf_test_pmap_end(&pmap);
	end(&c);
}

/* Three objects, of which the lower two have a page without contents. */
static vm_object_t
empty_chain(bool wired, vm_page_t m[2])
{
	vm_object_t object, next;
	vm_ooffset_t offset;

	object = vm_object_allocate_anon(1, NULL, NULL, 0);
	for (int i = 1; i >= 0; i--) {
		VM_OBJECT_WLOCK(object);
		m[i] = vm_page_alloc(object, 0, VM_ALLOC_NORMAL);
		hf_require(m[i] != NULL);
		if (wired)
			hf_vm_page_wire_entry(m[i]);
		vm_page_xunbusy(m[i]);
		VM_OBJECT_WUNLOCK(object);
		/* Nobody folds what somebody else has, too. */
		vm_object_reference(object);
		next = object;
		offset = 0;
		vm_object_shadow(&next, &offset, PAGE_SIZE, NULL, false);
		hf_require(next != object);
		object = next;
	}
	return (object);
}

HF_SCENARIO(wire_emptied_pair, "wire.emptied_pair", "FT-88 FT-28",
    "of wired pages without contents the upper one is filled; what nobody "
    "wires "
    "is freed")
{
	vm_object_t low, mid, top;
	vm_page_t m[2];

	top = empty_chain(true, m);
	mid = top->backing_object;
	low = mid->backing_object;
	hf_space_map_at(VA, 1, top, 0, VM_PROT_RW, 0);
	hf_expect_read(VA, 0);
	hf_expect_eq(hf_space_page(VA), m[0]);
	hf_expect(vm_page_all_valid(m[0]));
	hf_expect_eq(m[1]->valid, 0);
	hf_expect(!vm_page_busied(m[0]) && !vm_page_busied(m[1]));
	hf_expect_eq(blockcount_read(&mid->paging_in_progress), 0);
	hf_expect_eq(blockcount_read(&low->paging_in_progress), 0);
	vm_object_unwire(mid, 0, PAGE_SIZE, PQ_INACTIVE);
	vm_object_unwire(low, 0, PAGE_SIZE, PQ_INACTIVE);
	hf_expect_eq(low->resident_page_count, 0);
	vm_map_remove(hf_space_map(), VA, VA + PAGE_SIZE);
	vm_object_deallocate(mid);
	vm_object_deallocate(low);

	top = empty_chain(false, m);
	mid = top->backing_object;
	low = mid->backing_object;
	hf_space_map_at(VA, 1, top, 0, VM_PROT_RW, 0);
	hf_expect_read(VA, 0);
	hf_expect_eq(mid->resident_page_count, 0);
	hf_expect_eq(low->resident_page_count, 0);
	hf_expect_eq(hf_space_page(VA)->object, top);
	vm_map_remove(hf_space_map(), VA, VA + PAGE_SIZE);
	vm_object_deallocate(mid);
	vm_object_deallocate(low);
	hf_space_check();
}
