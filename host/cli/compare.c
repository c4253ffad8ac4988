/* SPDX-License-Identifier: BSD-2-Clause */
/* compare.c: holdfast compare. */
#include <stdio.h>

#include "cli/cli.h"
#include "cli/options.h"
#include "core/replace.h"
#include "measure/bench.h"

struct arguments {
	unsigned int threshold_percent;
	unsigned int alpha_permille;
	const char *json_path;
};

static const struct option_spec specs[] = {
	{ .name = "threshold",
	    .kind = OPTION_UINT,
	    .value_name = "PERCENT",
	    .offset = offsetof(struct arguments, threshold_percent),
	    .min = 1,
	    .max = 1000,
	    .help = "smaller differences are noise (default 5)" },
	{ .name = "alpha",
	    .kind = OPTION_UINT,
	    .value_name = "N",
	    .offset = offsetof(struct arguments, alpha_permille),
	    .min = 1,
	    .max = 500,
	    .help = "level of significance in thousandths (default 10)" },
	{ .name = "json",
	    .kind = OPTION_TEXT,
	    .value_name = "FILE",
	    .offset = offsetof(struct arguments, json_path),
	    .help = "write the comparison there, too" },
	{ 0 },
};

static bool
have_common(const struct bench_report *a, const struct bench_report *b)
{
	for (const struct bench_class *c = a->first; c != NULL; c = c->next)
		if (bench_class_find(b, c->name) != NULL)
			return (true);
	return (false);
}

static int
compare(int argc, char **argv, const struct cli_builtin *builtin)
{
	struct arguments a = { .threshold_percent = 5, .alpha_permille = 10 };
	struct stats_options opt;
	struct options_rest rest;
	struct hf_err err = { 0 };
	struct bench_report *ra, *rb = NULL;
	size_t worse;
	int status;

	if (!cli_options(&cli_compare, &a, argc, argv, &rest, &status))
		return (status);
	if (rest.nwords != 2) {
		err_user(&err,
		    "compare takes two files, not %zu; see "
		    "'holdfast compare --help'",
		    rest.nwords);
		return (cli_fail(&err));
	}
	ra = bench_json_read(rest.words[0], &err);
	if (ra != NULL)
		rb = bench_json_read(rest.words[1], &err);
	if (rb != NULL && !have_common(ra, rb))
		err_user(&err, "%s and %s have no class in common",
		    rest.words[0], rest.words[1]);
	if (err.status != EXITCODE_OK) {
		bench_report_free(ra);
		bench_report_free(rb);
		return (cli_fail(&err));
	}
	if (a.json_path != NULL &&
	    replace_check("--json", a.json_path, &err) != 0) {
		bench_report_free(ra);
		bench_report_free(rb);
		return (cli_fail(&err));
	}
	opt.threshold = a.threshold_percent / 100.0;
	opt.alpha = a.alpha_permille / 1000.0;
	worse = bench_compare_print(ra, rb, &opt, stdout);
	if (a.json_path != NULL)
		bench_compare_write(ra, rb, &opt, a.json_path, &err);
	bench_report_free(ra);
	bench_report_free(rb);
	status = cli_finish_output();
	if (err.status != EXITCODE_OK)
		status = cli_fail(&err);
	return (status != EXITCODE_OK ? status
		: worse > 0	      ? EXITCODE_FAILED
				      : EXITCODE_OK);
}

const struct cli_command cli_compare = {
	.name = "compare",
	.summary = "tell whether one bench is slower than another",
	.usage =
	    "compare [OPTION]... A.json B.json\n"
	    "Compares two files of bench --json class by class: medians of "
	    "the rounds, their\nshift, and a rank test. Exit status 1 if B is "
	    "significantly worse in any class.",
	.specs = specs,
	.run = compare,
};
