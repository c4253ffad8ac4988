/* SPDX-License-Identifier: BSD-2-Clause */
/* slow.c: scenarios that take their time and pass. */
#include <sys/param.h>
#include <sys/systm.h>
#include <machine/cpufunc.h>
#include <kern/plan.h>
#include <test/scenario.h>

/*
 * Milliseconds of running: a longer gap between two looks is time in which this
 * CPU did not run.  The TSC is taken to tick at 1 to 4 GHz.  Says in here that
 * it has begun, so that whoever stops the guest then finds this file on its
 * stack, even where printf() is just returning.
 */
static __noinline void
spin_for_a_while(const char *name, unsigned int ms)
{
	uint64_t most = 8000000, per_ms = 2000000;
	uint64_t last, now, sum = 0;

	printf("selftest: %s\n", name);
	last = rdtsc();
	while (sum < ms * per_ms) {
		now = rdtsc();
		sum += now - last < most ? now - last : 0;
		last = now;
		__asm__ volatile("pause");
	}
}

HF_SCENARIO(
    selftest_slow, "selftest.slow", "", "runs for a second or two and passes")
{
	spin_for_a_while(
	    "slow", (unsigned int)hf_plan_param_u64("slow_ms", 1500));
	hf_expect(true);
}

HF_SCENARIO(selftest_tight, "selftest.tight", "",
    "takes a third of its time limit and passes", .timeout_ms = 3000)
{
	spin_for_a_while("tight", 900);
	hf_expect(true);
}
