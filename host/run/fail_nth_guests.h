/* SPDX-License-Identifier: BSD-2-Clause */
/* fail_nth_guests.h: the runs of fail_nth.h, each in a guest of its own. */
#ifndef HF_RUN_FAIL_NTH_GUESTS_H
#define HF_RUN_FAIL_NTH_GUESTS_H

#include "run/fail_nth.h"
#include "run/watch.h"

/*
 * All runs of the scenario of *total, which has these flags; its options have a
 * choice.  ops as for watch_guest(), of which only began and timeout_ms are
 * called.  How the last guest ended: WATCH_ENDED, or what ends the whole run.
 */
enum watch_outcome fail_nth_guests(const struct run_options *opt,
    uint32_t flags, const struct watch_ops *ops, struct scenario_result *total,
    struct hf_err *err);

#endif
