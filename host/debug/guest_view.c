/* SPDX-License-Identifier: BSD-2-Clause */
/* guest_view.c: structures, text and lists of a stopped guest. */
#include "debug/guest_view.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "debug/pagetable.h"
#include "debug/types.h"

bool
view_init(struct guest_view *v, const struct vm_end *end,
    const struct guestmem *mem, struct symbols *syms,
    struct view_budget *budget)
{
	uint64_t code, bytes, word;

	*v = (struct guest_view){
		.mem = mem, .end = end, .syms = syms, .budget = budget
	};
	if (end == NULL || mem == NULL ||
	    !symbols_object(syms, "hf_threads", &code, &bytes))
		return (false);
	for (unsigned int i = 0; i < end->ncpus; i++) {
		v->paging = &end->cpus[i];
		if (v->paging->valid && !v->paging->waiting &&
		    view_read(v, code, &word, sizeof(word)))
			return (true);
	}
	v->paging = NULL;
	return (false);
}

bool
view_read(const struct guest_view *v, uint64_t va, void *buf, size_t len_bytes)
{
	if (v->budget->reads_left == 0) {
		v->budget->used_up = true;
		return (false);
	}
	v->budget->reads_left--;
	return (va != 0 && va + len_bytes > va &&
	    pagetable_read(v->mem, v->paging, va, buf, len_bytes));
}

bool
view_field(const struct guest_view *v, uint64_t va, const char *type,
    const char *path, uint64_t *out)
{
	struct type_member m;

	*out = 0;
	return (va != 0 && types_member(v->syms, type, path, &m) &&
	    m.bytes <= sizeof(*out) &&
	    view_read(v, va + m.offset, out, m.bytes));
}

uint64_t
view_at(
    const struct guest_view *v, uint64_t va, const char *type, const char *path)
{
	struct type_member m;

	return (types_member(v->syms, type, path, &m) ? va + m.offset : 0);
}

uint64_t
view_variable(const struct guest_view *v, const char *name)
{
	uint64_t addr, bytes;

	return (symbols_object(v->syms, name, &addr, &bytes) ? addr : 0);
}

uint64_t
view_pointer(const struct guest_view *v, const char *name)
{
	uint64_t value;

	return (view_read(v, view_variable(v, name), &value, sizeof(value))
		? value
		: 0);
}

uint64_t
view_constant(const struct guest_view *v, const char *name)
{
	uint64_t value;

	return (types_constant(v->syms, name, &value) ? value : 0);
}

void
view_text(const struct guest_view *v, uint64_t va, char *text, size_t room)
{
	size_t n = 0;
	char c;

	while (n + 1 < room && view_read(v, va + n, &c, 1) && c != '\0')
		text[n++] = c >= ' ' && c <= '~' ? c : '?';
	text[n] = '\0';
}

void
view_text_field(const struct guest_view *v, uint64_t va, const char *type,
    const char *path, char *text, size_t room)
{
	struct type_member m;
	uint64_t at = 0;

	text[0] = '\0';
	if (!types_member(v->syms, type, path, &m))
		return;
	if (m.bytes == sizeof(at)) {
		if (view_read(v, va + m.offset, &at, sizeof(at)))
			view_text(v, at, text, room);
		return;
	}
	view_text(v, va + m.offset, text, m.bytes < room ? m.bytes : room);
}

void
view_list_begin(struct view_list *l, const struct guest_view *v, uint64_t head,
    const char *type, const char *link, unsigned int limit)
{
	*l = (struct view_list){
		.v = v, .type = type, .link = link, .from = head, .left = limit
	};
	if (head == 0)
		snprintf(l->trouble, sizeof(l->trouble),
		    "the image does not say where it is");
	else if (!view_read(v, head, &l->at, sizeof(l->at)))
		snprintf(l->trouble, sizeof(l->trouble),
		    "its head at %#" PRIx64 " cannot be read", head);
}

static uint64_t
give_up(struct view_list *l, const char *why, uint64_t where)
{
	if (l->v->budget->used_up)
		why = "there is too much to read";
	snprintf(l->trouble, sizeof(l->trouble), "%s at %#" PRIx64, why, where);
	l->at = 0;
	return (0);
}

uint64_t
view_list_next(struct view_list *l)
{
	uint64_t this = l->at, link[2]; /* next, and what points here */
	struct type_member m;

	if (this == 0)
		return (0);
	if (l->left-- == 0)
		return (give_up(l, "there are more than can be", this));
	if (!types_member(l->v->syms, l->type, l->link, &m) ||
	    m.bytes != sizeof(link))
		return (give_up(
		    l, "the image does not say how it is linked", this));
	if (!view_read(l->v, this + m.offset, link, sizeof(link)))
		return (give_up(l, "an element cannot be read", this));
	if (link[1] != l->from)
		return (give_up(l, "a link does not point back", this));
	l->from = this + m.offset;
	l->at = link[0];
	return (this);
}
