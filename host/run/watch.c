/* SPDX-License-Identifier: BSD-2-Clause */
/* watch.c: time limits, progress and the end of one guest. */
#include "run/watch.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "abi.h"
#include "run/account.h"
#include "run/progress.h"

/* A guest that has panicked stops itself well within this time. */
#define PANIC_GRACE_MS 5000

#define NS_PER_MS 1000000ull

struct watch {
	struct guest *g;
	const struct watch_ops *ops;
	struct progress progress;
	struct activity_reader *reader;
	size_t nsettled;
	size_t shown; /* index of the scenario last passed to began() */
};

/* What the owner must know, copied under the lock. */
struct view {
	size_t current, settled;
	bool panicked, violated;
	uint64_t last_event_ns, console_bytes;
};

static struct view
look(struct watch *w)
{
	struct guest *g = w->g;
	struct view v;

	pthread_mutex_lock(&g->lock);
	v.current = g->verdict.current;
	v.panicked = g->verdict.panicked;
	v.violated = g->verdict.violated;
	v.last_event_ns = g->last_event_ns;
	v.console_bytes = g->console_bytes;
	/* All but the one at fault for whatever happens next. */
	v.settled = g->verdict.next == 0 ? 0 : g->verdict.next - 1;
	pthread_mutex_unlock(&g->lock);
	return (v);
}

static void
settle_up_to(struct watch *w, size_t n)
{
	for (; w->nsettled < n; w->nsettled++)
		w->ops->settled(
		    w->ops->arg, w->g->verdict.results[w->nsettled]);
}

static uint64_t
deadline_of(const struct watch *w, const struct view *v)
{
	uint64_t ms = w->g->opt->timeout_ms;

	if (v->panicked)
		ms = PANIC_GRACE_MS;
	else if (v->current != VERDICT_NO_SCENARIO)
		ms = w->ops->timeout_ms(
		    w->ops->arg, w->g->verdict.results[v->current]);
	return (v->last_event_ns + ms * NS_PER_MS);
}

enum woken { WOKEN_BY_END, WOKEN_BY_EVENT, WOKEN_BY_CLOCK };

/* Waits for the end, an event, the deadline or the next look at progress. */
static enum woken
wait_for_end(struct watch *w, uint64_t deadline_ns)
{
	struct pollfd fds[2] = {
		{ .fd = vm_end_fd(w->g->vm), .events = POLLIN },
		{ .fd = w->g->wake_fd, .events = POLLIN },
	};
	uint64_t now = guest_now_ns(), count;
	uint64_t ms =
	    deadline_ns > now ? (deadline_ns - now) / NS_PER_MS + 1 : 0;

	if (ms > PROGRESS_LOOK_MS)
		ms = PROGRESS_LOOK_MS;
	poll(fds, 2, (int)ms);
	if ((fds[0].revents & POLLIN) != 0)
		return (WOKEN_BY_END);
	if ((fds[1].revents & POLLIN) != 0 &&
	    read(w->g->wake_fd, &count, sizeof(count)) == sizeof(count))
		return (WOKEN_BY_EVENT);
	return (WOKEN_BY_CLOCK);
}

static bool
stalled(struct watch *w, const struct view *v, uint64_t now_ns)
{
	struct activity a;

	a = activity_look(w->reader);
	return (progress_stalled(&w->progress, &a, v->console_bytes, now_ns));
}

static void
show_current(struct watch *w, const struct view *v)
{
	if (v->current == VERDICT_NO_SCENARIO || v->current == w->shown)
		return;
	w->shown = v->current;
	w->ops->began(w->ops->arg, w->g->verdict.results[v->current]->id);
}

/* Until the guest has ended or must be ended, and why that is so. */
static enum guest_end
watch_running(struct watch *w)
{
	struct view v;
	uint64_t deadline, now;
	enum woken woken;

	for (;;) {
		v = look(w);
		settle_up_to(w, v.settled);
		show_current(w, &v);
		if (v.violated)
			return (GUEST_END_DISBELIEVED);
		deadline = deadline_of(w, &v);
		woken = wait_for_end(w, deadline);
		if (woken == WOKEN_BY_END)
			return (GUEST_END_UNKNOWN);
		if (woken == WOKEN_BY_EVENT)
			continue;
		/* Not every event wakes us: see where it is by now. */
		v = look(w);
		now = guest_now_ns();
		if (now >= deadline_of(w, &v))
			return (GUEST_END_TIMEOUT);
		if (stalled(w, &v, now))
			return (GUEST_END_NO_PROGRESS);
	}
}

/* Whether a deadline may come before our next look. */
static bool
hurried(const struct watch *w)
{
	const struct verdict *v = &w->g->verdict;

	for (size_t i = 0; i < v->nresults; i++)
		if (w->ops->timeout_ms(w->ops->arg, v->results[i]) <
		    PROGRESS_LOOK_MS)
			return (true);
	return (w->g->opt->timeout_ms < PROGRESS_LOOK_MS);
}

static enum guest_end
end_of_exit_value(uint32_t value)
{
	switch (value) {
	case HF_EXIT_DONE:
		return (GUEST_END_DONE);
	case HF_EXIT_PANIC:
		return (GUEST_END_PANIC);
	case HF_EXIT_NO_PLAN:
		return (GUEST_END_NO_PLAN);
	case HF_EXIT_BAD_BOOT:
		return (GUEST_END_BAD_BOOT);
	}
	return (GUEST_END_DIED);
}

/* The machine's own account, unless we ended it for our own reason. */
static enum guest_end
classify_end(const struct vm_end *end, enum guest_end ours)
{
	switch (end->reason) {
	case VM_END_STOPPED:
		return (ours);
	case VM_END_GUEST_EXIT:
		return (end_of_exit_value(end->guest_value));
	default:
		return (GUEST_END_DIED);
	}
}

/* After guest_stop: results and the account of a bad end. */
static enum watch_outcome
conclude(struct watch *w, enum guest_end ours)
{
	struct verdict *v = &w->g->verdict;
	const struct vm_end *end = vm_end_summary(w->g->vm);
	enum guest_end how = classify_end(end, ours);
	const char *detail = end->text[0] != '\0' ? end->text : NULL;
	char odd[64];
	size_t culprit, begun;
	bool bad;

	if (end->reason == VM_END_STOPPED)
		detail = NULL;
	if (end->reason == VM_END_GUEST_EXIT && how == GUEST_END_DIED) {
		snprintf(odd, sizeof(odd), "exit value %u means nothing",
		    end->guest_value);
		detail = odd;
	}
	culprit = verdict_culprit(v);
	begun = verdict_finish(v, how, detail, guest_now_ns());
	if (begun == 0) {
		verdict_not_begun(v->results[0], v, how, detail);
		culprit = 0;
	}
	bad = how != GUEST_END_DONE || v->panicked || v->violated || begun == 0;
	if (bad)
		v->results[culprit]->dump = account_of_bad_end(v, &w->g->tail,
		    vm_end(w->g->vm), vm_guestmem(w->g->vm),
		    w->g->opt->kernel.bytes, w->g->opt->kernel.len_bytes);
	settle_up_to(w, begun == 0 ? 1 : begun);
	return (begun == 0 ? WATCH_HOPELESS : WATCH_ENDED);
}

enum watch_outcome
watch_guest(struct guest *g, const struct watch_ops *ops, size_t *nsettled,
    struct hf_err *err)
{
	struct watch w = { .g = g, .ops = ops, .shown = VERDICT_NO_SCENARIO };
	enum watch_outcome outcome;
	enum guest_end ours;

	*nsettled = 0;
	w.reader = activity_open(g->vm);
	g->eager = ops->live || hurried(&w);
	if (guest_start(g, err) != 0) {
		activity_close(w.reader);
		return (WATCH_ERROR);
	}
	ours = watch_running(&w);
	guest_stop(g);
	activity_close(w.reader);
	outcome = conclude(&w, ours);
	*nsettled = w.nsettled;
	return (outcome);
}
