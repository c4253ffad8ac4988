/* SPDX-License-Identifier: BSD-2-Clause */
/* every_cpu.c: what one CPU takes away, every other one loses. */

/*
 * All CPUs use a translation, one changes it, all look: no chance is in it.
 * The first CPUs are no better than the last, the first page of a range no
 * better than the others.
 */
#include <sys/mman.h>
#include <vm/vm_extern.h>
#include "crew.h"

#define R  VM_PROT_READ
#define RW VM_PROT_RW

#define PAGES 4 /* of the range that is used */

static const u_int places[PAGES] = { 0, 1, 2, 5 };

static void
enter_all(struct crew *crew, vm_prot_t prot)
{
	int i;

	for (i = 0; i < PAGES; i++)
		crew_expect(crew,
		    pmap_enter(crew->lab->pmap, lab_va(places[i]),
			crew->lab->m[i], prot, prot, 0) == KERN_SUCCESS);
}

static void
load_all(struct crew *crew)
{
	uint64_t v;
	int i;

	for (i = 0; i < PAGES; i++)
		crew_expect(crew,
		    lab_load(lab_va(places[i]), &v) && v == lab_pattern(i));
}

static void
load_none(struct crew *crew)
{
	int i;

	for (i = 0; i < PAGES; i++)
		crew_expect(crew, !lab_can_load(lab_va(places[i])));
}

static void
store_all(struct crew *crew)
{
	int i;

	for (i = 0; i < PAGES; i++)
		crew_expect(crew, lab_store(lab_va(places[i]), lab_pattern(i)));
}

static void
store_none(struct crew *crew)
{
	int i;

	for (i = 0; i < PAGES; i++)
		crew_expect(crew, !lab_store(lab_va(places[i]), 0));
	load_all(crew);
}

static void
lead_remove(struct crew *crew)
{
	enter_all(crew, R);
	crew_all(crew, load_all);
	load_all(crew);
	pmap_remove(crew->lab->pmap, lab_va(0), lab_va(6));
	crew_all(crew, load_none);
	load_none(crew);
}

HF_SCENARIO(every_cpu_remove, "pmap.every_cpu_remove", "TL-01 IP-8",
    "a range that is removed is lost by every CPU, each page of it",
    .flags = HF_NEEDS_SMP)
{
	crew_in_lab(PAGES + 1, lead_remove);
}

static void
lead_remove_all(struct crew *crew)
{
	int i;

	enter_all(crew, R);
	crew_all(crew, load_all);
	for (i = 0; i < PAGES; i++)
		pmap_remove_all(crew->lab->m[i]);
	crew_all(crew, load_none);
}

HF_SCENARIO(every_cpu_remove_all, "pmap.every_cpu_remove_all", "TL-02",
    "a page whose mappings are removed is reached by no CPU",
    .flags = HF_NEEDS_SMP)
{
	crew_in_lab(PAGES + 1, lead_remove_all);
}

static void
lead_protect(struct crew *crew)
{
	int i;

	enter_all(crew, RW);
	crew_all(crew, store_all);
	pmap_protect(crew->lab->pmap, lab_va(0), lab_va(6), R);
	crew_all(crew, store_none);
	for (i = 0; i < PAGES; i++)
		crew_expect(crew, crew->lab->m[i]->dirty != 0);
}

HF_SCENARIO(every_cpu_protect, "pmap.every_cpu_protect", "TL-03 PM-28",
    "a range that is made read-only is stored to by no CPU",
    .flags = HF_NEEDS_SMP)
{
	crew_in_lab(PAGES + 1, lead_protect);
}

static void
lead_remove_write(struct crew *crew)
{
	int i;

	enter_all(crew, RW);
	crew_all(crew, store_all);
	for (i = 0; i < PAGES; i++)
		pmap_remove_write(crew->lab->m[i]);
	crew_all(crew, store_none);
	for (i = 0; i < PAGES; i++)
		crew_expect(crew, crew->lab->m[i]->dirty != 0);
}

HF_SCENARIO(every_cpu_remove_write, "pmap.every_cpu_remove_write",
    "TL-03 PM-29", "a page that is write-protected is stored to by no CPU",
    .flags = HF_NEEDS_SMP)
{
	crew_in_lab(PAGES + 1, lead_remove_write);
}

/* A store that a CPU makes through what it has cached is recorded. */
static void
expect_modified(struct crew *crew)
{
	int i;

	store_all(crew);
	for (i = 0; i < PAGES; i++)
		crew_expect(crew, pmap_is_modified(crew->lab->m[i]));
}

static void
lead_modified(struct crew *crew)
{
	int i;

	enter_all(crew, RW);
	crew_all(crew, store_all);
	pmap_advise(crew->lab->pmap, lab_va(0), lab_va(6), MADV_FREE);
	crew_all(crew, expect_modified);
	for (i = 0; i < PAGES; i++)
		pmap_clear_modify(crew->lab->m[i]);
	crew_all(crew, expect_modified);
	for (i = 0; i < PAGES; i++)
		crew_expect(crew, pmap_ts_referenced(crew->lab->m[i]) != 0);
	crew_all(crew, store_all);
	for (i = 0; i < PAGES; i++)
		crew_expect(crew, pmap_is_referenced(crew->lab->m[i]));
}

HF_SCENARIO(every_cpu_modified, "pmap.every_cpu_modified", "PM-36 PM-37 PM-35",
    "A and M that were cleared are set again by a store of any CPU",
    .flags = HF_NEEDS_SMP)
{
	crew_in_lab(PAGES + 1, lead_modified);
}

static void
load_other(struct crew *crew)
{
	uint64_t v;
	int i;

	for (i = 0; i < PAGES; i++)
		crew_expect(crew,
		    lab_load(lab_va(places[i]), &v) &&
			v == lab_pattern(PAGES - 1 - i));
}

static void
lead_replace(struct crew *crew)
{
	int i;

	enter_all(crew, R);
	crew_all(crew, load_all);
	for (i = 0; i < PAGES; i++)
		crew_expect(crew,
		    pmap_enter(crew->lab->pmap, lab_va(places[i]),
			crew->lab->m[PAGES - 1 - i], R, R, 0) == KERN_SUCCESS);
	crew_all(crew, load_other);
}

HF_SCENARIO(every_cpu_replace, "pmap.every_cpu_replace", "TL-02 PM-11",
    "a page that takes another's place is seen by every CPU",
    .flags = HF_NEEDS_SMP)
{
	crew_in_lab(PAGES + 1, lead_replace);
}

/* The last page lies so far away that a range with it is flushed as a whole. */
static void
load_far(struct crew *crew)
{
	load_all(crew);
	crew_expect(crew, lab_can_load(lab_va(5000)));
}

static void
load_no_far(struct crew *crew)
{
	load_none(crew);
	crew_expect(crew, !lab_can_load(lab_va(5000)));
}

static void
lead_far(struct crew *crew)
{
	enter_all(crew, R);
	crew_expect(crew,
	    pmap_enter(crew->lab->pmap, lab_va(5000), crew->lab->m[0], R, R,
		0) == KERN_SUCCESS);
	crew_all(crew, load_far);
	load_far(crew);
	pmap_remove(crew->lab->pmap, lab_va(0), lab_va(5001));
	crew_all(crew, load_no_far);
	load_no_far(crew);
}

HF_SCENARIO(every_cpu_far, "pmap.every_cpu_far", "TL-15",
    "a long range, flushed as a whole, is lost by every CPU",
    .flags = HF_NEEDS_SMP)
{
	crew_in_lab(PAGES + 1, lead_far);
}

/* Out of the space and back, with the translations of before. */
static void
leave(struct crew *crew)
{
	hf_thread_setproc(&proc0);
}

static struct proc *crew_proc;

static void
come_back(struct crew *crew)
{
	hf_thread_setproc(crew_proc);
	load_none(crew);
}

static void
lead_switch(struct crew *crew)
{
	crew_proc = curproc;
	enter_all(crew, R);
	crew_all(crew, load_all);
	crew_all(crew, leave);
	/* Nobody is told; the table goes, too. */
	pmap_remove(crew->lab->pmap, lab_va(0), lab_va(501));
	crew_all(crew, come_back);
}

HF_SCENARIO(every_cpu_switch, "pmap.every_cpu_switch", "TL-07",
    "a CPU that was elsewhere meanwhile finds nothing when it is back",
    .flags = HF_NEEDS_SMP)
{
	crew_in_lab(PAGES + 1, lead_switch);
}
