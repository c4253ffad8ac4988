/* SPDX-License-Identifier: BSD-2-Clause */
/* guest_locks.c: who holds a lock, and which locks a thread holds. */
#include "debug/guest_locks.h"

#include <inttypes.h>
#include <string.h>

#include "debug/types.h"

/* Where the word of each class is (guest/sys: mutex.h, rwlock.h, sx.h). */
static const struct {
	const char *enumerator, *name, *type, *word;
	bool is_mutex;
} classes[] = {
	{ "HF_LOCK_SPIN", "spin", "mtx", "mtx_lock", true },
	{ "HF_LOCK_MTX", "mutex", "mtx", "mtx_lock", true },
	{ "HF_LOCK_RW", "rwlock", "rwlock", "rw_lock", false },
	{ "HF_LOCK_SX", "sx", "sx", "sx_lock", false },
};

static void
decode_word(const struct guest_view *v, bool is_mutex, uint64_t word,
    struct guest_lock *l)
{
	uint64_t one = view_constant(v, "HF_HANG_RW_READER");

	if (is_mutex)
		l->owner = word & ~view_constant(v, "HF_HANG_MTX_FLAGS");
	else if ((word & view_constant(v, "HF_HANG_RW_SHARED")) == 0)
		l->owner = word & ~view_constant(v, "HF_HANG_RW_FLAGS");
	else if (one != 0)
		l->readers = word / one;
}

void
lock_load(const struct guest_view *v, uint64_t va, struct guest_lock *l)
{
	uint64_t class, word;
	const char *name;

	*l = (struct guest_lock){ .va = va, .class = "lock" };
	view_text_field(
	    v, va, "lock_object", "lo_name", l->name, sizeof(l->name));
	if (!view_field(v, va, "lock_object", "lo_class", &class))
		return;
	name = types_enumerator(v->syms, "hf_lock_class", class);
	for (size_t i = 0;
	     name != NULL && i < sizeof(classes) / sizeof(classes[0]); i++) {
		if (strcmp(name, classes[i].enumerator) != 0)
			continue;
		snprintf(l->class, sizeof(l->class), "%s", classes[i].name);
		if (!view_field(v,
			va - view_at(v, 0, classes[i].type, "lock_object"),
			classes[i].type, classes[i].word, &word))
			return;
		l->readable = true;
		decode_word(v, classes[i].is_mutex, word, l);
	}
}

/* What it belongs to, by the lock's name. */
static void
print_what(FILE *f, const struct guest_view *v, const struct guest_lock *l)
{
	uint64_t at, inode;

	if (strcmp(l->name, "vnode") == 0 &&
	    (at = view_at(v, 0, "vnode", "v_sx")) != 0 &&
	    view_field(v, l->va - at, "vnode", "v_hash", &inode))
		fprintf(f, " of inode %" PRIu64, inode);
}

void
lock_print(FILE *f, const struct guest_view *v, const struct guest_lock *l)
{
	fprintf(f, "%s \"%s\"", l->class, l->name);
	print_what(f, v, l);
	fprintf(f, " at %#" PRIx64, l->va);
}

static bool
is_held(const struct guest_held *held, size_t n, uint64_t lock)
{
	for (size_t i = 0; i < n; i++)
		if (held[i].lock == lock)
			return (true);
	return (false);
}

/* struct hf_held td_held[td_nheld]. */
static size_t
noted(const struct guest_view *v, const struct guest_thread *td,
    struct guest_held held[GUEST_HELD_MAX])
{
	uint64_t n, bytes = types_bytes(v->syms, "hf_held"), how, at;
	uint64_t shared = view_constant(v, "HF_HOLD_SHARED");
	size_t got = 0;

	at = view_at(v, td->va, "thread", "td_held");
	if (at == 0 || bytes == 0 ||
	    !view_field(v, td->va, "thread", "td_nheld", &n))
		return (0);
	for (uint64_t i = 0; i < n && got < GUEST_HELD_MAX; i++, at += bytes) {
		/* Noise ends it; a lock is never at 0. */
		if (!view_field(v, at, "hf_held", "h_lock", &held[got].lock) ||
		    held[got].lock == 0 ||
		    !view_field(v, at, "hf_held", "h_pc", &held[got].pc) ||
		    !view_field(v, at, "hf_held", "h_how", &how))
			break;
		held[got++].shared = how == shared;
	}
	return (got);
}

size_t
locks_held(const struct guest_view *v, const struct guest_threads *t,
    const struct guest_thread *td, struct guest_held held[GUEST_HELD_MAX])
{
	size_t n = noted(v, td, held);
	struct guest_lock l;

	for (size_t i = 0; i < t->n && n < GUEST_HELD_MAX; i++) {
		if (t->thread[i].blocked == 0 ||
		    is_held(held, n, t->thread[i].blocked))
			continue;
		lock_load(v, t->thread[i].blocked, &l);
		if (l.owner == td->va)
			held[n++] = (struct guest_held){ .lock = l.va };
	}
	return (n);
}
