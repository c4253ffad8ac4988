/* SPDX-License-Identifier: BSD-2-Clause */
/* bench_crew.c: threads on several CPUs that work at the same moment. */
#include <kern/thread.h>
#include <test/bench_crew.h>

static struct hf_crew the_crew;

/*
 * Waiting is without PAUSE here: it delays the answer, and where the processor
 * has no pause filter each one is an exit.
 */
static void
member_main(void *arg)
{
	u_int who = (u_int)(uintptr_t)arg;
	struct hf_crew *crew = &the_crew;
	hf_crew_fn_t *fn;

	for (u_int turn = 1;; turn++) {
		while (atomic_load_acq_int(&crew->cr_turn) != turn)
			;
		fn = crew->cr_fn;
		if (fn == NULL)
			return;
		fn(who);
		atomic_add_rel_int(&crew->cr_finished, 1);
	}
}

static void
turn_begin(struct hf_crew *crew, hf_crew_fn_t *fn)
{
	crew->cr_fn = fn;
	crew->cr_finished = 0;
	atomic_store_rel_int(&crew->cr_turn, crew->cr_turn + 1);
}

struct hf_crew *
hf_crew_start(u_int ncpus, bool own)
{
	struct hf_crew *crew = &the_crew;
	u_int who = 1;
	int cpu;

	bzero(crew, sizeof(*crew));
	crew->cr_n = ncpus;
	crew->cr_proc[0] = curproc;
	sched_pin();
	CPU_FOREACH (cpu) {
		if (cpu == curcpu || who == ncpus)
			continue;
		crew->cr_proc[who] = own ? hf_space_proc("crew") : curproc;
		crew->cr_thread[who] = hf_thread_create_in(crew->cr_proc[who],
		    member_main, (void *)(uintptr_t)who, "crew", cpu);
		who++;
	}
	KASSERT(who == ncpus, ("hf_crew_start: %u of %u CPUs", who, ncpus));
	return (crew);
}

void
hf_crew_turn(struct hf_crew *crew, hf_crew_fn_t *fn)
{
	turn_begin(crew, fn);
	fn(0);
	while (atomic_load_acq_int(&crew->cr_finished) != crew->cr_n - 1)
		;
}

void
hf_crew_end(struct hf_crew *crew)
{
	turn_begin(crew, NULL);
	for (u_int who = 1; who < crew->cr_n; who++) {
		hf_thread_join(crew->cr_thread[who]);
		if (crew->cr_proc[who] != curproc)
			hf_space_end(crew->cr_proc[who]);
	}
	sched_unpin();
}

vm_map_t
hf_crew_map(const struct hf_crew *crew, u_int who)
{
	return (&crew->cr_proc[who]->p_vmspace->vm_map);
}

u_int
hf_crew_next(u_int ncpus)
{
	if (ncpus == (u_int)mp_ncpus)
		return (0);
	return (MIN(ncpus < 4 ? ncpus + 1 : 2 * ncpus, (u_int)mp_ncpus));
}

const char *
hf_crew_name(const char *name, u_int ncpus)
{
	static char text[64];

	snprintf(text, sizeof(text), "%s_cpus%u", name, ncpus);
	return (text);
}
