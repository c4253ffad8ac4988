/* SPDX-License-Identifier: BSD-2-Clause */
/* shrink.h: the smallest part of a plan that still fails. */
#ifndef HF_FUZZ_SHRINK_H
#define HF_FUZZ_SHRINK_H

#include <stdbool.h>

#include "fuzz/fuzz_plan.h"

enum shrink_answer { SHRINK_FAILS, SHRINK_DOES_NOT, SHRINK_STOP };

struct shrink_ops {
	void *arg;
	/* Does this plan fail in the same way?  STOP: ask no more. */
	enum shrink_answer (*ask)(void *arg, const struct fuzz_plan *p);
};

/*
 * Leaves steps out as long as the rest fails, in chunks that become smaller,
 * then makes the steps themselves smaller: fewer pages.  p, which fails,
 * becomes the smallest that was found.  True: no step of it can be left out.
 */
bool fuzz_shrink(struct fuzz_plan *p, const struct shrink_ops *ops);

#endif
