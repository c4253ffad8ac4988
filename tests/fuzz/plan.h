/* SPDX-License-Identifier: BSD-2-Clause */
/* plan.h: between the two halves of the target "plan": host and guest. */
#ifndef HF_TESTS_FUZZ_PLAN_H
#define HF_TESTS_FUZZ_PLAN_H

#include "fuzz.h"
#include "report_abi.h"

/* What the guest has read. */
struct fuzz_guest_plan {
	char nonce[HF_NONCE_DIGITS + 1];
	uint64_t seed;
	unsigned int cpus, nparams, nruns;
};

/* False: the guest refuses it.  What it takes is looked at; text is changed. */
_Bool fuzz_guest_plan_read(
    char *text, size_t len_bytes, struct fuzz_guest_plan *out);

#endif
