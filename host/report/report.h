/* SPDX-License-Identifier: BSD-2-Clause */
/* report.h: one run told in one format, or in several at once. */

/*
 * reports_add* -> reports_begin -> (reports_scenario_begin,
 * reports_scenario_end)* -> reports_finish, all from one thread.  Every
 * scenario of the run gets exactly one reports_scenario_end, in the order of
 * running; those that never began have no reports_scenario_begin.
 *
 * A report to a file is kept in memory and replaces the file at the end
 * (core/replace.h): until then an older one is untouched.  If it cannot be
 * written, it goes to standard output, unless another report did.
 */
#ifndef HF_REPORT_REPORT_H
#define HF_REPORT_REPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "core/err.h"
#include "core/text.h"
#include "report/result.h"

enum report_format { REPORT_PRETTY, REPORT_TAP, REPORT_JUNIT, REPORT_JSON };

struct report_disk {
	char name[16]; /* in the guest: "vtbd0" */
	const char *image;
	const char *how; /* "snapshot" */
};

/* What the run ran on: named in every report, never assumed. */
struct report_environment {
	const char *version;	 /* of holdfast */
	const char *build_id;	 /* of the program, in hexadecimal digits */
	const char *accelerator; /* "KVM (kvm_amd, NPT)" */
	const char *host_kernel;
	const char *cpu;
	const char *guest;	  /* the image's name */
	const char *guest_sha256; /* of the image's bytes */
	const char *disk; /* the first: "none", or image and how it is used */
	const struct report_disk *disks; /* all, where they are known */
	size_t ndisks;
	unsigned int ncpus;
	uint64_t memory_bytes;
	uint64_t seed;
	const struct named_text *options; /* as they took effect */
	size_t noptions;
	/* "holdfast run ..." without scenarios; NULL: it cannot be run again. */
	const char *command;
};

struct report_summary {
	struct result_totals totals;
	enum exitcode status; /* of the process, if no signal ends it */
	int signal;	      /* that ends it; 0: none */
	const char *stopped;  /* why the run was not carried out, or NULL */
	uint64_t wall_ns;
	/* TSC ticks of an instruction in the guest's ring 0; 0: nobody told */
	double ring0_ticks;
};

/*
 * From so many on ring 0 is emulated, instruction by instruction: a processor
 * needs about one, and QEMU's translated code tens.
 */
#define REPORT_RING0_EMULATED 300

struct report;

/* "IMAGE (HOW)", for people. */
void report_print_disk(FILE *f, const struct report_disk *disk);

struct report_ops {
	void (*begin)(struct report *);
	void (*scenario_begin)(struct report *, const char *id);
	void (*scenario_end)(struct report *, const struct scenario_result *);
	void (*finish)(struct report *, struct scenario_result *const *results,
	    size_t nresults, const struct report_summary *);
};

struct report {
	const struct report_ops *ops;
	FILE *out;	  /* in memory */
	const char *path; /* NULL: standard output, or the caller's stream */
	char *text;	  /* what out has, once it is flushed */
	size_t text_bytes;
	int fd;		   /* text goes there at once; -1: it does not */
	size_t sent_bytes; /* of text, to fd */
	bool terminal;	   /* fd is one: live progress, colours */
	int error;	   /* errno of the first write that failed */
	struct report_environment env;
	size_t planned; /* scenarios in the run */
	size_t ended;	/* scenario_end calls so far */
};

/* For the formats: the command that runs this one again, to be freed, or NULL. */
char *report_again(const struct report *, const struct scenario_result *res);

#define REPORT_RING0_BYTES 160

/* In one line how ring 0 was run, if it was emulated; else NULL.  In buf. */
const char *report_ring0(const struct report_summary *s, char *buf);

/* As a shell sees it. */
unsigned int report_status(const struct report_summary *s);

extern const struct report_ops report_pretty_ops, report_tap_ops,
    report_junit_ops, report_json_ops;

/* "pretty", "tap", "junit" or "json"; false for anything else. */
bool report_format_parse(const char *name, enum report_format *out);

#define REPORTS_MAX 16

struct reports {
	struct report report[REPORTS_MAX];
	size_t n;
};

/*
 * One more, to the file at path, or to standard output if it is NULL or "-".
 * what names the option in messages.  0, or -1: *err, the user's.
 */
int reports_add(struct reports *, enum report_format format, const char *what,
    const char *path, struct hf_err *err);

/* One more to f, as if that were no terminal, which is then closed. */
void reports_add_stream(struct reports *, enum report_format format, FILE *f);

/* Forgets them all: nothing is written. */
void reports_drop(struct reports *);

/* Whether one of them goes to standard output. */
bool reports_use_stdout(const struct reports *);

/* env's strings must stay until reports_finish. */
void reports_begin(
    struct reports *, const struct report_environment *env, size_t planned);
void reports_scenario_begin(struct reports *, const char *id);
/* Whether that shows anything. */
bool reports_are_live(const struct reports *);
void reports_scenario_end(struct reports *, const struct scenario_result *res);

/* Whether the only report has lost its reader (EPIPE): nobody wants the rest. */
bool reports_are_unread(const struct reports *);

/*
 * Ends the reports with all results in order of running, and closes them.  0, or
 * -1: *err when not everything could be written (EXITCODE_HARNESS).
 */
int reports_finish(struct reports *, struct scenario_result *const *results,
    size_t nresults, const struct report_summary *s, struct hf_err *err);

/*
 * Instead of reports_begin to reports_finish, for a run that failed before it
 * began (*why, which stays as it is): all results are in no order of running.
 * A pretty report to standard output is left out, for the message says it all.
 */
void reports_refuse(struct reports *, const struct report_environment *env,
    struct scenario_result *const *results, size_t nresults,
    const struct report_summary *s);

#endif
