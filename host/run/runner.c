/* SPDX-License-Identifier: BSD-2-Clause */
/* runner.c: guest after guest until every chosen scenario has a result. */
#include "run/runner.h"

#include <stdlib.h>
#include <string.h>

#include "run/environment.h"
#include "run/guest.h"
#include "run/watch.h"

#define ANY_DISK (HF_NEEDS_DISK | HF_NEEDS_RW | HF_NEEDS_DEFAULT_IMAGE)

struct runner {
	const struct run_options *opt;
	struct report *report;
	size_t nresults;
	struct scenario_result *results;   /* one a chosen scenario */
	const struct scenario **scenarios; /* of results[i] */
	struct scenario_result **reported; /* in that order */
	size_t nreported;
	struct scenario_result **pending; /* for guests, in that order */
	size_t npending;
	size_t nshared; /* of pending: the first ones may share a guest */
	struct result_totals totals;
	struct hf_err *err;
	struct environment environment; /* the report points into these */
	char disk[512];
};

const char *
runner_skip_reason(const struct scenario *s, const struct run_options *opt)
{
	if ((s->flags & HF_NEEDS_SMP) != 0 && opt->ncpus < 2)
		return ("needs two CPUs (--cpus 2)");
	if ((s->flags & ANY_DISK) != 0 && opt->disk_path == NULL)
		return ("needs a disk, and the default image is not beside "
			"the program (--disk FILE)");
	if ((s->flags & HF_NEEDS_DEFAULT_IMAGE) != 0 && !opt->disk_is_default)
		return ("needs the files of the default image (no --disk)");
	return (NULL);
}

bool
runner_needs_disk(const struct scenario_list *list, const bool *chosen)
{
	for (size_t i = 0; i < list->nscenarios; i++)
		if (chosen[i] && (list->scenarios[i].flags & ANY_DISK) != 0)
			return (true);
	return (false);
}

static const struct scenario *
scenario_of(const struct runner *r, const struct scenario_result *res)
{
	return (r->scenarios[res - r->results]);
}

/* The callbacks of watch_guest. */
static void
on_began(void *arg, const char *id)
{
	struct runner *r = arg;

	report_scenario_begin(r->report, id);
}

static void
on_settled(void *arg, struct scenario_result *res)
{
	struct runner *r = arg;

	r->reported[r->nreported++] = res;
	totals_add(&r->totals, res);
	report_scenario_end(r->report, res);
}

static uint64_t
timeout_of(void *arg, const struct scenario_result *res)
{
	struct runner *r = arg;
	uint32_t own_ms = scenario_of(r, res)->timeout_ms;

	return (own_ms != 0 ? own_ms : r->opt->timeout_ms);
}

static void
lose(struct runner *r, struct scenario_result **left, size_t n, const char *why)
{
	for (size_t i = 0; i < n; i++) {
		left[i]->verdict = HF_VERDICT_LOST;
		result_set_reason(left[i], "never began: %s", why);
		on_settled(r, left[i]);
	}
}

static struct guest *
make_guest(struct runner *r, struct scenario_result **left, size_t n)
{
	/* A disk that the user named is there even if nobody asks for it. */
	bool with_disk = r->opt->disk_path != NULL && !r->opt->disk_is_default;

	for (size_t i = 0; i < n && r->opt->disk_path != NULL; i++)
		with_disk = with_disk ||
		    (scenario_of(r, left[i])->flags & ANY_DISK) != 0;
	return (guest_new(r->opt, with_disk, left, n, r->err));
}

/* How many of the n pending ones at left go into the next guest together. */
static size_t
share_guest(const struct runner *r, struct scenario_result **left)
{
	size_t at = (size_t)(left - r->pending);

	return (at < r->nshared ? r->nshared - at : 1);
}

/* Runs everything pending; first is the guest made for the first of them. */
static void
run_pending(struct runner *r, struct guest *first)
{
	struct watch_ops ops = { .arg = r,
		.live = report_is_live(r->report),
		.began = on_began,
		.settled = on_settled,
		.timeout_ms = timeout_of };
	struct scenario_result **left = r->pending;
	struct scenario_result **end = left + r->npending;
	enum watch_outcome outcome;
	struct guest *g = first;
	size_t n;

	while (left < end) {
		if (g == NULL)
			g = make_guest(r, left, share_guest(r, left));
		outcome =
		    g == NULL ? WATCH_ERROR : watch_guest(g, &ops, &n, r->err);
		guest_free(g);
		g = NULL;
		if (outcome == WATCH_ERROR) {
			lose(r, left, (size_t)(end - left), r->err->text);
			return;
		}
		left += n;
		if (outcome == WATCH_HOPELESS) {
			lose(r, left, (size_t)(end - left),
			    "a guest ended before its first scenario began");
			return;
		}
	}
}

/* Results for the chosen, and who of them needs a guest. */
static void
prepare(struct runner *r, const struct scenario_list *list, const bool *chosen)
{
	size_t n = 0;

	for (size_t i = 0; i < list->nscenarios; i++)
		n += chosen[i];
	r->nresults = n;
	r->results = calloc(n, sizeof(*r->results));
	r->scenarios = calloc(n, sizeof(*r->scenarios));
	r->reported = calloc(n, sizeof(*r->reported));
	r->pending = calloc(n, sizeof(*r->pending));
	hf_check(r->results != NULL && r->scenarios != NULL &&
	    r->reported != NULL && r->pending != NULL);
	n = 0;
	for (size_t i = 0; i < list->nscenarios; i++) {
		const struct scenario *s = &list->scenarios[i];

		if (!chosen[i])
			continue;
		r->scenarios[n] = s;
		r->results[n].id = s->id;
		r->results[n].title = s->title;
		r->results[n].requirements = s->requirements;
		n++;
	}
}

/* Fills pending with those of the given kind that nothing keeps from running. */
static void
collect(struct runner *r, bool ends_guest)
{
	for (size_t i = 0; i < r->nresults; i++) {
		const struct scenario *s = r->scenarios[i];

		if (((s->flags & HF_ENDS_GUEST) != 0) == ends_guest &&
		    runner_skip_reason(s, r->opt) == NULL)
			r->pending[r->npending++] = &r->results[i];
	}
}

static void
skip_the_rest(struct runner *r)
{
	for (size_t i = 0; i < r->nresults; i++) {
		const char *why = runner_skip_reason(r->scenarios[i], r->opt);

		if (why == NULL)
			continue;
		r->results[i].verdict = HF_VERDICT_SKIP;
		result_set_reason(&r->results[i], "%s", why);
		on_settled(r, &r->results[i]);
	}
}

static void
begin_report(struct runner *r)
{
	const char *how = "";
	struct report_environment env;

	environment_read(&r->environment);
	if (r->opt->disk_path != NULL && r->opt->disk_is_default)
		how = " (default image, snapshot)";
	else if (r->opt->disk_path != NULL && r->opt->snapshot)
		how = " (snapshot)";
	snprintf(r->disk, sizeof(r->disk), "%s%s",
	    r->opt->disk_path != NULL ? r->opt->disk_path : "none", how);
	env = (struct report_environment){ .version = HF_VERSION,
		.accelerator = r->environment.accelerator,
		.host_kernel = r->environment.host_kernel,
		.cpu = r->environment.cpu,
		.guest = r->opt->kernel.name,
		.disk = r->disk,
		.ncpus = r->opt->ncpus,
		.memory_bytes = r->opt->memory_bytes,
		.seed = r->opt->seed };
	report_begin(r->report, &env, r->nresults);
}

static enum exitcode
end_report(struct runner *r, uint64_t began_ns)
{
	struct report_summary s = { .totals = r->totals,
		.status = totals_status(&r->totals),
		.wall_ns = guest_now_ns() - began_ns };
	struct hf_err err;

	if (r->err->status != EXITCODE_OK)
		s.status = exitcode_worst(s.status, r->err->status);
	if (report_finish(r->report, r->reported, r->nreported, &s, &err) !=
	    0) {
		*r->err = err;
		s.status = exitcode_worst(s.status, err.status);
	}
	return (s.status);
}

enum exitcode
runner_run(const struct run_options *opt, const struct scenario_list *list,
    const bool *chosen, struct report *report, struct hf_err *err)
{
	struct runner r = { .opt = opt, .report = report, .err = err };
	uint64_t began_ns = guest_now_ns();
	struct guest *first = NULL;
	enum exitcode status;

	err->status = EXITCODE_OK;
	prepare(&r, list, chosen);
	collect(&r, false);
	r.nshared = r.npending;
	collect(&r, true);
	/* What cannot work at all is said before a report is begun. */
	if (r.npending > 0)
		first = make_guest(&r, r.pending, share_guest(&r, r.pending));
	if (r.npending > 0 && first == NULL)
		status = err->status;
	else {
		begin_report(&r);
		skip_the_rest(&r);
		run_pending(&r, first);
		status = end_report(&r, began_ns);
	}
	for (size_t i = 0; i < r.nresults; i++)
		result_reset(&r.results[i]);
	free(r.results);
	free(r.scenarios);
	free(r.reported);
	free(r.pending);
	return (status);
}
