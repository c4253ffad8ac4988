/* SPDX-License-Identifier: BSD-2-Clause */
/* report_options.h: --format, --output, --report; what reports say of options. */
#ifndef HF_CLI_REPORT_OPTIONS_H
#define HF_CLI_REPORT_OPTIONS_H

#include "cli/options.h"
#include "report/report.h"

/* Part of a command's arguments. */
struct report_arguments {
	unsigned int format; /* enum report_format */
	const char *output_path;
	struct option_texts reports; /* FORMAT[=FILE] */
};

extern const char *const report_format_names[]; /* enum report_format */
extern bool report_format_given;

/* Entries of an option table; "at" is the offset of the report_arguments. */
#define REPORT_OPTIONS(at)                                                     \
	{ .name = "format",                                                    \
		.letter = 'f',                                                 \
		.kind = OPTION_CHOICE,                                         \
		.value_name = "FORMAT",                                        \
		.choices = report_format_names,                                \
		.given = &report_format_given,                                 \
		.offset = (at) + offsetof(struct report_arguments, format),    \
		.help = "pretty (default), tap, junit or json" },              \
	    { .name = "output",                                                \
		    .letter = 'o',                                             \
		    .kind = OPTION_TEXT,                                       \
		    .value_name = "FILE",                                      \
		    .offset =                                                  \
			(at) + offsetof(struct report_arguments, output_path), \
		    .help =                                                    \
			"write the report there (default: standard output)" }, \
	{                                                                      \
		.name = "report", .kind = OPTION_TEXTS,                        \
		.value_name = "FORMAT[=FILE]",                                 \
		.offset = (at) + offsetof(struct report_arguments, reports),   \
		.help =                                                        \
		    "one more report, to FILE; without FILE it is the one\n"   \
		    "on standard output (repeatable)"                          \
	}

/* Opens them all.  0, or -1: *err. */
int report_options_open(const struct report_arguments *a,
    struct reports *reports, struct hf_err *err);

/*
 * Every option of a command as it took effect, and the command line that
 * repeats it but for scenarios and reports.  To be freed by
 * report_options_free.
 */
struct options_account {
	struct named_text *options;
	size_t noptions;
	char *command;
};

/* target as parsed, defaults as it was before; always: named in any case. */
void options_account_make(struct options_account *, const char *name,
    const struct option_spec *specs, const void *target, const void *defaults,
    const char *const *always);
void options_account_free(struct options_account *);

#endif
