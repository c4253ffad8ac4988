/* SPDX-License-Identifier: BSD-2-Clause */
/* ranges_new.c: new mappings at odd ranges, and of odd lengths. */

#include <test/ranges.h>
#include <test/scenario.h>
#include <vm/vm_kern.h>

/* What a request for exactly this range has to come to. */
static int
verdict(const struct hf_range *r)
{
	if (r->is != HF_RANGE_INSIDE)
		return (KERN_INVALID_ADDRESS);
	return (r->pages != 0 ? KERN_NO_SPACE : KERN_SUCCESS);
}

/* Takes away what a success has made, and expects all to be as before. */
static void
undo(int rv, const struct hf_range *r)
{
	if (rv == KERN_SUCCESS)
		vm_map_remove(hf_space_map(), r->start, r->end);
	hf_ranges_expect_same(r);
}

static enum hf_trial
try_insert(vm_map_t map, const struct hf_range *r)
{
	vm_object_t object;
	int rv;

	object = vm_object_allocate(OBJT_SWAP, 8);
	vm_object_reference(object);
	vm_map_lock(map);
	rv = vm_map_insert(
	    map, object, 0, r->start, r->end, VM_PROT_RW, VM_PROT_ALL, 0);
	vm_map_unlock(map);
	hf_ranges_expect(r, rv, verdict(r));
	hf_ranges_expect(r, object->ref_count, 2);
	if (rv != KERN_SUCCESS)
		vm_object_deallocate(object);
	undo(rv, r);
	hf_ranges_expect(r, object->ref_count, 1);
	vm_object_deallocate(object);
	return (HF_TRIAL_SAME);
}

HF_SCENARIO(map_ranges_insert, "map.ranges_insert", "MP-07 MP-08",
    "what is not a range of the map is not inserted, and keeps its reference")
{
	hf_ranges_try(try_insert);
}

static enum hf_trial
try_find(vm_map_t map, const struct hf_range *r)
{
	const vm_size_t bytes = hf_range_bytes(r);
	vm_offset_t addr;
	int rv;

	addr = r->start;
	rv = vm_map_find(map, NULL, 0, &addr, bytes, 0, VMFS_NO_SPACE,
	    VM_PROT_RW, VM_PROT_ALL, 0);
	hf_ranges_expect(r, rv, verdict(r));
	hf_ranges_expect(r, addr, r->start);
	undo(rv, r);
	/* Its length would fit only if it were the map's. */
	if (r->is != HF_RANGE_BACKWARDS)
		return (HF_TRIAL_SAME);
	rv = vm_map_find(map, NULL, 0, &addr, bytes, 0, VMFS_ANY_SPACE,
	    VM_PROT_RW, VM_PROT_ALL, 0);
	hf_ranges_expect(r, rv, KERN_NO_SPACE);
	rv = vm_map_find(map, NULL, 0, &addr, bytes, 0, VMFS_ALIGNED_SPACE(63),
	    VM_PROT_RW, VM_PROT_ALL, 0);
	hf_ranges_expect(r, rv, KERN_NO_SPACE);
	rv = vm_map_find_min(map, NULL, 0, &addr, bytes, HF_SPACE_BASE, 0,
	    VMFS_OPTIMAL_SPACE, VM_PROT_RW, VM_PROT_ALL, 0);
	hf_ranges_expect(r, rv, KERN_NO_SPACE);
	hf_ranges_expect(r, addr, r->start);
	return (HF_TRIAL_SAME);
}

HF_SCENARIO(map_ranges_find, "map.ranges_find", "MP-07 MP-08 MP-12",
    "nor is it found room for, at its address or at another")
{
	hf_ranges_try(try_find);
}

static bool
is_filled(vm_offset_t va)
{
	return (hf_space_page(va) != NULL);
}

/* What a mapping that replaces others has to leave. */
static enum hf_trial
replaced(int rv, int want, const struct hf_range *r)
{
	hf_ranges_expect(r, rv, want);
	hf_ranges_expect(r, hf_ranges_pages(is_filled),
	    rv == KERN_SUCCESS ? HF_RANGES_ALL & ~r->pages : HF_RANGES_ALL);
	return (rv == KERN_SUCCESS ? HF_TRIAL_SPOILT : HF_TRIAL_SAME);
}

static enum hf_trial
try_exclusive(vm_map_t map, const struct hf_range *r)
{
	int rv, want;

	want = r->left == HF_LEFT_NOTHING ? KERN_INVALID_ADDRESS
	    : r->pages != 0		  ? KERN_NO_SPACE
					  : KERN_SUCCESS;
	rv = vm_map_fixed(map, NULL, 0, r->start, hf_range_bytes(r), VM_PROT_RW,
	    VM_PROT_ALL, MAP_CHECK_EXCL);
	hf_ranges_expect(r, rv, want);
	undo(rv, r);
	return (HF_TRIAL_SAME);
}

static enum hf_trial
try_remap(vm_map_t map, const struct hf_range *r)
{
	vm_offset_t addr;

	addr = r->start;
	return (replaced(vm_map_find(map, NULL, 0, &addr, hf_range_bytes(r), 0,
			     VMFS_NO_SPACE, VM_PROT_RW, VM_PROT_ALL, MAP_REMAP),
	    r->is == HF_RANGE_INSIDE ? KERN_SUCCESS : KERN_INVALID_ADDRESS, r));
}

static enum hf_trial
try_fixed(vm_map_t map, const struct hf_range *r)
{
	return (replaced(vm_map_fixed(map, NULL, 0, r->start, hf_range_bytes(r),
			     VM_PROT_RW, VM_PROT_ALL, 0),
	    r->left == HF_LEFT_NOTHING ? KERN_INVALID_ADDRESS : KERN_SUCCESS,
	    r));
}

HF_SCENARIO(map_ranges_replace, "map.ranges_replace", "MP-60 MP-14",
    "a fixed mapping is clamped, a remapping is not; each replaces no more")
{
	hf_ranges_try(try_exclusive);
	hf_ranges_try(try_remap);
	hf_ranges_try(try_fixed);
}

/* What a clamp takes away at the front is skipped in the object, too. */
HF_SCENARIO(map_fixed_clamped, "map.fixed_clamped", "MP-61",
    "a fixed mapping that begins below the map maps what it would have")
{
	const vm_offset_t lo = HF_SPACE_BASE;
	struct vmspace *vm;
	vm_object_t object;
	vm_map_entry_t entry;

	object = vm_object_allocate(OBJT_SWAP, 8);
	vm = vmspace_alloc(lo, lo + ptoa(16), NULL);
	hf_require(vm != NULL);
	hf_require_eq(vm_map_fixed(&vm->vm_map, object, ptoa(1), lo - ptoa(2),
			  ptoa(4), VM_PROT_RW, VM_PROT_ALL, 0),
	    KERN_SUCCESS);
	entry = vm_map_entry_first(&vm->vm_map);
	hf_expect_eq(entry->start, lo);
	hf_expect_eq(entry->end, lo + ptoa(2));
	hf_expect_eq(entry->offset, ptoa(3));
	vmspace_free(vm);
}

static enum hf_trial
try_stack(vm_map_t map, const struct hf_range *r)
{
	int rv;

	rv = vm_map_stack(
	    map, r->start, hf_range_bytes(r), VM_PROT_RW, VM_PROT_ALL, 0);
	/* One page is a guard and no stack, occupied or not. */
	if (rv != KERN_INVALID_ARGUMENT || r->is != HF_RANGE_INSIDE ||
	    hf_range_bytes(r) > PAGE_SIZE)
		hf_ranges_expect(r, rv, verdict(r));
	undo(rv, r);
	hf_ranges_expect(r, vm_map_submap(map, r->start, r->end, kernel_map),
	    KERN_INVALID_ARGUMENT);
	return (HF_TRIAL_SAME);
}

HF_SCENARIO(map_ranges_stack, "map.ranges_stack", "MP-53 MP-63",
    "no stack where there is no range of the map, and no submap anywhere")
{
	vm_map_t map;

	hf_ranges_begin();
	hf_ranges_try_each(try_stack);
	map = hf_space_map();
	/* Its guard alone is not a stack. */
	hf_expect_eq(vm_map_stack(map, hf_ranges_va(2) + PAGE_SIZE, PAGE_SIZE,
			 VM_PROT_RW, VM_PROT_ALL, 0),
	    KERN_INVALID_ARGUMENT);
	hf_expect_eq(vm_map_stack(map, HF_SPACE_BASE - PAGE_SIZE, ~0ul,
			 VM_PROT_RW, VM_PROT_ALL, 0),
	    KERN_INVALID_ADDRESS);
	hf_ranges_end();
}
