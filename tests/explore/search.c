/* SPDX-License-Identifier: BSD-2-Clause */
/* search.c: many schedules of a scenario, and the least that fails. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "search.h"

static const char *const outcomes[] = {
	[RUN_PASSED] = "passed",
	[RUN_SKIPPED] = "skipped",
	[RUN_FAILED] = "failed",
	[RUN_DIED] = "died",
	[RUN_STUCK] = "stuck",
	[RUN_HUNG] = "hung",
};

#define SINGLES 400 /* runs for a shorter schedule */

static struct run run;
static char *params; /* options of the command that replays; NULL: none */

void
search_add_param(const char *param)
{
	char *more;

	if (asprintf(&more, "%s--param '%s' ", params != NULL ? params : "",
		param) < 0)
		abort();
	free(params);
	params = more;
}

static void
print_replay(const char *id, const struct schedule *s)
{
	uint32_t i;

	printf("replay: tools/explore %s--replay '%s",
	    params != NULL ? params : "", id);
	for (i = 0; i < s->nswitches; i++)
		printf(" %u:%u", s->switches[i].choice, s->switches[i].slot);
	printf("'\n");
}

/* Of the last run. */
static void
print_outcome(const char *id)
{
	printf("%s: %s", id, outcomes[run.outcome]);
	if (run.why[0] != '\0')
		printf(": %s", run.why);
	printf("\n%s", run.output);
}

/* The last run's switches, and nothing by chance. */
static struct schedule
what_was_done(void)
{
	struct schedule s = { .nswitches = run.x->ndone };

	memcpy(s.switches, run.x->done, sizeof(s.switches));
	return (s);
}

/* Leaves out every switch without which it fails as well. */
static void
shrink(const char *id, struct schedule *s)
{
	struct schedule less;
	uint32_t i, was;

	do {
		was = s->nswitches;
		for (i = 0; i < s->nswitches; i++) {
			less = *s;
			less.nswitches--;
			memmove(&less.switches[i], &less.switches[i + 1],
			    (less.nswitches - i) * sizeof(less.switches[0]));
			run_scenario(id, &less, &run);
			if (run_is_bad(&run)) {
				*s = what_was_done();
				i = UINT32_MAX; /* from the first again */
			}
		}
	} while (s->nswitches < was);
}

/* Each switch that the first run could have made, alone. */
static enum found
sweep(const char *id, const struct search *how, uint64_t *runs)
{
	static uint16_t others[HF_EXPLORE_RECORDED];
	struct schedule s = { .nswitches = 1 };
	uint32_t n = run.x->choices, i, slot, step, left;

	if (n > HF_EXPLORE_RECORDED)
		n = HF_EXPLORE_RECORDED;
	memcpy(others, run.x->others, sizeof(others));
	/* With more choices than runs, evenly spread. */
	step = n / how->sweep + 1;
	left = how->sweep;
	for (i = 0; i < n && left > 0; i += step)
		for (slot = 0; slot < HF_EXPLORE_SLOTS && left > 0; slot++) {
			if ((others[i] & (1u << slot)) == 0)
				continue;
			s.switches[0] = (struct hf_switch){ i, slot };
			run_scenario(id, &s, &run);
			++*runs;
			left--;
			if (run_is_bad(&run))
				return (FOUND_BUG);
		}
	return (FOUND_NOTHING);
}

/* Perhaps one switch does it, though not one of these. */
static void
try_single(const char *id, struct schedule *s)
{
	const struct search singly = { .sweep = SINGLES };
	const struct schedule usual = { .nswitches = 0 };
	uint64_t runs = 0;

	run_scenario(id, &usual, &run);
	if (sweep(id, &singly, &runs) == FOUND_BUG)
		*s = what_was_done();
}

/* The last run was bad. */
static enum found
tell(const char *id, uint64_t runs)
{
	struct schedule s = what_was_done();

	shrink(id, &s);
	if (s.nswitches > 1)
		try_single(id, &s);
	run_scenario(id, &s, &run);
	printf("%s: found by run %llu\n", id, (unsigned long long)runs);
	print_outcome(id);
	if (!run_is_bad(&run))
		printf("the same switches pass now: this run is not "
		       "deterministic\n");
	print_replay(id, &s);
	return (FOUND_BUG);
}

static bool
same_again(const char *id, const struct schedule *s)
{
	uint64_t hash = run.x->hash;

	run_scenario(id, s, &run);
	return (run.x->hash == hash);
}

static enum found
by_chance(const char *id, const struct search *how, uint64_t *runs)
{
	struct schedule s = { .preemptions = how->preemptions };
	uint64_t i;

	s.span = run.x->choices;
	for (i = 0; i < how->seeds; i++) {
		s.seed = how->first_seed + i;
		run_scenario(id, &s, &run);
		++*runs;
		if (run_is_bad(&run))
			return (FOUND_BUG);
	}
	return (FOUND_NOTHING);
}

bool
search_finds(const char *id, const struct search *how)
{
	const struct schedule usual = { .nswitches = 0 };
	uint64_t runs = 1;

	run_scenario(id, &usual, &run);
	return (run_is_bad(&run) || by_chance(id, how, &runs) == FOUND_BUG);
}

enum found
search_scenario(const char *id, const struct search *how)
{
	const struct schedule usual = { .nswitches = 0 };
	uint64_t runs = 1;
	uint32_t choices;

	run_scenario(id, &usual, &run);
	if (run_is_bad(&run))
		return (tell(id, runs));
	if (run.outcome == RUN_SKIPPED) {
		printf("skipped: %s: %s\n", id, run.why);
		return (FOUND_SKIP);
	}
	choices = run.x->choices;
	if (choices == 0) {
		printf("skipped: %s: never two threads that could run\n", id);
		return (FOUND_SKIP);
	}
	if (!same_again(id, &usual)) {
		printf("%s: two runs of one schedule differ\n", id);
		return (FOUND_BUG);
	}
	if (by_chance(id, how, &runs) == FOUND_BUG)
		return (tell(id, runs));
	if (how->sweep > 0) {
		run_scenario(id, &usual, &run);
		if (sweep(id, how, &runs) == FOUND_BUG)
			return (tell(id, runs));
	}
	printf("%s: %llu schedules of %u choices\n", id,
	    (unsigned long long)runs, choices);
	return (FOUND_NOTHING);
}

enum found
replay_scenario(const char *id, const struct schedule *s)
{
	run_scenario(id, s, &run);
	print_outcome(id);
	printf("%u of %u switches made, %u choices, run %016llx\n",
	    run.x->ndone, s->nswitches, run.x->choices,
	    (unsigned long long)run.x->hash);
	if (run.outcome == RUN_SKIPPED)
		return (FOUND_SKIP);
	return (run_is_bad(&run) ? FOUND_BUG : FOUND_NOTHING);
}

const char *
schedule_parse(char *text, const char **id, struct schedule *s)
{
	struct hf_switch *sw;
	char *word, *rest;
	char tail;

	memset(s, 0, sizeof(*s));
	*id = strtok_r(text, " ", &rest);
	if (*id == NULL)
		return ("no scenario");
	while ((word = strtok_r(NULL, " ", &rest)) != NULL) {
		if (s->nswitches == HF_EXPLORE_SWITCHES)
			return ("too many switches");
		sw = &s->switches[s->nswitches++];
		if (sscanf(word, "%u:%u%c", &sw->choice, &sw->slot, &tail) !=
			2 ||
		    sw->slot >= HF_EXPLORE_SLOTS)
			return ("a switch is CHOICE:SLOT");
	}
	return (NULL);
}
