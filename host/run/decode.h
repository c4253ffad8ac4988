/* SPDX-License-Identifier: BSD-2-Clause */
/* decode.h: judge a console log that another VMM captured. */
#ifndef HF_RUN_DECODE_H
#define HF_RUN_DECODE_H

#include <stddef.h>

#include "core/err.h"
#include "core/io.h"
#include "report/report.h"
#include "run/plan.h"
#include "run/scenario_list.h"
#include "run/verdict.h"

struct decode_input {
	const struct plan *plan;	  /* what the guest was told to do */
	struct io_file log;		  /* all bytes of its debug console */
	const struct scenario_list *list; /* for titles */
	struct io_file elf;		  /* the guest image, for names */
	const char *guest_name, *guest_sha256;
	const char *vmm_name;
	enum guest_end end; /* how it stopped, if known */
	int signal;	    /* of GUEST_END_INTERRUPTED */
};

/*
 * The same parser, verdicts and reports as of a run; the exit status, which is
 * 128 + signal for a run that was interrupted.
 */
enum exitcode decode_log(
    const struct decode_input *in, struct reports *reports, struct hf_err *err);

/*
 * The end that the exit status of QEMU with isa-debug-exit stands for: (value
 * << 1) | 1.  124 is that of timeout(1), 128 + N that of a shell for one that
 * signal N ended.
 */
enum guest_end decode_qemu_status(unsigned int status);

#endif
