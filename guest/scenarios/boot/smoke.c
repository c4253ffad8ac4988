/* SPDX-License-Identifier: BSD-2-Clause */
/* smoke.c: the kernel is up and runs a scenario. */

#include <test/scenario.h>

HF_SCENARIO(
    boot_smoke, "boot.smoke", "", "the kernel boots and runs a scenario")
{
	hf_expect(curproc != &proc0);
	hf_expect_eq(curproc->p_vmspace, NULL);
	hf_expect_eq(curthread->td_critnest, 0);
}
