/* SPDX-License-Identifier: BSD-2-Clause */
/* requirements.h: what docs/spec requires, as it was when this was built. */
#ifndef HF_RUN_REQUIREMENTS_H
#define HF_RUN_REQUIREMENTS_H

#include <stdbool.h>

#include "run/scenario_list.h"

/* docs/spec/README.md says what each of these is. */
struct requirement {
	const char *id; /* "FT-12" */
	const char *label;
	const char *file; /* of docs/spec */
	const char *basis;
	const char *sentence;
};

/*
 * tools/spec/table.py: the strings of each in that order, by family and number;
 * an empty id ends it.  No pointers: those of a program that is not static are
 * set up in each run.
 */
extern const char hf_requirements[];

/* The next one of a table; *at goes on behind it.  False: that was the last. */
bool requirement_next(const char **at, struct requirement *r);

/* Whether a pattern means it: its id, its family ("FT"), or a shell pattern. */
bool requirement_fits(const struct requirement *r, const char *pattern);

/* Whether the scenario names it. */
bool requirement_named_by(
    const struct requirement *r, const struct scenario *s);

#endif
