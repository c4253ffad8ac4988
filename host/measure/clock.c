/* SPDX-License-Identifier: BSD-2-Clause */
/* clock.c: TSC ticks and nanoseconds. */
#include <cpuid.h>
#include <time.h>
#include <x86intrin.h>

#include "core/monotonic.h"
#include "measure/clock.h"

uint64_t
ns_from_tsc(uint64_t ticks, uint64_t tsc_hz)
{
	unsigned __int128 ns;

	if (tsc_hz == 0)
		return (0);
	ns = ((unsigned __int128)ticks * NS_PER_S + tsc_hz / 2) / tsc_hz;
	return (ns > UINT64_MAX ? UINT64_MAX : (uint64_t)ns);
}

double
ns_from_tsc_f(double ticks, uint64_t tsc_hz)
{
	return (tsc_hz == 0 ? 0 : ticks * (double)NS_PER_S / (double)tsc_hz);
}

bool
clock_tsc_is_invariant(void)
{
	unsigned int a, b, c, d;

	return (__get_cpuid(0x80000007u, &a, &b, &c, &d) != 0 &&
	    (d & (1u << 8)) != 0);
}

struct reading {
	uint64_t tsc_before, tsc_after, ns;
};

/* The tightest of a few brackets: one without an interrupt in it. */
static struct reading
reading_take(void)
{
	struct reading best = { 0, UINT64_MAX, 0 };

	for (int i = 0; i < 16; i++) {
		struct timespec ts;
		struct reading r;

		r.tsc_before = __rdtsc();
		clock_gettime(CLOCK_MONOTONIC_RAW, &ts);
		r.tsc_after = __rdtsc();
		r.ns = (uint64_t)ts.tv_sec * NS_PER_S + (uint64_t)ts.tv_nsec;
		if (r.tsc_after - r.tsc_before <
		    best.tsc_after - best.tsc_before)
			best = r;
	}
	return (best);
}

void
clock_measure(uint64_t duration_ns, struct clock_estimate *e)
{
	struct reading a = reading_take(), b;
	double ticks, width, seconds;

	do
		b = reading_take();
	while (b.ns - a.ns < duration_ns);
	ticks =
	    ((double)b.tsc_before + (double)(b.tsc_after - b.tsc_before) / 2) -
	    ((double)a.tsc_before + (double)(a.tsc_after - a.tsc_before) / 2);
	width = (double)(a.tsc_after - a.tsc_before) / 2 +
	    (double)(b.tsc_after - b.tsc_before) / 2;
	seconds = (double)(b.ns - a.ns) / (double)NS_PER_S;
	e->tsc_hz = (uint64_t)(ticks / seconds + 0.5);
	e->error_ppm = width / ticks * 1e6;
	e->source = "measured against CLOCK_MONOTONIC_RAW";
}
