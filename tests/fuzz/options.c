/* SPDX-License-Identifier: BSD-2-Clause */
/* options.c: fuzzes what the user types: options, sizes, rules, plans, patterns. */

/*
 * Input: one byte chooses what reads it, the rest is text; for a command line
 * NUL bytes separate the words.
 */
#include <stdlib.h>
#include <string.h>

#include "blk/fault_plan.h"
#include "cli/cli.h"
#include "core/units.h"
#include "fuzz.h"
#include "fuzz/fuzz_plan.h"
#include "run/plan.h"
#include "run/scenario_list.h"

#define WORDS_MAX 24

/* Larger than what any command's options are put into. */
static union {
	uint64_t aligned;
	char bytes[8192];
} target;

static const struct cli_command *const commands[] = { CLI_COMMANDS(
    CLI_ADDRESS) };
#define NCOMMANDS (sizeof(commands) / sizeof(commands[0]))

static const struct scenario scenarios[] = {
	{ "bench.fault", "", "", HF_IS_BENCH, 0 },
	{ "fault.cow", "", "", 0, 0 },
	{ "fault.cow_fork", "", "", HF_NEEDS_MMU, 0 },
	{ "hold.all", "", "", HF_IS_HIDDEN, 0 },
	{ "map.enter", "", "", 0, 0 },
};
static const char params[] = "effort=number\0junk=number\0fuzz_plan=text";
static const struct scenario_list list = { .scenarios = scenarios,
	.nscenarios = sizeof(scenarios) / sizeof(scenarios[0]),
	.params = params,
	.params_bytes = sizeof(params) };

/* Bad input is the user's mistake and nothing else, and is told. */
static void
refused(const struct hf_err *err)
{
	fuzz_must(err->status == EXITCODE_USAGE);
	fuzz_must(err->text[0] != '\0');
	fuzz_must(memchr(err->text, '\0', sizeof(err->text)) != NULL);
}

/* The words of text, which ends with a NUL; at most WORDS_MAX. */
static int
split(char *text, size_t len_bytes, char **words)
{
	char *end = text + len_bytes;
	int n = 0;

	for (; text < end && n < WORDS_MAX; text += strlen(text) + 1)
		words[n++] = text;
	words[n] = NULL;
	return (n);
}

static void
command_line(const struct cli_command *command, char *text, size_t len_bytes)
{
	char *words[WORDS_MAX + 1];
	int n = split(text, len_bytes, words);
	struct options_rest rest = { 0 };
	struct hf_err err = { 0 };

	memset(&target, 0, sizeof(target));
	if (options_parse(command->specs, &target, n, words, &rest, &err) != 0)
		refused(&err);
	else if (!rest.help) {
		fuzz_must(rest.nwords <= (size_t)n);
		for (size_t i = 0; i < rest.nwords; i++)
			fuzz_must(strlen(rest.words[i]) <= len_bytes);
	}
}

static void
sizes(const char *text)
{
	uint64_t bytes = 0, again = 0, ms, number;
	char shown[64], *space;

	if (units_parse_bytes(text, &bytes) == 0) {
		units_format_bytes(bytes, shown, sizeof(shown));
		/* "64 MiB" and "7 bytes" are shown, "64MiB" and "7" are read. */
		space = strchr(shown, ' ');
		fuzz_must(space != NULL);
		if (strcmp(space, " bytes") == 0)
			*space = '\0';
		else
			memmove(space, space + 1, strlen(space));
		fuzz_must(units_parse_bytes(shown, &again) == 0);
		fuzz_must(again == bytes);
	}
	(void)units_parse_duration_ms(text, &ms);
	(void)units_parse_u64(text, &number);
}

static void
faulty(const char *text)
{
	struct fault_plan plan;
	struct hf_err err = { 0 };
	uint64_t counts[FAULT_KINDS];

	if (fault_plan_parse(text, &plan, &err) != 0) {
		refused(&err);
		return;
	}
	fuzz_must(plan.nrules <= FAULT_RULES_MAX);
	for (uint64_t n = 1; n < 4; n++) {
		for (unsigned int k = 0; k < FAULT_KINDS; k++)
			counts[k] = n;
		for (unsigned int k = 0; k < FAULT_KIND_ANY; k++)
			(void)fault_plan_find(&plan, (enum blk_kind)k, counts);
	}
}

static void
same_plan(const struct plan *a, const struct plan *b)
{
	fuzz_must(strcmp(a->nonce, b->nonce) == 0);
	fuzz_must(a->seed == b->seed && a->cpus == b->cpus);
	fuzz_must(a->nparams == b->nparams && a->nruns == b->nruns);
	for (size_t i = 0; i < a->nparams; i++)
		fuzz_must(strcmp(a->params[i], b->params[i]) == 0);
	for (size_t i = 0; i < a->nruns; i++)
		fuzz_must(strcmp(a->runs[i], b->runs[i]) == 0);
}

/* What was read is written so that it is read the same. */
static void
run_plan(const char *text, size_t len_bytes)
{
	struct plan plan, again;
	struct hf_err err = { 0 };
	size_t written;
	char *out;

	if (plan_parse(&plan, text, len_bytes, "input", &err) != 0) {
		refused(&err);
		return;
	}
	out = plan_format(&plan, &written, &err);
	if (out == NULL)
		refused(&err);
	else {
		fuzz_must(plan_parse(&again, out, written, "copy", &err) == 0);
		same_plan(&plan, &again);
		plan_free(&again);
	}
	free(out);
	plan_free(&plan);
}

static void
choose(char *text, size_t len_bytes, unsigned int view)
{
	bool chosen[sizeof(scenarios) / sizeof(scenarios[0])] = { false };
	char *words[WORDS_MAX + 1];
	int n = split(text, len_bytes, words);
	const char *const *patterns = (const char *const *)words;
	struct hf_err err = { 0 };

	if (scenario_params_check(&list, patterns, (size_t)n, &err) != 0)
		refused(&err);
	err.status = EXITCODE_OK;
	if (scenario_list_choose(&list, (enum scenario_view)view, patterns,
		(size_t)n, chosen, &err) != 0)
		refused(&err);
	else
		fuzz_must(n == 0 ||
		    scenario_next_chosen(&list, chosen, 0) < list.nscenarios);
}

static void
fuzz_steps(const char *text, size_t len_bytes)
{
	struct fuzz_plan plan, again;
	struct hf_err err = { 0 };
	char *out;

	if (fuzz_plan_parse(
		&plan, HF_FUZZ_ALONE, text, len_bytes, "input", &err) != 0) {
		refused(&err);
		return;
	}
	out = fuzz_plan_text(&plan, ";");
	fuzz_must(fuzz_plan_parse(&again, HF_FUZZ_ALONE, out, strlen(out),
		      "copy", &err) == 0);
	fuzz_must(again.n == plan.n);
	free(out);
	fuzz_plan_free(&again);
	fuzz_plan_free(&plan);
}

static void
read_as(unsigned int what, char *text, size_t len_bytes)
{
	switch (what) {
	case 0:
		sizes(text);
		break;
	case 1:
		faulty(text);
		break;
	case 2:
		run_plan(text, len_bytes);
		break;
	case 3:
	case 4:
	case 5:
		choose(text, len_bytes, what - 3);
		break;
	case 6:
		fuzz_steps(text, len_bytes);
		break;
	default:
		command_line(commands[what - 7], text, len_bytes);
		break;
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len_bytes)
{
	char *text;

	if (len_bytes == 0)
		return (0);
	text = malloc(len_bytes);
	fuzz_must(text != NULL);
	memcpy(text, bytes + 1, len_bytes - 1);
	text[len_bytes - 1] = '\0';
	read_as(bytes[0] % (7 + NCOMMANDS), text, len_bytes - 1);
	free(text);
	return (0);
}
