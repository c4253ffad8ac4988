/* SPDX-License-Identifier: BSD-2-Clause */
/* report.c: choose a format, open and close the output. */
#include "report/report.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

static const struct {
	const char *name;
	const struct report_ops *ops;
} formats[] = {
	[REPORT_PRETTY] = { "pretty", &report_pretty_ops },
	[REPORT_TAP] = { "tap", &report_tap_ops },
	[REPORT_JUNIT] = { "junit", &report_junit_ops },
	[REPORT_JSON] = { "json", &report_json_ops },
};

bool
report_format_parse(const char *name, enum report_format *out)
{
	for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++) {
		if (strcmp(name, formats[i].name) == 0) {
			*out = (enum report_format)i;
			return (true);
		}
	}
	return (false);
}

void
report_init(struct report *r, enum report_format format, FILE *f)
{
	memset(r, 0, sizeof(*r));
	r->ops = formats[format].ops;
	r->out = f;
	r->out_name = "report";
}

int
report_open(struct report *r, enum report_format format, const char *path,
    struct hf_err *err)
{
	FILE *f = stdout;

	if (path != NULL) {
		f = fopen(path, "we");
		if (f == NULL)
			return (
			    err_user_errno(err, errno, "--output %s", path));
	}
	report_init(r, format, f);
	r->out_name = path != NULL ? path : "standard output";
	r->terminal = isatty(fileno(f)) == 1;
	return (0);
}

void
report_begin(
    struct report *r, const struct report_environment *env, size_t planned)
{
	r->env = *env;
	r->planned = planned;
	if (r->ops->begin != NULL)
		r->ops->begin(r);
	fflush(r->out);
}

void
report_scenario_begin(struct report *r, const char *id)
{
	if (r->ops->scenario_begin != NULL)
		r->ops->scenario_begin(r, id);
}

bool
report_is_live(const struct report *r)
{
	return (r->terminal && r->ops->scenario_begin != NULL);
}

void
report_scenario_end(struct report *r, const struct scenario_result *res)
{
	r->ended++;
	if (r->ops->scenario_end != NULL)
		r->ops->scenario_end(r, res);
}

int
report_finish(struct report *r, struct scenario_result *const *results,
    size_t nresults, const struct report_summary *s, struct hf_err *err)
{
	bool failed;
	int error;

	r->ops->finish(r, results, nresults, s);
	errno = 0;
	failed = fflush(r->out) != 0;
	error = errno;
	/* An earlier flush may have failed and lost the reason. */
	failed = ferror(r->out) != 0 || failed;
	if (r->out != stdout && fclose(r->out) != 0 && !failed) {
		failed = true;
		error = errno;
	}
	if (failed)
		return (err_host_errno(err, error != 0 ? error : EIO,
		    "cannot write the report to %s", r->out_name));
	return (0);
}
