/* SPDX-License-Identifier: BSD-2-Clause */
/* report.c: one run, told to each report; where they go. */
#include "report/report.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/interrupt.h"
#include "core/io.h"
#include "core/log.h"
#include "core/replace.h"

static const struct {
	const char *name;
	const struct report_ops *ops;
} formats[] = {
	[REPORT_PRETTY] = { "pretty", &report_pretty_ops },
	[REPORT_TAP] = { "tap", &report_tap_ops },
	[REPORT_JUNIT] = { "junit", &report_junit_ops },
	[REPORT_JSON] = { "json", &report_json_ops },
};

static void
silent_finish(struct report *r, struct scenario_result *const *results,
    size_t nresults, const struct report_summary *s)
{
}

static const struct report_ops silent_ops = { .finish = silent_finish };

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

static struct report *
new_report(struct reports *rs, enum report_format format)
{
	struct report *r;

	hf_check(rs->n < REPORTS_MAX);
	r = &rs->report[rs->n++];
	memset(r, 0, sizeof(*r));
	r->ops = formats[format].ops;
	r->fd = -1;
	return (r);
}

void
reports_add_stream(struct reports *rs, enum report_format format, FILE *f)
{
	new_report(rs, format)->out = f;
}

bool
reports_use_stdout(const struct reports *rs)
{
	for (size_t i = 0; i < rs->n; i++)
		if (rs->report[i].fd == STDOUT_FILENO)
			return (true);
	return (false);
}

static bool
is_taken(const struct reports *rs, const char *path)
{
	for (size_t i = 0; i < rs->n; i++)
		if (rs->report[i].path != NULL &&
		    strcmp(rs->report[i].path, path) == 0)
			return (true);
	return (false);
}

int
reports_add(struct reports *rs, enum report_format format, const char *what,
    const char *path, struct hf_err *err)
{
	int fd = path == NULL || strcmp(path, "-") == 0 ? STDOUT_FILENO : -1;
	struct report *r;

	if (fd >= 0 ? reports_use_stdout(rs) : is_taken(rs, path))
		return (err_user(err, "%s: two reports to %s", what,
		    fd >= 0 ? "standard output" : path));
	if (rs->n == REPORTS_MAX)
		return (err_user(
		    err, "%s: more than %d reports", what, REPORTS_MAX));
	if (fd < 0 && replace_check(what, path, err) != 0)
		return (-1);
	/* A device or pipe is written as the run goes on. */
	if (fd < 0 && replace_is_stream(path)) {
		fd = open(path, O_WRONLY | O_CLOEXEC);
		if (fd < 0)
			return (
			    err_user_errno(err, errno, "%s %s", what, path));
	}
	r = new_report(rs, format);
	r->path = fd == STDOUT_FILENO ? NULL : path;
	r->fd = fd;
	r->terminal = fd >= 0 && isatty(fd) == 1;
	r->out = open_memstream(&r->text, &r->text_bytes);
	hf_check_memory(r->out != NULL);
	return (0);
}

void
reports_drop(struct reports *rs)
{
	for (size_t i = 0; i < rs->n; i++) {
		fclose(rs->report[i].out);
		free(rs->report[i].text);
		if (rs->report[i].fd > STDERR_FILENO)
			close(rs->report[i].fd);
	}
	rs->n = 0;
}

char *
report_again(const struct report *r, const struct scenario_result *res)
{
	char *again;
	int n;

	if (r->env.command == NULL || res->verdict == HF_VERDICT_PASS ||
	    res->verdict == HF_VERDICT_SKIP)
		return (NULL);
	n = res->again != NULL
	    ? asprintf(&again, "%s", res->again)
	    : asprintf(&again, "%s %s", r->env.command, res->id);
	hf_check_memory(n >= 0);
	return (again);
}

const char *
report_ring0(const struct report_summary *s, char *buf)
{
	if (s->ring0_ticks < REPORT_RING0_EMULATED)
		return (NULL);
	snprintf(buf, REPORT_RING0_BYTES,
	    "emulated by this host, about %.0f TSC ticks an instruction: times "
	    "are the emulation's",
	    s->ring0_ticks);
	return (buf);
}

unsigned int
report_status(const struct report_summary *s)
{
	return (s->signal != 0 ? 128 + (unsigned int)s->signal
			       : (unsigned int)s->status);
}

/* What was told so far reaches the reader, or has failed. */
static void
settle(struct report *r)
{
	if (fflush(r->out) != 0 && r->error == 0)
		r->error = errno;
	if (r->fd < 0 || r->error != 0)
		return;
	r->error = -io_write_all(
	    r->fd, r->text + r->sent_bytes, r->text_bytes - r->sent_bytes);
	r->sent_bytes = r->text_bytes;
}

void
reports_begin(
    struct reports *rs, const struct report_environment *env, size_t planned)
{
	for (size_t i = 0; i < rs->n; i++) {
		struct report *r = &rs->report[i];

		r->env = *env;
		r->planned = planned;
		if (r->ops->begin != NULL)
			r->ops->begin(r);
		settle(r);
	}
}

void
reports_scenario_begin(struct reports *rs, const char *id)
{
	for (size_t i = 0; i < rs->n; i++) {
		struct report *r = &rs->report[i];

		if (r->ops->scenario_begin == NULL)
			continue;
		r->ops->scenario_begin(r, id);
		settle(r);
	}
}

bool
reports_are_live(const struct reports *rs)
{
	for (size_t i = 0; i < rs->n; i++)
		if (rs->report[i].terminal &&
		    rs->report[i].ops->scenario_begin != NULL)
			return (true);
	return (false);
}

void
reports_scenario_end(struct reports *rs, const struct scenario_result *res)
{
	for (size_t i = 0; i < rs->n; i++) {
		struct report *r = &rs->report[i];

		r->ended++;
		if (r->ops->scenario_end == NULL)
			continue;
		r->ops->scenario_end(r, res);
		settle(r);
	}
}

bool
reports_are_unread(const struct reports *rs)
{
	return (rs->n == 1 && rs->report[0].error == EPIPE);
}

/* The whole text is there and complete, though the file is not. */
static void
rescue(struct reports *rs, const struct report *r)
{
	if (reports_use_stdout(rs) || r->text == NULL)
		return;
	if (io_write_all(STDOUT_FILENO, r->text, r->text_bytes) != 0)
		log_error("nor can the report go to standard output");
}

/* Closes.  0, or -1: *err. */
static int
close_report(struct reports *rs, struct report *r, struct hf_err *err)
{
	struct hf_err why;
	int rc = 0;

	settle(r);
	if (fclose(r->out) != 0 && r->error == 0)
		r->error = errno;
	if (r->fd > STDERR_FILENO && close(r->fd) != 0 && r->error == 0)
		r->error = errno;
	if (r->fd < 0 && r->path != NULL) {
		rc = replace_file(r->path, r->text, r->text_bytes, &why);
		if (rc != 0) {
			err_host(err, "%s; %s", why.text,
			    reports_use_stdout(rs)
				? "standard output has the results"
				: "the report goes to standard output");
			rescue(rs, r);
		}
	} else if (r->error != 0)
		rc = err_host_errno(err, r->error,
		    "cannot write the report to %s",
		    r->path != NULL ? r->path : "standard output");
	free(r->text);
	r->text = NULL;
	return (rc);
}

int
reports_finish(struct reports *rs, struct scenario_result *const *results,
    size_t nresults, const struct report_summary *s, struct hf_err *err)
{
	struct hf_err one;
	int rc = 0;

	/* Files first: standard output may have a slow reader. */
	for (int pass = 0; pass < 2; pass++) {
		for (size_t i = 0; i < rs->n; i++) {
			struct report *r = &rs->report[i];

			if ((r->fd == STDOUT_FILENO) != (pass == 1))
				continue;
			r->ops->finish(r, results, nresults, s);
			if (close_report(rs, r, &one) == 0)
				continue;
			if (rc == 0)
				*err = one;
			else
				log_error("%s", one.text);
			rc = -1;
		}
	}
	return (rc);
}

void
reports_refuse(struct reports *rs, const struct report_environment *env,
    struct scenario_result *const *results, size_t nresults,
    const struct report_summary *s)
{
	struct hf_err err;

	for (size_t i = 0; i < rs->n; i++)
		if (rs->report[i].ops == &report_pretty_ops &&
		    rs->report[i].fd == STDOUT_FILENO)
			rs->report[i].ops = &silent_ops;
	reports_begin(rs, env, nresults);
	for (size_t i = 0; i < nresults; i++)
		reports_scenario_end(rs, results[i]);
	if (reports_finish(rs, results, nresults, s, &err) != 0)
		log_error("%s", err.text);
}

void
report_print_disk(FILE *f, const struct report_disk *disk)
{
	text_print_line(f, disk->image);
	fprintf(f, " (%s)", disk->how);
}
