/* SPDX-License-Identifier: BSD-2-Clause */
/* ranges.c: holding, copying and asking about odd ranges. */

#include <sys/malloc.h>
#include <test/ranges.h>
#include <test/scenario.h>
#include <vm/vm_kern.h>

#define MANY 4 /* pages of the largest array */

/* What holding a range comes to, as hold_wire.md 5.1 has it. */
static int
verdict(const struct hf_range *r)
{
	if (r->is == HF_RANGE_EMPTY)
		return (0);
	if (r->is != HF_RANGE_INSIDE)
		return (ENOMEM);
	if (hf_range_bytes(r) > ptoa(MANY))
		return (EINVAL);
	return (r->left == HF_LEFT_MAPPED ? 0 : EFAULT);
}

static enum hf_trial
try_hold(vm_map_t map, const struct hf_range *r)
{
	vm_page_t ma[MANY];
	int count, error, i, want;

	memset(ma, 0x5a, sizeof(ma));
	count = -7;
	error = vm_fault_hold_pages(
	    map, r->start, hf_range_bytes(r), VM_PROT_RW, ma, MANY, &count);
	hf_ranges_expect(r, error, verdict(r));
	want = error == 0 ? (int)atop(hf_range_bytes(r)) : 0;
	hf_ranges_expect(r, count, want);
	for (i = 0; i < count; i++)
		hf_ranges_expect(r, vm_page_wire_count(ma[i]), 1);
	vm_page_unhold_pages(ma, count);
	hf_ranges_expect_same(r);
	if (error == EINVAL)
		return (HF_TRIAL_SAME); /* a panic of the older form */
	count = vm_fault_quick_hold_pages(
	    map, r->start, hf_range_bytes(r), VM_PROT_READ, ma, MANY);
	hf_ranges_expect(r, count, error == 0 ? want : -1);
	vm_page_unhold_pages(ma, imax(count, 0));
	return (HF_TRIAL_SAME);
}

HF_SCENARIO(hold_ranges, "hold.ranges", "QH-43 QH-01 QH-04 QH-27",
    "pages are held of what is all mapped; of another range none is")
{
	hf_ranges_try(try_hold);
}

HF_SCENARIO(hold_bytes, "hold.bytes", "QH-01 QH-02 QH-03 QH-04 QH-27",
    "the pages around bytes: all of them, or an error")
{
	const vm_offset_t va = hf_ranges_va(0), max = VM_MAXUSER_ADDRESS;
	const struct {
		vm_offset_t addr;
		vm_size_t len;
		int count; /* -1: refused */
	} odd[] = {
		{ 0, ~0ul, -1 }, /* wraps when rounded */
		{ 0, ~0ul - PAGE_SIZE, -1 },
		{ va, ~0ul, -1 },
		{ va, ~0ul - va, -1 },
		{ va, 0ul - va, -1 },
		{ ~0ul, 1, -1 },
		{ ~0ul, 0, 0 },
		{ max, 0, 0 },
		{ va + 1, 0, 0 },
		{ va + PAGE_SIZE - 1, 1, 1 },
		{ va + PAGE_SIZE - 1, 2, 2 },
		{ va + PAGE_SIZE - 1, 2 * PAGE_SIZE + 1, 3 },
		{ va + 1, 3 * PAGE_SIZE, -1 }, /* one byte into the hole */
		{ va - 1, 1, -1 },
		{ max - 1, 1, 1 },
		{ max - 1, 2, -1 },
		{ max, 1, -1 },
	};
	struct hf_range r = { .name = "of bytes" };
	vm_page_t ma[MANY];
	int count, i;

	hf_ranges_begin();
	for (i = 0; i < (int)nitems(odd); i++) {
		count = vm_fault_quick_hold_pages(hf_space_map(), odd[i].addr,
		    odd[i].len, VM_PROT_READ, ma, MANY);
		if (!hf_expect_eq(count, odd[i].count))
			hf_note("%#lx bytes at %#lx", odd[i].len, odd[i].addr);
		vm_page_unhold_pages(ma, imax(count, 0));
		hf_ranges_expect_same(&r);
	}
	hf_ranges_end();
}

static void
hold_into(void *arg)
{
	vm_page_t ma[MANY];

	(void)vm_fault_quick_hold_pages(hf_space_map(), hf_ranges_va(0),
	    2 * PAGE_SIZE, VM_PROT_READ, ma, *(int *)arg);
}

HF_SCENARIO(hold_array, "hold.array", "QH-05 QH-43",
    "an array that is too small is an error of the one form, a panic of the "
    "other")
{
	struct hf_range r = { .name = "two pages" };
	vm_page_t ma[MANY];
	int sizes[] = { 1, 0, -1, INT32_MIN }, count, i;

	hf_ranges_begin();
	for (i = 0; i < (int)nitems(sizes); i++) {
		count = -7;
		hf_expect_eq(
		    vm_fault_hold_pages(hf_space_map(), hf_ranges_va(0),
			2 * PAGE_SIZE, VM_PROT_READ, ma, sizes[i], &count),
		    EINVAL);
		hf_expect_eq(count, 0);
		hf_expect_panic_always(hold_into, &sizes[i], "");
		hf_ranges_expect_same(&r);
	}
	/* The range is looked at first. */
	hf_expect_eq(vm_fault_hold_pages(hf_space_map(), VM_MAXUSER_ADDRESS, 8,
			 VM_PROT_READ, ma, 0, &count),
	    ENOMEM);
	hf_expect_eq(vm_fault_hold_pages(hf_space_map(), hf_ranges_va(0),
			 2 * PAGE_SIZE, VM_PROT_READ, ma, 2, &count),
	    0);
	hf_expect_eq(count, 2);
	vm_page_unhold_pages(ma, count);
	hf_ranges_expect_same(&r);
	hf_ranges_end();
}

HF_SCENARIO(hold_no_access, "hold.no_access", "QH-36",
    "a hold without an access is refused, of mapped memory and of other")
{
	const vm_prot_t none[] = { VM_PROT_NONE, VM_PROT_QUICK_NOFAULT,
		VM_PROT_COPY };
	const vm_offset_t addr[] = { hf_ranges_va(0), HF_SPACE_BASE + ptoa(8) };
	struct hf_range r = { .name = "no access" };
	vm_page_t ma[MANY];
	int count, i, j;

	hf_ranges_begin();
	hf_space_anon_at(addr[1], 1); /* mapped, and never touched */
	hf_ranges_save();
	for (i = 0; i < (int)nitems(none); i++)
		for (j = 0; j < (int)nitems(addr); j++) {
			hf_expect_eq(vm_fault_hold_pages(hf_space_map(),
					 addr[j], 8, none[i], ma, MANY, &count),
			    EFAULT);
			hf_expect_eq(vm_fault_quick_hold_pages(hf_space_map(),
					 addr[j], 8, none[i], ma, MANY),
			    -1);
			hf_ranges_expect_same(&r);
		}
	hf_ranges_end();
}

static char *copy_buf;

static enum hf_trial
try_copy(vm_map_t map, const struct hf_range *r)
{
	const int want = r->is == HF_RANGE_EMPTY ? 0 : EFAULT;

	/* Of one that ends in a hole the first page would be copied. */
	if (r->is == HF_RANGE_INSIDE &&
	    (r->left == HF_LEFT_MAPPED || r->start == hf_ranges_va(2)))
		return (HF_TRIAL_SAME);
	hf_ranges_expect(
	    r, copyin((void *)r->start, copy_buf, hf_range_bytes(r)), want);
	hf_ranges_expect(
	    r, copyout(copy_buf, (void *)r->start, hf_range_bytes(r)), want);
	return (HF_TRIAL_SAME);
}

HF_SCENARIO(hold_copy_ranges, "hold.copy_ranges", "FT-08",
    "copyin and copyout refuse what is not all memory of the process")
{
	copy_buf = kmem_malloc(ptoa(2), M_WAITOK);
	hf_require(copy_buf != NULL);
	hf_ranges_try(try_copy);
	kmem_free(copy_buf, ptoa(2));
}

HF_SCENARIO(hold_useracc, "hold.useracc", "WI-40",
    "useracc and kernacc say no to what leaves their map")
{
	const vm_offset_t va = hf_ranges_va(0), max = VM_MAXUSER_ADDRESS;
	const struct {
		vm_offset_t addr;
		int len;
		int yes;
	} odd[] = {
		{ va, 3 * PAGE_SIZE, 1 },
		{ va + 1, 3 * PAGE_SIZE, 0 },
		{ va + PAGE_SIZE - 1, 2, 1 },
		{ va, INT32_MAX, 0 },
		{ va, -1, 0 },
		{ va, INT32_MIN, 0 },
		{ max - 1, 1, 1 },
		{ max - 1, 2, 0 },
		{ max, 1, 0 },
		{ ~0ul, 1, 0 },
		{ ~0ul, INT32_MAX, 0 },
	};
	vm_offset_t k;
	int i;

	hf_ranges_begin();
	for (i = 0; i < (int)nitems(odd); i++)
		if (!hf_expect_eq(
			useracc((void *)odd[i].addr, odd[i].len, VM_PROT_READ),
			odd[i].yes))
			hf_note("%d bytes at %#lx", odd[i].len, odd[i].addr);
	k = hf_ranges_kernel_va();
	hf_expect(!useracc((void *)k, 8, VM_PROT_READ));
	hf_expect(kernacc((void *)k, PAGE_SIZE, VM_PROT_RW));
	hf_expect(!kernacc((void *)k, -1, VM_PROT_READ));
	hf_expect(!kernacc((void *)va, 8, VM_PROT_READ));
	hf_expect(
	    !kernacc((void *)(VM_MAX_KERNEL_ADDRESS - 1), 2, VM_PROT_READ));
	hf_expect(!kernacc((void *)~0ul, INT32_MAX, VM_PROT_READ));
	hf_ranges_end();
}
