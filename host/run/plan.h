/* SPDX-License-Identifier: BSD-2-Clause */
/* plan.h: the run plan, written for a guest and read back (plan_abi.h). */
#ifndef HF_RUN_PLAN_H
#define HF_RUN_PLAN_H

#include <stddef.h>
#include <stdint.h>

#include "core/err.h"
#include "plan_abi.h"
#include "report_abi.h"

struct plan {
	char nonce[HF_NONCE_DIGITS + 1];
	uint64_t seed;
	unsigned int cpus;   /* 0: not given */
	const char **params; /* "name=value" */
	size_t nparams;
	const char **runs; /* scenario ids in order */
	size_t nruns;
	char *text; /* plan_parse: what the strings point into */
};

/* Sixteen random digits from the kernel.  0, or -1: *err. */
int plan_make_nonce(char nonce[HF_NONCE_DIGITS + 1], struct hf_err *err);

/* A random seed, for runs where the user named none.  0, or -1: *err. */
int plan_make_seed(uint64_t *seed, struct hf_err *err);

/*
 * The plan as text, *len bytes without a NUL, to be freed by the caller.  NULL:
 * *err, when it would be longer than HF_PLAN_MAX.
 */
char *plan_format(const struct plan *p, size_t *len_bytes, struct hf_err *err);

/*
 * Reads a plan; name is for messages.  0, or -1: *err with the line number, *p
 * freed.  plan_free frees what plan_parse made.
 */
int plan_parse(struct plan *p, const char *text, size_t len_bytes,
    const char *name, struct hf_err *err);
void plan_free(struct plan *p);

#endif
