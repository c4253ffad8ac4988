/* SPDX-License-Identifier: BSD-2-Clause */
/* words.c: names of errors, and plans that are refused. */

#include <sys/errno.h>
#include <kern/plan.h>
#include "plan_abi.h"
#include <test/scenario.h>

HF_SCENARIO(kern_errno_names, "kern.errno_names", "",
    "each errno has its name, and what is none is called so")
{
	hf_expect_str(hf_errno_name(EIO), "EIO");
	hf_expect_str(hf_errno_name(EINTEGRITY), "EINTEGRITY");
	hf_expect_str(hf_errno_name(0), "no error");
	hf_expect_str(hf_errno_name(-1), "an unknown error");
	hf_expect_str(hf_errno_name(10000), "an unknown error");
}

HF_SCENARIO(kern_plan_limits, "kern.plan_limits", "",
    "a plan with too many parameters, or a NUL inside, is refused")
{
	static char text[HF_PLAN_PARAMS_MAX * 16 + 64];
	static struct hf_plan plan;
	size_t len;
	int i;

	len = strlcpy(text, HF_PLAN_MAGIC "\n", sizeof(text));
	for (i = 0; i < HF_PLAN_PARAMS_MAX; i++)
		len += snprintf(
		    text + len, sizeof(text) - len, "param p%d=%d\n", i, i);
	hf_expect_eq(hf_plan_read(&plan, text, len), NULL);
	hf_expect_str(hf_plan_value(&plan, "p31"), "31");
	hf_expect_eq(hf_plan_value(&plan, "p32"), NULL);
	/* The newlines are NULs now. */
	for (i = 0; i < (int)len; i++)
		if (text[i] == '\0')
			text[i] = '\n';
	len += snprintf(text + len, sizeof(text) - len, "param p32=1\n");
	hf_expect_str(hf_plan_read(&plan, text, len), "param: too many");

	len = strlcpy(text, HF_PLAN_MAGIC "\nseed 1\n", sizeof(text));
	text[len - 2] = '\0';
	hf_expect_str(hf_plan_read(&plan, text, len), "plan: NUL byte");
}
