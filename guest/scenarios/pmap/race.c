/* SPDX-License-Identifier: BSD-2-Clause */
/* race.c: one CPU uses mappings while another takes them away. */

#include "race.h"

static void
attack_main(void *arg)
{
	struct race *race = arg;

	race->attack(race);
	atomic_store_rel_int(&race->stop, 1);
}

static void
victim_main(void *arg)
{
	struct race *race = arg;

	race->victim(race);
	/* Whoever waits for a value waits no longer. */
	atomic_store_rel_int(&race->stop, 1);
}

void
race_run(struct race *race)
{
	struct thread *attacker, *victim;

	if (hf_smp_wait() < 2)
		hf_skip("one CPU");
	victim =
	    hf_thread_create_in(curproc, victim_main, race, "pmap victim", 1);
	attacker =
	    hf_thread_create_in(curproc, attack_main, race, "pmap attacker", 0);
	hf_thread_join(attacker);
	hf_thread_join(victim);
	hf_expect_eq(race->bad, 0);
	hf_expect_eq(race->failed, 0);
}

void
race_in_lab(struct race *race, int pages)
{
	struct lab lab;

	race->lab = &lab;
	lab_open(&lab, pages);
	race_run(race);
	hf_expect(race->count > 0);
	lab_close(&lab);
}

void
race_reader(struct race *race)
{
	u_long least;
	uint64_t v;

	while (atomic_load_acq_int(&race->stop) == 0) {
		least = atomic_load_acq_long(&race->published);
		if (lab_load(lab_va(0), &v)) {
			race->count++;
			if (v == POISON || v < least) {
				race->bad++;
				return;
			}
			atomic_store_rel_long(&race->seen, v);
		}
		atomic_add_long(&race->tries, 1);
	}
}

void
race_wait_seen(struct race *race, u_long v)
{
	while (atomic_load_acq_long(&race->seen) < v &&
	    atomic_load_acq_int(&race->stop) == 0)
		cpu_spinwait();
}

void
race_linger(struct race *race)
{
	u_long tries = atomic_load_acq_long(&race->tries);

	/* The first may have begun before. */
	while (atomic_load_acq_long(&race->tries) < tries + 2 &&
	    atomic_load_acq_int(&race->stop) == 0)
		cpu_spinwait();
}

void
race_enter(struct race *race, vm_offset_t va, vm_page_t m, vm_prot_t prot)
{
	if (pmap_enter(race->lab->pmap, va, m, prot, VM_PROT_READ, 0) !=
	    KERN_SUCCESS)
		race->failed++;
}
