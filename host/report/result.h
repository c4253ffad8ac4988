/* SPDX-License-Identifier: BSD-2-Clause */
/* result.h: what became of a scenario, and the exit status that follows. */
#ifndef HF_REPORT_RESULT_H
#define HF_REPORT_RESULT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/exitcode.h"
#include "report/fail_totals.h"

/* Starts far from errno and KERN_* so that neither is ever taken for it. */
enum hf_verdict {
	HF_VERDICT_NONE = 0,	 /* undecided; counts as failed */
	HF_VERDICT_PASS = 20000, /* a valid end record said so */
	HF_VERDICT_FAIL,	 /* expectation failed, or no valid end */
	HF_VERDICT_SKIP,	 /* not applicable here; the reason is given */
	HF_VERDICT_BROKEN,	 /* could not be carried out */
	HF_VERDICT_DIED,	 /* took the guest with it */
	HF_VERDICT_TIMEOUT,	 /* out of time, or no progress */
	HF_VERDICT_LOST,	 /* never began: the guest was gone before */
	HF_VERDICT_DISBELIEVED,	 /* the record stream broke its rules */
	HF_VERDICT_INTERRUPTED,	 /* a signal ended the run while it ran */
	HF_VERDICT_NOT_RUN	 /* ... before it began */
};

/* One expectation that did not hold. */
struct result_failure {
	char *file;
	uint64_t line;
	char *text;
	char *got;  /* NULL when the record had none */
	char *want; /* likewise */
};

struct result_value {
	char *name;
	uint64_t value;
	char *unit;
};

#define RESULT_PATHS_MAX    4096
#define RESULT_POINT_FRAMES 16

/* The place of the guest's code that was made to fail (run --fail-nth). */
struct result_point {
	uint64_t n; /* from 1 on */
	char *kind, *function, *file;
	uint64_t line;
	uint64_t frames[RESULT_POINT_FRAMES]; /* return addresses */
	unsigned int nframes;
};

/*
 * Everything known about one scenario.  id, title and requirements belong to
 * whoever made the result; all other strings belong to the result.
 */
struct scenario_result {
	const char *id;
	const char *title;	  /* "" when unknown */
	const char *requirements; /* likewise */
	enum hf_verdict verdict;
	bool began;	 /* a begin record was seen */
	uint64_t passed; /* expectations that held, from the end record */
	uint64_t failed;
	uint64_t tsc;	  /* guest TSC ticks from begin to end */
	uint64_t wall_ns; /* host time from begin to end */
	char *reason; /* why not passed; NULL when there is nothing to say */
	char *dump;   /* state of the guest at a bad end; or NULL */
	struct result_failure *failures;
	size_t nfailures;
	struct result_value *values;
	size_t nvalues;
	char **notes;
	size_t nnotes;
	uint64_t *paths; /* points, of a run that counts them; in order */
	size_t npaths;
	struct result_point *point; /* NULL: nothing was made to fail */
	uint64_t
	    died_at; /* instruction that trapped, and with it the guest; 0 */
	char *left;  /* "file:line" where it left upon that, or NULL */
	char *again; /* the command that runs it again, if it has its own */
	struct fail_totals fails; /* of all its runs (run --fail-nth) */
};

struct result_totals {
	size_t scenarios;
	size_t passed;
	size_t failed; /* everything that is nothing else */
	size_t skipped;
	size_t not_run;
	size_t began;	      /* scenarios of which a begin record was seen */
	enum exitcode status; /* of the verdicts so far, worst wins */
	struct fail_totals fails;
};

/* Failures, notes and values kept of one scenario; the rest is counted. */
#define RESULT_KEEP_MAX 64

const char *verdict_name(enum hf_verdict v);

/* Replaces the reason; printf-like. */
void result_set_reason(struct scenario_result *r, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* Copies its arguments; past RESULT_KEEP_MAX nothing is kept. */
void result_add_failure(struct scenario_result *r, const char *file,
    uint64_t line, const char *text, const char *got, const char *want);
void result_add_note(struct scenario_result *r, const char *text);
void result_add_value(struct scenario_result *r, const char *name,
    uint64_t value, const char *unit);

/* The value of that name; 0 if there is none. */
uint64_t result_value(const struct scenario_result *r, const char *name);

/* "3,7,12": more of its paths.  False for any other text, and too many. */
bool result_add_paths(struct scenario_result *r, const char *text);

/* Copies its arguments; kind, function and file are not taken from p. */
void result_set_point(struct scenario_result *r, const struct result_point *p,
    const char *kind, const char *function, const char *file);
void result_set_left(
    struct scenario_result *r, const char *file, uint64_t line);

/* Frees what the result owns and forgets all but id, title, requirements. */
void result_reset(struct scenario_result *r);

/* The exit status that this verdict alone calls for (exitcode.h). */
enum exitcode verdict_status(enum hf_verdict v);

/* Adds one result to the totals. */
void totals_add(struct result_totals *t, const struct scenario_result *r);

/*
 * The exit status of a whole run: the worst verdict; 77 when everything was
 * skipped; 5 when scenarios were to run and not one of them reported.
 */
enum exitcode totals_status(const struct result_totals *t);

#endif
