/* SPDX-License-Identifier: BSD-2-Clause */
/* explore.c: the command that explores schedules of scenarios over the model. */

#include <sys/personality.h>
#include <err.h>
#include <fnmatch.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "guest/arch/model/boot_model.h"
#include "tests/unit/model_choice.h"
#include "crew.h"
#include "fuzz_step.h"

static const char usage_text[] =
    "usage: tools/explore [option]... PATTERN...\n"
    "       tools/explore [option]... --threads N\n"
    "       tools/explore --replay 'ID [CHOICE:SLOT]...'\n"
    "\n"
    "Runs scenarios over the model, one thread at a time, by many schedules.\n"
    "A schedule that fails is cut down to the switches it needs, and printed\n"
    "with the command that has it again.\n"
    "\n"
    "  --seeds N        schedules by chance for each scenario (50)\n"
    "  --seed N         the first of them (1)\n"
    "  --preemptions N  a running thread is interrupted so often in each (2)\n"
    "  --sweep N        and each single switch of the usual schedule, at most\n"
    "                   so many (0)\n"
    "  --replay LINE    one run by this schedule\n"
    "  --threads N      no scenario, but plans of \"holdfast fuzz --threads "
    "N\":\n"
    "                   one that fails is shrunk first\n"
    "  --plans N        so many of them, drawn for --seed and those after it "
    "(20)\n"
    "  --steps N        of each thread of a plan (20)\n"
    "  --param NAME=V   the scenario's parameter, in all of these\n"
    "\n"
    "Exit status: 0 none fails, 1 one does, 2 usage, 3 cannot run.\n";

static void __attribute__((__noreturn__, __format__(__printf__, 1, 0)))
usage(const char *fmt, const char *arg)
{
	fprintf(stderr, "explore: ");
	fprintf(stderr, fmt, arg);
	fprintf(stderr, "\n%s", usage_text);
	exit(2);
}

static uint32_t
number(const char *text, uint32_t max)
{
	unsigned long long n;
	char *end;

	n = strtoull(text, &end, 10);
	if (end == text || *end != '\0' || text[0] == '-' || n > max)
		usage("bad number %s", text);
	return ((uint32_t)n);
}

/* Another parameter of the scenarios; guest/arch/model/boot_model.c reads it. */
static void
add_param(const char *param)
{
	const char *before = getenv("HF_PARAMS");
	char *lines;

	if (strchr(param, '=') == NULL || strchr(param, '\n') != NULL)
		usage("--param: %s is not NAME=VALUE", param);
	if (asprintf(&lines, "%sparam %s\n", before != NULL ? before : "",
		param) < 0 ||
	    setenv("HF_PARAMS", lines, 1) != 0)
		err(3, "--param");
	free(lines);
}

/* Addresses must not differ between runs: some hashes are made of them. */
static void
fix_addresses(char **argv)
{
	int now = personality(0xffffffff);

	if (now < 0 || (now & ADDR_NO_RANDOMIZE) != 0)
		return;
	if (personality((unsigned long)now | ADDR_NO_RANDOMIZE) < 0)
		return;
	execv("/proc/self/exe", argv);
	err(3, "cannot start again");
}

static bool
is_wanted(const char *id, uint32_t flags, char **patterns)
{
	for (; *patterns != NULL; patterns++) {
		if (strcmp(*patterns, id) == 0)
			break;
		if ((flags & HF_IS_HIDDEN) == 0 &&
		    fnmatch(*patterns, id, 0) == 0)
			break;
	}
	/* A hidden one that is named is meant. */
	return (*patterns != NULL && (flags & HF_NEEDS_SMP) == 0 &&
	    model_lacks(flags & ~(uint32_t)HF_IS_HIDDEN) == NULL);
}

static int
explore(const struct search *how, char **patterns)
{
	unsigned int count[3] = { 0 }, i;
	const char *id;
	uint32_t flags;

	for (i = 0; (id = hf_model_scenario_id(i, &flags)) != NULL; i++)
		if (is_wanted(id, flags, patterns))
			count[search_scenario(id, how)]++;
	printf("%u passed, %u failed, %u skipped\n", count[FOUND_NOTHING],
	    count[FOUND_BUG], count[FOUND_SKIP]);
	if (count[FOUND_NOTHING] + count[FOUND_BUG] == 0) {
		fprintf(stderr, "explore: no scenario was explored\n");
		return (1);
	}
	return (count[FOUND_BUG] != 0);
}

static int
explore_crew(const struct crew *crew, const struct search *how)
{
	const char *id, *why = "no such scenario";
	uint32_t flags;
	unsigned int i;

	for (i = 0; (id = hf_model_scenario_id(i, &flags)) != NULL; i++)
		if (strcmp(id, CREW_SCENARIO) == 0)
			why = model_lacks(flags);
	if (why != NULL)
		errx(3, CREW_SCENARIO ": %s", why);
	return (search_crew(crew, how) == FOUND_BUG);
}

static int
replay(char *line)
{
	struct schedule s;
	const char *id, *bad, *known;
	uint32_t flags;
	unsigned int i;

	bad = schedule_parse(line, &id, &s);
	if (bad != NULL)
		usage("--replay: %s", bad);
	for (i = 0; (known = hf_model_scenario_id(i, &flags)) != NULL; i++)
		if (strcmp(known, id) == 0)
			return (replay_scenario(id, &s) == FOUND_BUG);
	usage("--replay: no scenario %s", id);
}

int
main(int argc, char **argv)
{
	static const struct option options[] = {
		{ "help", no_argument, NULL, 'h' },
		{ "param", required_argument, NULL, 'P' },
		{ "plans", required_argument, NULL, 'l' },
		{ "preemptions", required_argument, NULL, 'p' },
		{ "replay", required_argument, NULL, 'r' },
		{ "seed", required_argument, NULL, 's' },
		{ "seeds", required_argument, NULL, 'n' },
		{ "steps", required_argument, NULL, 'e' },
		{ "sweep", required_argument, NULL, 'w' },
		{ "threads", required_argument, NULL, 't' },
		{ NULL, 0, NULL, 0 },
	};
	struct search how = { .first_seed = 1, .seeds = 50, .preemptions = 2 };
	struct crew crew = { .plans = 20, .steps = 20 };
	char *line = NULL;
	int c;

	fix_addresses(argv);
	while ((c = getopt_long(argc, argv, "", options, NULL)) != -1)
		switch (c) {
		case 'h':
			printf("%s", usage_text);
			return (0);
		case 'P':
			add_param(optarg);
			search_add_param(optarg);
			break;
		case 'p':
			how.preemptions =
			    number(optarg, HF_EXPLORE_SWITCHES / 2);
			break;
		case 'r':
			line = optarg;
			break;
		case 's':
			how.first_seed = number(optarg, UINT32_MAX);
			break;
		case 'l':
			crew.plans = number(optarg, UINT32_MAX);
			break;
		case 'e':
			crew.steps = number(optarg, HF_FUZZ_STEPS_MAX);
			break;
		case 't':
			crew.threads = number(optarg, HF_CREW_MAX);
			break;
		case 'n':
			how.seeds = number(optarg, UINT32_MAX);
			break;
		case 'w':
			how.sweep = number(optarg, UINT32_MAX);
			break;
		default:
			fprintf(stderr, "%s", usage_text);
			return (2);
		}
	if ((line != NULL) + (optind < argc) + (crew.threads > 0) != 1)
		usage("%s", "give patterns, or --threads, or --replay alone");
	if (crew.threads > 0)
		return (explore_crew(&crew, &how));
	return (line != NULL ? replay(line) : explore(&how, argv + optind));
}
