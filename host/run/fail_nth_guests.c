/* SPDX-License-Identifier: BSD-2-Clause */
/* fail_nth_guests.c: the runs of fail_nth.h, each in a guest of its own. */
#include "run/fail_nth_guests.h"

#include <stdlib.h>
#include <string.h>

#include "core/interrupt.h"

struct guests {
	const struct run_options *opt;
	uint32_t flags;
	const struct watch_ops *ops;
	const struct scenario_result *total; /* the caller's own */
	struct hf_err *err;
	enum watch_outcome outcome;
};

/* The user's parameters, and these. */
static const char **
join_params(const struct run_options *opt, const char *const *params, size_t n)
{
	const char **all = calloc(opt->nparams + n, sizeof(*all));

	hf_check_memory(all != NULL);
	for (size_t i = 0; i < opt->nparams; i++)
		all[i] = opt->params[i];
	for (size_t i = 0; i < n; i++)
		all[opt->nparams + i] = params[i];
	return (all);
}

static void
on_began(void *arg, const char *id)
{
	struct guests *g = arg;

	if (g->ops->began != NULL)
		g->ops->began(g->ops->arg, id);
}

static uint64_t
timeout_of(void *arg, const struct scenario_result *res)
{
	struct guests *g = arg;

	return (g->ops->timeout_ms(g->ops->arg, g->total));
}

static bool
run_guest(void *arg, const char *const *params, size_t nparams,
    struct scenario_result *out)
{
	struct guests *g = arg;
	struct watch_ops ops = { .arg = g,
		.live = g->ops->live,
		.began = on_began,
		.timeout_ms = timeout_of };
	const char **all = join_params(g->opt, params, nparams);
	struct run_options opt = *g->opt;
	struct guest *guest;
	size_t n;

	if (interrupt_noted() != 0) {
		g->outcome = WATCH_INTERRUPTED;
		out->verdict = HF_VERDICT_INTERRUPTED;
		result_set_reason(out, "interrupted by %s",
		    interrupt_name(interrupt_noted()));
		free(all);
		return (false);
	}
	opt.params = all;
	opt.nparams = g->opt->nparams + nparams;
	guest = guest_new(&opt, g->flags, &out, 1, g->err);
	g->outcome =
	    guest == NULL ? WATCH_ERROR : watch_guest(guest, &ops, &n, g->err);
	/* One that is paused for good is looked at by nobody any more. */
	if (g->outcome != WATCH_INTERRUPTED) {
		guest_free(guest);
		free(all);
	}
	if (g->outcome == WATCH_ERROR && out->verdict == HF_VERDICT_NONE) {
		out->verdict = HF_VERDICT_LOST;
		result_set_reason(out, "never began: %s", g->err->text);
	}
	return (g->outcome == WATCH_ENDED || g->outcome == WATCH_HOPELESS);
}

static char *
stack_of(void *arg, const struct result_point *p)
{
	struct guests *g = arg;

	return (fail_nth_stack(
	    g->opt->kernel.bytes, g->opt->kernel.len_bytes, 0, p));
}

static bool
in_scenario(void *arg, uint64_t addr)
{
	struct guests *g = arg;

	return (fail_nth_in_scenario(
	    g->opt->kernel.bytes, g->opt->kernel.len_bytes, addr));
}

enum watch_outcome
fail_nth_guests(const struct run_options *opt, uint32_t flags,
    const struct watch_ops *ops, struct scenario_result *total,
    struct hf_err *err)
{
	struct guests g = { .opt = opt,
		.flags = flags,
		.ops = ops,
		.total = total,
		.err = err };
	struct fail_nth_ops each = { .arg = &g,
		.run = run_guest,
		.stack = stack_of,
		.in_scenario = in_scenario };

	if (fail_nth_scenario(&each, opt->fail_nth, opt->command, total))
		return (WATCH_ENDED);
	return (g.outcome);
}
