/* SPDX-License-Identifier: BSD-2-Clause */
/* plan_guest.c: the guest's half of the target "plan". */

#include <sys/param.h>
#include <sys/systm.h>
#include <kern/plan.h>
#include "plan.h"

#define CPUS_MAX 4096

/* The whole of it, with its end, is in the text. */
static void
must_be_inside(const struct hf_plan *plan, const char *s)
{
	fuzz_must(s >= plan->text && s < plan->stop);
	fuzz_must(memchr(s, '\0', (size_t)(plan->stop - s)) != NULL);
}

static void
look_at_params(const struct hf_plan *plan)
{
	const char *value;
	char name[32];
	int i;

	fuzz_must(plan->nparams >= 0 && plan->nparams <= HF_PLAN_PARAMS_MAX);
	for (i = 0; i < plan->nparams; i++) {
		must_be_inside(plan, plan->params[i].name);
		fuzz_must(plan->params[i].name_len > 0);
		fuzz_must(
		    plan->params[i].name[plan->params[i].name_len] == '=');
		if (plan->params[i].name_len >= sizeof(name))
			continue;
		memcpy(name, plan->params[i].name, plan->params[i].name_len);
		name[plan->params[i].name_len] = '\0';
		value = hf_plan_value(plan, name);
		fuzz_must(value != NULL);
		must_be_inside(plan, value);
	}
	fuzz_must(hf_plan_value(plan, "") == NULL);
}

_Bool
fuzz_guest_plan_read(char *text, size_t len_bytes, struct fuzz_guest_plan *out)
{
	struct hf_plan plan;
	const char *run;

	if (hf_plan_read(&plan, text, len_bytes) != NULL)
		return (false);
	fuzz_must(strlen(plan.nonce) == HF_NONCE_DIGITS);
	fuzz_must(plan.cpus >= 0 && plan.cpus <= CPUS_MAX);
	look_at_params(&plan);
	*out = (struct fuzz_guest_plan){ .seed = plan.seed,
		.cpus = (u_int)plan.cpus,
		.nparams = (u_int)plan.nparams };
	memcpy(out->nonce, plan.nonce, sizeof(out->nonce));
	for (run = NULL; (run = hf_plan_next(&plan, run)) != NULL;) {
		must_be_inside(&plan, run);
		out->nruns++;
	}
	return (true);
}
