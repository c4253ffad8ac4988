/* SPDX-License-Identifier: BSD-2-Clause */
/* explore_report.c: who waits for what when nobody can go on. */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/proc.h>
#include "explore_priv.h"
#include "host.h"

static struct thread *const *all;
static int nall;

static void say(const char *fmt, ...) __printflike(1, 2);

static void
say(const char *fmt, ...)
{
	char line[256];
	va_list ap;
	int len;

	va_start(ap, fmt);
	len = vsnprintf(line, sizeof(line), fmt, ap);
	va_end(ap);
	hf_host_write(line, MIN((size_t)len, sizeof(line) - 1));
}

static const char *
how_held(const struct hf_held *h)
{
	return (h->h_how == HF_HOLD_SHARED ? "shared" : "exclusive");
}

static void
say_lock_owners(const struct lock_object *lo)
{
	const char *sep = ", which is held by";

	for (int i = 0; i < nall; i++)
		for (int k = 0; all[i] != NULL && k < all[i]->td_nheld; k++)
			if (all[i]->td_held[k].h_lock == lo) {
				say("%s %d %s (%s)", sep, i, all[i]->td_name,
				    how_held(&all[i]->td_held[k]));
				sep = ",";
			}
}

/* A page, if somebody has noted that he busied it. */
static void
say_busy_owner(const void *chan)
{
	for (int i = 0; i < nall; i++)
		for (int k = 0; all[i] != NULL && k < HF_BUSY_NOTED; k++)
			if (all[i]->td_nodes.n_busy[k] == chan) {
				say(", a page last busied by %d %s", i,
				    all[i]->td_name);
				return;
			}
}

static void
say_wait(const struct thread *td)
{
	if (td->td_wchan == NULL) {
		say(" could run");
		return;
	}
	if (td->td_blocked != NULL) {
		say(" waits for the lock \"%s\" %p", td->td_blocked->lo_name,
		    (const void *)td->td_blocked);
		say_lock_owners(td->td_blocked);
		return;
	}
	say(" sleeps with \"%s\" on %p", td->td_wmesg, td->td_wchan);
	for (int i = 0; i < nall; i++)
		if (all[i] == td->td_wchan)
			say(", the end of %d %s", i, all[i]->td_name);
	say_busy_owner(td->td_wchan);
}

static void
say_has(const struct thread *td)
{
	const u_int *n = td->td_nodes.n_count;

	for (int k = 0; k < td->td_nheld; k++)
		say("    has %s \"%s\" %p\n", how_held(&td->td_held[k]),
		    td->td_held[k].h_lock->lo_name,
		    (const void *)td->td_held[k].h_lock);
	if (n[HF_NODE_TRANSITION] != 0)
		say("    has %u map entries in transition\n",
		    n[HF_NODE_TRANSITION]);
	if (n[HF_NODE_RANGE] != 0)
		say("    has %u file ranges\n", n[HF_NODE_RANGE]);
	if (n[HF_NODE_PAGING] != 0)
		say("    has %u times paging in progress\n", n[HF_NODE_PAGING]);
}

void
hf_explore_report(struct thread *const *threads, int n, const char *why)
{
	all = threads;
	nall = n;
	say("%s\n", why);
	for (int i = 0; i < n; i++) {
		if (threads[i] == NULL)
			continue;
		say("  %d %s", i, threads[i]->td_name);
		say_wait(threads[i]);
		say("\n");
		say_has(threads[i]);
	}
}
