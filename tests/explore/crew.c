/* SPDX-License-Identifier: BSD-2-Clause */
/* crew.c: plans of threads at once, by many schedules, and the least that fails. */

/*
 * A plan fails if one of its schedules does.  Those of a part of it are others,
 * for a switch names its choice by number: so a part is asked by MORE times as
 * many, which always are the same ones.
 */
#include <err.h>
#include <stdio.h>
#include <stdlib.h>

#include "crew.h"
#include "fuzz/fuzz_plan.h"
#include "fuzz/shrink.h"

#define MORE 20

/* As parameters of the scenario, which the next runs have. */
static void
set_plan(const struct fuzz_plan *p)
{
	char *text = fuzz_plan_text(p, "; "), *params;

	if (asprintf(&params, "param fuzz_threads=%u\nparam fuzz_plan=%s\n",
		fuzz_plan_threads(p), text) < 0 ||
	    setenv("HF_PARAMS", params, 1) != 0)
		err(3, "plan");
	free(params);
	free(text);
}

static enum shrink_answer
ask(void *arg, const struct fuzz_plan *p)
{
	set_plan(p);
	return (
	    search_finds(CREW_SCENARIO, arg) ? SHRINK_FAILS : SHRINK_DOES_NOT);
}

/* The plan fails: the least of it, and by which switches. */
static void
tell_plan(struct fuzz_plan *p, uint64_t seed, struct search *how)
{
	const struct shrink_ops ops = { .arg = how, .ask = ask };
	const size_t before = p->n;
	char *text, *param;

	how->seeds *= MORE;
	fuzz_shrink(p, &ops);
	text = fuzz_plan_text(p, "; ");
	printf("plan of seed %llu, %zu steps: %zu are left: "
	       "holdfast fuzz --threads %u --plan '%s'\n",
	    (unsigned long long)seed, before, p->n, fuzz_plan_threads(p), text);
	if (asprintf(&param, "fuzz_threads=%u", fuzz_plan_threads(p)) < 0)
		err(3, "plan");
	search_add_param(param);
	free(param);
	if (asprintf(&param, "fuzz_plan=%s", text) < 0)
		err(3, "plan");
	search_add_param(param);
	free(param);
	free(text);
	set_plan(p);
	(void)search_scenario(CREW_SCENARIO, how);
}

enum found
search_crew(const struct crew *crew, const struct search *how)
{
	struct search alike = *how;
	enum found found = FOUND_NOTHING;
	struct fuzz_plan plan;
	uint64_t i;

	for (i = 0; i < crew->plans && found == FOUND_NOTHING; i++) {
		if (!fuzz_plan_draw_crew(
			&plan, how->first_seed + i, crew->threads, crew->steps))
			errx(2, "more steps than fit into a plan");
		if (ask(&alike, &plan) == SHRINK_FAILS) {
			tell_plan(&plan, how->first_seed + i, &alike);
			found = FOUND_BUG;
		}
		fuzz_plan_free(&plan);
	}
	printf("%llu passed, %d failed\n",
	    (unsigned long long)(i - (found == FOUND_BUG)), found == FOUND_BUG);
	return (found);
}
