/* SPDX-License-Identifier: BSD-2-Clause */
/* hang_report.c: put the account of a hang together. */
#include "debug/hang_report.h"

#include <inttypes.h>
#include <stdlib.h>

#include "core/err.h"
#include "debug/backtrace.h"
#include "debug/guest_locks.h"
#include "debug/guest_requests.h"
#include "debug/guest_threads.h"
#include "debug/guest_vm_state.h"
#include "debug/wait_graph.h"

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

static void
print_threads(
    FILE *f, const struct guest_view *v, const struct guest_threads *t)
{
	struct wait *waits = calloc(t->n + 1, sizeof(*waits));

	hf_check(waits != NULL);
	for (size_t i = 0; i < t->n; i++)
		wait_find(v, t, &t->thread[i], &waits[i]);
	wait_print_circles(f, t, waits);
	fprintf(f, "%zu threads:\n", t->n);
	for (size_t i = 0; i < t->n; i++)
		print_thread(f, v, t, &t->thread[i], &waits[i]);
	if (t->trouble[0] != '\0')
		fprintf(f, "the list of threads ends early: %s\n", t->trouble);
	free(waits);
}

typedef void section_fn(
    FILE *f, const struct guest_view *v, const struct guest_threads *t);

/* A heading only where there is something below it. */
static void
print_section(FILE *f, const char *title, section_fn *print,
    const struct guest_view *v, const struct guest_threads *t)
{
	char *text = NULL;
	size_t len;
	FILE *lines = open_memstream(&text, &len);

	hf_check(lines != NULL);
	print(lines, v, t);
	fclose(lines);
	if (len != 0)
		fprintf(f, "%s:\n%s", title, text);
	free(text);
}

void
hang_report(FILE *f, const struct vm_end *end, const struct guestmem *mem,
    struct symbols *syms)
{
	struct guest_threads *t;
	struct guest_view v;

	if (!view_init(&v, end, mem, syms)) {
		fprintf(f,
		    "threads: no CPU has page tables that lead to the "
		    "kernel's list\n");
		return;
	}
	t = malloc(sizeof(*t));
	hf_check(t != NULL);
	threads_load(&v, t);
	print_threads(f, &v, t);
	print_section(
	    f, "busy pages, paging objects", vm_state_print_busy, &v, t);
	print_section(
	    f, "maps busy or in transition", vm_state_print_maps, &v, t);
	print_section(f, "requests in flight", requests_print, &v, t);
	free(t);
}
