/* SPDX-License-Identifier: BSD-2-Clause */
/* shrink.c: the smallest part of a plan that still fails. */

/*
 * Delta debugging (Zeller and Hildebrandt, "Simplifying and isolating
 * failure-inducing input", 2002), from the end to the beginning: what comes after the
 * failure goes first.
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
	struct fuzz_plan part = { .steps = steps, .n = s->p->n - n };

	memcpy(steps, s->p->steps, from * sizeof(*steps));
	memcpy(&steps[from], &s->p->steps[from + n],
	    (part.n - from) * sizeof(*steps));
	if (!fails(s, &part))
		return (false);
	memcpy(s->p->steps, steps, part.n * sizeof(*steps));
	s->p->n = part.n;
	return (true);
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

static void
drop_steps(struct shrink *s)
{
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

bool
fuzz_shrink(struct fuzz_plan *p, const struct shrink_ops *ops)
{
	struct shrink s = { .p = p, .ops = ops };
	bool any;

	drop_steps(&s);
	do {
		any = false;
		for (size_t i = 0; i < p->n && !s.stopped; i++)
			any = fewer_pages(&s, i) || any;
		any = any && try_chunks(&s, 1);
	} while (any && !s.stopped);
	return (!s.stopped);
}
