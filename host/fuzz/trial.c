/* SPDX-License-Identifier: BSD-2-Clause */
/* trial.c: a plan carried out in a guest of its own. */
#include "fuzz/trial.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "run/guest.h"
#include "run/watch.h"

struct limits {
	const struct run_options *opt;
	const struct scenario *scenario;
};

static uint64_t
time_limit(void *arg, const struct scenario_result *res)
{
	const struct limits *l = arg;

	return (runner_timeout_ms(l->opt, l->scenario));
}

/* What differs from run to run of the same failure: numbers. */
static void
copy_without_numbers(char *to, size_t bytes, const char *from)
{
	size_t n = 0;
	bool number = false;

	for (; *from != '\0' && n + 1 < bytes; from++) {
		bool digit = isxdigit((unsigned char)*from) != 0 &&
		    (number || isdigit((unsigned char)*from) != 0);

		if (digit && number)
			continue;
		number = digit;
		to[n++] = digit ? '#' : *from;
	}
	to[n] = '\0';
}

static void
name_kind(struct trial *t)
{
	const struct scenario_result *r = &t->result;
	const char *text = "";

	if (!trial_passed(t))
		text = r->nfailures > 0 ? r->failures[0].text
		    : r->reason != NULL ? r->reason
					: verdict_name(r->verdict);
	copy_without_numbers(t->kind, sizeof(t->kind), text);
}

static char *
steps_param(const struct fuzz_plan *plan)
{
	char *steps = fuzz_plan_text(plan, ";"), *param = NULL;

	if (asprintf(&param, TRIAL_PARAM "=%s", steps) < 0)
		param = NULL;
	hf_check_memory(param != NULL);
	free(steps);
	return (param);
}

static char *
threads_param(const struct fuzz_plan *plan)
{
	char *param;

	if (asprintf(
		&param, TRIAL_PARAM_THREADS "=%u", fuzz_plan_threads(plan)) < 0)
		param = NULL;
	hf_check_memory(param != NULL);
	return (param);
}

static int
run_with(struct trial *t, const struct run_options *opt,
    const struct scenario *scenario, const char *const *params, size_t nparams,
    struct hf_err *err)
{
	struct scenario_result *results[1] = { &t->result };
	struct run_options with = *opt;
	struct limits limits = { .opt = &with, .scenario = scenario };
	struct watch_ops ops = { .arg = &limits, .timeout_ms = time_limit };
	enum watch_outcome outcome = WATCH_ERROR;
	struct guest *g;
	size_t n = 0;

	memset(t, 0, sizeof(*t));
	t->result.id = scenario->id;
	t->result.title = scenario->title;
	t->result.requirements = scenario->requirements;
	with.params = params;
	with.nparams = nparams;
	g = guest_new(&with, scenario->flags, results, 1, err);
	if (g != NULL)
		outcome = watch_guest(g, &ops, &n, err);
	t->interrupted = outcome == WATCH_INTERRUPTED;
	/* One that was interrupted is left as it is: the program ends. */
	if (!t->interrupted)
		guest_free(g);
	if (outcome == WATCH_ERROR) {
		result_reset(&t->result);
		return (-1);
	}
	name_kind(t);
	return (0);
}

int
trial_run(struct trial *t, const struct run_options *opt,
    const struct scenario *scenario, const struct fuzz_plan *plan,
    struct hf_err *err)
{
	const bool crew = plan->game == HF_FUZZ_CREW;
	char *steps = steps_param(plan),
	     *threads = crew ? threads_param(plan) : NULL;
	const char *const params[] = { steps, threads };
	int rc = run_with(t, opt, scenario, params, crew ? 2 : 1, err);

	/* A guest that was interrupted goes on with them. */
	if (rc != 0 || !t->interrupted) {
		free(steps);
		free(threads);
	}
	return (rc);
}

void
trial_free(struct trial *t)
{
	result_reset(&t->result);
}

bool
trial_is_the_plans(const struct trial *t)
{
	const struct scenario_result *r = &t->result;

	return (r->began &&
	    (r->verdict == HF_VERDICT_FAIL || r->verdict == HF_VERDICT_DIED ||
		r->verdict == HF_VERDICT_TIMEOUT));
}

bool
trial_same(const struct trial *a, const struct trial *b, enum hf_fuzz_game game)
{
	if (game == HF_FUZZ_CREW)
		return (trial_is_the_plans(a) && trial_is_the_plans(b));
	return (a->result.verdict == b->result.verdict &&
	    strcmp(a->kind, b->kind) == 0);
}
