/* SPDX-License-Identifier: BSD-2-Clause */
/* verdicts.c: scenarios that end in order, with every kind of verdict. */
#include <sys/param.h>
#include <sys/systm.h>
#include <test/scenario.h>

HF_SCENARIO(selftest_pass, "selftest.pass", "", "passes")
{
	hf_expect_eq(1 + 1, 2);
	hf_note("a note of a scenario that passes");
	hf_value("answer", 42, "things");
}

HF_SCENARIO(selftest_fail, "selftest.fail", "", "fails two expectations")
{
	hf_expect_eq(1 + 1, 3);
	hf_expect(curthread == NULL);
	hf_expect_eq(1 + 1, 2);
	hf_note("a note with %%, spaces and \x1e");
}

HF_SCENARIO(
    selftest_require, "selftest.require", "", "leaves at the first failure")
{
	hf_require(curthread == NULL);
	panic("selftest.require went on");
}

HF_SCENARIO(selftest_zero, "selftest.zero", "", "expects nothing at all")
{
}

HF_SCENARIO(selftest_many, "selftest.many", "", "fails a hundred times")
{
	for (int i = 0; i < 100; i++)
		hf_expect_eq(i, i + 1);
}

HF_SCENARIO(selftest_skip, "selftest.skip", "", "is skipped")
{
	hf_skip("because it wants to");
}

HF_SCENARIO(selftest_late_skip, "selftest.late_skip", "",
    "fails, then wants to be skipped")
{
	hf_expect(false);
	hf_skip("too late");
}

HF_SCENARIO(selftest_hidden, "selftest.hidden", "", "passes when named exactly",
    .flags = HF_IS_HIDDEN)
{
	hf_expect(true);
}

HF_SCENARIO(selftest_smp, "selftest.smp", "", "passes with two CPUs",
    .flags = HF_NEEDS_SMP)
{
	hf_expect(true);
}

HF_SCENARIO(selftest_disk, "selftest.disk", "", "passes with a disk",
    .flags = HF_NEEDS_DISK)
{
	hf_expect(true);
}
