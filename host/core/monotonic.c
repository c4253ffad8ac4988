/* SPDX-License-Identifier: BSD-2-Clause */
/* monotonic.c: the clock that never goes back. */
#include "core/monotonic.h"

#include <time.h>

#include "core/err.h"

uint64_t
monotonic_ns(void)
{
	struct timespec ts;

	hf_check(clock_gettime(CLOCK_MONOTONIC, &ts) == 0);
	return ((uint64_t)ts.tv_sec * NS_PER_S + (uint64_t)ts.tv_nsec);
}
