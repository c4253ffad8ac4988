/* SPDX-License-Identifier: BSD-2-Clause */
/* listed.h: a function ends with each value that its page lists, and no other. */
#ifndef HF_SCENARIOS_MAN_LISTED_H
#define HF_SCENARIOS_MAN_LISTED_H

#include <test/scenario.h>

/*
 * The values of a page, from MAN_VALUES() of its header, and which have been
 * met.
 */
#define LISTED(v) { .value = (v) },
struct listed {
	int value;
	bool met;
};

static inline void
listed_meet(struct listed *l, u_int n, int value)
{
	u_int i;

	for (i = 0; i < n; i++)
		if (l[i].value == value)
			break;
	hf_require(i < n); /* the page names it */
	l[i].met = true;
}

static inline void
listed_all_met(const struct listed *l, u_int n)
{
	u_int i;

	for (i = 0; i < n; i++)
		hf_expect(l[i].met);
}

#endif
