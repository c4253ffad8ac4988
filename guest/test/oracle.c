/* SPDX-License-Identifier: BSD-2-Clause */
/* oracle.c: what fork, inheritance, rights, wirings and stores mean. */

#include <test/oracle_page.h>

/* A cell that stores itself sees the latest store. */
static u_int
since(const struct hf_oracle_cell *c)
{
	return (c->needs_copy ? c->since : c->page->stores);
}

static struct hf_oracle_state
view(const struct hf_oracle_cell *c)
{
	return (hf_oracle_view(c->page, since(c)));
}

void
hf_oracle_map(struct hf_oracle_cell *c, struct hf_oracle_page *page)
{
	if (page != NULL)
		page->refs++;
	c->page = page != NULL ? page : hf_oracle_page_new(NULL, 0);
	c->needs_copy = page != NULL && c->private;
	c->since = c->page->stores;
	c->prot = VM_PROT_RW;
	c->user = c->emptied = false;
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
		c->page = hf_oracle_page_new(c->page, c->since);
	c->needs_copy = false;
}

/*
 * A page that has what the cell shows now, and nothing behind it.  Of what was
 * cut away nothing is there to be copied: zeros, or what the file has when it
 * is accessed.
 */
static struct hf_oracle_page *
copy_of(const struct hf_oracle_cell *c)
{
	const struct hf_oracle_state s = view(c);
	struct hf_oracle_page *source = hf_oracle_source(c), *p;

	if (hf_oracle_page_gone(source) || c->emptied) {
		source->refs++;
		return (hf_oracle_page_new(source, source->stores));
	}
	p = hf_oracle_page_new(NULL, 0);
	hf_oracle_put(p, &s, HF_ORACLE_WHOLE);
	return (p);
}

void
hf_oracle_own(struct hf_oracle_cell *c)
{
	const struct hf_oracle_state s = view(c);

	shadow(c);
	if (c->page->stores == 0)
		hf_oracle_put(c->page, &s, HF_ORACLE_WHOLE);
}

void
hf_oracle_store(struct hf_oracle_cell *c, uint64_t value, u_int parts)
{
	hf_oracle_own(c);
	hf_oracle_page_store(c->page, value, parts);
}

void
hf_oracle_forget(struct hf_oracle_cell *c, u_int parts)
{
	hf_oracle_last(c->page)->known &= ~parts;
}

void
hf_oracle_fork(struct hf_oracle_cell *from, struct hf_oracle_cell *to)
{
	if (from->gap != 0)
		*to = *from;
	if (from->page == NULL || from->inherit == VM_INHERIT_NONE)
		return;
	if (from->inherit == VM_INHERIT_SHARE)
		shadow(from);
	*to = *from;
	to->user = to->emptied = false;
	to->system = 0;
	if (from->inherit == VM_INHERIT_ZERO) {
		to->page = hf_oracle_page_new(NULL, 0);
		to->needs_copy = to->private = false;
	} else if (from->inherit == VM_INHERIT_COPY && hf_oracle_wired(from) &&
	    (from->prot & VM_PROT_WRITE) != 0) {
		/* The parent must not fault: the child has its copy now. */
		to->page = copy_of(from);
		if (to->page->stores == 0)
			hf_oracle_page_part(to->page);
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
		} else if (!hf_oracle_gone(c) && !c->emptied)
			hf_oracle_own(c);
		c->private = false;
	}
	c->prot = prot;
}

bool
hf_oracle_load(
    struct hf_oracle_cell *c, const struct hf_oracle_value *seen, u_int parts)
{
	if (!hf_oracle_possible(c->page, since(c), seen, parts))
		return (false);
	if (hf_oracle_owns(c))
		hf_oracle_learn(c->page, seen, parts);
	return (true);
}

void
hf_oracle_settle(
    struct hf_oracle_cell *c, const struct hf_oracle_value *seen, bool apart)
{
	struct hf_oracle_state s = { .known = HF_ORACLE_WHOLE };

	if (seen != NULL)
		s.v = *seen;
	shadow(c);
	hf_oracle_put(c->page, &s, HF_ORACLE_WHOLE);
	if (apart)
		hf_oracle_page_part(c->page);
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

bool
hf_oracle_page_may_be(const struct hf_oracle_page *p,
    const struct hf_oracle_value *seen, u_int parts)
{
	return (hf_oracle_possible(p, p->stores, seen, parts));
}

bool
hf_oracle_gone(const struct hf_oracle_cell *c)
{
	return (hf_oracle_page_gone(hf_oracle_source(c)));
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
hf_oracle_copy(
    struct hf_oracle_cell *c, const struct hf_oracle_page *from, u_int parts)
{
	const struct hf_oracle_state s = hf_oracle_view(from, from->stores);

	hf_oracle_own(c);
	hf_oracle_put(c->page, &s, parts);
}

void
hf_oracle_page_copy(
    struct hf_oracle_page *page, const struct hf_oracle_cell *from, u_int parts)
{
	const struct hf_oracle_state s = view(from);

	hf_oracle_put(page, &s, parts);
}

void
hf_oracle_free(struct hf_oracle_cell *c)
{
	struct hf_oracle_page *p, *top = NULL;
	u_int from;

	if (c->page == NULL)
		return;
	from = since(c);
	for (p = c->page; p != NULL; p = p->behind) {
		if (p->file)
			return;
		/* Whoever else there is sees what is on top. */
		if (top == NULL && p->refs - p->holds - p->hides > 1)
			return;
		if (top == NULL && p->stores > 0)
			top = p;
		else if (top == NULL)
			from = p->behind_since;
	}
	if (top != NULL)
		hf_oracle_fade(top, from);
}
