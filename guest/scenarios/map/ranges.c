/* SPDX-License-Identifier: BSD-2-Clause */
/* ranges.c: what is mapped, and its attributes, under odd ranges. */

#include <sys/mman.h>
#include <test/ranges.h>
#include <test/scenario.h>
#include <vm/vm_kern.h>

#define SET_PROT VM_MAP_PROTECT_SET_PROT

static bool
is_mapped(vm_offset_t va)
{
	return (hf_space_page(va) != NULL);
}

static bool
is_read_only(vm_offset_t va)
{
	return (hf_space_entry(va)->protection == VM_PROT_READ);
}

static bool
is_not_inherited(vm_offset_t va)
{
	return (hf_space_entry(va)->inheritance == VM_INHERIT_NONE);
}

static bool
is_random(vm_offset_t va)
{
	return ((hf_space_entry(va)->eflags & MAP_ENTRY_BEHAV_MASK) ==
	    MAP_ENTRY_BEHAV_RANDOM);
}

static bool
is_clean(vm_offset_t va)
{
	return ((hf_space_leaf(va) & X86_PG_M) == 0);
}

/* Writes to all pages, so that their mappings are again as at the beginning. */
static void
touch(void)
{
	int i;

	for (i = 0; i < HF_RANGES_PAGES; i++)
		hf_poke(hf_ranges_va(i), 0x100 + (uint64_t)i);
}

static enum hf_trial
try_remove(vm_map_t map, const struct hf_range *r)
{
	hf_ranges_expect(r, vm_map_remove(map, r->start, r->end), KERN_SUCCESS);
	hf_ranges_expect(
	    r, hf_ranges_pages(is_mapped), HF_RANGES_ALL & ~r->pages);
	return (r->pages == 0 ? HF_TRIAL_SAME : HF_TRIAL_SPOILT);
}

HF_SCENARIO(map_ranges_remove, "map.ranges_remove", "MP-60 MP-17",
    "odd ranges unmap what is left of them in the map, and nothing else")
{
	hf_ranges_try(try_remove);
}

static enum hf_trial
try_delete(vm_map_t map, const struct hf_range *r)
{
	int rv;

	vm_map_lock(map);
	rv = vm_map_delete(map, r->start, r->end);
	vm_map_unlock(map);
	hf_ranges_expect(r, rv, KERN_SUCCESS);
	hf_ranges_expect(
	    r, hf_ranges_pages(is_mapped), HF_RANGES_ALL & ~r->pages);
	return (r->pages == 0 ? HF_TRIAL_SAME : HF_TRIAL_SPOILT);
}

HF_SCENARIO(map_ranges_delete, "map.ranges_delete", "MP-17",
    "so they do with the map's lock held, unclamped")
{
	hf_ranges_try(try_delete);
}

static enum hf_trial
try_protect(vm_map_t map, const struct hf_range *r)
{
	hf_ranges_expect(r,
	    vm_map_protect(map, r->start, r->end, VM_PROT_READ, 0, SET_PROT),
	    KERN_SUCCESS);
	hf_ranges_expect(r, hf_ranges_pages(is_read_only), r->pages);
	hf_ranges_expect(r,
	    vm_map_protect(map, r->start, r->end, VM_PROT_RW, 0, SET_PROT),
	    KERN_SUCCESS);
	touch();
	hf_ranges_expect_same(r);
	hf_ranges_expect(r,
	    vm_map_protect(map, r->start, r->end, VM_PROT_ALL, 0, SET_PROT),
	    r->pages != 0 ? KERN_PROTECTION_FAILURE : KERN_SUCCESS);
	return (HF_TRIAL_SAME);
}

HF_SCENARIO(map_ranges_protect, "map.ranges_protect", "MP-60 MP-22 MP-27",
    "rights change for what is left of an odd range; too many only matter "
    "there")
{
	hf_ranges_try(try_protect);
}

static enum hf_trial
try_inherit(vm_map_t map, const struct hf_range *r)
{
	hf_ranges_expect(r,
	    vm_map_inherit(map, r->start, r->end, VM_INHERIT_NONE),
	    KERN_SUCCESS);
	hf_ranges_expect(r, hf_ranges_pages(is_not_inherited), r->pages);
	hf_ranges_expect(r,
	    vm_map_inherit(map, r->start, r->end, VM_INHERIT_DEFAULT),
	    KERN_SUCCESS);
	hf_ranges_expect_same(r);
	hf_ranges_expect(
	    r, vm_map_inherit(map, r->start, r->end, 9), KERN_INVALID_ARGUMENT);
	return (HF_TRIAL_SAME);
}

HF_SCENARIO(map_ranges_inherit, "map.ranges_inherit", "MP-60 MP-30",
    "so does inheritance")
{
	hf_ranges_try(try_inherit);
}

static enum hf_trial
try_advise(vm_map_t map, const struct hf_range *r)
{
	hf_ranges_expect(
	    r, vm_map_madvise(map, r->start, r->end, MADV_RANDOM), 0);
	hf_ranges_expect(r, hf_ranges_pages(is_random), r->pages);
	hf_ranges_expect(
	    r, vm_map_madvise(map, r->start, r->end, MADV_NORMAL), 0);
	hf_ranges_expect_same(r);
	hf_ranges_expect(
	    r, vm_map_madvise(map, r->start, r->end, MADV_DONTNEED), 0);
	hf_ranges_expect(r, hf_ranges_pages(is_clean), r->pages);
	hf_ranges_expect(
	    r, vm_map_madvise(map, r->start, r->end, MADV_WILLNEED), 0);
	hf_ranges_expect_same(r);
	touch();
	hf_ranges_expect(r, vm_map_madvise(map, r->start, r->end, 99), EINVAL);
	return (HF_TRIAL_SAME);
}

HF_SCENARIO(map_ranges_advise, "map.ranges_advise", "MP-60 MP-31",
    "so does advice, to entries and to pages")
{
	hf_ranges_try(try_advise);
}

/*
 * An empty range names the entry that contains it, a backwards one none.  That
 * something was invalidated shows by the mappings that are gone.
 */
static enum hf_trial
try_sync(vm_map_t map, const struct hf_range *r)
{
	u_int gone;
	int rv;

	gone = 0;
	if (r->is == HF_RANGE_EMPTY && r->start < hf_ranges_va(2))
		gone = 0x7;
	else if (r->left == HF_LEFT_MAPPED)
		gone = r->pages;
	rv = gone != 0 ? KERN_SUCCESS : KERN_INVALID_ADDRESS;
	hf_ranges_expect(
	    r, vm_map_sync(map, r->start, r->end, TRUE, FALSE), rv);
	hf_ranges_expect_same(r);
	hf_ranges_expect(r, vm_map_sync(map, r->start, r->end, TRUE, TRUE), rv);
	hf_ranges_expect(r, hf_ranges_pages(is_mapped), HF_RANGES_ALL & ~gone);
	touch();
	return (HF_TRIAL_SAME);
}

HF_SCENARIO(map_ranges_sync, "map.ranges_sync", "MP-64 MP-34",
    "write-back wants a range without holes, and does nothing for another")
{
	hf_ranges_try(try_sync);
}

static enum hf_trial
try_check(vm_map_t map, const struct hf_range *r)
{
	boolean_t yes;

	if (r->start >= r->end)
		return (HF_TRIAL_SAME);
	vm_map_lock_read(map);
	yes = vm_map_check_protection(map, r->start, r->end, VM_PROT_READ);
	vm_map_unlock_read(map);
	hf_ranges_expect(
	    r, yes, r->is == HF_RANGE_INSIDE && r->left == HF_LEFT_MAPPED);
	return (HF_TRIAL_SAME);
}

HF_SCENARIO(map_ranges_check, "map.ranges_check", "MP-29",
    "a protection check is not clamped: behind the map there is a hole")
{
	hf_ranges_try(try_check);
}

/* A call with a range that begins or ends within a page. */
struct unaligned {
	vm_offset_t start, end;
	int which;
};

enum { REMOVE, DELETE, PROTECT, INHERIT, ADVISE, WIRE, UNWIRE, CALLS };

static void
call_unaligned(void *arg)
{
	struct unaligned *u = arg;
	vm_map_t map = hf_space_map();

	switch (u->which) {
	case REMOVE:
		vm_map_remove(map, u->start, u->end);
		break;
	case DELETE:
		vm_map_lock(map);
		vm_map_delete(map, u->start, u->end);
		break;
	case PROTECT:
		vm_map_protect(
		    map, u->start, u->end, VM_PROT_READ, 0, SET_PROT);
		break;
	case INHERIT:
		vm_map_inherit(map, u->start, u->end, VM_INHERIT_NONE);
		break;
	case ADVISE:
		vm_map_madvise(map, u->start, u->end, MADV_RANDOM);
		break;
	case WIRE:
		vm_map_wire(map, u->start, u->end, VM_MAP_WIRE_HOLESOK);
		break;
	case UNWIRE:
		vm_map_unwire(map, u->start, u->end, VM_MAP_WIRE_HOLESOK);
		break;
	}
}

/* Callers round; an entry that ended within a page would be a page too many. */
HF_SCENARIO(map_ranges_unaligned, "map.ranges_unaligned", "MP-58",
    "what splits entries panics for parts of pages, before it changes anything")
{
	struct hf_range r = { .name = "unaligned" };
	const vm_offset_t va = hf_ranges_va(0);
	struct unaligned u;
	int i;

	hf_ranges_begin();
	for (i = 0; i < 2 * CALLS; i++) {
		u.which = i % CALLS;
		u.start = i < CALLS ? va + 1 : va;
		u.end = i < CALLS ? va + PAGE_SIZE : va + PAGE_SIZE + 8;
		hf_expect_panic(call_unaligned, &u, "");
		/* A caught panic leaves the lock. */
		if (vm_map_locked(hf_space_map()))
			vm_map_unlock(hf_space_map());
		hf_ranges_expect_same(&r);
	}
	hf_ranges_end();
}
