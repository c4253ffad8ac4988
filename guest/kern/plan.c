/* SPDX-License-Identifier: BSD-2-Clause */
/* plan.c: the run plan (shared/plan_abi.h). */

#include <sys/param.h>
#include <sys/systm.h>
#include <kern/plan.h>
#include "plan_abi.h"
#include "report_abi.h"

#define PLAN_CPUS_MAX 4096

static struct hf_plan boot_plan;

/* Past the word that s starts with and one space; NULL when it does not. */
static const char *
setting(const char *s, const char *word)
{
	size_t len = strlen(word);

	if (strncmp(s, word, len) != 0 || s[len] != ' ')
		return (NULL);
	return (s + len + 1);
}

static bool
number_only(const char *s, uint64_t *v)
{
	const char *stop;
	bool overflow;

	*v = hf_strtou64(s, &stop, 10, &overflow);
	return (stop != s && *stop == '\0' && !overflow);
}

static const char *
parse_nonce(struct hf_plan *plan, const char *s)
{
	if (strlen(s) != HF_NONCE_DIGITS)
		return ("nonce: not 16 digits");
	for (int i = 0; i < HF_NONCE_DIGITS; i++)
		if (!((s[i] >= '0' && s[i] <= '9') ||
			(s[i] >= 'a' && s[i] <= 'f')))
			return ("nonce: not lower-case hex digits");
	strlcpy(plan->nonce, s, sizeof(plan->nonce));
	return (NULL);
}

static const char *
parse_param(struct hf_plan *plan, const char *s)
{
	const char *eq = strchr(s, '=');

	if (eq == NULL || eq == s)
		return ("param: not name=value");
	if (plan->nparams == HF_PLAN_PARAMS_MAX)
		return ("param: too many");
	plan->params[plan->nparams].name = s;
	plan->params[plan->nparams++].name_len = eq - s;
	return (NULL);
}

/* One line, ended by NUL, not the first. */
static const char *
parse_line(struct hf_plan *plan, const char *s)
{
	const char *v;
	uint64_t n;

	if (*s == '#' || *s == '\0' || setting(s, "run") != NULL)
		return (NULL);
	if ((v = setting(s, "nonce")) != NULL)
		return (parse_nonce(plan, v));
	if ((v = setting(s, "seed")) != NULL)
		return (
		    number_only(v, &plan->seed) ? NULL : "seed: bad number");
	if ((v = setting(s, "cpus")) != NULL) {
		if (!number_only(v, &n) || n < 1 || n > PLAN_CPUS_MAX)
			return ("cpus: bad number");
		plan->cpus = (int)n;
		return (NULL);
	}
	if ((v = setting(s, "param")) != NULL)
		return (parse_param(plan, v));
	return ("unknown setting");
}

const char *
hf_plan_read(struct hf_plan *plan, char *text, size_t bytes)
{
	char *line = text, *stop = text + bytes, *nl;
	const char *why;
	bool first = true;

	bzero(plan, sizeof(*plan));
	strlcpy(plan->nonce, "0000000000000000", sizeof(plan->nonce));
	if (bytes == 0 || bytes > HF_PLAN_MAX)
		return ("plan: bad size");
	for (; line < stop; line = nl + 1) {
		nl = memchr(line, '\n', stop - line);
		if (nl == NULL)
			return ("plan: last line without newline");
		if (memchr(line, '\0', nl - line) != NULL)
			return ("plan: NUL byte");
		*nl = '\0';
		if (first && strcmp(line, HF_PLAN_MAGIC) != 0)
			return ("plan: bad first line");
		if (!first && (why = parse_line(plan, line)) != NULL)
			return (why);
		first = false;
	}
	plan->text = text;
	plan->stop = stop;
	return (NULL);
}

const char *
hf_plan_value(const struct hf_plan *plan, const char *name)
{
	size_t len = strlen(name);

	for (int i = 0; i < plan->nparams; i++)
		if (len == plan->params[i].name_len &&
		    strncmp(plan->params[i].name, name, len) == 0)
			return (plan->params[i].name + len + 1);
	return (NULL);
}

const char *
hf_plan_next(const struct hf_plan *plan, const char *after)
{
	const char *line = plan->text, *id;

	if (after != NULL)
		line = after + strlen(after) + 1;
	for (; line != NULL && line < plan->stop; line += strlen(line) + 1)
		if ((id = setting(line, "run")) != NULL)
			return (id);
	return (NULL);
}

const char *
hf_plan_parse(char *text, size_t bytes)
{
	return (hf_plan_read(&boot_plan, text, bytes));
}

const char *
hf_plan_nonce(void)
{
	return (
	    boot_plan.nonce[0] != '\0' ? boot_plan.nonce : "0000000000000000");
}

uint64_t
hf_plan_seed(void)
{
	return (boot_plan.seed);
}

int
hf_plan_cpus(void)
{
	return (boot_plan.cpus);
}

const char *
hf_plan_param_named(const char *name)
{
	return (hf_plan_value(&boot_plan, name));
}

uint64_t
hf_plan_param_u64_named(const char *name, uint64_t missing)
{
	const char *s = hf_plan_param_named(name);
	uint64_t v;

	return (s != NULL && number_only(s, &v) ? v : missing);
}

const char *
hf_plan_run(const char *after)
{
	return (hf_plan_next(&boot_plan, after));
}
