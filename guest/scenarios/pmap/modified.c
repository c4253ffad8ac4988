/* SPDX-License-Identifier: BSD-2-Clause */
/* modified.c: no store is lost when the modified bit moves while another CPU stores. */
#include <sys/mman.h>
#include "race.h"

#define R  VM_PROT_READ
#define RW VM_PROT_RW

enum taker { BY_PROTECT, BY_ADVISE, BY_REMOVE_WRITE };

static void
store_loop(struct race *race)
{
	uint64_t v = race_value(race);

	for (; atomic_load_acq_int(&race->stop) == 0; v++) {
		if (lab_store(lab_va(0), v))
			race->count++;
		race_tried(race);
	}
}

static void
take_modified(struct race *race)
{
	pmap_t pmap = race->lab->pmap;

	switch (race->variant) {
	case BY_PROTECT:
		pmap_protect(pmap, lab_va(0), lab_va(1), R);
		break;
	case BY_ADVISE:
		pmap_advise(pmap, lab_va(0), lab_va(1), MADV_DONTNEED);
		pmap_protect(pmap, lab_va(0), lab_va(1), R);
		break;
	case BY_REMOVE_WRITE:
		pmap_remove_write(race->lab->m[0]);
		break;
	}
}

/* Rounds in which stores came in between, and of these the lost ones. */
static u_long hits, lost;

static void
take_loop(struct race *race)
{
	vm_page_t m = race->lab->m[0];
	volatile uint64_t *word = lab_words(m);
	uint64_t before;
	unsigned spin = 0;
	u_long count, i;

	hits = lost = 0;
	for (i = 0; i < race->rounds; i++) {
		m->dirty = 0;
		before = *word;
		/* The modified bit is clear until the store. */
		race_enter(race, lab_va(0), m, RW);
		/* Most of the time in the midst of the other's stores. */
		count = atomic_load_acq_long(&race->count);
		while (
		    i % 4 != 3 && atomic_load_acq_long(&race->count) == count)
			cpu_spinwait();
		spin = spin * 1103515245u + 12345u;
		for (u_int k = 0; k < (spin >> 16) % 300; k++)
			__asm__ __volatile__("");
		take_modified(race);
		if (*word == before)
			continue;
		hits++;
		lost += m->dirty == 0;
	}
}

static void
modified_scenario(enum taker variant)
{
	struct race race = { .variant = variant,
		.rounds = race_rounds(200),
		.attack = take_loop,
		.victim = store_loop,
		.all_cpus = true };

	race_in_lab(&race, 1);
	hf_note(
	    "stores came in between in %lu of %lu rounds", hits, race.rounds);
	hf_expect_eq(lost, 0);
}

HF_SCENARIO(modified_protect, "pmap.modified_protect", "PM-28",
    "pmap_protect() loses no store of another CPU", .flags = HF_NEEDS_SMP)
{
	modified_scenario(BY_PROTECT);
}

HF_SCENARIO(modified_advise, "pmap.modified_advise", "PM-37 PM-28",
    "pmap_advise() loses no store of another CPU", .flags = HF_NEEDS_SMP)
{
	modified_scenario(BY_ADVISE);
}

HF_SCENARIO(modified_remove_write, "pmap.modified_remove_write", "PM-29 PP-03",
    "pmap_remove_write() loses no store of another CPU", .flags = HF_NEEDS_SMP)
{
	modified_scenario(BY_REMOVE_WRITE);
}
