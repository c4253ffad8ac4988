/* SPDX-License-Identifier: BSD-2-Clause */
/* shrink.c: the smallest part of a plan that still fails. */

/*
 * Delta debugging (Zeller and Hildebrandt, "Simplifying and isolating
 * failure-inducing input", 2002), from the end to the beginning: what comes
 * after the failure goes first.
 */
#include "fuzz/shrink.h"

#include <string.h>

#include "fuzz_text.h"

struct shrink {
	struct fuzz_plan *p;
	const struct shrink_ops *ops;
	bool stopped;
};

static bool
fails(struct shrink *s, const struct fuzz_plan *p)
{
	enum shrink_answer answer;

	if (s->stopped || p->n == 0)
		return (false);
	answer = s->ops->ask(s->ops->arg, p);
	s->stopped = answer == SHRINK_STOP;
	return (answer == SHRINK_FAILS);
}

/* True, and they are gone, if it fails without these steps. */
static bool
leave_out(struct shrink *s, size_t from, size_t n)
{
	struct hf_fuzz_step steps[HF_FUZZ_STEPS_MAX];
	struct fuzz_plan part = {
		.steps = steps, .n = s->p->n - n, .game = s->p->game
	};

	memcpy(steps, s->p->steps, from * sizeof(*steps));
	memcpy(&steps[from], &s->p->steps[from + n],
	    (part.n - from) * sizeof(*steps));
	if (!fails(s, &part))
		return (false);
	memcpy(s->p->steps, steps, part.n * sizeof(*steps));
	s->p->n = part.n;
	return (true);
}

static bool
is_step_of(const struct hf_fuzz_step *step, uint8_t who)
{
	return ((hf_fuzz_kinds[step->kind].args & HF_FUZZ_WHO) != 0 &&
	    step->who == who);
}

/* True if anything could be left out. */
static bool
try_chunks(struct shrink *s, size_t chunk)
{
	bool any = false;

	for (size_t end = s->p->n; end > 0 && !s->stopped;) {
		size_t n = end < chunk ? end : chunk;

		any = leave_out(s, end - n, n) || any;
		end -= n;
		if (end > s->p->n)
			end = s->p->n;
	}
	return (any);
}

/* All steps of one process or thread; true, and they are gone. */
static bool
leave_out_player(struct shrink *s, uint8_t who)
{
	struct hf_fuzz_step steps[HF_FUZZ_STEPS_MAX];
	struct fuzz_plan part = { .steps = steps, .game = s->p->game };

	for (size_t i = 0; i < s->p->n; i++)
		if (!is_step_of(&s->p->steps[i], who))
			steps[part.n++] = s->p->steps[i];
	if (part.n == s->p->n || !fails(s, &part))
		return (false);
	memcpy(s->p->steps, steps, part.n * sizeof(*steps));
	s->p->n = part.n;
	return (true);
}

static void
drop_steps(struct shrink *s)
{
	for (unsigned who = hf_fuzz_rules[s->p->game].players; who > 0; who--)
		leave_out_player(s, (uint8_t)(who - 1));
	for (size_t chunk = s->p->n / 2; chunk > 1; chunk /= 2)
		try_chunks(s, chunk);
	while (!s->stopped && try_chunks(s, 1))
		continue;
}

/* True, and it is so, if it fails with this in place of step i. */
static bool
replace(struct shrink *s, size_t i, struct hf_fuzz_step with)
{
	const struct hf_fuzz_step was = s->p->steps[i];

	s->p->steps[i] = with;
	if (fails(s, s->p))
		return (true);
	s->p->steps[i] = was;
	return (false);
}

/* Pages at the end and at the beginning of its range are left out. */
static bool
fewer_pages(struct shrink *s, size_t i)
{
	struct hf_fuzz_step step;
	bool any = false;

	for (step = s->p->steps[i]; step.n > 1;) {
		step.n--;
		if (!replace(s, i, step))
			break;
		any = true;
	}
	for (step = s->p->steps[i]; step.n > 1;) {
		step.n--;
		step.first++;
		if (!replace(s, i, step))
			break;
		any = true;
	}
	return (any);
}

/* Threads that do nothing any more are none: the others close up. */
static void
fewer_players(struct shrink *s)
{
	struct hf_fuzz_step steps[HF_FUZZ_STEPS_MAX];
	uint8_t name[HF_CREW_MAX], n = 0, who;
	struct fuzz_plan part = *s->p;

	if (s->p->game != HF_FUZZ_CREW)
		return;
	for (who = 0; who < HF_CREW_MAX; who++) {
		name[who] = n;
		for (size_t i = 0; i < s->p->n && name[who] == n; i++)
			n += is_step_of(&s->p->steps[i], who);
	}
	part.steps = memcpy(steps, s->p->steps, s->p->n * sizeof(*steps));
	for (size_t i = 0; i < part.n; i++)
		steps[i].who = name[steps[i].who];
	if (memcmp(steps, s->p->steps, part.n * sizeof(*steps)) != 0 &&
	    fails(s, &part))
		memcpy(s->p->steps, steps, part.n * sizeof(*steps));
}

bool
fuzz_shrink(struct fuzz_plan *p, const struct shrink_ops *ops)
{
	struct shrink s = { .p = p, .ops = ops };
	bool any;

	drop_steps(&s);
	fewer_players(&s);
	do {
		any = false;
		for (size_t i = 0; i < p->n && !s.stopped; i++)
			any = fewer_pages(&s, i) || any;
		any = any && try_chunks(&s, 1);
	} while (any && !s.stopped);
	return (!s.stopped);
}
