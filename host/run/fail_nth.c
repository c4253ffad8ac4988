/* SPDX-License-Identifier: BSD-2-Clause */
/* fail_nth.c: all runs of one scenario, and their sum. */
#include "run/fail_nth.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Bad points told with their stacks; the rest are only named. */
#define STACKS_MAX 8

struct failing {
	const struct fail_nth_ops *ops;
	const struct fail_nth_choice *choice;
	const char *command;
	struct scenario_result *total;
	uint64_t points, outcomes[FAIL_OUTCOMES];
	uint64_t *paths; /* from the run that counts */
	size_t npaths;
};

static void
init_run(const struct failing *f, struct scenario_result *run)
{
	*run = (struct scenario_result){ .id = f->total->id,
		.title = f->total->title,
		.requirements = f->total->requirements };
}

/* The n-th fails; or, with leave, it does not and the scenario leaves there. */
static bool
run_one(struct failing *f, uint64_t n, const char *leave,
    struct scenario_result *run)
{
	char nth[40], at[200];
	const char *const params[] = { nth, at };

	init_run(f, run);
	snprintf(nth, sizeof(nth), FAIL_NTH_PARAM "=%" PRIu64, n);
	snprintf(at, sizeof(at), "fail_leave=%s", leave != NULL ? leave : "");
	if (!f->ops->run(f->ops->arg, params, leave != NULL ? 2 : 1, run)) {
		f->total->verdict = run->verdict;
		if (run->reason != NULL)
			result_set_reason(f->total, "%s", run->reason);
		return (false);
	}
	f->total->wall_ns += run->wall_ns;
	f->total->tsc += run->tsc;
	return (true);
}

/* The command without its own --fail-nth, with that of point n. */
static char *
again_of(const struct failing *f, uint64_t n)
{
	const char *option = strstr(f->command, " --fail-nth ");
	size_t head =
	    option != NULL ? (size_t)(option - f->command) : strlen(f->command);
	const char *tail = "";
	char *again;
	int made;

	if (option != NULL)
		tail = option + 12 + strcspn(option + 12, " ");
	made = asprintf(&again, "%.*s%s --fail-nth %" PRIu64 " %s", (int)head,
	    f->command, tail, n, f->total->id);
	hf_check_memory(made >= 0);
	return (again);
}

static void
note_again(struct failing *f, uint64_t n, const char *again, const char *stack)
{
	char *note;
	int made;

	made = asprintf(&note, "point %" PRIu64 ", again: %s%s%s", n, again,
	    stack != NULL ? "\n" : "", stack != NULL ? stack : "");
	hf_check_memory(made >= 0);
	result_add_note(f->total, note);
	free(note);
}

/* What went wrong, in one line. */
static char *
got_of(const struct scenario_result *run)
{
	const struct result_failure *x =
	    run->nfailures > 0 ? &run->failures[0] : NULL;
	char *got;
	int made;

	if (run->reason != NULL || x == NULL)
		made = asprintf(&got, "%s%s%s", verdict_name(run->verdict),
		    run->reason != NULL ? ": " : "",
		    run->reason != NULL ? run->reason : "");
	else
		made = asprintf(&got, "%s:%" PRIu64 ": %s%s%s%s%s%s", x->file,
		    x->line, x->text, x->got != NULL ? ", got " : "",
		    x->got != NULL ? x->got : "",
		    x->want != NULL ? ", want " : "",
		    x->want != NULL ? x->want : "",
		    run->failed > 1 ? ", and more" : "");
	hf_check_memory(made >= 0);
	return (got);
}

static bool
is_worse(enum hf_verdict a, enum hf_verdict b)
{
	return (exitcode_worst(verdict_status(a), verdict_status(b)) !=
	    verdict_status(b));
}

static void
add_bad(struct failing *f, uint64_t n, struct scenario_result *run)
{
	const struct result_point *p = run->point;
	char *again = again_of(f, n), *got = got_of(run), *stack = NULL;
	struct scenario_result *total = f->total;
	char text[256];

	if (p != NULL)
		snprintf(text, sizeof(text),
		    "point %" PRIu64 " (%s) in %s()%s%s", n, p->kind,
		    p->function,
		    run->left != NULL ? ", the scenario left at " : "",
		    run->left != NULL ? run->left : "");
	else
		snprintf(text, sizeof(text),
		    "point %" PRIu64 " was not come to before this", n);
	result_add_failure(total, p != NULL ? p->file : "fail-nth",
	    p != NULL ? p->line : 0, text, got,
	    "no panic, no hang, nothing left, all invariants");
	total->failed++;
	if (p != NULL && f->outcomes[FAIL_BAD] < STACKS_MAX)
		stack = f->ops->stack(f->ops->arg, p);
	note_again(f, n, again, stack);
	for (size_t i = 0; i < run->nnotes; i++)
		result_add_note(total, run->notes[i]);
	if (total->verdict == HF_VERDICT_NONE ||
	    is_worse(run->verdict, total->verdict))
		total->verdict = run->verdict;
	if (total->again == NULL)
		total->again = again;
	else
		free(again);
	if (total->dump == NULL) {
		total->dump = run->dump;
		run->dump = NULL;
	}
	free(stack);
	free(got);
}

/* Why the run in which the scenario only leaves does not explain this one. */
static void
note_control(struct scenario_result *run, const struct scenario_result *control)
{
	char *got = got_of(control), *note;
	int made;

	made = asprintf(&note, "%s there without a failure: %s",
	    control->left != NULL ? "leaving" : "it did not leave", got);
	hf_check_memory(made >= 0);
	result_add_note(run, note);
	free(note);
	free(got);
}

/*
 * With threads the places come in another order in each run.  So the scenario
 * may leave at another time, or not at all when the place comes late.  It is
 * enough that one of a few controls explains the run; the later ones are of
 * places further back.
 */
static bool
compare(struct failing *f, uint64_t n, struct scenario_result *run,
    enum fail_outcome *outcome)
{
	static const uint64_t back[] = { 0, 0, 8, 32, 128 };
	const size_t ntries = sizeof(back) / sizeof(back[0]);
	struct scenario_result control;
	bool go_on = true;

	for (size_t i = 0; go_on && *outcome != FAIL_OWN && i < ntries; i++) {
		go_on = run_one(
		    f, n > back[i] ? n - back[i] : 1, run->left, &control);
		*outcome = fail_nth_judge(run, &control);
		if (*outcome == FAIL_BAD && i == ntries - 1)
			note_control(run, &control);
		result_reset(&control);
	}
	return (go_on);
}

static bool
fail_one(struct failing *f, uint64_t n)
{
	struct scenario_result run;
	enum fail_outcome outcome;
	bool go_on;

	go_on = run_one(f, n, NULL, &run);
	if (go_on) {
		outcome = fail_nth_judge(&run, NULL);
		if (run.point != NULL && run.died_at != 0 &&
		    f->ops->in_scenario(f->ops->arg, run.died_at))
			outcome = FAIL_STUMBLED;
		if (outcome == FAIL_UNCLEAR)
			go_on = compare(f, n, &run, &outcome);
	}
	if (go_on) {
		fail_totals_count(&f->total->fails,
		    run.point != NULL ? run.point->kind : NULL,
		    outcome == FAIL_BAD);
		if (outcome == FAIL_BAD)
			add_bad(f, n, &run);
		f->outcomes[outcome]++;
	}
	result_reset(&run);
	return (go_on);
}

/* The run in which nothing fails.  Whether the others are worth doing. */
static bool
count_points(struct failing *f, bool *go_on)
{
	struct scenario_result *total = f->total, run;
	bool good;

	*go_on = run_one(f, 0, NULL, &run);
	total->began = run.began;
	good = *go_on && run.verdict == HF_VERDICT_PASS;
	if (good) {
		f->points = result_value(&run, "fail_points");
		f->paths = run.paths;
		f->npaths = run.npaths;
		run.paths = NULL;
		for (size_t i = 0; i < run.nvalues; i++)
			if (strncmp(run.values[i].name, "fail_p", 6) == 0)
				result_add_value(total, run.values[i].name,
				    run.values[i].value, run.values[i].unit);
	} else if (*go_on) {
		/* As it is without any failure; its account is the total's. */
		struct scenario_result as_it_is = run;

		as_it_is.began = total->began;
		result_reset(total);
		*total = as_it_is;
		if (run.verdict != HF_VERDICT_SKIP)
			result_set_reason(total,
			    "nothing was made to fail yet%s%s",
			    as_it_is.reason != NULL ? ": " : "",
			    as_it_is.reason != NULL ? as_it_is.reason : "");
		return (false);
	}
	result_reset(&run);
	return (good);
}

static void
skip(struct failing *f, const char *why)
{
	f->total->verdict = HF_VERDICT_SKIP;
	f->total->passed = 0;
	result_set_reason(f->total, "%s", why);
}

/* How many places of each kind failed, and how many of those runs were bad. */
static void
add_kinds(struct scenario_result *total)
{
	char name[16 + FAIL_KIND_BYTES];

	for (size_t i = 0; i < total->fails.nkinds; i++) {
		const struct fail_kind *k = &total->fails.kinds[i];

		snprintf(name, sizeof(name), "fail_runs.%s", k->name);
		result_add_value(total, name, k->runs, "runs");
		snprintf(name, sizeof(name), "fail_bad.%s", k->name);
		if (k->bad > 0)
			result_add_value(total, name, k->bad, "runs");
	}
}

static void
sum_up(struct failing *f)
{
	struct scenario_result *total = f->total;
	const uint64_t good = f->outcomes[FAIL_HELD] + f->outcomes[FAIL_OWN];
	char why[120];

	result_add_value(total, "fail_runs", total->fails.runs, "runs");
	result_add_value(total, "fail_held", f->outcomes[FAIL_HELD], "runs");
	result_add_value(total, "fail_own", f->outcomes[FAIL_OWN], "runs");
	result_add_value(
	    total, "fail_given_up", f->outcomes[FAIL_GIVEN_UP], "runs");
	result_add_value(
	    total, "fail_stumbled", f->outcomes[FAIL_STUMBLED], "runs");
	result_add_value(
	    total, "fail_not_reached", f->outcomes[FAIL_NOT_REACHED], "runs");
	result_add_value(total, "fail_bad", f->outcomes[FAIL_BAD], "runs");
	add_kinds(total);
	total->passed = good;
	if (f->outcomes[FAIL_BAD] > 0)
		return;
	if (good > 0)
		total->verdict = HF_VERDICT_PASS;
	else if (f->points == 0)
		skip(f, "it passes no failure point");
	else if (f->choice->n > f->points) {
		snprintf(why, sizeof(why), "it passes only %" PRIu64 " points",
		    f->points);
		skip(f, why);
	} else if (f->outcomes[FAIL_GIVEN_UP] > 0)
		skip(f, "given up: it cannot go on after the failure");
	else if (f->outcomes[FAIL_STUMBLED] > 0)
		skip(f, "it goes on with what the failure has prevented");
	else
		skip(f, "the point was not come to this time");
}

/* Scenarios with few points do not all begin with the first. */
static uint64_t
first_of(const struct failing *f)
{
	const uint64_t every = f->choice->every;
	const uint64_t n = f->choice->paths ? f->npaths : f->points;
	uint64_t h = 0;

	for (const char *s = f->total->id; *s != '\0'; s++)
		h = h * 31 + (unsigned char)*s;
	return (1 + h % (every < n ? every : n));
}

/* All that were chosen, one after another. */
static bool
fail_all(struct failing *f)
{
	const uint64_t last = f->choice->paths ? f->npaths : f->points;
	bool go_on = true;

	if (f->choice->n != 0)
		return (f->choice->n > f->points || fail_one(f, f->choice->n));
	for (uint64_t i = last == 0 ? 1 : first_of(f); go_on && i <= last;
	     i += f->choice->every)
		go_on = fail_one(f, f->choice->paths ? f->paths[i - 1] : i);
	return (go_on);
}

bool
fail_nth_scenario(const struct fail_nth_ops *ops,
    const struct fail_nth_choice *choice, const char *command,
    struct scenario_result *total)
{
	struct failing f = {
		.ops = ops, .choice = choice, .command = command, .total = total
	};
	bool go_on;

	if (!count_points(&f, &go_on))
		return (go_on);
	go_on = fail_all(&f);
	if (go_on)
		sum_up(&f);
	free(f.paths);
	return (go_on);
}
