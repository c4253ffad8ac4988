/* SPDX-License-Identifier: BSD-2-Clause */
/* wait_graph.c: from a channel to what is behind it, and to its owners. */
#include "debug/wait_graph.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "core/err.h"
#include "debug/guest_locks.h"
#include "debug/guest_requests.h"
#include "debug/guest_vm_state.h"
#include "debug/types.h"

static void
add_owner(struct wait *w, uint64_t td)
{
	for (unsigned int i = 0; i < w->nowners; i++)
		if (w->owners[i] == td)
			return;
	if (w->nowners < WAIT_OWNERS_MAX)
		w->owners[w->nowners++] = td;
}

/* Whoever noted that it holds this lock: the readers, above all. */
static void
add_holders(const struct guest_view *v, const struct guest_threads *t,
    uint64_t lock, struct wait *w)
{
	struct guest_held held[GUEST_HELD_MAX];

	for (size_t i = 0; i < t->n; i++) {
		size_t n = locks_held(v, t, &t->thread[i], held);

		for (size_t k = 0; k < n; k++)
			if (held[k].lock == lock)
				add_owner(w, t->thread[i].va);
	}
}

static void
wait_for_lock(FILE *f, const struct guest_view *v,
    const struct guest_threads *t, uint64_t lock, struct wait *w)
{
	struct guest_lock l;

	lock_load(v, lock, &l);
	lock_print(f, v, &l);
	if (!l.readable) {
		fprintf(f, ", which cannot be read");
		return;
	}
	if (l.owner != 0)
		add_owner(w, l.owner);
	else if (l.readers != 0)
		fprintf(f, " with %" PRIu64 " reader(s)", l.readers);
	add_holders(v, t, lock, w);
}

static void
add_wirer(void *arg, uint64_t start, uint64_t end, uint64_t thread)
{
	add_owner(arg, thread);
}

/* "member of what", when the channel is in a structure that is known. */
static bool
wait_for_structure(
    FILE *f, const struct guest_view *v, uint64_t channel, struct wait *w)
{
	uint64_t at, rest;
	const char *member;

	if ((at = vm_state_object_at(v, channel)) != 0) {
		member =
		    types_member_at(v->syms, "vm_object", channel - at, &rest);
		fprintf(f, "%s of ", member != NULL ? member : "?");
		vm_state_print_object(f, v, at);
		return (true);
	}
	if ((at = vm_state_map_at(v, channel)) != 0) {
		fprintf(f, "the end of a transition in map %#" PRIx64, at);
		vm_state_transitions(v, at, add_wirer, w);
		return (true);
	}
	return (false);
}

/* The thread on whose stack the channel is. */
static const struct guest_thread *
stack_of(
    const struct guest_view *v, const struct guest_threads *t, uint64_t channel)
{
	uint64_t low, pages;

	for (size_t i = 0; i < t->n; i++)
		if (view_field(
			v, t->thread[i].va, "thread", "td_kstack", &low) &&
		    view_field(v, t->thread[i].va, "thread", "td_kstack_pages",
			&pages) &&
		    channel >= low && channel - low < pages * VM_PAGE_BYTES)
			return (&t->thread[i]);
	return (NULL);
}

static void
wait_for_channel(FILE *f, const struct guest_view *v,
    const struct guest_threads *t, const struct guest_thread *td,
    struct wait *w)
{
	const struct guest_thread *other;
	uint64_t page = vm_state_page_at(v, td->channel), offset;
	char name[64];

	if (page == td->channel && page != 0) {
		vm_state_print_page(f, v, page);
		other = vm_state_page_owner(v, t, page);
		if (other != NULL)
			add_owner(w, other->va);
	} else if ((other = threads_find(t, td->channel)) != NULL) {
		fprintf(f, "the end of ");
		threads_print_name(f, other);
		add_owner(w, other->va);
		w->is_thread = true;
	} else if (requests_print_awaited(f, v, td->channel) ||
	    wait_for_structure(f, v, td->channel, w)) {
		return;
	} else if (symbols_object_at(
		       v->syms, td->channel, name, sizeof(name), &offset))
		fprintf(f, "variable %s+%#" PRIx64, name, offset);
	else if ((other = stack_of(v, t, td->channel)) != NULL) {
		fprintf(f, "something on the stack of ");
		threads_print_name(f, other);
	} else
		fprintf(f, "something at %#" PRIx64, td->channel);
}

void
wait_find(const struct guest_view *v, const struct guest_threads *t,
    const struct guest_thread *td, struct wait *w)
{
	FILE *f;

	w->nowners = 0;
	w->is_thread = false;
	w->text[0] = '\0';
	if (td->blocked == 0 && td->channel == 0)
		return;
	/* What is longer is cut. */
	f = fmemopen(w->text, sizeof(w->text) - 1, "w");
	hf_check(f != NULL);
	w->text[sizeof(w->text) - 1] = '\0';
	if (td->blocked != 0)
		wait_for_lock(f, v, t, td->blocked, w);
	else
		wait_for_channel(f, v, t, td, w);
	fclose(f);
}

void
wait_print_owners(FILE *f, const struct guest_threads *t, const struct wait *w)
{
	const struct guest_thread *td;

	for (unsigned int i = 0; i < w->nowners && !w->is_thread; i++) {
		fprintf(f, i == 0 ? ", held by " : ", ");
		td = threads_find(t, w->owners[i]);
		if (td != NULL)
			threads_print_name(f, td);
		else
			fprintf(f, "%#" PRIx64 ", which is no thread",
			    w->owners[i]);
	}
}

/* Circles that are told; a guest that is sound but for one has one. */
#define CIRCLES_MAX 16

struct search {
	const struct guest_threads *t;
	const struct wait *waits;
	unsigned char *seen; /* 0 not yet, 1 on the path, 2 done */
	size_t *path;
	size_t depth;
	FILE *f;
	unsigned int found;
};

static void
print_circle(struct search *s, size_t first)
{
	size_t at = 0;

	if (s->found++ >= CIRCLES_MAX)
		return;
	while (s->path[at] != first)
		at++;
	if (s->found == 1)
		fprintf(s->f, "DEADLOCK:\n");
	else
		fprintf(s->f, "and another one:\n");
	for (size_t i = at; i < s->depth; i++) {
		size_t next = i + 1 < s->depth ? s->path[i + 1] : first;

		fprintf(s->f, "  ");
		threads_print_name(s->f, &s->t->thread[s->path[i]]);
		fprintf(s->f, " waits for %s", s->waits[s->path[i]].text);
		if (!s->waits[s->path[i]].is_thread) {
			fprintf(s->f, ", held by ");
			threads_print_name(s->f, &s->t->thread[next]);
		}
		fputc('\n', s->f);
	}
}

/* Depth first; at most GUEST_THREADS_MAX deep. */
static void
visit(struct search *s, size_t i)
{
	const struct wait *w = &s->waits[i];
	const struct guest_thread *owner;
	size_t k;

	s->seen[i] = 1;
	s->path[s->depth++] = i;
	for (unsigned int n = 0; n < w->nowners; n++) {
		owner = threads_find(s->t, w->owners[n]);
		if (owner == NULL)
			continue;
		k = (size_t)(owner - s->t->thread);
		if (s->seen[k] == 1)
			print_circle(s, k);
		else if (s->seen[k] == 0)
			visit(s, k);
	}
	s->depth--;
	s->seen[i] = 2;
}

unsigned int
wait_print_circles(
    FILE *f, const struct guest_threads *t, const struct wait *waits)
{
	struct search s = { .t = t,
		.waits = waits,
		.seen = calloc(GUEST_THREADS_MAX, 1),
		.path = calloc(GUEST_THREADS_MAX, sizeof(*s.path)),
		.f = f };

	hf_check(s.seen != NULL && s.path != NULL);
	for (size_t i = 0; i < t->n; i++)
		if (s.seen[i] == 0)
			visit(&s, i);
	if (s.found > CIRCLES_MAX)
		fprintf(f, "and %u more\n", s.found - CIRCLES_MAX);
	free(s.seen);
	free(s.path);
	return (s.found);
}
