/* SPDX-License-Identifier: BSD-2-Clause */
/* plan.h: the run plan (shared/plan_abi.h), parsed once at boot. */

#ifndef HF_KERN_PLAN_H
#define HF_KERN_PLAN_H

#include <sys/types.h>

/*
 * Parses the text, which must stay in place (it is modified).  NULL, or why the
 * plan is refused.
 */
const char *hf_plan_parse(char *text, size_t bytes);

bool hf_plan_present(void);
const char *hf_plan_nonce(void); /* HF_NONCE_DIGITS digits */
uint64_t hf_plan_seed(void);
int hf_plan_cpus(void); /* 0: all */
/* Value of "param name=value", NULL when not given. */
const char *hf_plan_param(const char *name);
/* Same as a number; "missing" when absent or not a number. */
uint64_t hf_plan_param_u64(const char *name, uint64_t missing);
/* The first "run" id (after NULL), or the one after; NULL after the last. */
const char *hf_plan_run(const char *after);

#endif
