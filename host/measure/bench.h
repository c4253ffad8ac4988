/* SPDX-License-Identifier: BSD-2-Clause */
/* bench.h: what "holdfast bench" measured: data, JSON, table, page. */
#ifndef HF_MEASURE_BENCH_H
#define HF_MEASURE_BENCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "core/err.h"
#include "core/text.h"
#include "hist.h"
#include "layer_abi.h"
#include "measure/stats.h"

#define BENCH_NAME_MAX	  64
#define BENCH_ROUNDS_MAX  64
#define BENCH_TEXT_MAX	  160
#define BENCH_KVM_STATS	  64
#define BENCH_CLASSES_MAX 512 /* that a guest may have measured */

/* One count of KVM_GET_STATS_FD, as it grew while the class ran. */
struct bench_kvm_stat {
	char name[48];
	uint64_t delta;
};

/* All figures in TSC ticks of one sample; a sample is ops operations. */
struct bench_class {
	char name[BENCH_NAME_MAX];
	uint32_t ops;
	/* Of the scenario, as "A-1 B-2"; not read back.  NULL: none. */
	const char *requirements;
	struct hf_hist total;
	/* Samples with an exit or steal that is not the class's own. */
	struct hf_hist apart;
	struct hf_hist exits; /* of each sample in total; empty: not known */
	struct hf_hist layer[HF_LAYERS];
	double round[BENCH_ROUNDS_MAX]; /* median of each round, per op */
	size_t rounds;
	struct bench_kvm_stat kvm[BENCH_KVM_STATS];
	size_t kvm_stats;
	struct bench_class *next;
};

struct bench_environment {
	char version[BENCH_TEXT_MAX];
	char accelerator[BENCH_TEXT_MAX]; /* with vendor module, second stage */
	char cpu[BENCH_TEXT_MAX];
	char host_kernel[BENCH_TEXT_MAX];
	char backing[BENCH_TEXT_MAX]; /* page size, prefault */
	char disk[BENCH_TEXT_MAX];
	char options[BENCH_TEXT_MAX];
	char build[BENCH_TEXT_MAX]; /* compiler, invariants */
	uint64_t tsc_hz;
	double tsc_error_ppm;
	bool tsc_varies; /* not invariant: times may be wrong */
	uint64_t memory_bytes;
	uint32_t cpus;
	uint64_t seed;
	uint64_t recorder_ticks; /* median of an empty sample; not subtracted */
};

struct bench_report {
	struct bench_environment env;
	/* Of this program and run; what is not NULL stays the caller's. */
	const char *build_id, *guest_sha256, *command;
	const struct named_text *options;
	size_t noptions;
	unsigned int status; /* that it ends with; 128 + signal for a shell */
	/* Why it is not complete, or "". */
	char stopped[256];
	struct bench_class *first, *last;
	size_t classes;
};

const char *bench_layer_name(enum hf_layer);
/* HF_LAYERS if there is none of that name. */
enum hf_layer bench_layer_by_name(const char *);

struct bench_report *bench_report_new(void);
void bench_report_free(struct bench_report *);
/* The class of that name, made at the end of the list if it is new. */
struct bench_class *bench_class_get(struct bench_report *, const char *name);
const struct bench_class *bench_class_find(
    const struct bench_report *, const char *name);

/* The greatest median of the rounds by the least; 1 for fewer than two. */
double bench_rounds_span(const struct bench_class *);
/*
 * No median is to be had of such a class: all its samples are apart, or its
 * rounds span more than this.
 */
#define BENCH_SPAN_MAX 2.0
bool bench_is_noisy(const struct bench_class *);
/* Of one operation, the mean; negative: not known. */
double bench_exits(const struct bench_class *);
/* Whether there are samples above the quantile: it is not just the maximum. */
bool bench_has_quantile(const struct bench_class *, uint32_t per_100k);

/* The file that --json writes and compare reads.  0, or -1 with err. */
int bench_json_write(
    const struct bench_report *, const char *path, struct hf_err *);
struct bench_report *bench_json_read(const char *path, struct hf_err *);

/* For a terminal: a line a class, nanoseconds and ticks per operation. */
void bench_table_print(const struct bench_report *, FILE *);

/* One self-contained HTML page.  0, or -1 with err. */
int bench_html_write(
    const struct bench_report *, const char *path, struct hf_err *);

/*
 * Compares every class that both have; prints a line each, and in what the
 * machines differ.  Returns the number of classes that b does significantly
 * worse.
 */
size_t bench_compare_print(const struct bench_report *a,
    const struct bench_report *b, const struct stats_options *, FILE *);

/* The same as JSON (docs/schema/compare.json).  0, or -1 with err. */
int bench_compare_write(const struct bench_report *a,
    const struct bench_report *b, const struct stats_options *,
    const char *path, struct hf_err *);

#endif
