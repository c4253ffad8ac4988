/* SPDX-License-Identifier: BSD-2-Clause */
/* oracle.c: what fork, inheritance, rights, wirings and stores mean. */

#include <kern/kalloc.h>
#include <test/oracle.h>

/* Stores remembered of a page; who may see more than that is believed anything. */
#define PAST 6

/*
 * The k-th store, from 1 on, gave it stored[k % PAST]; with no store it shows what
 * is behind it.  A viewer that copies has a number, too: that of the last
 * store when it began to look (since).  It may see the state at any time from then on.
 */
struct hf_oracle_page {
	struct hf_oracle_page *behind; /* with a reference */
	u_int behind_since;
	u_int refs;
	u_int stores;
	u_int unknown; /* the last store whose value has to be learnt, or 0 */
	uint64_t stored[PAST];
};

static struct hf_oracle_page *
page_new(struct hf_oracle_page *behind, u_int since)
{
	struct hf_oracle_page *p;

	p = hf_kalloc(sizeof(*p), M_WAITOK | M_ZERO);
	p->refs = 1;
	p->behind = behind;
	p->behind_since = since;
	return (p);
}

void
hf_oracle_page_release(struct hf_oracle_page *p)
{
	struct hf_oracle_page *behind;

	for (; p != NULL && --p->refs == 0; p = behind) {
		behind = p->behind;
		hf_kfree(p);
	}
}

void
hf_oracle_page_ref(struct hf_oracle_page *p)
{
	p->refs++;
}

static void
store(struct hf_oracle_page *p, uint64_t value)
{
	p->stored[++p->stores % PAST] = value;
}

struct hf_oracle_page *
hf_oracle_file_page(uint64_t value)
{
	struct hf_oracle_page *p;

	p = page_new(NULL, 0);
	store(p, value);
	return (p);
}

static uint64_t
shown(const struct hf_oracle_page *p)
{
	for (; p != NULL; p = p->behind)
		if (p->stores > 0)
			return (p->stored[p->stores % PAST]);
	return (0);
}

/* Could a viewer since that store read this? */
static bool
possible(const struct hf_oracle_page *p, u_int since, uint64_t value)
{
	u_int k;

	for (; p != NULL; since = p->behind_since, p = p->behind) {
		if (p->stores - since >= PAST ||
		    (p->unknown != 0 && since <= p->unknown))
			return (true);
		for (k = since > 0 ? since : 1; k <= p->stores; k++)
			if (p->stored[k % PAST] == value)
				return (true);
		if (since > 0)
			return (false);
	}
	return (value == 0);
}

/* Can it read one value only? */
static bool
only_one(const struct hf_oracle_page *p, u_int since)
{
	for (; p != NULL; since = p->behind_since, p = p->behind) {
		if (p->stores != since ||
		    (p->unknown != 0 && since <= p->unknown))
			return (false);
		if (p->stores > 0)
			return (true);
	}
	return (true);
}

/* A cell that stores itself sees the latest store. */
static u_int
since(const struct hf_oracle_cell *c)
{
	return (c->needs_copy ? c->since : c->page->stores);
}

static bool
is_certain(const struct hf_oracle_cell *c)
{
	return (only_one(c->page, since(c)));
}

void
hf_oracle_map(struct hf_oracle_cell *c, struct hf_oracle_page *page)
{
	if (page != NULL)
		page->refs++;
	c->page = page != NULL ? page : page_new(NULL, 0);
	c->needs_copy = page != NULL && c->private;
	c->since = c->page->stores;
	c->prot = VM_PROT_RW;
	c->user = false;
	c->system = 0;
}

void
hf_oracle_unmap(struct hf_oracle_cell *c)
{
	hf_oracle_page_release(c->page);
	bzero(c, sizeof(*c));
}

/* The cell's own page from now on, in front of what it showed. */
static void
shadow(struct hf_oracle_cell *c)
{
	if (c->needs_copy)
		c->page = page_new(c->page, c->since);
	c->needs_copy = false;
}

/* Stores there what the cell shows now, as far as that is known. */
static void
copy_to(struct hf_oracle_page *p, uint64_t value, bool certain)
{
	store(p, value);
	p->unknown = certain ? 0 : p->stores;
}

/* A page that has what the cell shows now, and nothing behind it. */
static struct hf_oracle_page *
copy_of(const struct hf_oracle_cell *c)
{
	struct hf_oracle_page *p;

	p = page_new(NULL, 0);
	copy_to(p, shown(c->page), is_certain(c));
	return (p);
}

void
hf_oracle_own(struct hf_oracle_cell *c)
{
	const uint64_t value = shown(c->page);
	const bool certain = is_certain(c);

	shadow(c);
	if (c->page->stores == 0)
		copy_to(c->page, value, certain);
}

void
hf_oracle_store(struct hf_oracle_cell *c, uint64_t value)
{
	hf_oracle_own(c);
	store(c->page, value);
}

void
hf_oracle_fork(struct hf_oracle_cell *from, struct hf_oracle_cell *to)
{
	if (from->page == NULL || from->inherit == VM_INHERIT_NONE)
		return;
	if (from->inherit == VM_INHERIT_SHARE)
		shadow(from);
	*to = *from;
	to->user = false;
	to->system = 0;
	if (from->inherit == VM_INHERIT_ZERO) {
		to->page = page_new(NULL, 0);
		to->needs_copy = to->private = false;
	} else if (from->inherit == VM_INHERIT_COPY && hf_oracle_wired(from) &&
	    (from->prot & VM_PROT_WRITE) != 0) {
		/* The parent must not fault: the child has its copy now. */
		to->page = copy_of(from);
	} else {
		from->page->refs++;
		if (from->inherit == VM_INHERIT_COPY) {
			from->since = to->since = since(from);
			from->needs_copy = to->needs_copy = true;
			from->private = to->private = true;
		}
	}
}

void
hf_oracle_protect(struct hf_oracle_cell *c, vm_prot_t prot)
{
	struct hf_oracle_page *copy;

	if (c->private && hf_oracle_wired(c) && (prot & VM_PROT_WRITE) != 0 &&
	    (c->prot & VM_PROT_WRITE) == 0) {
		/* Copied now, and private to nobody any more. */
		if (c->needs_copy) {
			copy = copy_of(c);
			hf_oracle_page_release(c->page);
			c->page = copy;
			c->needs_copy = false;
		} else
			hf_oracle_own(c);
		c->private = false;
	}
	c->prot = prot;
}

bool
hf_oracle_load(struct hf_oracle_cell *c, uint64_t value)
{
	struct hf_oracle_page *p = c->page;

	if (!possible(p, since(c), value))
		return (false);
	if (!c->needs_copy && p->unknown != 0 && p->unknown == p->stores) {
		p->stored[p->stores % PAST] = value;
		p->unknown = 0;
	}
	return (true);
}

struct hf_oracle_page *
hf_oracle_source(const struct hf_oracle_cell *c)
{
	struct hf_oracle_page *p = c->page;

	while (p->stores == 0 && p->behind != NULL)
		p = p->behind;
	return (p);
}

bool
hf_oracle_is_before(
    const struct hf_oracle_page *p, const struct hf_oracle_page *behind)
{
	while (p != NULL && p != behind)
		p = p->behind;
	return (p != NULL);
}

void
hf_oracle_page_store(struct hf_oracle_page *p, uint64_t value)
{
	store(p, value);
}

bool
hf_oracle_page_may_be(const struct hf_oracle_page *p, uint64_t value)
{
	return (possible(p, p->stores, value));
}

bool
hf_oracle_owns(const struct hf_oracle_cell *c)
{
	return (!c->needs_copy && c->page->stores > 0);
}

bool
hf_oracle_may_see(
    const struct hf_oracle_cell *c, const struct hf_oracle_cell *writer)
{
	return (
	    !writer->needs_copy && hf_oracle_is_before(c->page, writer->page));
}

void
hf_oracle_copy(struct hf_oracle_cell *c, struct hf_oracle_page *from)
{
	const uint64_t value = shown(from);
	const bool certain = only_one(from, from->stores);

	hf_oracle_own(c);
	copy_to(c->page, value, certain);
}

void
hf_oracle_page_copy(
    struct hf_oracle_page *page, const struct hf_oracle_cell *from)
{
	copy_to(page, shown(from->page), is_certain(from));
}
