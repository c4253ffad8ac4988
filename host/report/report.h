/* SPDX-License-Identifier: BSD-2-Clause */
/* report.h: one run told in one of several formats. */

/*
 * report_open -> report_begin -> (report_scenario_begin, report_scenario_end)*
 * -> report_finish, all from one thread.  Every scenario of the run gets exactly
 * one report_scenario_end, in the order of running; skipped and lost ones
 * have no report_scenario_begin.
 */
#ifndef HF_REPORT_REPORT_H
#define HF_REPORT_REPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "core/err.h"
#include "report/result.h"

enum report_format { REPORT_PRETTY, REPORT_TAP, REPORT_JUNIT, REPORT_JSON };

/* What the run ran on: named in every report, never assumed. */
struct report_environment {
	const char *version;	 /* of holdfast */
	const char *accelerator; /* "KVM (kvm_amd, NPT)" */
	const char *host_kernel;
	const char *cpu;
	const char *guest; /* the image's name */
	const char *disk;  /* "none", or the image and how it is used */
	unsigned int ncpus;
	uint64_t memory_bytes;
	uint64_t seed;
};

struct report_summary {
	struct result_totals totals;
	enum exitcode status; /* of the process */
	uint64_t wall_ns;
};

struct report;

struct report_ops {
	void (*begin)(struct report *);
	void (*scenario_begin)(struct report *, const char *id);
	void (*scenario_end)(struct report *, const struct scenario_result *);
	void (*finish)(struct report *, struct scenario_result *const *results,
	    size_t nresults, const struct report_summary *);
};

struct report {
	const struct report_ops *ops;
	FILE *out;
	const char *out_name; /* for messages */
	bool terminal;	      /* out is one: live progress, colours */
	struct report_environment env;
	size_t planned; /* scenarios in the run */
	size_t ended;	/* report_scenario_end calls so far */
};

extern const struct report_ops report_pretty_ops, report_tap_ops,
    report_junit_ops, report_json_ops;

/* "pretty", "tap", "junit" or "json"; false for anything else. */
bool report_format_parse(const char *name, enum report_format *out);

/*
 * A report to the file at path, which is created or emptied, or to standard
 * output when path is NULL.  0, or -1: *err.
 */
int report_open(struct report *r, enum report_format format, const char *path,
    struct hf_err *err);

/* A report to f, as if that were no terminal; the tests use it. */
void report_init(struct report *r, enum report_format format, FILE *f);

/* env's strings must stay until report_finish. */
void report_begin(
    struct report *r, const struct report_environment *env, size_t planned);
void report_scenario_begin(struct report *r, const char *id);
/* Whether that shows anything. */
bool report_is_live(const struct report *r);
void report_scenario_end(struct report *r, const struct scenario_result *res);

/*
 * Ends the report with all results in order of running, and closes it.  0, or
 * -1: *err when not everything could be written (EXITCODE_HARNESS).
 */
int report_finish(struct report *r, struct scenario_result *const *results,
    size_t nresults, const struct report_summary *s, struct hf_err *err);

#endif
