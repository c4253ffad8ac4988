/* SPDX-License-Identifier: BSD-2-Clause */
/* runner.h: carry out a choice of scenarios in as few guests as possible. */

/*
 * Scenarios run one after another in one guest.  When one takes the guest with
 * it, the rest go on in a fresh guest; those that end the guest on purpose
 * (HF_ENDS_GUEST) get one each, after the others.  A guest that does not get
 * as far as its first scenario ends the run: the next one would do no better.
 */
#ifndef HF_RUN_RUNNER_H
#define HF_RUN_RUNNER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "abi.h"
#include "core/err.h"
#include "report/report.h"
#include "run/scenario_list.h"
#include "vm/vm.h"

struct blk_opened;
struct record;
struct fail_nth_choice;

/* Where a bench's hist and raw records go (run/bench_collect.h). */
struct run_bench {
	void *arg;
	/* The owner's thread, before the guest's start. */
	void (*starts)(void *arg, struct vm *vm);
	/* On a vCPU's thread, under the guest's lock. */
	void (*record)(void *arg, const struct record *rec);
};

#define RUN_DISKS_MAX HF_VIRTIO_MAX

/* A disk of the machine. */
struct run_disk {
	const char *path;
	/* all guests' and, before them, the check's */
	struct blk_opened *opened;
	bool is_default; /* it is a built-in image: never written */
	bool readonly;	 /* the guest gets a read-only disk */
	bool snapshot;	 /* keep writes off the image */
	/* plan of blk_faulty_new, or NULL; also of a disk that is not there */
	const char *faults;
};

struct run_options {
	struct vm_image kernel;
	const char *kernel_sha256;
	struct run_disk disks[RUN_DISKS_MAX]; /* vtbd0, vtbd1, ... */
	unsigned int ndisks;
	unsigned int blk_engine; /* enum blk_engine */
	uint64_t memory_bytes;
	unsigned int ncpus;
	unsigned int hugepages; /* enum vm_hugepages */
	bool prefault;
	uint64_t timeout_ms; /* of a scenario that asks for none itself ... */
	bool timeout_rules;  /* ... and of those that do: runner_timeout_ms() */
	uint64_t seed;
	bool console;		   /* guest console text to standard error */
	const char *gdb_socket;	   /* a debugger comes there; NULL: none */
	const char *core_folder;   /* core files of bad ends; NULL: none */
	const char *const *params; /* "name=value" for the run plan */
	size_t nparams;
	const struct fail_nth_choice *fail_nth; /* NULL: nothing is to fail */
	const struct run_bench *bench; /* NULL: such records are dropped */
	/* For reports: every option, and the command line without scenarios. */
	const struct named_text *options;
	size_t noptions;
	const char *command;
};

/*
 * Runs the chosen scenarios of list (chosen[i] for scenario i, at least one)
 * and reports to reports, which are closed.  The exit status of the run; if
 * that comes from an error of ours, *err says so.  A signal that is noted
 * (core/interrupt.h) ends it: the caller then ends the program.
 */
enum exitcode runner_run(const struct run_options *opt,
    const struct scenario_list *list, const bool *chosen,
    struct reports *reports, struct hf_err *err);

/*
 * Why a scenario cannot run with these options, or NULL.  For the caller's
 * reports: such scenarios are skipped, and counted.
 */
const char *runner_skip_reason(
    const struct scenario *s, const struct run_options *opt);

/* The time limit of a scenario with these options. */
uint64_t runner_timeout_ms(
    const struct run_options *opt, const struct scenario *s);

/* How many disks the chosen ones use. */
unsigned int runner_disks_needed(
    const struct scenario_list *list, const bool *chosen);

#endif
