/* SPDX-License-Identifier: BSD-2-Clause */
/* exitcode.h: the statuses with which holdfast ends. */

/*
 * Documented in README and --help, below 126 so that no shell mistakes one for
 * a signal.  Of several that apply the worst wins (exitcode_worst).
 */
#ifndef HF_CORE_EXITCODE_H
#define HF_CORE_EXITCODE_H

enum exitcode {
	EXITCODE_OK = 0,      /* all passed */
	EXITCODE_FAILED = 1,  /* at least one scenario failed */
	EXITCODE_USAGE = 2,   /* usage, configuration, environment */
	EXITCODE_DIED = 3,    /* guest panic, triple fault, unhandled exit */
	EXITCODE_TIMEOUT = 4, /* time limit, or no progress */
	EXITCODE_HARNESS = 5, /* our own error, or nothing was reported */
	EXITCODE_SKIPPED = 77 /* nothing could run; the reasons are reported */
};

/* The worse of two: 5 > 3 > 4 > 1 > 2 > 77 > 0. */
enum exitcode exitcode_worst(enum exitcode a, enum exitcode b);

#endif
