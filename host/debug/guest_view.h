/* SPDX-License-Identifier: BSD-2-Clause */
/* guest_view.h: read a stopped guest's structures, believing nothing. */

/*
 * Every address comes from the guest: it is walked through its page tables and
 * read through guestmem, or the answer is false.  Lists end at their limit, and
 * where a link does not point back: a guest may have been stopped in the middle
 * of a change, or have broken them.
 */
#ifndef HF_DEBUG_GUEST_VIEW_H
#define HF_DEBUG_GUEST_VIEW_H

#include <stdbool.h>
#include <stdint.h>

#include "debug/symbols.h"
#include "vm/guestmem.h"
#include "vm/vm.h"

/*
 * A guest can make lists without end.  What is to be read within one part of a
 * report is counted; when the count is used up, nothing can be read any more.
 */
struct view_budget {
	unsigned int reads_left;
	bool used_up;
};

struct guest_view {
	const struct guestmem *mem;
	const struct vm_end *end;
	const struct vm_cpu_state *paging; /* whose page tables are used */
	struct symbols *syms;
	struct view_budget *budget;
};

/*
 * False: no CPU has page tables that reach the kernel.  The budget is the
 * caller's.
 */
bool view_init(struct guest_view *v, const struct vm_end *end,
    const struct guestmem *mem, struct symbols *syms,
    struct view_budget *budget);

bool view_read(
    const struct guest_view *v, uint64_t va, void *buf, size_t len_bytes);

/* A member of 1, 2, 4 or 8 bytes of the structure at va, zero-extended. */
bool view_field(const struct guest_view *v, uint64_t va, const char *type,
    const char *path, uint64_t *out);

/* Where the member is; 0 when the type or member does not exist. */
uint64_t view_at(const struct guest_view *v, uint64_t va, const char *type,
    const char *path);

/* The variable's address, 0: none.  "file.c:name" for a static one. */
uint64_t view_variable(const struct guest_view *v, const char *name);

/* A pointer variable's value; 0 when there is none. */
uint64_t view_pointer(const struct guest_view *v, const char *name);

/* An enumerator's value, 0 when there is none. */
uint64_t view_constant(const struct guest_view *v, const char *name);

/* Text up to NUL or room - 1; what is not printable becomes '?'. */
void view_text(
    const struct guest_view *v, uint64_t va, char *text, size_t room);

/* The same for a member that points to text, or (array) is text. */
void view_text_field(const struct guest_view *v, uint64_t va, const char *type,
    const char *path, char *text, size_t room);

/* A TAILQ, or, without a back link, an SLIST-like chain. */
struct view_list {
	const struct guest_view *v;
	const char *type;  /* of the elements */
	const char *link;  /* member: the TAILQ_ENTRY */
	uint64_t at;	   /* next element, 0: the end */
	uint64_t from;	   /* where the pointer to it was read */
	unsigned int left; /* elements that may still come */
	char trouble[120]; /* "" or why it ended early */
};

/* head: address of a TAILQ_HEAD.  limit: more elements are not believed. */
void view_list_begin(struct view_list *l, const struct guest_view *v,
    uint64_t head, const char *type, const char *link, unsigned int limit);

/* The next element's address; 0: no more, see trouble. */
uint64_t view_list_next(struct view_list *l);

#endif
