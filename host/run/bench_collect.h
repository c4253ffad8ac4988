/* SPDX-License-Identifier: BSD-2-Clause */
/* bench_collect.h: from a guest's hist records to a bench report. */

/*
 * One collector for all rounds of "holdfast bench".  bench_collect_record is
 * called for each begin, hist and raw record, on a vCPU's thread, under the
 * guest's lock; everything else by the owner while no guest runs.
 */
#ifndef HF_RUN_BENCH_COLLECT_H
#define HF_RUN_BENCH_COLLECT_H

#include <stdint.h>
#include <stdio.h>

#include "core/err.h"
#include "measure/bench.h"
#include "run/record.h"
#include "vm/vm.h"

struct bench_collect;

/*
 * Fills report.  raw: a line "class round n ticks apart" a sample, or NULL;
 * progress: a line a class, or NULL.
 */
struct bench_collect *bench_collect_new(
    struct bench_report *report, FILE *raw, FILE *progress);
void bench_collect_free(struct bench_collect *);

/* Before each round: its number, from 1, of so many. */
void bench_collect_round(
    struct bench_collect *, unsigned int round, unsigned int of);

/* The members of struct run_bench. */
void bench_collect_starts(void *collect, struct vm *vm);
void bench_collect_record(void *collect, const struct record *rec);

/* After the last round.  0, or -1: *err names what was wrong in the records. */
int bench_collect_check(const struct bench_collect *, struct hf_err *err);

#endif
