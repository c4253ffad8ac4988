/* SPDX-License-Identifier: BSD-2-Clause */
/* plan.c: format and parse the run plan. */
#include "run/plan.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "core/units.h"
#include "run/record.h"

int
plan_make_seed(uint64_t *seed, struct hf_err *err)
{
	ssize_t n = getrandom(seed, sizeof(*seed), 0);

	if (n == (ssize_t)sizeof(*seed))
		return (0);
	return (err_host_errno(err, n < 0 ? errno : EIO, "getrandom"));
}

int
plan_make_nonce(char nonce[HF_NONCE_DIGITS + 1], struct hf_err *err)
{
	uint64_t v;

	if (plan_make_seed(&v, err) != 0)
		return (-1);
	snprintf(nonce, HF_NONCE_DIGITS + 1, "%016" PRIx64, v);
	return (0);
}

#define HEAD_MAX 160 /* the lines that every plan has, and "cpus" */

static size_t
lines_bytes(const char *key, const char *const *values, size_t n)
{
	size_t bytes = n * (strlen(key) + 1);

	for (size_t i = 0; i < n; i++)
		bytes += strlen(values[i]);
	return (bytes);
}

static char *
add_lines(char *at, const char *key, const char *const *values, size_t n)
{
	for (size_t i = 0; i < n; i++)
		at = stpcpy(stpcpy(stpcpy(at, key), values[i]), "\n");
	return (at);
}

/* No stream: every run does this once, and a stream has 8 KiB to be cleared. */
char *
plan_format(const struct plan *p, size_t *len_bytes, struct hf_err *err)
{
	char *text, *at;
	int head;

	text = malloc(HEAD_MAX + lines_bytes("param ", p->params, p->nparams) +
	    lines_bytes("run ", p->runs, p->nruns));
	hf_check_memory(text != NULL);
	head = snprintf(text, HEAD_MAX, "%s\nnonce %s\nseed %" PRIu64 "\n",
	    HF_PLAN_MAGIC, p->nonce, p->seed);
	if (p->cpus != 0)
		head += snprintf(text + head, (size_t)(HEAD_MAX - head),
		    "cpus %u\n", p->cpus);
	hf_check(head < HEAD_MAX);
	at = add_lines(text + head, "param ", p->params, p->nparams);
	at = add_lines(at, "run ", p->runs, p->nruns);
	*len_bytes = (size_t)(at - text);
	if (*len_bytes > HF_PLAN_MAX) {
		free(text);
		err_user(err, "the run plan is %zu bytes long, at most %d fit",
		    *len_bytes, HF_PLAN_MAX);
		return (NULL);
	}
	return (text);
}

void
plan_free(struct plan *p)
{
	free(p->params);
	free(p->runs);
	free(p->text);
	memset(p, 0, sizeof(*p));
}

static void
append(const char ***array, size_t *n, const char *s)
{
	*array = realloc(*array, (*n + 1) * sizeof(char *));
	hf_check_memory(*array != NULL);
	(*array)[(*n)++] = s;
}

/* NULL, or what is wrong with this setting. */
static const char *
parse_setting(struct plan *p, const char *word, const char *value)
{
	uint64_t n;

	if (strcmp(word, "nonce") == 0) {
		if (strlen(value) != HF_NONCE_DIGITS ||
		    strspn(value, "0123456789abcdef") != HF_NONCE_DIGITS)
			return ("a nonce is 16 lower-case hexadecimal digits");
		memcpy(p->nonce, value, sizeof(p->nonce));
	} else if (strcmp(word, "seed") == 0) {
		if (units_parse_u64(value, &p->seed) != 0)
			return ("a seed is a number");
	} else if (strcmp(word, "cpus") == 0) {
		if (units_parse_u64(value, &n) != 0 || n == 0 || n > 1024)
			return ("cpus is a number from 1");
		p->cpus = (unsigned int)n;
	} else if (strcmp(word, "param") == 0) {
		if (strchr(value, '=') == NULL || value[0] == '=')
			return ("a param is name=value");
		append(&p->params, &p->nparams, value);
	} else if (strcmp(word, "run") == 0) {
		if (!record_id_valid(value))
			return ("not a scenario id");
		append(&p->runs, &p->nruns, value);
	} else
		return ("an unknown setting");
	return (NULL);
}

static const char *
parse_line(struct plan *p, char *line, unsigned int number)
{
	char *space;

	if (number == 1)
		return (strcmp(line, HF_PLAN_MAGIC) == 0
			? NULL
			: "the first line of a plan is \"" HF_PLAN_MAGIC "\"");
	if (line[0] == '#' || line[0] == '\0')
		return (NULL);
	space = strchr(line, ' ');
	if (space == NULL)
		return ("a setting without a value");
	*space = '\0';
	return (parse_setting(p, line, space + 1));
}

int
plan_parse(struct plan *p, const char *text, size_t len_bytes, const char *name,
    struct hf_err *err)
{
	const char *why = NULL;
	unsigned int number = 0;
	char *line, *rest;

	memset(p, 0, sizeof(*p));
	if (len_bytes > HF_PLAN_MAX)
		return (err_user(err, "%s: longer than the %d bytes of a plan",
		    name, HF_PLAN_MAX));
	p->text = strndup(text, len_bytes);
	hf_check_memory(p->text != NULL);
	rest = p->text;
	while (why == NULL && (line = strsep(&rest, "\n")) != NULL)
		why = parse_line(p, line, ++number);
	if (why == NULL && p->nonce[0] == '\0')
		why = "there is no nonce";
	if (why == NULL && p->nruns == 0)
		why = "there is nothing to run";
	if (why != NULL) {
		plan_free(p);
		return (err_user(err, "%s, line %u: %s", name, number, why));
	}
	return (0);
}
