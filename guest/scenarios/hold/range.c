/* SPDX-License-Identifier: BSD-2-Clause */
/* range.c: which pages a quick hold returns, and when it refuses. */

#include <test/scenario.h>
#include <test/script_pager.h>
#include <test/space.h>
#include <vm/vm_kern.h>
#include <vm/vm_pager.h>

#define VA HF_SPACE_BASE

static int
hold(vm_offset_t addr, vm_size_t len, vm_prot_t prot, vm_page_t *ma, int max)
{
	return (vm_fault_quick_hold_pages(
	    hf_space_map(), addr, len, prot, ma, max));
}

HF_SCENARIO(hold_range, "hold.range", "QH-01 QH-02 QH-03 QH-06",
    "the pages of all touched bytes, in order, each with one wiring")
{
	vm_page_t ma[4];
	int i;

	hf_space_anon_at(VA, 4);
	hf_expect_eq(hold(0xdead000000ul, 0, VM_PROT_READ, NULL, 0), 0);
	hf_expect_eq(hold(VA + 100, ptoa(3), VM_PROT_READ, ma, 4), 4);
	for (i = 0; i < 4; i++) {
		hf_expect_eq(ma[i], hf_space_page(VA + ptoa(i)));
		hf_expect_eq(vm_page_wire_count(ma[i]), 1);
		hf_expect_eq(hf_space_entry(VA)->wired_count, 0);
		hf_expect_eq(hf_space_leaf(VA + ptoa(i)) & PG_W, 0);
	}
	hf_expect_eq(*(uint64_t *)PHYS_TO_DMAP(VM_PAGE_TO_PHYS(ma[0])), 0);
	vm_page_unhold_pages(ma, 4);
	hf_expect_eq(hold(VA + 0xfff, 1, VM_PROT_READ, ma, 1), 1);
	vm_page_unhold_pages(ma, 1);
	hf_expect_eq(hold(VA + 0xfff, 2, VM_PROT_READ, ma, 2), 2);
	vm_page_unhold_pages(ma, 2);
	for (i = 0; i < 4; i++)
		hf_expect_eq(
		    vm_page_wire_count(hf_space_page(VA + ptoa(i))), 0);
	hf_space_check();
}

HF_SCENARIO(hold_refused, "hold.refused", "QH-04 QH-10 QH-27",
    "ranges out of the map, holes and missing rights are -1")
{
	vm_page_t ma[4];
	vm_map_t map;

	hf_space_anon_at(VA, 1);
	hf_space_map_at(VA + ptoa(1), 1, NULL, 0, VM_PROT_READ, 0);
	hf_space_map_at(VA + ptoa(2), 1, NULL, 0, VM_PROT_NONE, 0);
	map = hf_space_map();
	hf_poke(VA, 1);
	hf_expect_eq(
	    hold(vm_map_max(map) - 8, ptoa(1), VM_PROT_READ, ma, 4), -1);
	hf_expect_eq(hold(VM_MIN_KERNEL_ADDRESS, 8, VM_PROT_READ, ma, 4), -1);
	hf_expect_eq(hold(~0ul - 7, 16, VM_PROT_READ, ma, 4), -1);
	hf_expect_eq(hold(~0ul - 7, 8, VM_PROT_READ, ma, 4), -1);
	/* The end wraps back into the first page. */
	hf_expect_eq(hold(VA + 64, ~0ul - 31, VM_PROT_READ, ma, 4), -1);
	/* Below the start of a map that does not begin at 0. */
	hf_expect_eq(
	    vm_fault_quick_hold_pages(kernel_map, VA, 8, VM_PROT_READ, ma, 4),
	    -1);
	hf_expect_eq(hold(VA, ptoa(2), VM_PROT_RW, ma, 4), -1);
	hf_expect_eq(hold(VA, ptoa(3), VM_PROT_READ, ma, 4), -1);
	hf_expect_eq(hold(VA + ptoa(3), 1, VM_PROT_READ, ma, 4), -1);
	hf_expect_eq(vm_page_wire_count(hf_space_page(VA)), 0);
	hf_space_check();
}

HF_SCENARIO(hold_unwinds, "hold.unwinds", "QH-11 QH-08",
    "when page k cannot be had, pages 0 to k - 1 are let go")
{
	struct hf_script s;
	struct rusage ru;
	vm_page_t ma[4];
	int i;

	hf_script_map(&s, VA, 4);
	s.fail_index = 2;
	s.fail_times = 1;
	memset(ma, 0x5a, sizeof(ma));
	ru = curthread->td_ru;
	hf_expect_eq(hold(VA, ptoa(4), VM_PROT_READ, ma, 4), -1);
	hf_expect_eq(s.object->resident_page_count, 2);
	for (i = 0; i < 2; i++)
		hf_expect_eq(
		    vm_page_wire_count(hf_space_page(VA + ptoa(i))), 0);
	hf_expect_eq(hold(VA, ptoa(4), VM_PROT_READ, ma, 4), 4);
	/* Each has come from the pager once at least. */
	hf_expect_le(ru.ru_majflt + 4, curthread->td_ru.ru_majflt);
	for (i = 0; i < 4; i++)
		hf_expect_eq(*(uint8_t *)PHYS_TO_DMAP(VM_PAGE_TO_PHYS(ma[i])),
		    hf_script_byte(i));
	vm_page_unhold_pages(ma, 4);
	hf_space_check();
	vm_map_remove(hf_space_map(), VA, VA + ptoa(4));
	hf_script_end(&s);
}

static void
hold_too_many(void *arg)
{
	vm_page_t ma[1];

	hold(VA, ptoa(2), VM_PROT_READ, ma, 1);
}

/* Never sleeps with a lock that must not be held while asleep. */
static struct mtx driver_lock;

static void
hold_under_lock(void *arg)
{
	vm_page_t ma[1];

	mtx_lock(&driver_lock);
	hold(VA + ptoa(1), 1, VM_PROT_READ, ma, 1);
}

HF_SCENARIO(hold_caller_bugs, "hold.caller_bugs", "QH-05 QH-26",
    "too small an array, or a miss where sleeping is forbidden, panics")
{
	vm_page_t ma[1];

	hf_space_anon_at(VA, 2);
	hf_poke(VA, 1);
	hf_expect_panic(hold_too_many, NULL, "");
	/* What is mapped can be had there. */
	mtx_init(&driver_lock, "driver", NULL, MTX_DEF);
	mtx_lock(&driver_lock);
	hf_expect_eq(hold(VA, 1, VM_PROT_READ, ma, 1), 1);
	vm_page_unhold_pages(ma, 1);
	mtx_unlock(&driver_lock);
	hf_expect_panic(hold_under_lock, NULL, "");
	hf_space_check();
}
