/* SPDX-License-Identifier: BSD-2-Clause */
/* scenario_choose.c: which scenarios the user's patterns name. */
#include <fnmatch.h>

#include "run/scenario_list.h"

#define ONLY_BY_NAME (HF_IS_HIDDEN | HF_IS_BENCH)

/* Marks what the pattern names; how many it would name if nothing hid. */
static size_t
choose_one(const struct scenario_list *l, const char *pattern, bool *chosen,
    size_t *nhidden)
{
	const struct scenario *named = scenario_list_find(l, pattern);
	size_t n = 0;

	*nhidden = 0;
	if (named != NULL) {
		chosen[named - l->scenarios] = true;
		return (1);
	}
	for (size_t i = 0; i < l->nscenarios; i++) {
		const struct scenario *s = &l->scenarios[i];

		if (fnmatch(pattern, s->id, 0) != 0)
			continue;
		if ((s->flags & ONLY_BY_NAME) != 0) {
			(*nhidden)++;
			continue;
		}
		chosen[i] = true;
		n++;
	}
	return (n);
}

int
scenario_list_choose(const struct scenario_list *l, const char *const *patterns,
    size_t npatterns, bool *chosen, struct hf_err *err)
{
	size_t nhidden;

	for (size_t i = 0; i < l->nscenarios; i++)
		chosen[i] = npatterns == 0 &&
		    (l->scenarios[i].flags & ONLY_BY_NAME) == 0;
	for (size_t i = 0; i < npatterns; i++) {
		if (choose_one(l, patterns[i], chosen, &nhidden) != 0)
			continue;
		if (nhidden != 0)
			return (err_user(err,
			    "'%s' matches only scenarios that run when named "
			    "exactly; see 'holdfast list'",
			    patterns[i]));
		return (err_user(err,
		    "no scenario matches '%s'; see 'holdfast list'",
		    patterns[i]));
	}
	return (0);
}
