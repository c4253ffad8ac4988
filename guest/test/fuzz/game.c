/* SPDX-License-Identifier: BSD-2-Clause */
/* game.c: one game of the VM against its model. */

#include <sys/proc.h>
#include <kern/failpoint.h>
#include <test/current.h>
#include <test/fuzz/file.h>
#include <test/fuzz/game.h>
#include <test/fuzz/holds.h>
#include <test/fuzz/look.h>
#include <test/fuzz/moves.h>
#include <test/scenario.h>
#include <vm/vm_pageout.h>
#include "fuzz_draw.h"
#include "fuzz_text.h"

struct hf_fuzz_player hf_fuzz_players[HF_FUZZ_PROCS];

static void (*const doers[HF_FUZZ_KINDS])(struct hf_fuzz_move *) = {
#define X(name, weight, args, below, words) hf_fuzz_do_##name,
	HF_FUZZ_STEPS(X)
#undef X
};

/* The first process, and the memory that all others inherit. */
static void
begin(void)
{
	struct hf_fuzz_player *first = &hf_fuzz_players[0];

	hf_fuzz_stamp_begin();
	/* Who frees pages while they are looked at makes no two games the same. */
	hf_pageout_hold();
	first->proc = hf_space_proc("first");
	hf_space_run(first->proc);
	hf_fuzz_file_begin();
	hf_fuzz_map(first, 0, 6, HF_FUZZ_ANON);
	hf_fuzz_map(first, 6, 3, HF_FUZZ_PRIVATE);
	hf_fuzz_map(first, 9, 3, HF_FUZZ_SHARED);
}

static void
end(struct proc *home)
{
	struct hf_fuzz_player *pl;

	hf_space_run(home);
	for (pl = hf_fuzz_players; pl < &hf_fuzz_players[HF_FUZZ_PROCS]; pl++)
		if (pl->proc != NULL)
			hf_fuzz_end_player(pl);
	hf_fuzz_holds_end();
	hf_fuzz_file_end();
	hf_pageout_unhold();
}

static void
make_move(const struct hf_fuzz_step *step)
{
	struct hf_fuzz_move mv = { .step = step };

	if ((hf_fuzz_kinds[step->kind].args & HF_FUZZ_WHO) != 0) {
		mv.me = &hf_fuzz_players[step->who];
		if (mv.me->proc == NULL)
			return;
		hf_space_run(mv.me->proc);
		mv.map = hf_space_map();
		mv.start = hf_fuzz_at(step->first);
		mv.end = hf_fuzz_at(step->first + step->n);
	}
	doers[step->kind](&mv);
}

/* Now every page that may be read is read, which repairs what can be. */
static void
load_all(void)
{
	struct hf_fuzz_step step = { .kind = HF_FUZZ_load, .n = 1 };

	for (step.who = 0; step.who < HF_FUZZ_PROCS; step.who++)
		for (step.first = 0; step.first < HF_FUZZ_PAGES; step.first++)
			make_move(&step);
	hf_fuzz_look();
}

/* A game by these steps.  False: something was wrong. */
static bool
play(const struct hf_fuzz_step *steps, u_int nsteps)
{
	const u_int failed = hf_current.failed;
	struct proc *home = curproc;
	char text[HF_FUZZ_TEXT_BYTES];
	u_int i;

	begin();
	hf_fuzz_look();
	hf_expect(hf_current.failed == failed);
	for (i = 0; i < nsteps && hf_current.failed == failed; i++) {
		make_move(&steps[i]);
		if (steps[i].kind == HF_FUZZ_starve)
			continue;
		hf_failpoint_disarm_all();
		hf_fuzz_look();
	}
	if (hf_current.failed == failed)
		load_all();
	else if (i > 0) {
		hf_fuzz_step_write(&steps[i - 1], text);
		hf_note("step %u: %s", i, text);
	}
	end(home);
	return (hf_current.failed == failed);
}

static struct hf_fuzz_step steps[HF_FUZZ_STEPS_MAX];

u_int
hf_fuzz_read_plan(
    const char *text, enum hf_fuzz_game game, struct hf_fuzz_step *to)
{
	struct hf_fuzz_cursor c = { text, text + strlen(text), game };
	const char *why = NULL;
	u_int n = 0;

	while (why == NULL && hf_fuzz_plan_next(&c)) {
		why = n == HF_FUZZ_STEPS_MAX ? "there are too many"
					     : hf_fuzz_step_read(&c, &to[n++]);
	}
	if (why != NULL)
		hf_note("step %u of the plan: %s", n, why);
	hf_require(why == NULL);
	return (n);
}

void
hf_fuzz_play_plan(const char *text)
{
	play(steps, hf_fuzz_read_plan(text, HF_FUZZ_ALONE, steps));
}

void
hf_fuzz_play_seed(uint64_t seed, u_int nsteps)
{
	struct hf_fuzz_draw draw;
	u_int i;

	hf_require(nsteps <= HF_FUZZ_STEPS_MAX);
	hf_fuzz_draw_begin(&draw, seed);
	for (i = 0; i < nsteps; i++)
		hf_fuzz_draw_step(&draw, &steps[i]);
	if (!play(steps, nsteps))
		hf_note("again: holdfast fuzz --seed %lu --steps %u",
		    (u_long)seed, nsteps);
}
