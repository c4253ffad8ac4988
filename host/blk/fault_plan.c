/* SPDX-License-Identifier: BSD-2-Clause */
/* fault_plan.c: parses "read@3=fail,any@5=delay:20ms". */
#include "blk/fault_plan.h"

#include <errno.h>
#include <string.h>

#include "core/units.h"

#define RULE_TEXT_MAX 64

static const char *const kind_names[FAULT_KINDS] = { [BLK_READ] = "read",
	[BLK_WRITE] = "write",
	[BLK_FLUSH] = "flush",
	[FAULT_KIND_ANY] = "any" };

static int
parse_kind(const char *text, struct fault_rule *rule)
{
	for (unsigned int k = 0; k < FAULT_KINDS; k++) {
		if (strcmp(text, kind_names[k]) == 0) {
			rule->kind = k;
			return (0);
		}
	}
	return (-1);
}

/* "3", "3+", "*".  text is changed. */
static int
parse_which(char *text, struct fault_rule *rule)
{
	size_t len = strlen(text);
	bool open_ended = false;

	if (strcmp(text, "*") == 0) {
		rule->first = 1;
		rule->last = UINT64_MAX;
		return (0);
	}
	if (len > 0 && text[len - 1] == '+') {
		open_ended = true;
		text[len - 1] = '\0';
	}
	if (units_parse_u64(text, &rule->first) != 0 || rule->first == 0)
		return (-1);
	rule->last = open_ended ? UINT64_MAX : rule->first;
	return (0);
}

/* "fail", "fail:ENOSPC", "short:512", "delay:20ms".  text is changed. */
static int
parse_action(char *text, struct fault_rule *rule)
{
	char *value = strchr(text, ':');

	if (value != NULL)
		*value++ = '\0';
	if (strcmp(text, "fail") == 0) {
		rule->action = FAULT_FAIL;
		rule->error = EIO;
		if (value == NULL || strcmp(value, "EIO") == 0)
			return (0);
		rule->error = ENOSPC;
		return (strcmp(value, "ENOSPC") == 0 ? 0 : -1);
	}
	if (value == NULL)
		return (-1);
	if (strcmp(text, "short") == 0) {
		rule->action = FAULT_SHORT;
		return (units_parse_bytes(value, &rule->amount));
	}
	if (strcmp(text, "delay") == 0) {
		rule->action = FAULT_DELAY;
		return (units_parse_duration_ms(value, &rule->amount));
	}
	return (-1);
}

/* text is changed. */
static int
parse_rule(char *text, struct fault_rule *rule)
{
	char *which = strchr(text, '@');
	char *action = strchr(text, '=');

	if (which == NULL || action == NULL || action < which)
		return (-1);
	*which++ = '\0';
	*action++ = '\0';
	*rule = (struct fault_rule){ .kind = 0 };
	if (parse_kind(text, rule) != 0 || parse_which(which, rule) != 0 ||
	    parse_action(action, rule) != 0)
		return (-1);
	/* A flush moves no bytes. */
	if (rule->action == FAULT_SHORT && rule->kind == BLK_FLUSH)
		return (-1);
	return (0);
}

int
fault_plan_parse(const char *text, struct fault_plan *out, struct hf_err *err)
{
	char rule[RULE_TEXT_MAX];
	size_t len;

	*out = (struct fault_plan){ .nrules = 0 };
	for (;;) {
		len = strcspn(text, ",");
		if (out->nrules == FAULT_RULES_MAX)
			return (err_user(err, "--faulty: more than %d rules",
			    FAULT_RULES_MAX));
		if (len < sizeof(rule)) {
			memcpy(rule, text, len);
			rule[len] = '\0';
		}
		if (len < sizeof(rule) && strcmp(rule, "volatile") == 0)
			out->volatile_cache = true;
		else if (len >= sizeof(rule) ||
		    parse_rule(rule, &out->rules[out->nrules]) != 0)
			return (err_user(err,
			    "--faulty: \"%.*s\" is not "
			    "KIND@N=ACTION (read|write|flush|any @ N|N+|* = "
			    "fail[:EIO|:ENOSPC]|short:BYTES|delay:DURATION), "
			    "nor \"volatile\"",
			    (int)len, text));
		else
			out->nrules++;
		if (text[len] == '\0')
			return (0);
		text += len + 1;
	}
}

const struct fault_rule *
fault_plan_find(const struct fault_plan *plan, enum blk_kind kind,
    const uint64_t counts[FAULT_KINDS])
{
	for (unsigned int i = 0; i < plan->nrules; i++) {
		const struct fault_rule *r = &plan->rules[i];

		if ((r->kind == kind || r->kind == FAULT_KIND_ANY) &&
		    counts[r->kind] >= r->first && counts[r->kind] <= r->last)
			return (r);
	}
	return (NULL);
}
