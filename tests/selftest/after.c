/* SPDX-License-Identifier: BSD-2-Clause */
/* after.c: the last scenario of the image: does the run get this far? */
#include <sys/param.h>
#include <sys/systm.h>
#include <test/scenario.h>

HF_SCENARIO(selftest_after, "selftest.after", "", "passes, after all others")
{
	hf_expect(true);
}
