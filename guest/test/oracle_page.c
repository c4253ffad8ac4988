/* SPDX-License-Identifier: BSD-2-Clause */
/* oracle_page.c: what a page of the oracle has had, and has now. */

#include <kern/kalloc.h>
#include <test/oracle_page.h>

#define FOREACH_PART(i, parts)                \
	for (i = 0; i < HF_ORACLE_PARTS; i++) \
		if (((parts) >> i & 1) != 0)

/* Some sectors end between others, as the end of a file may; see oracle.h. */
const u_int hf_oracle_bound[HF_ORACLE_PARTS + 1] = { 0, 8, 512, 1032, 1536,
	PAGE_SIZE - 8, PAGE_SIZE };

struct hf_oracle_page *
hf_oracle_page_new(struct hf_oracle_page *behind, u_int since)
{
	struct hf_oracle_page *p;

	p = hf_kalloc(sizeof(*p), M_WAITOK | M_ZERO);
	p->refs = 1;
	p->behind = behind;
	p->behind_since = since;
	p->end = HF_ORACLE_PARTS;
	return (p);
}

void
hf_oracle_page_release(struct hf_oracle_page *p)
{
	struct hf_oracle_page *behind;

	for (; p != NULL && --p->refs == 0; p = behind) {
		behind = p->behind;
		if (behind != NULL && p->stores > 0)
			behind->hides--;
		hf_kfree(p);
	}
}

void
hf_oracle_page_part(struct hf_oracle_page *p)
{
	struct hf_oracle_page *behind = p->behind;

	if (behind != NULL && p->stores > 0)
		behind->hides--;
	p->behind = NULL;
	p->behind_since = 0;
	hf_oracle_page_release(behind);
}

void
hf_oracle_page_hold(struct hf_oracle_page *p)
{
	p->refs++;
	p->holds++;
}

void
hf_oracle_page_unhold(struct hf_oracle_page *p)
{
	p->holds--;
	hf_oracle_page_release(p);
}

static struct hf_oracle_state
uniform(uint64_t value)
{
	struct hf_oracle_state s = { .known = HF_ORACLE_WHOLE };
	u_int i;

	FOREACH_PART(i, HF_ORACLE_WHOLE)
	s.v.part[i] = value;
	return (s);
}

void
hf_oracle_put(
    struct hf_oracle_page *p, const struct hf_oracle_state *s, u_int parts)
{
	struct hf_oracle_state next = *hf_oracle_last(p);
	u_int cut, i;

	if (parts == HF_ORACLE_WHOLE)
		next = *s;
	FOREACH_PART(i, parts)
	next.v.part[i] = s->v.part[i];
	if (parts != HF_ORACLE_WHOLE) {
		next.known = (next.known & ~parts) | (s->known & parts);
		/* Of what goes together, parts may be elsewhere now. */
		next.loose =
		    (next.loose & ~parts) | ((s->loose | s->either) & parts);
		next.either &= ~parts;
	}
	cut = parts & ~hf_oracle_below(p->end);
	next.loose |= cut;
	next.fades = p->file && next.loose != 0;
	if (p->stores == 0 && p->behind != NULL)
		p->behind->hides++;
	p->stores++;
	*hf_oracle_last(p) = next;
}

struct hf_oracle_page *
hf_oracle_file_page(uint64_t value)
{
	struct hf_oracle_page *p;

	p = hf_oracle_page_new(NULL, 0);
	p->file = true;
	hf_oracle_page_store(p, value, HF_ORACLE_WHOLE);
	return (p);
}

/* The state that it shows: its own, or what is behind it. */
static struct hf_oracle_state
shown(const struct hf_oracle_page *p)
{
	for (; p != NULL; p = p->behind)
		if (p->stores > 0)
			return (p->past[p->stores % HF_ORACLE_PAST]);
	return (uniform(0));
}

struct hf_oracle_page *
hf_oracle_page_copy_of(const struct hf_oracle_page *from)
{
	const struct hf_oracle_state s = shown(from);
	struct hf_oracle_page *p;

	p = hf_oracle_page_new(NULL, 0);
	hf_oracle_put(p, &s, HF_ORACLE_WHOLE);
	return (p);
}

void
hf_oracle_page_store(struct hf_oracle_page *p, uint64_t value, u_int parts)
{
	const struct hf_oracle_state s = uniform(value);

	hf_oracle_put(p, &s, parts);
}

void
hf_oracle_page_resize(struct hf_oracle_page *p, u_int end)
{
	if (end < p->end)
		hf_oracle_page_store(
		    p, 0, HF_ORACLE_WHOLE & ~hf_oracle_below(end));
	p->end = end;
}

bool
hf_oracle_page_gone(const struct hf_oracle_page *p)
{
	return (p->file && p->end == 0);
}

static bool
matches(const struct hf_oracle_state *s, const struct hf_oracle_value *seen,
    u_int parts)
{
	bool all = true, none = true;
	u_int i;

	FOREACH_PART(i, parts & s->known)
	{
		const bool same = seen->part[i] == s->v.part[i];
		const bool zero = seen->part[i] == 0;

		if ((s->either >> i & 1) != 0) {
			all = all && same;
			none = none && zero;
		} else if (!same && (!zero || (s->loose >> i & 1) == 0))
			return (false);
	}
	return (all || none);
}

bool
hf_oracle_possible(const struct hf_oracle_page *p, u_int since,
    const struct hf_oracle_value *seen, u_int parts)
{
	const struct hf_oracle_state zeros = uniform(0);
	u_int k;

	for (; p != NULL; since = p->behind_since, p = p->behind) {
		if (p->stores - since >= HF_ORACLE_PAST)
			return (true);
		for (k = since > 0 ? since : 1; k <= p->stores; k++)
			if (matches(&p->past[k % HF_ORACLE_PAST], seen, parts))
				return (true);
		if (since > 0)
			return (false);
	}
	return (matches(&zeros, seen, parts));
}

struct hf_oracle_state
hf_oracle_view(const struct hf_oracle_page *p, u_int since)
{
	const struct hf_oracle_page *at;
	struct hf_oracle_state s = shown(p);

	for (at = p; at != NULL; since = at->behind_since, at = at->behind) {
		if (at->stores != since)
			s.known = 0;
		if (at->stores > 0)
			break;
	}
	return (s);
}

void
hf_oracle_learn(
    struct hf_oracle_page *p, const struct hf_oracle_value *seen, u_int parts)
{
	struct hf_oracle_state *s = hf_oracle_last(p);
	bool gone = true;
	u_int i;

	FOREACH_PART(i, parts & s->either)
	gone = gone && seen->part[i] == 0;
	FOREACH_PART(i, parts)
	{
		const u_int bit = 1u << i;
		const bool open = (s->loose & bit) != 0 || !gone;

		if (!s->fades || !open)
			s->either &= ~bit;
		if (!s->fades)
			s->loose &= ~bit;
		if (!s->fades || !open || (s->known & bit) == 0)
			s->v.part[i] = seen->part[i];
	}
	s->known |= parts;
}

void
hf_oracle_fade(struct hf_oracle_page *p, u_int since)
{
	struct hf_oracle_state *s;
	u_int k;

	if (p->stores - since >= HF_ORACLE_PAST)
		since = p->stores - HF_ORACLE_PAST + 1;
	for (k = since > 0 ? since : 1; k <= p->stores; k++) {
		s = &p->past[k % HF_ORACLE_PAST];
		s->either = s->known;
		s->fades = true;
	}
}
