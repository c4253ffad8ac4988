/* SPDX-License-Identifier: BSD-2-Clause */
/* clock.h: TSC ticks and nanoseconds: the one conversion there is. */
#ifndef HF_MEASURE_CLOCK_H
#define HF_MEASURE_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

/*
 * Nanoseconds of a number of TSC ticks at tsc_hz ticks a second, rounded to
 * the nearest; exact for any 64-bit input whose result fits 64 bits, UINT64_MAX
 * beyond.  tsc_hz 0 (frequency not known) gives 0.
 */
uint64_t ns_from_tsc(uint64_t ticks, uint64_t tsc_hz);

/* The same for fractions of a tick, as means and slopes need. */
double ns_from_tsc_f(double ticks, uint64_t tsc_hz);

/*
 * The TSC runs at one rate whatever the CPU does (CPUID.80000007H:EDX[8], SDM
 * volume 3, 18.17.1).  Otherwise ticks of two moments are not of the same
 * length.
 */
bool clock_tsc_is_invariant(void);

struct clock_estimate {
	uint64_t tsc_hz;
	double error_ppm;   /* half width of what the readings allow */
	const char *source; /* "measured against CLOCK_MONOTONIC_RAW", ... */
};

/*
 * Measures the host's TSC against CLOCK_MONOTONIC_RAW for duration_ns.  The
 * error is bounded by the width of the bracket of either reading.
 */
void clock_measure(uint64_t duration_ns, struct clock_estimate *);

#endif
