/* SPDX-License-Identifier: BSD-2-Clause */
/* fail_totals.c: runs in which something was made to fail, by its kind. */
#include "report/fail_totals.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "core/err.h"

/* NULL: more kinds than any guest has. */
static struct fail_kind *
kind_of(struct fail_totals *t, const char *name)
{
	struct fail_kind *k;
	size_t i = 0;

	while (i < t->nkinds &&
	    strncmp(t->kinds[i].name, name, FAIL_KIND_BYTES - 1) < 0)
		i++;
	k = &t->kinds[i];
	if (i < t->nkinds && strncmp(k->name, name, FAIL_KIND_BYTES - 1) == 0)
		return (k);
	if (t->nkinds == FAIL_KINDS_MAX)
		return (NULL);
	memmove(k + 1, k, (t->nkinds++ - i) * sizeof(*k));
	*k = (struct fail_kind){ 0 };
	snprintf(k->name, sizeof(k->name), "%s", name);
	return (k);
}

static void
add_kind(struct fail_totals *t, const char *name, uint64_t runs, uint64_t bad)
{
	struct fail_kind *k = kind_of(t, name);

	if (k == NULL)
		return;
	k->runs += runs;
	k->bad += bad;
}

void
fail_totals_count(struct fail_totals *t, const char *kind, bool bad)
{
	t->runs++;
	t->bad += bad;
	if (kind != NULL)
		add_kind(t, kind, 1, bad);
}

void
fail_totals_add(struct fail_totals *t, const struct fail_totals *more)
{
	t->runs += more->runs;
	t->bad += more->bad;
	for (size_t i = 0; i < more->nkinds; i++)
		add_kind(t, more->kinds[i].name, more->kinds[i].runs,
		    more->kinds[i].bad);
}

char *
fail_totals_text(const struct fail_totals *t)
{
	size_t len_bytes;
	char *text;
	FILE *f;

	if (t->runs == 0)
		return (NULL);
	f = open_memstream(&text, &len_bytes);
	hf_check_memory(f != NULL);
	fprintf(f, "%" PRIu64 " run%s, %" PRIu64 " bad", t->runs,
	    t->runs == 1 ? "" : "s", t->bad);
	for (size_t i = 0; i < t->nkinds; i++) {
		fprintf(f, "%s%s %" PRIu64, i == 0 ? ": " : ", ",
		    t->kinds[i].name, t->kinds[i].runs);
		if (t->kinds[i].bad > 0)
			fprintf(f, " (%" PRIu64 " bad)", t->kinds[i].bad);
	}
	fclose(f);
	hf_check_memory(text != NULL);
	return (text);
}
