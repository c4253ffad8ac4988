/* SPDX-License-Identifier: BSD-2-Clause */
/* crew.c: every CPU does the same, when it is told to. */

#include "crew.h"

static void
other_main(void *arg)
{
	struct crew *crew = arg;
	u_int step;

	for (step = 1;; step++) {
		while (atomic_load_acq_int(&crew->step) != step)
			cpu_spinwait();
		if (crew->order == NULL)
			return;
		crew->order(crew);
		atomic_add_int(&crew->done, 1);
	}
}

static void
give_order(struct crew *crew, void (*fn)(struct crew *))
{
	crew->done = 0;
	crew->order = fn;
	atomic_store_rel_int(&crew->step, crew->step + 1);
}

void
crew_all(struct crew *crew, void (*fn)(struct crew *))
{
	give_order(crew, fn);
	while (atomic_load_acq_int(&crew->done) != crew->others)
		cpu_spinwait();
}

static void
lead_main(void *arg)
{
	struct crew *crew = arg;

	crew->lead(crew);
	give_order(crew, NULL);
}

void
crew_in_lab(int pages, void (*lead)(struct crew *))
{
	struct thread *td[CREW_MAX];
	struct lab lab;
	struct crew crew = { .lab = &lab, .lead = lead };
	u_int i;

	crew.others = MIN((u_int)hf_smp_wait(), CREW_MAX) - 1;
	lab_open(&lab, pages);
	lab_enter(
	    &lab, lab_va(500), lab.m[pages - 1], VM_PROT_READ, VM_PROT_READ);
	for (i = crew.others + 1; i-- > 0;)
		td[i] = hf_thread_create_in(curproc,
		    i == 0 ? lead_main : other_main, &crew, "pmap crew",
		    (int)i);
	for (i = 0; i <= crew.others; i++)
		hf_thread_join(td[i]);
	hf_expect_eq(crew.bad, 0);
	lab_close(&lab);
}
