/* SPDX-License-Identifier: BSD-2-Clause */
/* fuzz_plan.c: a plan of "holdfast fuzz": steps from a text or a seed. */
#include "fuzz/fuzz_plan.h"

#include <stdlib.h>
#include <string.h>

#include "core/text.h"
#include "fuzz_draw.h"
#include "fuzz_text.h"

static void
make_room(struct fuzz_plan *p, enum hf_fuzz_game game)
{
	p->n = 0;
	p->game = game;
	p->steps = calloc(HF_FUZZ_STEPS_MAX, sizeof(*p->steps));
	hf_check_memory(p->steps != NULL);
}

void
fuzz_plan_free(struct fuzz_plan *p)
{
	free(p->steps);
	*p = (struct fuzz_plan){ 0 };
}

/* The whole step that begins there, for a message. */
static char *
whole_step(const char *at, const char *end)
{
	size_t len = 0;

	while (at + len < end && len < 60 && !hf_fuzz_is_end(at[len]))
		len++;
	return (text_clean_line(at, len));
}

int
fuzz_plan_parse(struct fuzz_plan *p, enum hf_fuzz_game game, const char *text,
    size_t len_bytes, const char *name, struct hf_err *err)
{
	struct hf_fuzz_cursor c = { text, text + len_bytes, game };
	const char *why, *from;
	char *shown;

	make_room(p, game);
	while (hf_fuzz_plan_next(&c)) {
		from = c.at;
		why = p->n == HF_FUZZ_STEPS_MAX
		    ? "more steps than fit into a plan"
		    : hf_fuzz_step_read(&c, &p->steps[p->n]);
		p->n++;
		if (why == NULL)
			continue;
		shown = whole_step(from, c.end);
		err_user(err, "%s: step %zu, '%s': %s", name, p->n, shown, why);
		free(shown);
		fuzz_plan_free(p);
		return (-1);
	}
	if (p->n > 0)
		return (0);
	fuzz_plan_free(p);
	return (err_user(err, "%s: there is no step in it", name));
}

void
fuzz_plan_draw(struct fuzz_plan *p, uint64_t seed, size_t nsteps)
{
	struct hf_fuzz_draw draw;

	hf_check(nsteps <= HF_FUZZ_STEPS_MAX);
	make_room(p, HF_FUZZ_ALONE);
	hf_fuzz_draw_begin(&draw, seed);
	while (p->n < nsteps)
		hf_fuzz_draw_step(&draw, &p->steps[p->n++]);
}

bool
fuzz_plan_draw_crew(
    struct fuzz_plan *p, uint64_t seed, unsigned nthreads, unsigned each)
{
	if (each > HF_FUZZ_STEPS_MAX ||
	    hf_fuzz_crew_steps(nthreads, each) > HF_FUZZ_STEPS_MAX)
		return (false);
	make_room(p, HF_FUZZ_CREW);
	p->n = hf_fuzz_crew_steps(nthreads, each);
	hf_fuzz_draw_crew(seed, nthreads, each, p->steps);
	return (true);
}

unsigned
fuzz_plan_threads(const struct fuzz_plan *p)
{
	unsigned n = 1;

	for (size_t i = 0; i < p->n; i++)
		if (p->steps[i].who >= n)
			n = p->steps[i].who + 1u;
	return (n);
}

char *
fuzz_plan_text(const struct fuzz_plan *p, const char *between)
{
	const size_t each = HF_FUZZ_TEXT_BYTES + strlen(between);
	char *text = malloc(p->n * each + 1), *at = text;

	hf_check_memory(text != NULL);
	*at = '\0';
	for (size_t i = 0; i < p->n; i++) {
		if (i > 0)
			at = stpcpy(at, between);
		at += hf_fuzz_step_write(&p->steps[i], at);
	}
	return (text);
}
