/* SPDX-License-Identifier: BSD-2-Clause */
/* common_options.h: options that more than one command has. */
#ifndef HF_CLI_COMMON_OPTIONS_H
#define HF_CLI_COMMON_OPTIONS_H

#include <stddef.h>

#include "cli/disks.h"
#include "cli/options.h"
#include "run/runner.h"

#define MACHINE_MEMORY_DEFAULT (64ull << 20)
#define MACHINE_CPUS_DEFAULT   2

extern const char *const machine_hugepage_names[]; /* enum vm_hugepages */
extern const char *const machine_engine_names[];   /* enum blk_engine */

/* What scenario_list_choose takes. */
#define PATTERN_HELP                                               \
	"A pattern is an id, a shell\npattern (fault.*), an area " \
	"(fault), or the beginning of exactly one id."

/*
 * Entries of an option table; "at" is the offset of the field.  The help is an
 * argument where the commands do not mean quite the same.
 */
#define OPTION_KERNEL(at)                                                    \
	{                                                                    \
		.name = "kernel", .kind = OPTION_TEXT, .value_name = "FILE", \
		.offset = (at),                                              \
		.help = "guest image (default: the built-in one)"            \
	}

#define OPTION_PARAM(at)                                             \
	{                                                            \
		.name = "param", .kind = OPTION_TEXTS,               \
		.value_name = "NAME=VALUE", .offset = (at),          \
		.help = "a parameter for the scenarios (repeatable)" \
	}

#define OPTION_SEED(at, was_given, text)                               \
	{                                                              \
		.name = "seed", .kind = OPTION_U64, .value_name = "N", \
		.offset = (at), .given = (was_given), .help = (text)   \
	}

#define OPTION_TIMEOUT(at, was_given, text)                           \
	{                                                             \
		.name = "timeout", .kind = OPTION_DURATION,           \
		.value_name = "TIME", .offset = (at), .min = 1,       \
		.max = 86400000, .given = (was_given), .help = (text) \
	}

#define OPTION_MEMORY(at)                                                   \
	{                                                                   \
		.name = "memory", .letter = 'm', .kind = OPTION_BYTES,      \
		.value_name = "SIZE", .offset = (at), .min = VM_MEMORY_MIN, \
		.max = VM_MEMORY_MAX, .help = "guest memory (default 64M)"  \
	}

#define OPTION_CPUS(at, text)                                                \
	{                                                                    \
		.name = "cpus", .kind = OPTION_UINT, .value_name = "N",      \
		.offset = (at), .min = 1, .max = VM_CPUS_MAX, .help = (text) \
	}

/*
 * Entries of a table whose target has a struct run_options "run", a struct
 * disk_arguments "disks" and a const char *kernel_path.
 */
#define MACHINE_OPTIONS(target)                                            \
	{ .name = "disk",                                                  \
		.kind = OPTION_TEXTS,                                      \
		.value_name = "FILE",                                      \
		.offset = offsetof(target, disks.disk),                    \
		.help = "ext2 image for the guest, used in place "         \
			"(repeatable: vtbd0, vtbd1, ...);\n"               \
			"FILE,ro: a read-only disk; FILE,snapshot: keep "  \
			"writes off\n"                                     \
			"(default: default.img of the build and, for "     \
			"scenarios with two disks,\nsecond.img; never "    \
			"written)" },                                      \
	    { .name = "snapshot",                                          \
		    .kind = OPTION_FLAG,                                   \
		    .offset = offsetof(target, disks.snapshot),            \
		    .help = "keep writes off all disk images" },           \
	    OPTION_MEMORY(offsetof(target, run.memory_bytes)),             \
	    OPTION_CPUS(                                                   \
		offsetof(target, run.ncpus), "virtual CPUs (default 2)"),  \
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
	    OPTION_KERNEL(offsetof(target, kernel_path)),                  \
	{                                                                  \
		.name = "blk-engine", .kind = OPTION_CHOICE,               \
		.value_name = "ENGINE", .choices = machine_engine_names,   \
		.offset = offsetof(target, run.blk_engine),                \
		.help = "disk I/O by: auto (default), sync, uring"         \
	}

#endif
