/* SPDX-License-Identifier: BSD-2-Clause */
/* hang_report.c: put the account of a hang together. */
#include "debug/hang_report.h"

#include <inttypes.h>
#include <stdlib.h>

#include "core/err.h"
#include "core/limited.h"
#include "debug/backtrace.h"
#include "debug/guest_locks.h"
#include "debug/guest_requests.h"
#include "debug/guest_threads.h"
#include "debug/guest_vm_state.h"
#include "debug/wait_graph.h"

/* Of a part: several for each page of 1 GiB, and a second or so. */
#define READS_MAX 1000000u

static void
print_held(FILE *f, const struct guest_view *v, const struct guest_threads *t,
    const struct guest_thread *td)
{
	struct guest_held held[GUEST_HELD_MAX];
	struct guest_lock l;
	size_t n = locks_held(v, t, td, held);

	for (size_t i = 0; i < n; i++) {
		lock_load(v, held[i].lock, &l);
		fprintf(
		    f, "  holds %s ", held[i].shared ? "shared" : "exclusive");
		lock_print(f, v, &l);
		if (held[i].pc != 0) {
			fprintf(f, ", taken in ");
			backtrace_print_place(f, v->syms, held[i].pc - 1);
		}
		fputc('\n', f);
	}
}

static void
print_thread(FILE *f, const struct guest_view *v, const struct guest_threads *t,
    const struct guest_thread *td, const struct wait *w)
{
	threads_print_name(f, td);
	fprintf(f, ": %s", td->state);
	if (td->cpu >= 0)
		fprintf(f, " on CPU %d", td->cpu);
	if (td->channel != 0)
		fprintf(f, " on \"%s\", channel %#" PRIx64, td->message,
		    td->channel);
	if (td->idle) {
		fprintf(f, "\n");
		return;
	}
	fputc('\n', f);
	if (w->text[0] != '\0') {
		fprintf(f, "  waits for %s", w->text);
		wait_print_owners(f, t, w);
		fputc('\n', f);
	}
	print_held(f, v, t, td);
	threads_print_stack(f, v, td);
}

/* One report that is being made. */
struct report {
	struct guest_view v;
	struct view_budget budget;
	struct guest_threads *t;
	struct limited out;
	FILE *f; /* the way to out */
};

/* A part of it, with a heading (or NULL) where there is something below it. */
static void
begin_part(struct report *r, const char *heading)
{
	fflush(r->f);
	r->out.heading = heading;
	r->budget = (struct view_budget){ .reads_left = READS_MAX };
}

static void
end_part(struct report *r)
{
	if (r->budget.used_up)
		fprintf(r->f, "  more than %u words to read: left out\n",
		    READS_MAX);
}

static void
print_threads(struct report *r)
{
	struct guest_threads *t = r->t;
	struct wait *waits = calloc(GUEST_THREADS_MAX, sizeof(*waits));

	hf_check(waits != NULL);
	begin_part(r, NULL);
	threads_load(&r->v, t);
	end_part(r);
	begin_part(r, NULL);
	for (size_t i = 0; i < t->n; i++)
		wait_find(&r->v, t, &t->thread[i], &waits[i]);
	wait_print_circles(r->f, t, waits);
	end_part(r);
	begin_part(r, NULL);
	fprintf(r->f, "%zu threads:\n", t->n);
	for (size_t i = 0; i < t->n && !r->out.full; i++)
		print_thread(r->f, &r->v, t, &t->thread[i], &waits[i]);
	if (t->trouble[0] != '\0')
		fprintf(
		    r->f, "the list of threads ends early: %s\n", t->trouble);
	end_part(r);
	free(waits);
}

typedef void section_fn(
    FILE *f, const struct guest_view *v, const struct guest_threads *t);

static void
print_section(struct report *r, const char *heading, section_fn *print)
{
	begin_part(r, heading);
	if (!r->out.full)
		print(r->f, &r->v, r->t);
	end_part(r);
}

void
hang_report(FILE *f, const struct vm_end *end, const struct guestmem *mem,
    struct symbols *syms)
{
	struct report r = { .budget.reads_left = READS_MAX };

	if (!view_init(&r.v, end, mem, syms, &r.budget)) {
		fprintf(f,
		    "threads: no CPU has page tables that lead to the "
		    "kernel's list\n");
		return;
	}
	r.t = malloc(sizeof(*r.t));
	hf_check(r.t != NULL);
	r.f = limited_open(&r.out, f, HANG_REPORT_BYTES_MAX);
	print_threads(&r);
	print_section(&r, "busy pages, paging objects:\n", vm_state_print_busy);
	print_section(&r, "maps busy or in transition:\n", vm_state_print_maps);
	print_section(&r, "requests in flight:\n", requests_print);
	fclose(r.f);
	if (r.out.full)
		fprintf(f, "\n  more than %u bytes: the rest is left out\n",
		    HANG_REPORT_BYTES_MAX);
	free(r.t);
}
