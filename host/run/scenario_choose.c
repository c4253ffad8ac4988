/* SPDX-License-Identifier: BSD-2-Clause */
/* scenario_choose.c: which scenarios the user's patterns name. */
#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/suggest.h"
#include "run/scenario_list.h"

/* Beginnings that fit more than one are answered with so many of them. */
#define EXAMPLES 3

static const struct view {
	const char *noun, *plural;
	const char *prefix;    /* may be left out of a pattern */
	uint32_t required;     /* flags of those that there are at all */
	uint32_t only_by_name; /* flags of those that a pattern leaves out */
} views[] = {
	[SCENARIO_VIEW_RUN] = { "scenario", "scenarios", "", 0,
	    HF_IS_HIDDEN | HF_IS_BENCH },
	[SCENARIO_VIEW_ALL] = { "scenario", "scenarios", "", 0, 0 },
	[SCENARIO_VIEW_BENCH] = { "bench", "benches", SCENARIO_BENCH_PREFIX,
	    HF_IS_BENCH, 0 },
};

/* What a pattern is compared with; NULL: it is not there in this view. */
static const char *
name_of(const struct view *v, const struct scenario *s)
{
	size_t len = strlen(v->prefix);

	if ((s->flags & v->required) != v->required ||
	    strncmp(s->id, v->prefix, len) != 0)
		return (NULL);
	return (s->id + len);
}

/* The pattern without the prefix that may stand before it. */
static const char *
bare_pattern(const struct view *v, const char *pattern)
{
	size_t len = strlen(v->prefix);

	return (
	    strncmp(pattern, v->prefix, len) == 0 ? pattern + len : pattern);
}

enum how { HOW_GLOB, HOW_AREA, HOW_BEGINNING };

static bool
fits(enum how how, const char *pattern, const char *name)
{
	size_t len = strlen(pattern);

	switch (how) {
	case HOW_GLOB:
		return (fnmatch(pattern, name, 0) == 0);
	case HOW_AREA:
		return (strncmp(name, pattern, len) == 0 && name[len] == '.');
	case HOW_BEGINNING:
		return (strncmp(name, pattern, len) == 0);
	}
	return (false);
}

struct found {
	size_t n, nhidden;
	const char *names[EXAMPLES];
	bool *chosen; /* NULL: count only */
};

static void
look(const struct scenario_list *l, const struct view *v, enum how how,
    const char *pattern, struct found *f)
{
	f->n = f->nhidden = 0;
	for (size_t i = 0; i < l->nscenarios; i++) {
		const char *name = name_of(v, &l->scenarios[i]);

		if (name == NULL || !fits(how, pattern, name))
			continue;
		if ((l->scenarios[i].flags & v->only_by_name) != 0) {
			f->nhidden++;
			continue;
		}
		if (f->n < EXAMPLES)
			f->names[f->n] = name;
		f->n++;
		if (f->chosen != NULL)
			f->chosen[i] = true;
	}
}

static int
refuse_ambiguous(const struct view *v, const char *pattern,
    const struct found *f, struct hf_err *err)
{
	return (err_user(err,
	    "'%s' is the beginning of %zu %s (%s, %s%s%s); '%s*' means them "
	    "all",
	    pattern, f->n, v->plural, f->names[0], f->names[1],
	    f->n > 2 ? ", " : "",
	    f->n > EXAMPLES ? "..."
		: f->n > 2  ? f->names[2]
			    : "",
	    pattern));
}

static int
refuse_unknown(const struct scenario_list *l, const struct view *v,
    const char *pattern, size_t nhidden, struct hf_err *err)
{
	struct suggest s;
	const char *name;

	if (nhidden != 0)
		return (err_user(err,
		    "'%s' matches only scenarios that run when named exactly; "
		    "see 'holdfast list --all'",
		    pattern));
	suggest_begin(&s, pattern, strlen(pattern));
	for (size_t i = 0; i < l->nscenarios; i++) {
		name = name_of(v, &l->scenarios[i]);
		if (name == NULL ||
		    (l->scenarios[i].flags & v->only_by_name) != 0)
			continue;
		suggest_try(&s, name, strlen(name));
		suggest_try(&s, name, strcspn(name, "."));
	}
	if (s.best != NULL && strpbrk(pattern, "*?[") == NULL)
		return (err_user(err,
		    "no %s matches '%s' (did you mean '%.*s'?); see 'holdfast "
		    "list'",
		    v->noun, pattern, (int)s.best_len, s.best));
	return (err_user(
	    err, "no %s matches '%s'; see 'holdfast list'", v->noun, pattern));
}

/* The scenario of that very name, or NULL. */
static const struct scenario *
find(const struct scenario_list *l, const struct view *v, const char *pattern)
{
	const struct scenario *s;
	char *id;
	int n = asprintf(&id, "%s%s", v->prefix, pattern);

	hf_check_memory(n >= 0);
	s = scenario_list_find(l, id);
	free(id);
	return (s != NULL && name_of(v, s) != NULL ? s : NULL);
}

/* An id, a pattern, an area, or the beginning of one id; in this order. */
static int
choose_one(const struct scenario_list *l, const struct view *v,
    const char *written, bool *chosen, struct hf_err *err)
{
	const char *pattern = bare_pattern(v, written);
	struct found f = { .chosen = chosen };
	const struct scenario *named = find(l, v, pattern);
	size_t nhidden;

	if (named != NULL) {
		chosen[named - l->scenarios] = true;
		return (0);
	}
	look(l, v, HOW_GLOB, pattern, &f);
	if (f.n == 0 && f.nhidden == 0)
		look(l, v, HOW_AREA, pattern, &f);
	if (f.n != 0)
		return (0);
	nhidden = f.nhidden;
	f.chosen = NULL;
	look(l, v, HOW_BEGINNING, pattern, &f);
	if (f.n == 0)
		return (refuse_unknown(l, v, written, nhidden, err));
	if (f.n > 1)
		return (refuse_ambiguous(v, written, &f, err));
	f.chosen = chosen;
	look(l, v, HOW_BEGINNING, pattern, &f);
	return (0);
}

int
scenario_list_choose(const struct scenario_list *l, enum scenario_view view,
    const char *const *patterns, size_t npatterns, bool *chosen,
    struct hf_err *err)
{
	const struct view *v = &views[view];

	memset(chosen, 0, l->nscenarios * sizeof(*chosen));
	for (size_t i = 0; npatterns == 0 && i < l->nscenarios; i++)
		chosen[i] = name_of(v, &l->scenarios[i]) != NULL &&
		    (l->scenarios[i].flags & v->only_by_name) == 0;
	for (size_t i = 0; i < npatterns; i++)
		if (choose_one(l, v, patterns[i], chosen, err) != 0)
			return (-1);
	return (0);
}

size_t
scenario_next_chosen(
    const struct scenario_list *l, const bool *chosen, size_t i)
{
	const bool *next = memchr(chosen + i, true, l->nscenarios - i);

	return (next == NULL ? l->nscenarios : (size_t)(next - chosen));
}
