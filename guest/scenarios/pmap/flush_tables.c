/* SPDX-License-Identifier: BSD-2-Clause */
/* flush_tables.c: a page table that goes is walked by nobody, then or later. */

/*
 * A CPU remembers the entries that lead to a table, whether or not what it
 * looked for was there (SDM vol. 3A, 4.10.3): a table's frame is free only when
 * all have forgotten them.  On the model a frame that is freed too early is a
 * panic.
 */
#include <vm/vm_extern.h>
#include "lab.h"

#define R VM_PROT_READ

/* A load that fails, wherever it is; what is on its way there is remembered. */
static void
touch(void *arg)
{
	uint64_t v;
	int save;

	save = vm_fault_disable_pagefaults();
	hf_expect(!lab_load((vm_offset_t)arg, &v));
	vm_fault_enable_pagefaults(save);
}

static void
touch_beside(vm_offset_t va)
{
	touch((void *)(va + PAGE_SIZE));
}

/* Page 0's table comes back with another page's leaf; the first is not seen. */
static void
expect_other(struct lab *lab)
{
	uint64_t v;

	lab_enter(lab, lab_va(0), lab->m[1], R, R);
	hf_expect(lab_load(lab_va(0), &v));
	hf_expect_eq(v, lab_pattern(1));
	hf_expect(hf_pmap_check() == NULL);
}

HF_SCENARIO(tables_remove, "pmap.tables_remove", "TL-10",
    "the table of a range that is removed is forgotten with it")
{
	struct lab lab;

	lab_open(&lab, 2);
	lab_enter(&lab, lab_va(0), lab.m[0], R, R);
	hf_expect(lab_can_load(lab_va(0)));
	touch_beside(lab_va(0));
	pmap_remove(lab.pmap, lab_va(0), lab_va(1));
	touch((void *)lab_va(0));
	expect_other(&lab);
	lab_close(&lab);
}

HF_SCENARIO(tables_unused, "pmap.tables_unused", "TL-10 PM-16",
    "so is the table of a leaf that was never used")
{
	struct lab lab;

	lab_open(&lab, 2);
	pmap_enter_quick(lab.pmap, lab_va(0), lab.m[0], R);
	hf_expect_eq(lab_bits(&lab, lab_va(0), X86_PG_V | X86_PG_A), X86_PG_V);
	touch_beside(lab_va(0));
	pmap_remove_all(lab.m[0]);
	touch((void *)lab_va(0));
	expect_other(&lab);
	lab_close(&lab);
}

HF_SCENARIO(tables_remove_pages, "pmap.tables_remove_pages", "TL-10 PM-24",
    "so are the tables of an address space that ends")
{
	struct lab lab;

	lab_open(&lab, 2);
	lab_enter(&lab, lab_va(0), lab.m[0], R, R);
	lab_enter(&lab, lab_va(700), lab.m[0], R, R);
	hf_expect(lab_can_load(lab_va(0)) && lab_can_load(lab_va(700)));
	pmap_remove_pages(lab.pmap);
	hf_expect_eq(pmap_resident_count(lab.pmap), 1);
	touch((void *)lab_va(0));
	touch((void *)lab_va(700));
	expect_other(&lab);
	lab_close(&lab);
}

/*
 * Memory ends at the last table: those above it go as they came, but a CPU has
 * found them.
 */
HF_SCENARIO(tables_abandoned, "pmap.tables_abandoned", "TL-10 PM-12",
    "so are tables that were made for a leaf that then did not come")
{
	struct lab lab;
	int i;

	lab_open(&lab, 2);
	for (i = 0; i < 2; i++) {
		/* The first and second table, or all three and no pv entry. */
		hf_failpoint_arm(
		    i == 0 ? "pmap.table" : "pmap.pv_chunk", 2 - 2 * i, -1);
		hf_failpoint_call(
		    "vm_page_alloc", 1 + i, touch, (void *)lab_va(0));
		hf_expect_eq(pmap_enter(lab.pmap, lab_va(0), lab.m[0], R,
				 R | PMAP_ENTER_NOSLEEP, 0),
		    KERN_RESOURCE_SHORTAGE);
		hf_expect_eq(hf_failpoint_fired("vm_page_alloc"), 1);
		hf_failpoint_disarm_all();
		hf_expect_eq(pmap_resident_count(lab.pmap), 1);
	}
	expect_other(&lab);
	lab_close(&lab);
}
