/* SPDX-License-Identifier: BSD-2-Clause */
/* race.c: one CPU uses mappings while another takes them away. */

#include "race.h"

static struct race more[MAXCPU];

/* Whoever waits for a value waits no longer. */
static void
stop_all(struct race *race)
{
	for (race = race_first(race); race != NULL; race = race->next)
		atomic_store_rel_int(&race->stop, 1);
}

static void
attack_main(void *arg)
{
	struct race *race = arg;

	race->attack(race);
	stop_all(race);
}

static void
victim_main(void *arg)
{
	struct race *race = arg;

	race->victim(race);
	stop_all(race);
}

/* A race for each CPU behind the first victim's. */
static void
multiply(struct race *race, int ncpus)
{
	struct race **link = &race->next;
	int cpu;

	/* Twice at least: rounds may be of two kinds, by turns. */
	if (race->rounds > 2)
		race->rounds = ulmax(2 * race->rounds / (u_long)ncpus, 2);
	for (cpu = 2; cpu < ncpus; cpu++) {
		more[cpu] = *race;
		more[cpu].more = (u_int)cpu - 1;
		more[cpu].first = race;
		*link = &more[cpu];
		link = &more[cpu].next;
		*link = NULL;
	}
}

static void
add_up(struct race *race)
{
	struct race *r;

	for (r = race->next; r != NULL; r = r->next) {
		race->count += r->count;
		race->bad += r->bad;
		race->failed += r->failed;
	}
}

void
race_run(struct race *race)
{
	struct thread *attacker, *victims[MAXCPU];
	struct race *r;
	int n = 0;

	if (hf_smp_wait() < 2)
		hf_skip("one CPU");
	if (race->all_cpus)
		multiply(race, hf_smp_wait());
	for (r = race; r != NULL; r = r->next, n++)
		victims[n] = hf_thread_create_in(
		    curproc, victim_main, r, "pmap victim", n + 1);
	attacker =
	    hf_thread_create_in(curproc, attack_main, race, "pmap attacker", 0);
	hf_thread_join(attacker);
	while (n > 0)
		hf_thread_join(victims[--n]);
	add_up(race);
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
		least = atomic_load_acq_long(&race_first(race)->published);
		if (lab_load(lab_va(0), &v)) {
			race->count++;
			if (v == POISON || v < least) {
				race->bad++;
				return;
			}
			atomic_store_rel_long(&race->seen, v);
		}
		race_tried(race);
	}
}

void
race_wait_seen(struct race *race, u_long v)
{
	for (; race != NULL; race = race->next)
		while (atomic_load_acq_long(&race->seen) < v &&
		    atomic_load_acq_int(&race->stop) == 0)
			cpu_spinwait();
}

void
race_linger(struct race *race)
{
	u_long tries[MAXCPU];
	struct race *r;
	int n;

	for (n = 0, r = race; r != NULL; r = r->next)
		tries[n++] = atomic_load_acq_long(&r->tries);
	/* The first may have begun before. */
	for (n = 0, r = race; r != NULL; r = r->next, n++)
		while (atomic_load_acq_long(&r->tries) < tries[n] + 2 &&
		    atomic_load_acq_int(&r->stop) == 0)
			cpu_spinwait();
}

void
race_enter(struct race *race, vm_offset_t va, vm_page_t m, vm_prot_t prot)
{
	if (pmap_enter(race->lab->pmap, va, m, prot, VM_PROT_READ, 0) !=
	    KERN_SUCCESS)
		race->failed++;
}
