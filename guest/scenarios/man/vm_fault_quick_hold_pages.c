/* SPDX-License-Identifier: BSD-2-Clause */
/* vm_fault_quick_hold_pages.c: that page's ERRORS and EXAMPLES, carried out. */

#include <sys/proc.h>
#include <sys/mutex.h>
#include <test/probe.h>
#include <test/scenario.h>
#include <test/space.h>
#include <vm/vm_extern.h>
#include "listed.h"
#include "scenarios/man/vm_fault_quick_hold_pages.man.h"

#define VA    HF_SPACE_BASE
#define SLOTS 2

/* A call for each value, in a space with two pages at VA. */
static const struct {
	int error;
	vm_size_t len; /* from VA on */
	vm_prot_t prot;
	bool in_section; /* without page faults, with nothing mapped */
} calls[] = {
	{ ENOMEM, ~(vm_size_t)0, VM_PROT_READ, false },
	{ EINVAL, ptoa(SLOTS) + 1, VM_PROT_READ, false },
	{ EFAULT, 1, VM_PROT_EXECUTE, false },
	{ EFAULT, 1, VM_PROT_NONE, false },
	{ EFAULT, 1, VM_PROT_READ, true },
	{ EAGAIN, 1, VM_PROT_READ | VM_PROT_QUICK_NOFAULT, true },
};

static int
call(u_int i, bool quick)
{
	vm_page_t ma[SLOTS];
	int count = 77, error, save = 0;

	if (calls[i].in_section)
		save = vm_fault_disable_pagefaults();
	if (quick)
		error = vm_fault_quick_hold_pages(
		    hf_space_map(), VA, calls[i].len, calls[i].prot, ma, SLOTS);
	else
		error = vm_fault_hold_pages(hf_space_map(), VA, calls[i].len,
		    calls[i].prot, ma, SLOTS, &count);
	if (calls[i].in_section)
		vm_fault_enable_pagefaults(save);
	hf_expect(quick || count == 0);
	return (error);
}

HF_SCENARIO(man_hold_errors, "man.hold_errors",
    "QH-43 QH-04 QH-05 QH-10 QH-16 QH-31",
    "vm_fault_hold_pages(9) fails with each value of its page, and no other")
{
	struct listed listed[] = { MAN_VALUES(LISTED) };
	u_int i;
	int error;

	hf_space_anon_at(VA, 2);
	for (i = 0; i < nitems(calls); i++) {
		error = call(i, false);
		hf_expect_eq(error, calls[i].error);
		if (error != EINVAL)
			hf_expect_eq(call(i, true), -1);
		listed_meet(listed, nitems(listed), error);
	}
	listed_all_met(listed, nitems(listed));
	hf_space_check();
}

HF_SCENARIO(man_hold_example, "man.hold_example", "QH-31 QH-33 QH-34",
    "the example of vm_fault_quick_hold_pages(9) does what the page says")
{
	const uint64_t ones = 0x0101010101010101;
	const vm_size_t len = PAGE_SIZE + 96;
	const vm_offset_t addr = VA + PAGE_SIZE - 40;
	struct mtx lock;
	vm_offset_t at;
	u_int wrong;

	mtx_init(&lock, "man example", NULL, MTX_DEF);
	hf_space_anon_at(VA, 4);
	hf_poke(addr, 7);
	hf_expect_eq(increment_user(&lock, addr, len), 0);
	hf_expect_eq(hf_peek(addr - 8), 0);
	hf_expect_eq(hf_peek(addr), ones + 7);
	hf_expect_eq(hf_peek(addr + len), 0);
	for (wrong = 0, at = addr + 8; at < addr + len; at += 8)
		wrong += hf_peek(at) != ones;
	hf_expect_eq(wrong, 0);
	hf_expect_eq(increment_user(&lock, VA + ptoa(3) + 4000, 200), EFAULT);
	hf_expect_eq(hf_peek(VA + ptoa(3) + 4000), 0);
	hf_expect_eq(increment_user(&lock, VA, 9 * PAGE_SIZE), EINVAL);
	mtx_destroy(&lock);
	hf_space_check();
}
