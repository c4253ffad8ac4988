/* SPDX-License-Identifier: BSD-2-Clause */
/* requirements.c: the table of requirements, and who names one. */
#include "run/requirements.h"

#include <fnmatch.h>
#include <string.h>

static const char *
next_string(const char **at)
{
	const char *s = *at;

	*at += strlen(s) + 1;
	return (s);
}

bool
requirement_next(const char **at, struct requirement *r)
{
	if (**at == '\0')
		return (false);
	r->id = next_string(at);
	r->label = next_string(at);
	r->file = next_string(at);
	r->basis = next_string(at);
	r->sentence = next_string(at);
	return (true);
}

bool
requirement_fits(const struct requirement *r, const char *pattern)
{
	size_t len = strlen(pattern);

	return (fnmatch(pattern, r->id, 0) == 0 ||
	    (strncmp(r->id, pattern, len) == 0 && r->id[len] == '-'));
}

bool
requirement_named_by(const struct requirement *r, const struct scenario *s)
{
	size_t len = strlen(r->id);

	for (const char *w = s->requirements; (w = strstr(w, r->id)) != NULL;
	     w += len)
		if ((w == s->requirements || w[-1] == ' ') &&
		    (w[len] == '\0' || w[len] == ' '))
			return (true);
	return (false);
}
