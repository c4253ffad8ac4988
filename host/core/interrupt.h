/* SPDX-License-Identifier: BSD-2-Clause */
/* interrupt.h: signals that end a run, and those that ask where it is. */

/*
 * From interrupt_catch on INT, TERM and HUP are only noted: whoever runs a
 * guest looks, stops it and reports, and the program ends with interrupt_die.
 * Who cannot wait sends another: INTERRUPT_INSIST_MS after the first it kills
 * at once.  (Not earlier: timeout(1) sends each signal twice, to its child and
 * to the group.)  QUIT and USR1 ask for the state of the guest.
 *
 * A signal that was ignored when the program started stays so, as nohup(1)
 * wants it; one that was blocked is unblocked.  SIGPIPE and SIGXFSZ are
 * ignored: the write fails instead, and what else there is to report is
 * reported.
 *
 * The handlers may run on any thread; they use what signal-safety(7) allows.
 */
#ifndef HF_CORE_INTERRUPT_H
#define HF_CORE_INTERRUPT_H

#include <stdbool.h>

#include "core/err.h"

#define INTERRUPT_INSIST_MS 500

/* Before the first thread.  0, or -1: *err. */
int interrupt_catch(struct hf_err *err);

/* The first that was noted, or 0. */
int interrupt_noted(void);

/* As if this one had come; the first counts. */
void interrupt_note(int signal);

/* True once for any number of QUIT and USR1. */
bool interrupt_asked(void);

/*
 * Readable as soon as anything was noted or asked; interrupt_clear makes it
 * wait for the next.  -1 before interrupt_catch.
 */
int interrupt_fd(void);
void interrupt_clear(void);

/* "SIGTERM". */
const char *interrupt_name(int signal);

/*
 * This file (constant until the next call; NULL: none) is half written: to be
 * removed if a second signal kills.
 */
void interrupt_half_written(const char *path);

/* Dies by the signal that was noted; returns if there was none. */
void interrupt_die(void);

#endif
