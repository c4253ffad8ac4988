/* SPDX-License-Identifier: BSD-2-Clause */
/* fail_nth_judge.c: what one run with a failure in it is worth. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/units.h"
#include "run/fail_nth.h"

#define EVERY_MAX 1000000

int
fail_nth_parse(
    const char *text, struct fail_nth_choice *out, struct hf_err *err)
{
	const size_t word = strcspn(text, "/");

	*out = (struct fail_nth_choice){ .every = 1 };
	out->paths = word == 5 && memcmp(text, "paths", word) == 0;
	if (out->paths || (word == 3 && memcmp(text, "all", word) == 0)) {
		if (text[word] == '\0' ||
		    (units_parse_u64(text + word + 1, &out->every) == 0 &&
			out->every >= 1 && out->every <= EVERY_MAX))
			return (0);
		return (err_user(err,
		    "--fail-nth: '%s': one in how many? A number from 1 to %d",
		    text, EVERY_MAX));
	}
	if (units_parse_u64(text, &out->n) == 0 && out->n >= 1 &&
	    out->n <= UINT32_MAX)
		return (0);
	return (err_user(err,
	    "--fail-nth: '%s' is neither 'all' nor 'paths' (nor one of them "
	    "with "
	    "/K, one in K) nor the number of a point, from 1 on",
	    text));
}

/* The same but for numbers and addresses. */
static bool
like(const char *a, const char *b)
{
	static const char digits[] = "0123456789abcdef";

	for (;;) {
		a += strspn(a, digits);
		b += strspn(b, digits);
		if (*a != *b)
			return (false);
		if (*a == '\0')
			return (true);
		a++;
		b++;
	}
}

static bool
number_of(const char *text, int64_t *out)
{
	char *end;

	if (text == NULL)
		return (false);
	errno = 0;
	*out = (int64_t)strtoull(text, &end, 0);
	return (errno == 0 && end != text && *end == '\0');
}

/* How far the counter is from where it was. */
static bool
change_of(const struct result_failure *f, int64_t *change)
{
	int64_t got, want;

	if (!number_of(f->got, &got) || !number_of(f->want, &want))
		return (false);
	*change = (int64_t)((uint64_t)got - (uint64_t)want);
	return (true);
}

/* Whether what the control run has lost explains what this one has. */
static bool
explains(const struct result_failure *own, const struct result_failure *f)
{
	int64_t a, b;

	if (strcmp(own->file, f->file) != 0 || !like(own->text, f->text))
		return (false);
	if (!change_of(f, &b))
		return (true);
	return (change_of(own, &a) && (a < 0) == (b < 0) &&
	    (a < 0 ? b >= a : b <= a));
}

static bool
all_explained(
    const struct scenario_result *run, const struct scenario_result *control)
{
	bool found;

	if (run->failed != run->nfailures)
		return (false);
	for (size_t i = 0; i < run->nfailures; i++) {
		found = false;
		for (size_t k = 0; k < control->nfailures && !found; k++)
			found =
			    explains(&control->failures[k], &run->failures[i]);
		if (!found)
			return (false);
	}
	return (true);
}

static bool
same_end(
    const struct scenario_result *run, const struct scenario_result *control)
{
	return (run->verdict == control->verdict && run->reason != NULL &&
	    control->reason != NULL && like(run->reason, control->reason));
}

/*
 * It hangs while the scenario keeps the device from working (hf_bdev_hold()),
 * which the account of a hang says: it waits for itself.
 */
static bool
is_held_back(const struct scenario_result *run)
{
	return (run->verdict == HF_VERDICT_TIMEOUT && run->point != NULL &&
	    run->dump != NULL &&
	    strstr(run->dump, "held back by hf_bdev_hold()") != NULL);
}

enum fail_outcome
fail_nth_judge(
    const struct scenario_result *run, const struct scenario_result *control)
{
	bool own;

	if (run->verdict == HF_VERDICT_BROKEN || is_held_back(run))
		return (FAIL_GIVEN_UP);
	if (run->verdict == HF_VERDICT_PASS)
		return (run->point != NULL ? FAIL_HELD : FAIL_NOT_REACHED);
	if (run->verdict == HF_VERDICT_SKIP)
		return (FAIL_NOT_REACHED);
	if (run->point == NULL || run->left == NULL)
		return (FAIL_BAD);
	if (control == NULL)
		return (FAIL_UNCLEAR);
	own = run->verdict == HF_VERDICT_FAIL
	    ? control->verdict == HF_VERDICT_FAIL && all_explained(run, control)
	    : same_end(run, control);
	return (own ? FAIL_OWN : FAIL_BAD);
}
