/* SPDX-License-Identifier: BSD-2-Clause */
/* list_requirements.c: what docs/spec requires, and which scenarios name it. */
#include "cli/list_requirements.h"

#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "core/json.h"
#include "core/suggest.h"
#include "core/text.h"
#include "run/requirements.h"

/* Which scenarios count, and where they are printed. */
struct printer {
	const struct scenario_list *l;
	const bool *chosen;
	json_t *json;	/* NULL: as text */
	bool scenarios; /* as text: those that name it, too */
};

static const struct scenario *
next_naming(const struct printer *p, const struct requirement *r, size_t *i)
{
	const struct scenario_list *l = p->l;

	for (; (*i = scenario_next_chosen(l, p->chosen, *i)) < l->nscenarios;
	     ++*i)
		if (requirement_named_by(r, &l->scenarios[*i]))
			return (&l->scenarios[(*i)++]);
	return (NULL);
}

static void
add_json(const struct printer *p, const struct requirement *r)
{
	json_t *j = json_object(), *names = json_array();
	const struct scenario *s;
	size_t i = 0;

	while ((s = next_naming(p, r, &i)) != NULL)
		json_add(names, json_string(s->id));
	json_put(j, "id", json_string(r->id));
	json_put(j, "label", json_string(r->label));
	json_put(j, "sentence", json_text(r->sentence));
	json_put(j, "basis", json_text(r->basis));
	json_put(j, "file", json_string(r->file));
	json_put(j, "scenarios", names);
	json_add(p->json, j);
}

static void
print_scenarios(const struct printer *p, const struct requirement *r)
{
	const struct scenario *s;
	size_t i = 0, n = 0;

	for (; (s = next_naming(p, r, &i)) != NULL; n++) {
		printf("    %-36s ", s->id);
		text_print_line(stdout, s->title);
		putchar('\n');
	}
	if (n == 0)
		printf("    no scenario names it\n");
}

static void
print_one(const struct printer *p, const struct requirement *r)
{
	if (p->json != NULL) {
		add_json(p, r);
		return;
	}
	printf("%-6s [%s] ", r->id, r->label);
	text_print_line(stdout, r->sentence);
	fputs(" (", stdout);
	text_print_line(stdout, r->basis);
	fputs(")\n", stdout);
	if (p->scenarios)
		print_scenarios(p, r);
}

/* 0, or -1: nothing is meant by the word; *err. */
static int
check_word(const char *word, struct hf_err *err)
{
	const char *at = hf_requirements;
	struct requirement r;
	struct suggest s;

	suggest_begin(&s, word, strlen(word));
	while (requirement_next(&at, &r)) {
		if (requirement_fits(&r, word))
			return (0);
		suggest_try(&s, r.id, strlen(r.id));
	}
	if (s.best != NULL && strpbrk(word, "*?[") == NULL)
		return (err_user(err,
		    "no requirement matches '%s' (did you mean '%.*s'?); see "
		    "'holdfast list --requirements'",
		    word, (int)s.best_len, s.best));
	return (err_user(err,
	    "no requirement matches '%s'; see 'holdfast list --requirements'",
	    word));
}

static bool
meant(const struct requirement *r, const struct options_rest *rest)
{
	for (size_t i = 0; i < rest->nwords; i++)
		if (requirement_fits(r, rest->words[i]))
			return (true);
	return (rest->nwords == 0);
}

static int
finish(const struct printer *p)
{
	char *text;
	int status;

	if (p->json == NULL)
		return (cli_finish_output());
	text = json_document(p->json, JSON_INDENT(2));
	json_decref(p->json);
	status = cli_print_document(text);
	free(text);
	return (status);
}

int
cli_list_requirements(bool json, const struct scenario_list *l,
    const bool *chosen, const struct options_rest *rest)
{
	struct printer p = {
		.l = l, .chosen = chosen, .scenarios = rest->nwords != 0
	};
	const char *at = hf_requirements;
	struct requirement r;
	struct hf_err err = { 0 };

	for (size_t i = 0; i < rest->nwords; i++)
		if (check_word(rest->words[i], &err) != 0)
			return (cli_fail(&err));
	p.json = json ? json_array() : NULL;
	while (requirement_next(&at, &r))
		if (meant(&r, rest))
			print_one(&p, &r);
	return (finish(&p));
}
