/* SPDX-License-Identifier: BSD-2-Clause */
/* disks.h: --disk, --snapshot and --faulty, and the images used without. */
#ifndef HF_CLI_DISKS_H
#define HF_CLI_DISKS_H

#include "blk/blk.h"
#include "cli/options.h"
#include "run/runner.h"

/* What the options of a command leave; zeroed before it is parsed to. */
struct disk_arguments {
	struct option_texts disk;   /* FILE[,ro|,rw|,snapshot] */
	struct option_texts faulty; /* [vtbdN:]PLAN */
	bool snapshot;
	struct blk_opened opened[RUN_DISKS_MAX];
};

/* The disks that the user named.  0, or -1: *err.  disk_arguments_end in any case. */
int disk_arguments_take(
    struct disk_arguments *a, struct run_options *run, struct hf_err *err);

/*
 * Default images for those of the first n that the user did not name, as far
 * as there are any.  0, or -1: *err, if there is a plan for a disk that the
 * machine does not have.
 */
int disk_arguments_complete(const struct disk_arguments *a,
    struct run_options *run, unsigned int n, struct hf_err *err);

void disk_arguments_end(struct disk_arguments *a, struct run_options *run);

/*
 * The image that is used for the i-th disk without the user's: beside the
 * program or, where that was installed, in the data folder; NULL if there is
 * none.  The result stays valid.
 */
const char *cli_default_disk(unsigned int i);

#endif
