/* SPDX-License-Identifier: BSD-2-Clause */
/* current.h: the scenario that runs now. */

#ifndef HF_TEST_CURRENT_H
#define HF_TEST_CURRENT_H

#include <sys/types.h>
#include <kern/panic.h>
#include "rng.h"

/* Written by the scenario's thread, the counters by any. */
struct hf_current {
	struct thread *td;
	volatile u_int passed;
	volatile u_int failed;
	bool skipped;
	char why[160]; /* of the skip, or the first failure */
	struct hf_catch leave;
	struct hf_rng rng;
};
extern struct hf_current hf_current;

#endif
