/* SPDX-License-Identifier: BSD-2-Clause */
/* runner.c: guest after guest until every chosen scenario has a result. */
#include "run/runner.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "core/interrupt.h"
#include "core/monotonic.h"
#include "core/self.h"
#include "run/disk.h"
#include "run/environment.h"
#include "run/fail_nth_guests.h"
#include "run/guest.h"
#include "run/watch.h"

struct runner {
	const struct run_options *opt;
	struct reports *reports;
	size_t nresults;
	struct scenario_result *results;   /* one a chosen scenario */
	const struct scenario **scenarios; /* of results[i] */
	struct scenario_result **reported; /* in that order */
	size_t nreported;
	struct scenario_result **pending; /* for guests, in that order */
	size_t npending;
	size_t nshared; /* of pending: the first ones may share a guest */
	struct result_totals totals;
	uint64_t loop_tsc; /* of the last guest that told it; 0: none */
	struct hf_err *err;
	struct environment environment; /* the reports point into these */
	struct report_disk disks[RUN_DISKS_MAX];
	char disk[DISK_TEXT_BYTES], stopped[64], build_id[SELF_BUILD_ID_BYTES];
};

const char *
runner_skip_reason(const struct scenario *s, const struct run_options *opt)
{
	if ((s->flags & HF_NEEDS_SMP) != 0 && opt->ncpus < 2)
		return ("needs two CPUs (--cpus 2)");
	if (disks_needed(s->flags) > opt->ndisks)
		return (opt->ndisks == 0
			? "needs a disk, and the default image is not beside "
			  "the program (--disk FILE)"
			: "needs a second disk, and its default image is not "
			  "beside the program (--disk FILE --disk FILE)");
	if ((s->flags & HF_ENDS_GUEST) != 0 && opt->fail_nth != NULL)
		return ("ends the guest: what it leaves cannot be looked at");
	return (NULL);
}

unsigned int
runner_disks_needed(const struct scenario_list *list, const bool *chosen)
{
	uint32_t flags = 0;

	for (size_t i = scenario_next_chosen(list, chosen, 0);
	     i < list->nscenarios;
	     i = scenario_next_chosen(list, chosen, i + 1))
		flags |= list->scenarios[i].flags;
	return (disks_needed(flags));
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

	reports_scenario_begin(r->reports, id);
}

static void
on_settled(void *arg, struct scenario_result *res)
{
	struct runner *r = arg;

	r->reported[r->nreported++] = res;
	totals_add(&r->totals, res);
	reports_scenario_end(r->reports, res);
	if (reports_are_unread(r->reports))
		interrupt_note(SIGPIPE);
}

uint64_t
runner_timeout_ms(const struct run_options *opt, const struct scenario *s)
{
	return (s->timeout_ms != 0 && !opt->timeout_rules ? s->timeout_ms
							  : opt->timeout_ms);
}

static uint64_t
timeout_of(void *arg, const struct scenario_result *res)
{
	struct runner *r = arg;

	return (runner_timeout_ms(r->opt, scenario_of(r, res)));
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

static void
leave_out(struct runner *r, struct scenario_result **left, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		left[i]->verdict = HF_VERDICT_NOT_RUN;
		result_set_reason(left[i], "not run: interrupted by %s",
		    interrupt_name(interrupt_noted()));
		on_settled(r, left[i]);
	}
}

/* What a guest for these has to offer. */
static uint32_t
flags_of(struct runner *r, struct scenario_result **left, size_t n)
{
	uint32_t flags = 0;

	for (size_t i = 0; i < n; i++)
		flags |= scenario_of(r, left[i])->flags;
	return (flags);
}

static struct guest *
make_guest(struct runner *r, struct scenario_result **left, size_t n)
{
	return (guest_new(r->opt, flags_of(r, left, n), left, n, r->err));
}

/* How many of the n pending ones at left go into the next guest together. */
static size_t
share_guest(const struct runner *r, struct scenario_result **left)
{
	size_t at = (size_t)(left - r->pending);

	return (at < r->nshared ? r->nshared - at : 1);
}

/* All the guests of one scenario in which something fails. */
static enum watch_outcome
run_failing(
    struct runner *r, struct scenario_result *res, const struct watch_ops *ops)
{
	enum watch_outcome outcome;

	outcome =
	    fail_nth_guests(r->opt, flags_of(r, &res, 1), ops, res, r->err);
	on_settled(r, res);
	return (outcome);
}

/* Runs everything pending; first is the guest made for the first of them. */
static void
run_pending(struct runner *r, struct guest *first)
{
	struct watch_ops ops = { .arg = r,
		.live = reports_are_live(r->reports),
		.began = on_began,
		.settled = on_settled,
		.timeout_ms = timeout_of };
	struct scenario_result **left = r->pending;
	struct scenario_result **end = left + r->npending;
	enum watch_outcome outcome;
	struct guest *g = first;
	size_t n;

	/* It has shown that there can be one. */
	if (r->opt->fail_nth != NULL) {
		guest_free(g);
		g = NULL;
	}
	while (left < end && interrupt_noted() == 0) {
		if (g == NULL && r->opt->fail_nth == NULL)
			g = make_guest(r, left, share_guest(r, left));
		n = 0;
		if (r->opt->fail_nth != NULL) {
			outcome = run_failing(r, left[0], &ops);
			n = 1;
		} else
			outcome = g == NULL ? WATCH_ERROR
					    : watch_guest(g, &ops, &n, r->err);
		left += n;
		if (g != NULL && g->verdict.loop_tsc != 0)
			r->loop_tsc = g->verdict.loop_tsc;
		if (outcome == WATCH_INTERRUPTED)
			break;
		guest_free(g);
		g = NULL;
		if (outcome == WATCH_ERROR) {
			lose(r, left, (size_t)(end - left), r->err->text);
			return;
		}
		if (outcome == WATCH_HOPELESS) {
			lose(r, left, (size_t)(end - left),
			    "a guest ended before its first scenario began");
			return;
		}
	}
	leave_out(r, left, (size_t)(end - left));
}

/* Results for the chosen, and who of them needs a guest. */
static void
prepare(struct runner *r, const struct scenario_list *list, const bool *chosen)
{
	size_t n = 0;

	for (size_t i = scenario_next_chosen(list, chosen, 0);
	     i < list->nscenarios;
	     i = scenario_next_chosen(list, chosen, i + 1))
		n++;
	r->nresults = n;
	r->results = calloc(n, sizeof(*r->results));
	r->scenarios = calloc(n, sizeof(*r->scenarios));
	r->reported = calloc(n, sizeof(*r->reported));
	r->pending = calloc(n, sizeof(*r->pending));
	hf_check_memory(r->results != NULL && r->scenarios != NULL &&
	    r->reported != NULL && r->pending != NULL);
	n = 0;
	for (size_t i = scenario_next_chosen(list, chosen, 0);
	     i < list->nscenarios;
	     i = scenario_next_chosen(list, chosen, i + 1)) {
		const struct scenario *s = &list->scenarios[i];

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
describe(struct runner *r, struct report_environment *env)
{
	environment_read(&r->environment);
	disk_text(r->opt, 0, r->disk);
	for (unsigned int i = 0; i < r->opt->ndisks; i++) {
		r->disks[i] =
		    (struct report_disk){ .image = r->opt->disks[i].path,
			    .how = disk_how(&r->opt->disks[i]) };
		snprintf(
		    r->disks[i].name, sizeof(r->disks[i].name), "vtbd%u", i);
	}
	*env = (struct report_environment){ .version = HF_VERSION,
		.build_id = self_build_id(r->build_id),
		.accelerator = r->environment.accelerator,
		.host_kernel = r->environment.host_kernel,
		.cpu = r->environment.cpu,
		.guest = r->opt->kernel.name,
		.guest_sha256 = r->opt->kernel_sha256,
		.disk = r->disk,
		.disks = r->disks,
		.ndisks = r->opt->ndisks,
		.ncpus = r->opt->ncpus,
		.memory_bytes = r->opt->memory_bytes,
		.seed = r->opt->seed,
		.options = r->opt->options,
		.noptions = r->opt->noptions,
		.command = r->opt->command };
}

/* Why the run was not carried out, or NULL. */
static const char *
why_stopped(struct runner *r)
{
	if (r->err->status != EXITCODE_OK)
		return (r->err->text);
	if (interrupt_noted() == 0)
		return (NULL);
	for (size_t i = 0; i < r->nresults; i++)
		if (r->results[i].verdict == HF_VERDICT_NOT_RUN ||
		    r->results[i].verdict == HF_VERDICT_INTERRUPTED) {
			snprintf(r->stopped, sizeof(r->stopped),
			    "interrupted by %s",
			    interrupt_name(interrupt_noted()));
			return (r->stopped);
		}
	return (NULL);
}

static void
summarize(struct runner *r, uint64_t began_ns, struct report_summary *s)
{
	*s = (struct report_summary){ .totals = r->totals,
		.status = totals_status(&r->totals),
		.signal = interrupt_noted(),
		.stopped = why_stopped(r),
		.wall_ns = monotonic_ns() - began_ns,
		.ring0_ticks = (double)r->loop_tsc / HF_SPEED_INSTRUCTIONS };
	if (r->err->status != EXITCODE_OK)
		s->status = exitcode_worst(s->status, r->err->status);
}

/* Nothing could be begun, as *err says: the reports say it, too. */
static enum exitcode
refuse(struct runner *r, uint64_t began_ns)
{
	struct report_environment env;
	struct report_summary s;
	struct scenario_result **all = r->reported;

	for (size_t i = 0; i < r->nresults; i++) {
		const char *why = runner_skip_reason(r->scenarios[i], r->opt);

		all[i] = &r->results[i];
		all[i]->verdict =
		    why != NULL ? HF_VERDICT_SKIP : HF_VERDICT_LOST;
		result_set_reason(all[i], "%s%s",
		    why != NULL ? "" : "never began: ",
		    why != NULL ? why : r->err->text);
		totals_add(&r->totals, all[i]);
	}
	describe(r, &env);
	summarize(r, began_ns, &s);
	s.status = r->err->status;
	reports_refuse(r->reports, &env, all, r->nresults, &s);
	return (s.status);
}

static enum exitcode
end_report(struct runner *r, uint64_t began_ns)
{
	struct report_summary s;
	struct hf_err err;

	summarize(r, began_ns, &s);
	if (reports_finish(r->reports, r->reported, r->nreported, &s, &err) !=
	    0) {
		/* Gone at the last moment. */
		if (reports_are_unread(r->reports))
			interrupt_note(SIGPIPE);
		*r->err = err;
		s.status = exitcode_worst(s.status, err.status);
	}
	return (s.status);
}

enum exitcode
runner_run(const struct run_options *opt, const struct scenario_list *list,
    const bool *chosen, struct reports *reports, struct hf_err *err)
{
	struct runner r = { .opt = opt, .reports = reports, .err = err };
	uint64_t began_ns = monotonic_ns();
	struct report_environment env;
	struct guest *first = NULL;
	enum exitcode status;

	err->status = EXITCODE_OK;
	prepare(&r, list, chosen);
	collect(&r, false);
	r.nshared = r.npending;
	collect(&r, true);
	/* What cannot work at all is said before a report is begun. */
	if (disks_check(opt, err) == 0 && r.npending > 0 &&
	    interrupt_noted() == 0)
		first = make_guest(&r, r.pending, share_guest(&r, r.pending));
	if (err->status != EXITCODE_OK)
		status = refuse(&r, began_ns);
	else {
		describe(&r, &env);
		reports_begin(r.reports, &env, r.nresults);
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
