/* SPDX-License-Identifier: BSD-2-Clause */
/* machine_options.h: options of the machine, the same in run and bench. */
#ifndef HF_CLI_MACHINE_OPTIONS_H
#define HF_CLI_MACHINE_OPTIONS_H

#include <stddef.h>

#include "cli/options.h"
#include "run/runner.h"

#define MACHINE_MEMORY_DEFAULT (64ull << 20)
#define MACHINE_CPUS_DEFAULT   2

extern const char *const machine_hugepage_names[]; /* enum vm_hugepages */
extern const char *const machine_engine_names[];   /* enum blk_engine */

/*
 * Entries of an option table whose target has a struct run_options "run" and
 * a const char *kernel_path.
 */
#define MACHINE_OPTIONS(target)                                            \
	{ .name = "disk",                                                  \
		.kind = OPTION_TEXT,                                       \
		.value_name = "FILE",                                      \
		.offset = offsetof(target, run.disk_path),                 \
		.help = "ext2 image for the guest, used in place\n"        \
			"(default: default.img beside the program, never " \
			"written)" },                                      \
	    { .name = "snapshot",                                          \
		    .kind = OPTION_FLAG,                                   \
		    .offset = offsetof(target, run.snapshot),              \
		    .help = "keep writes off the disk image" },            \
	    { .name = "memory",                                            \
		    .letter = 'm',                                         \
		    .kind = OPTION_BYTES,                                  \
		    .value_name = "SIZE",                                  \
		    .offset = offsetof(target, run.memory_bytes),          \
		    .min = VM_MEMORY_MIN,                                  \
		    .max = VM_MEMORY_MAX,                                  \
		    .help = "guest memory (default 64M)" },                \
	    { .name = "cpus",                                              \
		    .kind = OPTION_UINT,                                   \
		    .value_name = "N",                                     \
		    .offset = offsetof(target, run.ncpus),                 \
		    .min = 1,                                              \
		    .max = VM_CPUS_MAX,                                    \
		    .help = "virtual CPUs (default 2)" },                  \
	    { .name = "hugepages",                                         \
		    .kind = OPTION_CHOICE,                                 \
		    .value_name = "KIND",                                  \
		    .choices = machine_hugepage_names,                     \
		    .offset = offsetof(target, run.hugepages),             \
		    .help = "back guest memory with: off (default), thp, " \
			    "hugetlb" },                                   \
	    { .name = "prefault",                                          \
		    .kind = OPTION_FLAG,                                   \
		    .offset = offsetof(target, run.prefault),              \
		    .help = "touch all guest memory before the start" },   \
	    { .name = "kernel",                                            \
		    .kind = OPTION_TEXT,                                   \
		    .value_name = "FILE",                                  \
		    .offset = offsetof(target, kernel_path),               \
		    .help = "guest image (default: the built-in one)" },   \
	{                                                                  \
		.name = "blk-engine", .kind = OPTION_CHOICE,               \
		.value_name = "ENGINE", .choices = machine_engine_names,   \
		.offset = offsetof(target, run.blk_engine),                \
		.help = "disk I/O by: auto (default), sync, uring"         \
	}

#endif
