/* SPDX-License-Identifier: BSD-2-Clause */
/* plan.c: fuzzes the run plan as the guest reads it; what the host writes, it takes. */

/*
 * The input is a plan's text.  The guest reads it as it is; and if the host can
 * read it, what the host makes of it.
 */
#include <stdlib.h>
#include <string.h>

#include "cli/options.h"
#include "plan.h"
#include "run/plan.h"

/* As large as it is, so that a sanitizer sees its end. */
static _Bool
guest_reads(const void *text, size_t len_bytes, struct fuzz_guest_plan *out)
{
	char *copy = malloc(len_bytes > 0 ? len_bytes : 1);
	_Bool good;

	fuzz_must(copy != NULL);
	memcpy(copy, text, len_bytes);
	good = fuzz_guest_plan_read(copy, len_bytes, out);
	free(copy);
	return (good);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len_bytes)
{
	struct fuzz_guest_plan guest;
	struct plan plan;
	struct hf_err err = { 0 };
	size_t written;
	char *text;

	(void)guest_reads(bytes, len_bytes, &guest);
	if (plan_parse(&plan, (const char *)bytes, len_bytes, "input", &err) !=
	    0)
		return (0);
	text = plan_format(&plan, &written, &err);
	fuzz_must(text != NULL || err.text[0] != '\0');
	/* More parameters than that, no command line gives. */
	if (text != NULL && plan.nparams <= OPTION_TEXTS_MAX) {
		fuzz_must(guest_reads(text, written, &guest));
		fuzz_must(strcmp(guest.nonce, plan.nonce) == 0);
		fuzz_must(guest.seed == plan.seed && guest.cpus == plan.cpus);
		fuzz_must(guest.nparams == plan.nparams);
		fuzz_must(guest.nruns == plan.nruns);
	}
	free(text);
	plan_free(&plan);
	return (0);
}
