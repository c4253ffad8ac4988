/* SPDX-License-Identifier: BSD-2-Clause */
/* then.c: a scenario for after the others: does the run get this far? */
#include <sys/param.h>
#include <sys/systm.h>
#include <test/scenario.h>

HF_SCENARIO(selftest_then, "selftest.then", "", "passes, after all others")
{
	hf_expect(true);
}
