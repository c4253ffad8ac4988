/* SPDX-License-Identifier: BSD-2-Clause */
/* verdict_end.c: what the end of a guest means for its scenarios. */
#include <stddef.h>

#include "run/verdict.h"

/* The kind of bad end, and its words; PASS when there is nothing bad in it. */
static enum hf_verdict
classify(const struct verdict *v, enum guest_end end, const char **words)
{
	if (v->violated) {
		*words = "the guest's records cannot be believed";
		return (HF_VERDICT_DISBELIEVED);
	}
	if (v->panicked || end == GUEST_END_PANIC) {
		*words = "guest panic";
		return (HF_VERDICT_DIED);
	}
	switch (end) {
	case GUEST_END_DONE:
		*words = "the guest stopped without an end record";
		return (HF_VERDICT_PASS);
	case GUEST_END_TIMEOUT:
		*words = "out of time";
		return (HF_VERDICT_TIMEOUT);
	case GUEST_END_NO_PROGRESS:
		*words = "no progress";
		return (HF_VERDICT_TIMEOUT);
	case GUEST_END_HOST:
		*words = "the host failed";
		return (HF_VERDICT_BROKEN);
	case GUEST_END_INTERRUPTED:
		*words = "interrupted";
		return (HF_VERDICT_INTERRUPTED);
	case GUEST_END_NO_PLAN:
		*words = "the guest refused the run plan";
		return (HF_VERDICT_DISBELIEVED);
	case GUEST_END_BAD_BOOT:
		*words = "the guest could not use its start info";
		return (HF_VERDICT_DISBELIEVED);
	case GUEST_END_DISBELIEVED:
		*words = "the guest's records cannot be believed";
		return (HF_VERDICT_DISBELIEVED);
	case GUEST_END_UNKNOWN:
		*words = "the console log ends here";
		return (HF_VERDICT_DIED);
	case GUEST_END_DIED:
	case GUEST_END_PANIC:
		break;
	}
	*words = "the guest died";
	return (HF_VERDICT_DIED);
}

static const char *
detail_of(const struct verdict *v, const char *detail)
{
	if (v->violated)
		return (v->violation);
	if (v->panicked)
		return (v->panic.text);
	return (detail);
}

static void
blame(struct scenario_result *r, enum hf_verdict kind, const char *words,
    const char *detail, bool had_ended)
{
	const char *claim = had_ended ? verdict_name(r->verdict) : NULL;

	r->verdict = kind;
	result_set_reason(r, "%s%s%s%s%s%s", words, detail != NULL ? ": " : "",
	    detail != NULL ? detail : "",
	    claim != NULL ? " (after the scenario had ended with " : "",
	    claim != NULL ? claim : "", claim != NULL ? ")" : "");
}

size_t
verdict_finish(
    struct verdict *v, enum guest_end end, const char *detail, uint64_t now_ns)
{
	size_t culprit = verdict_culprit(v);
	bool running = v->current != VERDICT_NO_SCENARIO;
	enum hf_verdict kind;
	const char *words;

	if (running)
		v->results[v->current]->wall_ns = now_ns - v->began_ns;
	/* The log of a run that was carried out may end after "done". */
	if (end == GUEST_END_UNKNOWN && v->done)
		end = GUEST_END_DONE;
	kind = classify(v, end, &words);
	detail = detail_of(v, detail);
	if (culprit == VERDICT_NO_SCENARIO || v->violated)
		return (v->next);
	/* It was not the scenario that ended which the signal came for. */
	if (kind == HF_VERDICT_INTERRUPTED && !running)
		return (v->next);
	if (kind != HF_VERDICT_PASS)
		blame(v->results[culprit], kind, words, detail, !running);
	else if (running)
		blame(v->results[culprit], HF_VERDICT_FAIL, words, NULL, false);
	else if (v->next < v->nresults)
		blame(v->results[culprit], HF_VERDICT_FAIL,
		    "the guest stopped before its run plan was carried out",
		    NULL, true);
	return (v->next);
}

void
verdict_not_begun(struct scenario_result *r, const struct verdict *v,
    enum guest_end end, const char *detail)
{
	const char *words;
	enum hf_verdict kind = classify(v, end, &words);

	detail = detail_of(v, detail);
	if (kind == HF_VERDICT_PASS) {
		kind = HF_VERDICT_LOST;
		words = "the guest stopped before this scenario began";
	}
	r->verdict = kind;
	result_set_reason(r, "%s before %s scenario began%s%s", words,
	    v->next == 0 ? "the first" : "this", detail != NULL ? ": " : "",
	    detail != NULL ? detail : "");
}
