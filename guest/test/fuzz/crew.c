/* SPDX-License-Identifier: BSD-2-Clause */
/* crew.c: threads that play at once; where they meet, all is looked at. */

#include <sys/proc.h>
#include <kern/thread.h>
#include <test/current.h>
#include <test/fuzz/crew_priv.h>
#include <test/fuzz/game.h>
#include <test/scenario.h>
#include "fuzz_draw.h"
#include "fuzz_text.h"

struct hf_crew_thread hf_crew[HF_CREW_MAX];
u_int hf_crew_size;

static struct hf_fuzz_step steps[HF_FUZZ_STEPS_MAX];

static void
begin_thread(struct hf_crew_thread *t)
{
	u_int i;

	*t = (struct hf_crew_thread){ .self = (u_int)(t - hf_crew) };
	for (i = 0; i < HF_CREW_PAGES; i++) {
		t->cell[i].prot = VM_PROT_RW;
		t->cell[i].own = hf_crew_file_page(i) == HF_CREW_FILE;
		t->cell[i].since = hf_crew_before(t, i);
	}
	t->proc = hf_space_fork("crew");
}

/* Everything comes from one process, of which each thread gets a child. */
static void
begin(u_int nthreads)
{
	struct proc *home = curproc, *first;
	u_int i;

	hf_crew_file_begin();
	first = hf_space_proc("first");
	hf_space_run(first);
	hf_space_anon_at(hf_crew_at(0), HF_CREW_ANON);
	hf_space_anon_at(
	    hf_crew_at(HF_CREW_OWN), HF_CREW_FILE_AT - HF_CREW_OWN);
	hf_require_eq(vm_map_inherit(hf_space_map(), hf_crew_at(HF_CREW_OWN),
			  hf_crew_at(HF_CREW_FILE_AT), VM_INHERIT_SHARE),
	    KERN_SUCCESS);
	hf_crew_file_map();
	hf_crew_size = nthreads;
	for (i = 0; i < nthreads; i++)
		begin_thread(&hf_crew[i]);
	hf_space_run(home);
	hf_space_end(first);
}

static void
end(bool good)
{
	u_int i;

	for (i = 0; i < hf_crew_size; i++)
		hf_space_end(hf_crew[i].proc);
	if (good)
		hf_crew_file_check_disk();
	hf_crew_file_end();
}

static void
play(void *arg)
{
	struct hf_crew_thread *t = arg;
	u_int i;

	for (i = 0; i < t->nsteps && t->bad == NULL; i++) {
		if (t->steps[i].who != t->self)
			continue;
		hf_crew_step(t, &t->steps[i]);
		hf_yield();
	}
}

/* All threads do these steps at once, each its own. */
static void
play_round(const struct hf_fuzz_step *round, u_int nsteps)
{
	u_int i;

	for (i = 0; i < hf_crew_size; i++) {
		hf_crew[i].steps = round;
		hf_crew[i].nsteps = nsteps;
		hf_crew[i].td = hf_thread_create_in(
		    hf_crew[i].proc, play, &hf_crew[i], "crew", -1);
	}
	for (i = 0; i < hf_crew_size; i++)
		hf_thread_join(hf_crew[i].td);
	hf_crew_look();
}

/* What threads do that are not there is left out. */
static void
play_steps(u_int nsteps, u_int nthreads)
{
	const u_int failed = hf_current.failed;
	u_int from, n;

	hf_require(nthreads > 0 && nthreads <= HF_CREW_MAX);
	begin(nthreads);
	for (from = 0; from < nsteps && hf_current.failed == failed;
	     from += n + 1) {
		for (n = 0;
		     from + n < nsteps && steps[from + n].kind != HF_CREW_meet;
		     n++)
			continue;
		play_round(&steps[from], n);
	}
	end(hf_current.failed == failed);
}

void
hf_crew_play_plan(const char *text, u_int nthreads)
{
	u_int n;

	n = hf_fuzz_read_plan(text, HF_FUZZ_CREW, steps);
	play_steps(n, nthreads);
}

void
hf_crew_play_seed(uint64_t seed, u_int nthreads, u_int nsteps)
{
	const u_int failed = hf_current.failed;

	hf_require(nthreads > 0 && nthreads <= HF_CREW_MAX);
	hf_require(nsteps <= HF_FUZZ_STEPS_MAX &&
	    hf_fuzz_crew_steps(nthreads, nsteps) <= HF_FUZZ_STEPS_MAX);
	hf_fuzz_draw_crew(seed, nthreads, nsteps, steps);
	play_steps(hf_fuzz_crew_steps(nthreads, nsteps), nthreads);
	if (hf_current.failed != failed)
		hf_note("again: holdfast fuzz --threads %u --seed %lu "
			"--steps %u",
		    nthreads, (u_long)seed, nsteps);
}
