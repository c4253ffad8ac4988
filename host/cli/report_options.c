/* SPDX-License-Identifier: BSD-2-Clause */
/* report_options.c: open the reports that were asked for. */
#include "cli/report_options.h"

#include <string.h>

const char *const report_format_names[] = { "pretty", "tap", "junit", "json",
	NULL };
bool report_format_given;

/* "FORMAT" or "FORMAT=FILE". */
static int
add_report(const char *text, struct reports *reports, struct hf_err *err)
{
	const char *path = strchr(text, '=');
	char name[16], what[40];
	enum report_format format;

	snprintf(name, sizeof(name), "%.*s",
	    (int)(path != NULL ? path - text : (int)strlen(text)), text);
	if (!report_format_parse(name, &format))
		return (err_user(err,
		    "--report: '%s' is none of pretty, tap, junit, json",
		    text));
	if (path != NULL && *++path == '\0')
		return (
		    err_user(err, "--report %s: no file behind the '='", text));
	snprintf(what, sizeof(what), "--report %s", name);
	return (reports_add(reports, format, what, path, err));
}

static int
add_all(const struct report_arguments *a, struct reports *reports,
    struct hf_err *err)
{
	for (size_t i = 0; i < a->reports.n; i++)
		if (add_report(a->reports.text[i], reports, err) != 0)
			return (-1);
	/* One of them may be instead of the usual one on standard output. */
	if (reports_use_stdout(reports) && !report_format_given &&
	    a->output_path == NULL)
		return (0);
	return (reports_add(reports, (enum report_format)a->format,
	    a->output_path != NULL ? "--output" : "--format", a->output_path,
	    err));
}

int
report_options_open(const struct report_arguments *a, struct reports *reports,
    struct hf_err *err)
{
	reports->n = 0;
	if (add_all(a, reports, err) == 0)
		return (0);
	reports_drop(reports);
	return (-1);
}
