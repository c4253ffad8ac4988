/* SPDX-License-Identifier: BSD-2-Clause */
/* oracle_page.h: what a page of the oracle has had, and has now. */

/*
 * For oracle.c alone.  A page is in parts; each store makes a new state of all of
 * it, and the last few are remembered.  What a state says of a part:
 *
 *	known		it has this value; not known: any, until it is seen
 *	loose		or zero, each part on its own: bytes behind the end of a
 *			file, which are written nowhere
 *	either		or zero, all such parts at once: advised away
 *
 * What fades may become zero at any time, and not come back; what does not is what
 * it is when it is seen.
 */
#ifndef HF_TEST_ORACLE_PAGE_H
#define HF_TEST_ORACLE_PAGE_H

#include <test/oracle.h>

struct hf_oracle_state {
	struct hf_oracle_value v;
	u_int known, loose, either; /* parts, bit by bit */
	bool fades;
};

/* States remembered of a page; who may see more than that is believed anything. */
#define HF_ORACLE_PAST 6

/*
 * The k-th store, from 1 on, gave it past[k % HF_ORACLE_PAST]; with no store it
 * shows what is behind it.  A viewer that copies has a number, too: that of the
 * last store when it began to look (since).  It may see the state at any time
 * from then on.
 */
struct hf_oracle_page {
	struct hf_oracle_page *behind; /* with a reference */
	u_int behind_since;
	u_int refs;
	u_int holds, hides; /* of refs: holders; pages before it with stores */
	u_int stores;
	bool file;
	u_int
	    end; /* so many parts are there: of a file's page all that is not cut */
	struct hf_oracle_state past[HF_ORACLE_PAST];
};

/* Shows what is behind it; takes over the reference to that. */
struct hf_oracle_page *hf_oracle_page_new(
    struct hf_oracle_page *behind, u_int since);

/* Nothing is behind it any more, as nothing is seen of that. */
void hf_oracle_page_part(struct hf_oracle_page *p);

static inline struct hf_oracle_state *
hf_oracle_last(struct hf_oracle_page *p)
{
	return (&p->past[p->stores % HF_ORACLE_PAST]);
}

/* Could a viewer since that store read this in these parts? */
bool hf_oracle_possible(const struct hf_oracle_page *p, u_int since,
    const struct hf_oracle_value *seen, u_int parts);

/*
 * What such a viewer sees; nothing of it is known, if it could be several
 * states.
 */
struct hf_oracle_state hf_oracle_view(
    const struct hf_oracle_page *p, u_int since);

/* These parts are as in the state from now on; the first state has all parts. */
void hf_oracle_put(
    struct hf_oracle_page *p, const struct hf_oracle_state *s, u_int parts);

/* What it had since that store may become zeros, each time all of it. */
void hf_oracle_fade(struct hf_oracle_page *p, u_int since);

/* Somebody has seen this in its last state. */
void hf_oracle_learn(
    struct hf_oracle_page *p, const struct hf_oracle_value *seen, u_int parts);

#endif
