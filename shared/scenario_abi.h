/* SPDX-License-Identifier: BSD-2-Clause */
/* scenario_abi.h: scenario metadata in the guest image, read from the file. */

/*
 * The section HF_SCENARIO_SECTION of the guest ELF is an array of struct
 * hf_scenario.  The host lists scenarios from the file without booting;
 * pointers are guest virtual addresses of NUL-terminated strings inside a
 * PT_LOAD segment, checked before use like everything else in the file.
 */
#ifndef HF_SHARED_SCENARIO_ABI_H
#define HF_SHARED_SCENARIO_ABI_H

#include <stdint.h>

#define HF_SCENARIO_SECTION "hf_scenarios"
#define HF_SCENARIO_MAGIC   0x48465343u /* "HFSC" */

/* Longest id, with its NUL: "area.behaviour", [a-z0-9_.] only. */
#define HF_SCENARIO_ID_MAX 64

enum hf_scenario_flags {
	HF_NEEDS_MMU = 1 << 0,	/* real page tables: not on the model */
	HF_NEEDS_SMP = 1 << 1,	/* two or more CPUs */
	HF_NEEDS_DISK = 1 << 2, /* an ext2 disk, read only is enough */
	HF_NEEDS_RW = 1 << 3,	/* the disk is written to */
	/* the files of tools/mkimage --default are on the disk, whichever it is */
	HF_NEEDS_DEFAULT_IMAGE = 1 << 4,
	HF_IS_BENCH = 1 << 5,	/* run by "bench", not by "run" */
	HF_IS_HIDDEN = 1 << 6,	/* runs only when named exactly */
	HF_ENDS_GUEST = 1 << 7, /* does not return: gets a guest of its own */
	/* a second disk, vtbd1, has the files of tools/mkimage --second */
	HF_NEEDS_SECOND_DISK = 1 << 8,
	/* the flags that ask for a disk, each of them alone */
	HF_NEEDS_ANY_DISK = HF_NEEDS_DISK | HF_NEEDS_RW |
	    HF_NEEDS_DEFAULT_IMAGE | HF_NEEDS_SECOND_DISK
};

#ifdef HF_GUEST
#define HF_GUEST_PTR(type) __typeof__(type)
#else
#define HF_GUEST_PTR(type) uint64_t
#endif

/*
 * The section HF_PARAM_SECTION names the parameters of the run plan that code
 * of the image reads: strings "name=number" or "name=text", each with its NUL,
 * in any order, as often as they are read; more NULs may stand between them.
 * An image without the section has parameters that nobody knows.
 */
#define HF_PARAM_SECTION "hf_params"

struct hf_scenario {
	uint32_t magic;
	uint32_t flags;	     /* enum hf_scenario_flags */
	uint32_t timeout_ms; /* 0: the host's default */
	uint32_t reserved;   /* 0 */
	HF_GUEST_PTR(const char *) id;
	HF_GUEST_PTR(const char *) title;
	HF_GUEST_PTR(const char *) requirements; /* "PA-1 PA-2", may be "" */
	HF_GUEST_PTR(void (*)(void)) run;
};

_Static_assert(sizeof(struct hf_scenario) == 48, "scenario record layout");

#endif
