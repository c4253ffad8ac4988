/* SPDX-License-Identifier: BSD-2-Clause */
/* options.h: long options from a table: parsing, checking and help. */
#ifndef HF_CLI_OPTIONS_H
#define HF_CLI_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "core/err.h"

/* The type that the field at .offset of the target has. */
enum option_kind {
	OPTION_FLAG,	 /* bool, set to true; no value */
	OPTION_TEXT,	 /* const char * */
	OPTION_TEXTS,	 /* struct option_texts: may be given again */
	OPTION_UINT,	 /* unsigned int */
	OPTION_U64,	 /* uint64_t, decimal or 0x hex */
	OPTION_BYTES,	 /* uint64_t, "64M" */
	OPTION_DURATION, /* uint64_t milliseconds, "1500ms", "2s" */
	OPTION_CHOICE	 /* unsigned int, index into .choices */
};

#define OPTION_TEXTS_MAX 16

struct option_texts {
	const char *text[OPTION_TEXTS_MAX];
	size_t n;
};

/* A table ends with an entry whose name is NULL. */
struct option_spec {
	const char *name; /* without "--" */
	char letter;	  /* '\0': long only */
	enum option_kind kind;
	const char *value_name; /* for the help: FILE, SIZE, N */
	const char *help;	/* '\n' starts another line */
	size_t offset;
	const char *const *choices; /* ends with NULL */
	uint64_t min, max;	    /* numbers; max 0: no limits */
	bool *given;		    /* set when the option is; may be NULL */
};

struct options_rest {
	const char *const *words; /* what is no option, in order */
	size_t nwords;
	bool help; /* -h or --help was there */
};

/*
 * Sets fields of target from argv[0..argc).  "--name value", "--name=value",
 * "-n value"; "--" ends the options.  The words of argv are moved: options
 * first.  0, or -1: *err names the option.  With --help the rest is not
 * checked.
 */
int options_parse(const struct option_spec *specs, void *target, int argc,
    char **argv, struct options_rest *rest, struct hf_err *err);

/* One entry an option, and "-h, --help". */
void options_print_help(const struct option_spec *specs, FILE *f);

#endif
