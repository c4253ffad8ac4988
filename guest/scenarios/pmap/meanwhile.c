/* SPDX-License-Identifier: BSD-2-Clause */
/* meanwhile.c: what the CPU does to an entry between two looks of the pmap at it. */

/*
 * Over the model each look at an entry is the failpoint "pte": there the CPU
 * stores to the page once, in every place in turn.
 */
#include "lab.h"

#ifdef HF_MODEL

#include <sys/mman.h>
#include <vm/vm_extern.h>

#define R  VM_PROT_READ
#define RW VM_PROT_RW

/* More than any operation here looks at entries. */
#define LOOKS 64

static bool stored;

static void
store_now(void *arg)
{
	int save = vm_fault_disable_pagefaults();

	stored = lab_store(lab_va(0), 77);
	vm_fault_enable_pagefaults(save);
}

/* Each leaves the page as modified as it was. */
static void
make_readonly(struct lab *lab)
{
	pmap_protect(lab->pmap, lab_va(0), lab_va(1), R);
}

static void
remove_range(struct lab *lab)
{
	pmap_remove(lab->pmap, lab_va(0), lab_va(1));
}

static void
remove_all(struct lab *lab)
{
	pmap_remove_all(lab->m[0]);
}

static void
remove_write(struct lab *lab)
{
	pmap_remove_write(lab->m[0]);
}

static void
advise(struct lab *lab)
{
	pmap_advise(lab->pmap, lab_va(0), lab_va(1), MADV_DONTNEED);
}

static void
look_for_use(struct lab *lab)
{
	(void)pmap_ts_referenced(lab->m[0]);
}

static void
unwire(struct lab *lab)
{
	lab_enter(lab, lab_va(0), lab->m[0], RW, R | PMAP_ENTER_WIRED);
	pmap_unwire(lab->pmap, lab_va(0), lab_va(1));
}

static void
enter_readonly(struct lab *lab)
{
	lab_enter(lab, lab_va(0), lab->m[0], R, R);
}

static void
enter_another(struct lab *lab)
{
	lab_enter(lab, lab_va(0), lab->m[1], RW, R);
}

static void (*const operations[])(struct lab *) = { make_readonly, remove_range,
	remove_all, remove_write, advise, look_for_use, unwire, enter_readonly,
	enter_another };

/* True if there was such a look. */
static bool
store_at(struct lab *lab, void (*operation)(struct lab *), int look)
{
	bool came;

	lab_enter(lab, lab_va(0), lab->m[0], RW, R);
	hf_expect(lab_can_load(lab_va(0)));
	*lab_words(lab->m[0]) = 1;
	lab->m[0]->dirty = 0;
	stored = false;
	hf_failpoint_call("pte", look, store_now, NULL);
	operation(lab);
	came = hf_failpoint_fired("pte") != 0;
	hf_failpoint_disarm_all();
	/* To this page, or to the other one that is there by now. */
	if (*lab_words(lab->m[0]) == 77) {
		hf_expect(stored);
		vm_page_test_dirty(lab->m[0]);
		hf_expect_eq(lab->m[0]->dirty, VM_PAGE_BITS_ALL);
	}
	pmap_remove(lab->pmap, lab_va(0), lab_va(1));
	return (came);
}

HF_SCENARIO(pmap_store_meanwhile, "pmap.store_meanwhile",
    "PM-20 PM-23 PM-25 PM-28 PM-29 PM-30 PM-37",
    "a store at any step of what takes rights away is not forgotten")
{
	struct lab lab;
	int look;

	lab_open(&lab, 2);
	for (u_int i = 0; i < nitems(operations); i++) {
		for (look = 0; look < LOOKS; look++)
			if (!store_at(&lab, operations[i], look))
				break;
		hf_expect(look > 0 && look < LOOKS);
	}
	hf_expect(hf_pmap_check() == NULL);
	lab_close(&lab);
}

#endif
