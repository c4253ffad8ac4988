/* SPDX-License-Identifier: BSD-2-Clause */
/* watch.c: time limits, progress, signals and the end of one guest. */
#include "run/watch.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "abi.h"
#include "core/interrupt.h"
#include "core/lock.h"
#include "core/log.h"
#include "core/monotonic.h"
#include "debug/gdb_server.h"
#include "run/account.h"
#include "run/progress.h"
#include "run/runtime.h"

/* A guest that has panicked stops itself well within this time. */
#define PANIC_GRACE_MS 5000

/* A vCPU that does not come back within this time waits for the host. */
#define PAUSE_PATIENCE_MS 2000

struct watch {
	struct guest *g;
	const struct watch_ops *ops;
	struct progress progress;
	struct runtime runtime;
	struct activity_reader *reader;
	struct gdb_server *gdb; /* NULL: no debugger */
	size_t nsettled;
	size_t shown; /* index of the scenario last passed to began() */
};

/* What the owner must know, copied under the lock; guest_time_ns's time. */
struct view {
	uint64_t now_ns;
	size_t current, settled;
	bool panicked, violated;
	uint64_t last_event_ns, console_bytes;
};

static struct view
look(struct watch *w)
{
	struct guest *g = w->g;
	struct view v;

	lock_take(&g->lock);
	g->lost_ns = w->runtime.lost_ns;
	v.now_ns = guest_time_ns(g);
	/* An event from before the loss was known is not in the future. */
	if (g->last_event_ns > v.now_ns)
		g->last_event_ns = v.now_ns;
	v.current = g->verdict.current;
	v.panicked = g->verdict.panicked;
	v.violated = g->verdict.violated;
	v.last_event_ns = g->last_event_ns;
	v.console_bytes = g->console_bytes;
	/* All but the one at fault for whatever happens next. */
	v.settled = g->verdict.next == 0 ? 0 : g->verdict.next - 1;
	lock_drop(&g->lock);
	return (v);
}

static void
settle_up_to(struct watch *w, size_t n)
{
	for (; w->nsettled < n; w->nsettled++)
		if (w->ops->settled != NULL)
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
wait_for_end(struct watch *w, const struct view *v, uint64_t deadline_ns)
{
	struct pollfd fds[4] = {
		{ .fd = vm_end_fd(w->g->vm), .events = POLLIN },
		{ .fd = w->g->wake_fd, .events = POLLIN },
		{ .fd = interrupt_fd(), .events = POLLIN },
		{ .fd = w->gdb != NULL ? gdb_server_fd(w->gdb) : -1,
		    .events = POLLIN },
	};
	uint64_t before = monotonic_ns(), count;
	uint64_t ms = deadline_ns > v->now_ns
	    ? (deadline_ns - v->now_ns) / NS_PER_MS + 1
	    : 0;

	if (ms > PROGRESS_LOOK_MS)
		ms = PROGRESS_LOOK_MS;
	poll(fds, 4, (int)ms);
	runtime_waited(
	    &w->runtime, (ms + 1) * NS_PER_MS, before, monotonic_ns());
	if ((fds[0].revents & POLLIN) != 0)
		return (WOKEN_BY_END);
	if ((fds[2].revents & POLLIN) != 0) {
		interrupt_clear();
		return (WOKEN_BY_EVENT);
	}
	if ((fds[1].revents & POLLIN) != 0 &&
	    read(w->g->wake_fd, &count, sizeof(count)) == sizeof(count))
		return (WOKEN_BY_EVENT);
	return (fds[3].revents != 0 ? WOKEN_BY_EVENT : WOKEN_BY_CLOCK);
}

static bool
stalled(struct watch *w, const struct view *v)
{
	struct activity a;

	a = activity_look(w->reader);
	return (
	    progress_stalled(&w->progress, &a, v->console_bytes, v->now_ns));
}

static void
show_current(struct watch *w, const struct view *v)
{
	if (v->current == VERDICT_NO_SCENARIO || v->current == w->shown)
		return;
	w->shown = v->current;
	if (w->ops->began != NULL)
		w->ops->began(
		    w->ops->arg, w->g->verdict.results[v->current]->id);
}

/* What the account of a guest that is paused, or has ended, needs. */
static struct account
known(struct watch *w, const struct vm_end *end)
{
	struct guest *g = w->g;

	return ((struct account){ .verdict = &g->verdict,
	    .tail = &g->tail,
	    .end = end,
	    .mem = vm_guestmem(g->vm),
	    .elf = g->opt->kernel.bytes,
	    .elf_bytes = g->opt->kernel.len_bytes });
}

static char *
account(struct watch *w, const struct vm_end *end)
{
	struct account a = known(w, end);
	char *text;

	lock_take(&w->g->lock);
	text = account_of_bad_end(&a);
	lock_drop(&w->g->lock);
	return (text);
}

/*
 * The core file of a guest that was stopped, if the user wants one; the dump
 * tells of it.  One that cannot be written is no reason to lose the rest.
 */
static void
save_core(struct watch *w, struct scenario_result *res)
{
	struct account a = known(w, vm_end(w->g->vm));
	const char *folder = w->g->opt->core_folder;
	char *path, *dump;
	struct hf_err err;
	int rc;

	if (folder == NULL)
		return;
	rc = asprintf(&path, "%s/%s.core", folder, res->id);
	hf_check_memory(rc >= 0);
	if (account_write_core(&a, path, &err) != 0) {
		log_error("%s", err.text);
		rc = asprintf(&dump, "%s%s\n", res->dump, err.text);
	} else
		rc = asprintf(&dump, "%score file: %s\n", res->dump, path);
	hf_check_memory(rc >= 0);
	free(res->dump);
	res->dump = dump;
	free(path);
}

/* QUIT and USR1: where everything is, on standard error; the guest goes on. */
static void
tell_state(struct watch *w, const struct view *v)
{
	uint64_t began = monotonic_ns();
	char *text = account(w, vm_pause(w->g->vm, PAUSE_PATIENCE_MS));

	fprintf(stderr, "holdfast: the guest's state, in %s:\n%s",
	    v->current != VERDICT_NO_SCENARIO
		? w->g->verdict.results[v->current]->id
		: "no scenario",
	    text);
	free(text);
	vm_resume(w->g->vm);
	w->runtime.lost_ns += monotonic_ns() - began;
	fprintf(stderr, "holdfast: the guest goes on\n");
}

/* Whether the debugger had the guest stopped; that time does not count. */
static bool
serve_debugger(struct watch *w)
{
	uint64_t began = monotonic_ns();

	if (w->gdb == NULL || !gdb_server_serve(w->gdb))
		return (false);
	w->runtime.lost_ns += monotonic_ns() - began;
	return (true);
}

/* Until the guest has ended or must be ended, and why that is so. */
static enum guest_end
watch_running(struct watch *w)
{
	struct view v;
	uint64_t looked = monotonic_ns();
	enum woken woken;

	for (;;) {
		v = look(w);
		settle_up_to(w, v.settled);
		show_current(w, &v);
		if (v.violated)
			return (GUEST_END_DISBELIEVED);
		if (interrupt_noted() != 0)
			return (GUEST_END_INTERRUPTED);
		if (interrupt_asked()) {
			tell_state(w, &v);
			continue;
		}
		if (serve_debugger(w))
			continue;
		woken = wait_for_end(w, &v, deadline_of(w, &v));
		if (woken == WOKEN_BY_END)
			return (GUEST_END_UNKNOWN);
		if (woken == WOKEN_BY_EVENT &&
		    monotonic_ns() - looked < PROGRESS_LOOK_MS * NS_PER_MS)
			continue;
		looked = monotonic_ns();
		runtime_look(&w->runtime, looked);
		if (woken == WOKEN_BY_EVENT)
			continue;
		/* Not every event wakes us: see where it is by now. */
		v = look(w);
		if (v.now_ns >= deadline_of(w, &v))
			return (GUEST_END_TIMEOUT);
		if (stalled(w, &v))
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
	case VM_END_HOST:
		return (GUEST_END_HOST);
	default:
		return (GUEST_END_DIED);
	}
}

/* After guest_stop: results and the account of a bad end. */
static enum watch_outcome
conclude(struct watch *w, enum guest_end ours, struct hf_err *err)
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
	begun = verdict_finish(v, how, detail, monotonic_ns());
	if (begun == 0) {
		verdict_not_begun(v->results[0], v, how, detail);
		culprit = 0;
	}
	bad = how != GUEST_END_DONE || v->panicked || v->violated || begun == 0;
	if (bad) {
		v->results[culprit]->dump = account(w, vm_end(w->g->vm));
		save_core(w, v->results[culprit]);
	}
	settle_up_to(w, begun == 0 ? 1 : begun);
	if (how == GUEST_END_HOST) {
		err_host(err, "%s", detail);
		return (WATCH_ERROR);
	}
	return (begun == 0 ? WATCH_HOPELESS : WATCH_ENDED);
}

/*
 * A signal is to end the program.  The guest is paused, not stopped: that could
 * wait for a disk.  The one that runs is to blame, or else the next.
 */
static void
conclude_interrupted(struct watch *w)
{
	const char *signal = interrupt_name(interrupt_noted());
	struct verdict *v = &w->g->verdict;
	const struct vm_end *where = vm_pause(w->g->vm, PAUSE_PATIENCE_MS);
	size_t culprit, settled;

	guest_ignore(w->g);
	culprit = verdict_culprit(v);
	settled =
	    verdict_finish(v, GUEST_END_INTERRUPTED, signal, monotonic_ns());
	if (v->current == VERDICT_NO_SCENARIO && !v->violated && !v->panicked) {
		culprit = v->next;
		if (culprit < v->nresults) {
			verdict_not_begun(v->results[culprit], v,
			    GUEST_END_INTERRUPTED, signal);
			settled++;
		}
	}
	if (culprit < v->nresults)
		v->results[culprit]->dump = account(w, where);
	settle_up_to(w, settled);
}

/* False: there should be a debugger, and is none: *err, or a signal. */
static bool
open_debugger(struct watch *w, struct hf_err *err)
{
	const char *path = w->g->opt->gdb_socket;

	if (path != NULL)
		w->gdb = gdb_server_open(
		    w->g->vm, &w->g->opt->kernel, path, guest_wake, w->g, err);
	return (path == NULL || w->gdb != NULL);
}

enum watch_outcome
watch_guest(struct guest *g, const struct watch_ops *ops, size_t *nsettled,
    struct hf_err *err)
{
	struct watch w = { .g = g, .ops = ops, .shown = VERDICT_NO_SCENARIO };
	enum watch_outcome outcome;
	enum guest_end ours;

	*nsettled = 0;
	runtime_init(&w.runtime, monotonic_ns());
	w.reader = activity_open(g->vm);
	g->eager = ops->live || hurried(&w);
	if (!open_debugger(&w, err) || guest_start(g, err) != 0) {
		gdb_server_close(w.gdb);
		activity_close(w.reader);
		return (
		    interrupt_noted() != 0 ? WATCH_INTERRUPTED : WATCH_ERROR);
	}
	ours = watch_running(&w);
	if (ours == GUEST_END_INTERRUPTED) {
		conclude_interrupted(&w);
		outcome = WATCH_INTERRUPTED;
	} else {
		guest_stop(g);
		outcome = conclude(&w, ours, err);
	}
	gdb_server_close(w.gdb);
	activity_close(w.reader);
	*nsettled = w.nsettled;
	return (outcome);
}
