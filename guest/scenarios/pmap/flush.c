/* SPDX-License-Identifier: BSD-2-Clause */
/* flush.c: each way to take a translation away, and this CPU's own TLB. */

/*
 * Nothing else happens at these addresses that would flush by itself: a page
 * beside keeps the table.  A missing flush shows on the model each time
 * (docs/testing.md).
 */
#include <test/probe.h>
#include "race.h"

#define R  VM_PROT_READ
#define RW VM_PROT_RW

static bool stale;

/* The other CPU: in the same space, doing nothing. */
static void
sit(struct race *race)
{
	atomic_store_rel_long(&race->seen, 1);
	while (atomic_load_acq_int(&race->stop) == 0)
		cpu_spinwait();
}

static void
remove_own(struct race *race)
{
	uint64_t v;

	race_wait_seen(race, 1);
	race_enter(race, lab_va(0), race->lab->m[0], R);
	(void)lab_load(lab_va(0), &v);
	pmap_remove(race->lab->pmap, lab_va(0), lab_va(1));
	stale = lab_load(lab_va(0), &v);
}

HF_SCENARIO(tlb_own, "pmap.tlb_own", "TL-16",
    "who takes a mapping away loses it as well, with another CPU in the space",
    .flags = HF_NEEDS_SMP)
{
	struct lab lab;
	struct race race = { .lab = &lab,
		.attack = remove_own,
		.victim = sit,
		.all_cpus = true };

	lab_open(&lab, 2);
	lab_enter(&lab, lab_va(9), lab.m[1], R, R);
	stale = true;
	race_run(&race);
	hf_expect(!stale);
	lab_close(&lab);
}

HF_SCENARIO(tlb_unmanaged, "pmap.tlb_unmanaged", "TL-02",
    "a page in the place of an unmanaged one is seen at once")
{
	struct lab lab;
	vm_page_t unmanaged;
	uint64_t v = 0;

	unmanaged = vm_page_alloc_noobj(VM_ALLOC_WIRED | VM_ALLOC_ZERO);
	hf_require(unmanaged != NULL);
	lab_open(&lab, 1);
	*lab_words(unmanaged) = 5;
	lab_enter(&lab, lab_va(0), unmanaged, R, R);
	hf_expect(lab_load(lab_va(0), &v));
	hf_expect_eq(v, 5);
	lab_enter(&lab, lab_va(0), lab.m[0], R, R);
	hf_expect(lab_load(lab_va(0), &v));
	hf_expect_eq(v, lab_pattern(0));
	lab_close(&lab);
	vm_page_unwire(unmanaged, PQ_INACTIVE);
}

HF_SCENARIO(tlb_clear_modify, "pmap.tlb_clear_modify", "PM-36",
    "a store after pmap_clear_modify() is recorded, by this CPU, too")
{
	struct lab lab;

	lab_open(&lab, 1);
	lab_enter(&lab, lab_va(0), lab.m[0], RW, R);
	hf_expect(lab_store(lab_va(0), 1));
	pmap_clear_modify(lab.m[0]);
	hf_expect(!pmap_is_modified(lab.m[0]));
	hf_expect(lab_store(lab_va(0), 2));
	hf_expect(pmap_is_modified(lab.m[0]));
	lab_close(&lab);
}

HF_SCENARIO(tlb_remove_pages, "pmap.tlb_remove_pages", "TL-02 PM-24",
    "after pmap_remove_pages() nothing is read, though the table stays")
{
	struct lab lab;
	uint64_t v;

	lab_open(&lab, 2);
	lab_enter(&lab, lab_va(0), lab.m[0], R, R);
	lab_enter(&lab, lab_va(1), lab.m[1], R, R | PMAP_ENTER_WIRED);
	hf_expect(lab_load(lab_va(0), &v));
	pmap_remove_pages(lab.pmap);
	hf_expect(!lab_load(lab_va(0), &v));
	hf_expect(lab_load(lab_va(1), &v));
	pmap_unwire(lab.pmap, lab_va(1), lab_va(2));
	lab_close(&lab);
}

HF_SCENARIO(tlb_pv_reclaim, "pmap.tlb_pv_reclaim", "PM-47 TL-01",
    "a mapping that gave way to another is used no more")
{
	struct lab lab;
	int gone = 0, i, readable = 0;
	uint64_t v;

	lab_open(&lab, 2);
	for (i = 0; i < HF_PV_PER_CHUNK; i++)
		lab_enter(&lab, lab_va(i), lab.m[0], R, R);
	for (i = 0; i < HF_PV_PER_CHUNK; i++)
		hf_expect(lab_load(lab_va(i), &v));
	hf_failpoint_arm("pmap.pv_chunk", 0, 1);
	lab_enter(&lab, lab_va(400), lab.m[1], R, R);
	hf_failpoint_disarm_all();
	for (i = 0; i < HF_PV_PER_CHUNK; i++)
		if (hf_pmap_leaf(lab.pmap, lab_va(i)) == 0) {
			gone++;
			readable += lab_load(lab_va(i), &v);
		}
	hf_expect_lt(0, gone);
	hf_expect_eq(readable, 0);
	lab_close(&lab);
}

HF_SCENARIO(tlb_execute, "pmap.tlb_execute", "TL-04 TL-16",
    "code that may no longer be executed is not, by this CPU, too")
{
	struct lab lab;
	int i;

	lab_open(&lab, 1);
	for (i = 0; i < 2; i++) {
		lab_enter(&lab, lab_va(i), lab.m[0], R | VM_PROT_EXECUTE, R);
		hf_expect(hf_probe_exec(lab_va(i)).ok);
	}
	pmap_protect(lab.pmap, lab_va(0), lab_va(1), R);
	lab_enter(&lab, lab_va(1), lab.m[0], R, R);
	for (i = 0; i < 2; i++) {
		hf_expect(!hf_probe_exec(lab_va(i)).ok);
		hf_expect(lab_can_load(lab_va(i)));
	}
	lab_close(&lab);
}
