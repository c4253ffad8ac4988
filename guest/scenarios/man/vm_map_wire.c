/* SPDX-License-Identifier: BSD-2-Clause */
/* vm_map_wire.c: that page's RETURN VALUES and EXAMPLES, carried out. */

#include <sys/proc.h>
#include <test/probe.h>
#include <test/scenario.h>
#include <test/script_pager.h>
#include <test/space.h>
#include <vm/vm_map.h>
#include "listed.h"
#include "scenarios/man/vm_map_wire.man.h"

#define VA     HF_SPACE_BASE
#define HOLE   (VA + ptoa(4)) /* two pages with nothing behind them */
#define BROKEN (VA + ptoa(8)) /* two pages, the second not to be read */

#define USER	VM_MAP_WIRE_USER
#define WRITE	VM_MAP_WIRE_WRITE
#define HOLESOK VM_MAP_WIRE_HOLESOK

/* Of two pages each. */
static const struct {
	int value;
	vm_offset_t va;
	int flags;
	bool unwire, over_limit;
} calls[] = {
	{ KERN_SUCCESS, VA, USER, false, false },
	{ KERN_SUCCESS, VA, USER, true, false },
	{ KERN_SUCCESS, HOLE, HOLESOK, false, false },
	{ KERN_INVALID_ADDRESS, HOLE, 0, false, false },
	{ KERN_INVALID_ADDRESS, HOLE, USER, true, false },
	{ KERN_INVALID_ADDRESS, VA + ptoa(2), WRITE, false, false },
	{ KERN_INVALID_ARGUMENT, VA, 0, true, false },
	{ KERN_RESOURCE_SHORTAGE, VA, USER, false, true },
	{ KERN_OUT_OF_BOUNDS, BROKEN, 0, false, false },
};

static int
call(u_int i)
{
	const vm_offset_t end = calls[i].va + ptoa(2);
	u_long limit = vm_page_max_user_wired;
	int rv;

	if (calls[i].over_limit)
		vm_page_max_user_wired = vm_user_wire_count + 1;
	if (calls[i].unwire)
		rv = vm_map_unwire(
		    hf_space_map(), calls[i].va, end, calls[i].flags);
	else
		rv = vm_map_wire(
		    hf_space_map(), calls[i].va, end, calls[i].flags);
	vm_page_max_user_wired = limit;
	return (rv);
}

HF_SCENARIO(man_wire_values, "man.wire_values", "WI-05 WI-08 WI-09 WI-10",
    "vm_map_wire(9) ends with each value of its page, and no other")
{
	struct listed listed[] = { MAN_VALUES(LISTED) };
	struct hf_script s;
	u_int i;

	hf_space_anon_at(VA, 4);
	hf_expect_eq(vm_map_protect(hf_space_map(), VA + ptoa(2), VA + ptoa(4),
			 VM_PROT_READ, 0, VM_MAP_PROTECT_SET_PROT),
	    KERN_SUCCESS);
	hf_script_map(&s, BROKEN, 2);
	s.fail_index = 1;
	s.fail_times = -1;
	for (i = 0; i < nitems(calls); i++) {
		hf_expect_eq(call(i), calls[i].value);
		listed_meet(listed, nitems(listed), calls[i].value);
	}
	listed_all_met(listed, nitems(listed));
	/* All or nothing. */
	hf_expect_eq(vmspace_wired_count(curproc->p_vmspace), 0);
	hf_space_check();
	vm_map_remove(hf_space_map(), BROKEN, BROKEN + ptoa(2));
	hf_script_end(&s);
}

static u_int wired_meanwhile;

static void
look(void)
{
	wired_meanwhile = vm_page_wire_count(hf_space_page(VA)) +
	    vm_page_wire_count(hf_space_page(VA + ptoa(1)));
}

HF_SCENARIO(man_wire_example, "man.wire_example", "WI-01 WI-05",
    "the example of vm_map_wire(9) does what the page says")
{
	hf_space_anon_at(VA, 2);
	hf_expect_eq(with_wired(VA + 100, PAGE_SIZE, look), KERN_SUCCESS);
	hf_expect_eq(wired_meanwhile, 2);
	look();
	hf_expect_eq(wired_meanwhile, 0);
	wired_meanwhile = 77;
	hf_expect_eq(with_wired(VA + ptoa(1), 2 * PAGE_SIZE, look),
	    KERN_INVALID_ADDRESS);
	hf_expect_eq(wired_meanwhile, 77);
	hf_space_check();
}
