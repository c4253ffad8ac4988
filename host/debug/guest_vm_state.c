/* SPDX-License-Identifier: BSD-2-Clause */
/* guest_vm_state.c: busy pages, paging objects, maps in transition. */
#include "debug/guest_vm_state.h"

#include <inttypes.h>

#include "debug/types.h"

#define OBJECTS_MAX 65536u
#define PAGES_MAX   (1u << 24)
#define ENTRIES_MAX 65536u
#define LINES_MAX   64 /* of busy pages; the rest is counted */

uint64_t
vm_state_page_at(const struct guest_view *v, uint64_t address)
{
	uint64_t array = view_pointer(v, "vm_page_array");
	uint64_t n = view_pointer(v, "vm_page_array_size");
	uint64_t bytes = types_bytes(v->syms, "vm_page");

	if (array == 0 || bytes == 0 || address < array ||
	    (address - array) / bytes >= n)
		return (0);
	return (array + (address - array) / bytes * bytes);
}

static void
objects_begin(struct view_list *l, const struct guest_view *v)
{
	view_list_begin(l, v, view_variable(v, "vm_object.c:live_list"),
	    "vm_object", "object_list", OBJECTS_MAX);
}

uint64_t
vm_state_object_at(const struct guest_view *v, uint64_t address)
{
	uint64_t bytes = types_bytes(v->syms, "vm_object"), object;
	struct view_list l;

	objects_begin(&l, v);
	while ((object = view_list_next(&l)) != 0)
		if (address >= object && address - object < bytes)
			break;
	return (object);
}

/* map_list of vm_map_check.c, one after another; *i is the caller's place. */
static uint64_t
next_map(const struct guest_view *v, unsigned int *i)
{
	uint64_t list, bytes, map;

	if (!symbols_object(v->syms, "vm_map_check.c:map_list", &list, &bytes))
		return (0);
	while (*i < bytes / sizeof(map)) {
		if (view_read(v, list + *i * sizeof(map), &map, sizeof(map)) &&
		    map != 0) {
			(*i)++;
			return (map);
		}
		(*i)++;
	}
	return (0);
}

uint64_t
vm_state_map_at(const struct guest_view *v, uint64_t address)
{
	uint64_t bytes = types_bytes(v->syms, "vm_map"), map;
	unsigned int i = 0;

	while ((map = next_map(v, &i)) != 0)
		if (address >= map && address - map < bytes)
			break;
	return (map);
}

void
vm_state_print_object(FILE *f, const struct guest_view *v, uint64_t object)
{
	uint64_t type, vnode, inode;
	const char *name = NULL;

	fprintf(f, "object %#" PRIx64, object);
	if (view_field(v, object, "vm_object", "type", &type))
		name = types_enumerator(v->syms, "obj_type", type);
	if (name == NULL)
		return;
	fprintf(f, " (%s", name);
	if (type == view_constant(v, "OBJT_VNODE") &&
	    view_field(v, object, "vm_object", "handle", &vnode) &&
	    view_field(v, vnode, "vnode", "v_hash", &inode))
		fprintf(f, ", inode %" PRIu64, inode);
	fputc(')', f);
}

void
vm_state_print_page(FILE *f, const struct guest_view *v, uint64_t page)
{
	uint64_t index, object;

	if (!view_field(v, page, "vm_page", "pindex", &index) ||
	    !view_field(v, page, "vm_page", "object", &object)) {
		fprintf(f, "page %#" PRIx64 ", which cannot be read", page);
		return;
	}
	if (object == 0) {
		fprintf(f, "page %#" PRIx64 " of no object", page);
		return;
	}
	fprintf(f, "page %" PRIu64 " of ", index);
	vm_state_print_object(f, v, object);
}

const struct guest_thread *
vm_state_page_owner(
    const struct guest_view *v, const struct guest_threads *t, uint64_t page)
{
	uint64_t bits = view_constant(v, "HF_HANG_PAGE_OWNER"), word;

	if (bits == 0 || !view_field(v, page, "vm_page", "busy_lock", &word) ||
	    word == view_constant(v, "HF_HANG_PAGE_FREED") ||
	    (word & view_constant(v, "HF_HANG_PAGE_SHARED")) != 0)
		return (NULL);
	for (size_t i = 0; i < t->n; i++)
		if ((t->thread[i].va >> 1 & bits) == (word & bits))
			return (&t->thread[i]);
	return (NULL);
}

/* How busy it is, and by whom. */
static void
print_busy_word(FILE *f, const struct guest_view *v,
    const struct guest_threads *t, uint64_t page, uint64_t word)
{
	const struct guest_thread *owner = vm_state_page_owner(v, t, page);

	if ((word & view_constant(v, "HF_HANG_PAGE_SHARED")) != 0) {
		fprintf(f, "busied by %" PRIu64 " sharers",
		    word >> view_constant(v, "HF_HANG_PAGE_SHIFT"));
		return;
	}
	fprintf(f, "busied exclusively by ");
	if (owner != NULL)
		threads_print_name(f, owner);
	else
		fprintf(f, "no thread that is there");
}

/* The busy pages of one object.  n: how many are printed so far. */
static void
print_busy_pages(FILE *f, const struct guest_view *v,
    const struct guest_threads *t, uint64_t object, unsigned int *n)
{
	uint64_t free = view_constant(v, "HF_HANG_PAGE_UNBUSIED");
	uint64_t flags = view_constant(v, "HF_HANG_PAGE_FLAGS");
	uint64_t shared = view_constant(v, "HF_HANG_PAGE_SHARED");
	struct view_list l;
	uint64_t page, word;

	view_list_begin(&l, v, view_at(v, object, "vm_object", "memq"),
	    "vm_page", "listq", PAGES_MAX);
	while ((page = view_list_next(&l)) != 0) {
		if (!view_field(v, page, "vm_page", "busy_lock", &word) ||
		    word == free ||
		    /* Unbusied, but somebody is on its way to sleep. */
		    ((word & shared) != 0 && (word & ~flags) == 0))
			continue;
		if ((*n)++ >= LINES_MAX)
			continue;
		fprintf(f, "  ");
		vm_state_print_page(f, v, page);
		fprintf(f, ": ");
		print_busy_word(f, v, t, page, word);
		fputc('\n', f);
	}
	if (l.trouble[0] != '\0') {
		fprintf(f, "  the pages of ");
		vm_state_print_object(f, v, object);
		fprintf(f, " end early: %s\n", l.trouble);
	}
}

static uint64_t
counter(const struct guest_view *v, uint64_t object, const char *path)
{
	uint64_t value;

	view_field(v, object, "vm_object", path, &value);
	return (value & ~view_constant(v, "HF_HANG_COUNT_FLAG"));
}

void
vm_state_print_busy(
    FILE *f, const struct guest_view *v, const struct guest_threads *t)
{
	struct view_list l;
	uint64_t object, pip, busy;
	unsigned int pages = 0;

	objects_begin(&l, v);
	while ((object = view_list_next(&l)) != 0) {
		pip = counter(v, object, "paging_in_progress.__count");
		busy = counter(v, object, "busy.__count");
		if (pip != 0 || busy != 0) {
			fprintf(f, "  ");
			vm_state_print_object(f, v, object);
			fprintf(f,
			    ": paging in progress %" PRIu64 ", busy %" PRIu64
			    "\n",
			    pip, busy);
		}
		print_busy_pages(f, v, t, object, &pages);
	}
	if (pages > LINES_MAX)
		fprintf(f, "  ... and %u more busy pages\n", pages - LINES_MAX);
	if (l.trouble[0] != '\0')
		fprintf(f, "  the list of objects ends early: %s\n", l.trouble);
}

const char *
vm_state_transitions(
    const struct guest_view *v, uint64_t map, vm_state_entry_fn *fn, void *arg)
{
	uint64_t bit = view_constant(v, "HF_HANG_ENTRY_TRANSITION");
	uint64_t header = view_at(v, map, "vm_map", "header");
	uint64_t e, prev = header, back, flags, start, end, thread;

	if (bit == 0 || header == 0 ||
	    !view_field(v, header, "vm_map_entry", "next", &e))
		return ("its entries cannot be found");
	for (unsigned int n = 0; e != header; n++) {
		if (n == ENTRIES_MAX)
			return ("it has more entries than can be");
		if (!view_field(v, e, "vm_map_entry", "prev", &back))
			return ("an entry cannot be read");
		if (back != prev)
			return ("an entry does not point back");
		if (view_field(v, e, "vm_map_entry", "eflags", &flags) &&
		    (flags & bit) != 0 &&
		    view_field(v, e, "vm_map_entry", "start", &start) &&
		    view_field(v, e, "vm_map_entry", "end", &end) &&
		    view_field(v, e, "vm_map_entry", "wiring_thread", &thread))
			fn(arg, start, end, thread);
		prev = e;
		if (!view_field(v, e, "vm_map_entry", "next", &e))
			return ("an entry cannot be read");
	}
	return (NULL);
}

struct entry_print {
	FILE *f;
	const struct guest_threads *t;
	uint64_t map;
};

static void
print_entry(void *arg, uint64_t start, uint64_t end, uint64_t thread)
{
	const struct entry_print *p = arg;
	const struct guest_thread *td = threads_find(p->t, thread);

	fprintf(p->f,
	    "  map %#" PRIx64 ": [%#" PRIx64 ", %#" PRIx64
	    ") in transition by ",
	    p->map, start, end);
	if (td != NULL)
		threads_print_name(p->f, td);
	else
		fprintf(p->f, "%#" PRIx64 ", which is no thread", thread);
	fputc('\n', p->f);
}

void
vm_state_print_maps(
    FILE *f, const struct guest_view *v, const struct guest_threads *t)
{
	struct entry_print p = { .f = f, .t = t };
	unsigned int i = 0;
	const char *why;
	uint64_t busy;

	while ((p.map = next_map(v, &i)) != 0) {
		if (view_field(v, p.map, "vm_map", "busy", &busy) && busy != 0)
			fprintf(f,
			    "  map %#" PRIx64 ": %" PRIu64
			    " wirings in progress\n",
			    p.map, busy);
		why = vm_state_transitions(v, p.map, print_entry, &p);
		if (why != NULL)
			fprintf(f, "  map %#" PRIx64 ": %s\n", p.map, why);
	}
}
