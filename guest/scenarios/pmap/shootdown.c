/* SPDX-License-Identifier: BSD-2-Clause */
/* shootdown.c: a translation taken away is used by no CPU. */

#include <vm/vm_extern.h>
#include "race.h"

#define R   VM_PROT_READ
#define RW  VM_PROT_RW
#define SMP HF_NEEDS_SMP

enum revoke { BY_REMOVE, BY_REMOVE_ALL, BY_PROTECT_NONE, BY_REPLACE };

static void
revoke(struct race *race)
{
	pmap_t pmap = race->lab->pmap;

	switch (race->variant) {
	case BY_REMOVE:
		pmap_remove(pmap, lab_va(0), lab_va(1));
		break;
	case BY_REMOVE_ALL:
		pmap_remove_all(race->lab->m[0]);
		break;
	case BY_PROTECT_NONE:
		pmap_protect(pmap, lab_va(0), lab_va(1), VM_PROT_NONE);
		break;
	case BY_REPLACE:
		race_enter(race, lab_va(0), race->lab->m[1], R);
		break;
	}
}

/* Shows a page, waits until it is hot, takes it away and reuses the frame. */
static void
revoke_loop(struct race *race)
{
	volatile uint64_t *word = lab_words(race->lab->m[0]);
	u_long i;

	for (i = 1; i <= race->rounds; i++) {
		*word = 2 * i;
		*lab_words(race->lab->m[1]) = 2 * i + 1;
		race_enter(race, lab_va(0), race->lab->m[0], R);
		race_wait_seen(race, 2 * i);
		revoke(race);
		*word = POISON;
		race_linger(race);
	}
}

static void
revoke_scenario(enum revoke variant)
{
	struct lab lab;
	struct race race = { .lab = &lab,
		.variant = variant,
		.rounds = race_rounds(15),
		.attack = revoke_loop,
		.victim = race_reader,
		.all_cpus = true };

	lab_open(&lab, 2);
	/* Keeps the leaf table, whose end would be one more flush. */
	lab_enter(&lab, lab_va(9), lab.m[1], R, R);
	race_run(&race);
	hf_expect(race.count > 0);
	lab_close(&lab);
}

HF_SCENARIO(tlb_remove, "pmap.tlb_remove", "TL-01",
    "after pmap_remove() no CPU reads the frame", .flags = SMP)
{
	revoke_scenario(BY_REMOVE);
}

HF_SCENARIO(tlb_remove_all, "pmap.tlb_remove_all", "TL-02",
    "after pmap_remove_all() no CPU reads the frame", .flags = SMP)
{
	revoke_scenario(BY_REMOVE_ALL);
}

HF_SCENARIO(tlb_protect_none, "pmap.tlb_protect_none", "TL-02 PM-27",
    "after pmap_protect(NONE) no CPU reads the frame", .flags = SMP)
{
	revoke_scenario(BY_PROTECT_NONE);
}

HF_SCENARIO(tlb_replace, "pmap.tlb_replace", "TL-02 PM-11",
    "after a page is replaced no CPU reads the old one", .flags = SMP)
{
	revoke_scenario(BY_REPLACE);
}

/* Pages alternate at one address; a CPU that has seen one never sees older. */
static void
replace_loop(struct race *race)
{
	u_long i;

	for (i = 1; i <= race->rounds; i++) {
		*lab_words(race->lab->m[i % 2]) = i;
		race_enter(race, lab_va(0), race->lab->m[i % 2], R);
		atomic_store_rel_long(&race->published, i);
		race_wait_seen(race, i);
	}
}

HF_SCENARIO(tlb_cow_order, "pmap.tlb_cow_order", "PM-11",
    "no CPU sees the old page once another has seen the new one", .flags = SMP)
{
	struct race race = { .rounds = race_rounds(25),
		.attack = replace_loop,
		.victim = race_reader,
		.all_cpus = true };

	race_in_lab(&race, 2);
	hf_expect_eq(race.seen, race.rounds);
}

static void
store_loop(struct race *race)
{
	uint64_t v = race_value(race);

	for (; atomic_load_acq_int(&race->stop) == 0; v++) {
		if (lab_store(lab_va(0), v)) {
			race->count++;
			atomic_store_rel_long(&race->seen, v);
		}
		race_tried(race);
	}
}

/* Takes write access away by turns of both means. */
static void
revoke_write_loop(struct race *race)
{
	vm_page_t m = race->lab->m[0];
	volatile uint64_t *word = lab_words(m);
	uint64_t before, v;
	u_long i;

	for (i = 0; i < race->rounds; i++) {
		vm_page_undirty(m);
		before = *word;
		race_enter(race, lab_va(0), m, RW);
		while (*word == before && atomic_load_acq_int(&race->stop) == 0)
			cpu_spinwait();
		if (i % 2 == 0)
			pmap_remove_write(m);
		else
			pmap_protect(race->lab->pmap, lab_va(0), lab_va(1), R);
		v = *word;
		if (m->dirty == 0)
			race->bad++; /* PM-28: a modification was lost */
		race_linger(race);
		if (*word != v)
			race->bad++; /* TL-03: a store after the return */
	}
}

HF_SCENARIO(tlb_write_revoked, "pmap.tlb_write_revoked", "TL-03 PM-28 PM-29",
    "after write access is revoked no store lands, none before it is lost",
    .flags = SMP)
{
	struct race race = { .rounds = race_rounds(16),
		.attack = revoke_write_loop,
		.victim = store_loop,
		.all_cpus = true };

	race_in_lab(&race, 1);
}

/*
 * The only mapping of a region goes, and its table page with it; the
 * frame of the table comes back full of leaves that point to POISON.
 */
static void
table_loop(struct race *race)
{
	struct lab *lab = race->lab;
	vm_page_t fake[4];
	u_long i;
	int n, k;

	*lab_words(lab->m[1]) = POISON;
	for (i = 1; i <= race->rounds; i++) {
		*lab_words(lab->m[0]) = i;
		race_enter(race, lab_va(0), lab->m[0], R);
		race_wait_seen(race, i);
		pmap_remove(lab->pmap, lab_va(0), lab_va(1));
		for (n = 0; n < 4; n++) {
			fake[n] = vm_page_alloc_noobj(VM_ALLOC_WIRED);
			if (fake[n] == NULL)
				break;
			for (k = 0; k < 8; k++)
				lab_words(fake[n])[k] =
				    VM_PAGE_TO_PHYS(lab->m[1]) | X86_PG_V |
				    X86_PG_RW | X86_PG_U | X86_PG_A | X86_PG_M;
		}
		race_linger(race);
		while (n > 0)
			vm_page_unwire(fake[--n], PQ_INACTIVE);
	}
}

HF_SCENARIO(tlb_table_reuse, "pmap.tlb_table_reuse", "TL-10",
    "a freed table page is not walked, whatever its frame holds", .flags = SMP)
{
	struct race race = { .rounds = race_rounds(10),
		.attack = table_loop,
		.victim = race_reader,
		.all_cpus = true };

	race_in_lab(&race, 2);
}

/* Leaves the address space and comes back, loading some times each time. */
static void
switch_reader(struct race *race)
{
	struct proc *p = curproc;
	uint64_t v;
	int i;

	while (atomic_load_acq_int(&race->stop) == 0) {
		for (i = 0; i < 3; i++) {
			if (!lab_load(lab_va(0), &v))
				continue;
			race->count++;
			if (v == POISON) {
				race->bad++;
				return;
			}
			atomic_store_rel_long(&race->seen, v);
		}
		race_tried(race);
		hf_thread_setproc(&proc0);
		hf_thread_setproc(p);
	}
}

HF_SCENARIO(tlb_switch, "pmap.tlb_switch", "TL-07",
    "a CPU that switches into the address space meanwhile misses no flush",
    .flags = SMP)
{
	struct race race = { .variant = BY_REMOVE,
		.rounds = race_rounds(12),
		.attack = revoke_loop,
		.victim = switch_reader,
		.all_cpus = true };

	race_in_lab(&race, 2);
}

/* Two threads take away mappings of one page: one by range, one by page. */
static void
enter_remove_loop(struct race *race)
{
	u_long i;

	for (i = 0; i < race->rounds; i++) {
		race_enter(race, lab_va(0), race->lab->m[0], RW);
		race_enter(race, lab_va(2), race->lab->m[0], R);
		pmap_remove(race->lab->pmap, lab_va(0), lab_va(3));
	}
}

static void
remove_all_loop(struct race *race)
{
	while (atomic_load_acq_int(&race->stop) == 0) {
		pmap_remove_all(race->lab->m[0]);
		(void)pmap_ts_referenced(race->lab->m[0]);
		race->count++;
		race_tried(race);
	}
}

HF_SCENARIO(tlb_remove_meets_remove_all, "pmap.tlb_two_removers",
    "TL-11 TL-08 IP-10",
    "pmap_remove() and pmap_remove_all() of one page meet without harm",
    .flags = SMP)
{
	struct lab lab;
	struct race race = { .lab = &lab,
		.rounds = race_rounds(25),
		.attack = enter_remove_loop,
		.victim = remove_all_loop,
		.all_cpus = true };

	lab_open(&lab, 1);
	race_run(&race);
	hf_expect(!pmap_page_is_mapped(lab.m[0]) ||
	    hf_pmap_leaf(lab.pmap, lab_va(0)) != 0);
	pmap_remove_all(lab.m[0]);
	hf_expect_eq(pmap_resident_count(lab.pmap), 1);
	hf_expect(hf_pmap_check() == NULL);
	lab_close(&lab);
}

/* Each maps and unmaps its own page; each flush interrupts the others. */
static void
duel(struct race *race, int who)
{
	vm_offset_t va = lab_va(100 * who);
	u_long i;

	for (i = 0; i < race->rounds; i++) {
		race_enter(race, va, race->lab->m[who % LAB_PAGES_MAX], RW);
		if (!lab_can_load(va))
			race->failed++;
		pmap_remove(race->lab->pmap, va, va + PAGE_SIZE);
		vm_page_t m = vm_page_alloc_noobj(VM_ALLOC_WIRED);

		if (m != NULL)
			vm_page_unwire(m, PQ_INACTIVE);
	}
}

static void
duel_attack(struct race *race)
{
	duel(race, 0);
}

static void
duel_victim(struct race *race)
{
	duel(race, 1 + (int)race->more);
}

HF_SCENARIO(tlb_duel, "pmap.tlb_duel", "TL-08",
    "CPUs that shoot at each other all get through", .flags = SMP)
{
	struct lab lab;
	struct race race = { .lab = &lab,
		.rounds = race_rounds(25),
		.attack = duel_attack,
		.victim = duel_victim,
		.all_cpus = true };

	lab_open(&lab, MIN(hf_smp_wait(), LAB_PAGES_MAX));
	race_run(&race);
	hf_expect_eq(pmap_resident_count(lab.pmap), 1);
	lab_close(&lab);
}

/* A kernel address, global, hot on the other CPU. */
static vm_offset_t race_kva;

static void
kernel_reader(struct race *race)
{
	uint64_t v;

	while (atomic_load_acq_int(&race->stop) == 0) {
		if (lab_peek(race_kva, &v)) {
			race->count++;
			if (v == POISON) {
				race->bad++;
				return;
			}
			atomic_store_rel_long(&race->seen, v);
		}
		race_tried(race);
	}
}

static void
kernel_loop(struct race *race)
{
	volatile uint64_t *word = lab_words(race->lab->m[0]);
	u_long i;

	for (i = 1; i <= race->rounds; i++) {
		*word = 2 * i;
		pmap_qenter(race_kva, &race->lab->m[0], 1);
		race_wait_seen(race, 2 * i);
		*lab_words(race->lab->m[1]) = 2 * i + 1;
		if (i % 2 == 0)
			pmap_qremove(race_kva, 1);
		else
			pmap_qenter(race_kva, &race->lab->m[1], 1);
		*word = POISON;
		race_linger(race);
	}
	pmap_qremove(race_kva, 1);
}

HF_SCENARIO(tlb_kernel, "pmap.tlb_kernel", "TL-13 TL-02 PM-41",
    "a kernel mapping replaced or removed is used by no CPU", .flags = SMP)
{
	struct race race = { .rounds = race_rounds(8),
		.attack = kernel_loop,
		.victim = kernel_reader,
		.all_cpus = true };

	race_kva = kva_alloc(PAGE_SIZE);
	hf_require(race_kva != 0);
	race_in_lab(&race, 2);
	kva_free(race_kva, PAGE_SIZE);
}
