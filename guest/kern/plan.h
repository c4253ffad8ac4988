/* SPDX-License-Identifier: BSD-2-Clause */
/* plan.h: the run plan (shared/plan_abi.h), parsed once at boot. */

#ifndef HF_KERN_PLAN_H
#define HF_KERN_PLAN_H

#include <sys/types.h>
#include "report_abi.h"
#include "scenario_abi.h"

#define HF_PLAN_PARAMS_MAX 32

struct hf_plan {
	char nonce[HF_NONCE_DIGITS + 1];
	uint64_t seed;
	int cpus; /* 0: all */
	struct {
		const char *name; /* name=value */
		size_t name_len;
	} params[HF_PLAN_PARAMS_MAX];
	int nparams;
	/* The text, each newline now a NUL. */
	const char *text, *stop;
};

/*
 * Reads the text, which is modified and must stay in place.  NULL, or why the
 * plan is refused.
 */
const char *hf_plan_read(struct hf_plan *plan, char *text, size_t bytes);
/* Value of "param name=value", NULL when not given. */
const char *hf_plan_value(const struct hf_plan *plan, const char *name);
/* The first "run" id (after NULL), or the one after; NULL after the last. */
const char *hf_plan_next(const struct hf_plan *plan, const char *after);

/* The same for the plan of this boot. */
const char *hf_plan_parse(char *text, size_t bytes);
const char *hf_plan_nonce(void); /* HF_NONCE_DIGITS digits */
uint64_t hf_plan_seed(void);
int hf_plan_cpus(void); /* 0: all */

/* The value; NULL when not given.  The name is a literal: see HF_PARAM. */
#define hf_plan_param(name) hf_plan_param_named(HF_PARAM(name, "text"))
/* Same as a number; "missing" when absent or not a number. */
#define hf_plan_param_u64(name, missing) \
	hf_plan_param_u64_named(HF_PARAM(name, "number"), (missing))

/*
 * The name, which is noted in the image as one that is read (HF_PARAM_SECTION):
 * the host refuses a parameter that no code reads.
 */
#define HF_PARAM(name, type)                                                \
	({                                                                  \
		static const char hf_param_[]                               \
		    __attribute__((__section__(HF_PARAM_SECTION), __used__, \
			__aligned__(1))) = name "=" type;                   \
		name;                                                       \
	})
const char *hf_plan_param_named(const char *name);
uint64_t hf_plan_param_u64_named(const char *name, uint64_t missing);

const char *hf_plan_run(const char *after);

#endif
