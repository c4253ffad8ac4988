/* SPDX-License-Identifier: BSD-2-Clause */
/* monotonic.h: what time it is, for spans and deadlines. */
#ifndef HF_CORE_MONOTONIC_H
#define HF_CORE_MONOTONIC_H

#include <stdint.h>

#define NS_PER_MS 1000000ull
#define NS_PER_S  1000000000ull

/* CLOCK_MONOTONIC.  Also in a signal handler. */
uint64_t monotonic_ns(void);

#endif
