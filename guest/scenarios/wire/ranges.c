/* SPDX-License-Identifier: BSD-2-Clause */
/* ranges.c: wiring and unwiring odd ranges. */

#include <sys/proc.h>
#include <test/ranges.h>
#include <test/scenario.h>

static bool
is_wired(vm_offset_t va)
{
	return (hf_space_entry(va)->wired_count != 0 &&
	    vm_page_wired(hf_space_page(va)));
}

static int
wire_locked(vm_map_t map, const struct hf_range *r, int flags)
{
	int rv;

	vm_map_lock(map);
	rv = vm_map_wire_locked(map, r->start, r->end, flags);
	vm_map_unlock(map);
	return (rv);
}

/* One range, wired in one way; then all is as before. */
static void
try_one(vm_map_t map, const struct hf_range *r, int flags)
{
	u_int wired;
	bool fails;
	int i, rv, want;

	fails = r->left == HF_LEFT_HOLES && (flags & VM_MAP_WIRE_HOLESOK) == 0;
	want = fails ? KERN_INVALID_ADDRESS : KERN_SUCCESS;
	wired = fails ? 0 : r->pages;
	for (i = 0; i < 2; i++) {
		rv = i == 0 ? vm_map_wire(map, r->start, r->end, flags)
			    : wire_locked(map, r, flags);
		hf_ranges_expect(r, rv, want);
		hf_ranges_expect(r, hf_ranges_pages(is_wired), wired);
		if (fails)
			hf_ranges_expect_same(r);
		else
			hf_ranges_expect(r, vm_user_wire_count,
			    (flags & VM_MAP_WIRE_USER) == 0
				? 0
				: hf_ranges_count(wired));
		hf_ranges_expect(
		    r, vm_map_unwire(map, r->start, r->end, flags), want);
		hf_ranges_expect_same(r);
	}
}

static enum hf_trial
try_user(vm_map_t map, const struct hf_range *r)
{
	try_one(map, r, VM_MAP_WIRE_USER | VM_MAP_WIRE_NOHOLES);
	try_one(map, r, VM_MAP_WIRE_USER | VM_MAP_WIRE_HOLESOK);
	return (HF_TRIAL_SAME);
}

HF_SCENARIO(wire_ranges_user, "wire.ranges_user", "WI-36 WI-05 WI-06",
    "a user wires what is left of an odd range, or nothing")
{
	hf_ranges_try(try_user);
}

static enum hf_trial
try_system(vm_map_t map, const struct hf_range *r)
{
	try_one(map, r, VM_MAP_WIRE_SYSTEM | VM_MAP_WIRE_NOHOLES);
	hf_ranges_expect(r,
	    vm_map_unwire(map, r->start, r->end,
		VM_MAP_WIRE_SYSTEM | VM_MAP_WIRE_HOLESOK),
	    r->pages != 0 ? KERN_INVALID_ARGUMENT : KERN_SUCCESS);
	return (HF_TRIAL_SAME);
}

HF_SCENARIO(wire_ranges_system, "wire.ranges_system", "WI-36 WI-02 WI-05",
    "so does the system; what it has not wired it cannot unwire")
{
	hf_ranges_try(try_system);
}

/* Its errors come in this order. */
static int
vslock_verdict(const struct hf_range *r)
{
	if (r->is == HF_RANGE_EMPTY)
		return (0);
	if (r->is == HF_RANGE_BACKWARDS)
		return (EINVAL);
	if (atop(hf_range_bytes(r)) > vm_page_max_user_wired)
		return (ENOMEM);
	return (
	    r->is == HF_RANGE_INSIDE && r->left == HF_LEFT_MAPPED ? 0 : EFAULT);
}

static enum hf_trial
try_vslock(vm_map_t map, const struct hf_range *r)
{
	int error;

	error = vslock((void *)r->start, hf_range_bytes(r));
	hf_ranges_expect(r, error, vslock_verdict(r));
	hf_ranges_expect(
	    r, hf_ranges_pages(is_wired), error == 0 ? r->pages : 0);
	hf_ranges_expect(
	    r, curthread->td_vslock_sz, error == 0 ? hf_range_bytes(r) : 0);
	if (error == 0)
		vsunlock((void *)r->start, hf_range_bytes(r));
	return (HF_TRIAL_SAME);
}

HF_SCENARIO(wire_ranges_vslock, "wire.ranges_vslock", "WI-29 IW-10",
    "vslock refuses what is not all memory of the process, and accounts "
    "nothing")
{
	hf_ranges_try(try_vslock);
}

/* Ranges of bytes, of which vslock() takes the pages around. */
HF_SCENARIO(wire_vslock_bytes, "wire.vslock_bytes", "WI-29",
    "vslock of bytes: the pages around them, all of them, or an error")
{
	const vm_offset_t va = hf_ranges_va(0), max = VM_MAXUSER_ADDRESS;
	const struct {
		vm_offset_t addr;
		vm_size_t len;
		int error;
		u_int pages;
	} odd[] = {
		{ 0, ~0ul, EINVAL, 0 }, /* wraps when rounded */
		{ va, ~0ul, EINVAL, 0 },
		{ va, ~0ul - va, EINVAL, 0 },
		{ ~0ul, 1, EINVAL, 0 },
		{ ~0ul, 0, EINVAL, 0 }, /* the page around it ends at 2^64 */
		{ va, 0, 0, 0 },
		{ va + 1, 0, 0, 0x1 },
		{ max + 1, 0, EFAULT, 0 },
		{ va + PAGE_SIZE - 1, 1, 0, 0x1 },
		{ va + PAGE_SIZE - 1, 2, 0, 0x3 },
		{ va + 2 * PAGE_SIZE, PAGE_SIZE + 1, EFAULT, 0 },
		{ max - 1, 1, 0, 0x8 },
		{ max - 1, 2, EFAULT, 0 },
		{ max, 1, EFAULT, 0 },
	};
	struct hf_range r = { .name = "of bytes" };
	int error, i;

	hf_ranges_begin();
	for (i = 0; i < (int)nitems(odd); i++) {
		error = vslock((void *)odd[i].addr, odd[i].len);
		if (!hf_expect_eq(error, odd[i].error) ||
		    !hf_expect_eq(hf_ranges_pages(is_wired), odd[i].pages))
			hf_note("%#lx bytes at %#lx", odd[i].len, odd[i].addr);
		if (error == 0)
			vsunlock((void *)odd[i].addr, odd[i].len);
		hf_ranges_expect_same(&r);
	}
	hf_ranges_end();
}

static void
unlock_kernel_page(void *arg)
{
	vsunlock((void *)hf_ranges_kernel_va(), PAGE_SIZE);
}

static void
unlock_everything(void *arg)
{
	vsunlock((void *)0, ~0ul);
}

HF_SCENARIO(wire_vsunlock_odd, "wire.vsunlock_odd", "WI-39",
    "vsunlock of what vslock would refuse panics, whatever else is locked")
{
	struct hf_range r = { .name = "unpaired" };

	hf_ranges_begin();
	hf_require_eq(vslock((void *)hf_ranges_va(0), PAGE_SIZE), 0);
	hf_ranges_save();
	hf_expect_panic_always(unlock_kernel_page, NULL, "");
	hf_expect_panic_always(unlock_everything, NULL, "");
	hf_ranges_expect_same(&r);
	vsunlock((void *)hf_ranges_va(0), PAGE_SIZE);
	hf_ranges_end();
}
