/* SPDX-License-Identifier: BSD-2-Clause */
/* verdict.c: the state machine over one guest's records. */
#include "run/verdict.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "abi.h"

void
verdict_init(
    struct verdict *v, struct scenario_result **results, size_t nresults)
{
	memset(v, 0, sizeof(*v));
	v->results = results;
	v->nresults = nresults;
	v->current = VERDICT_NO_SCENARIO;
	v->last = VERDICT_NO_SCENARIO;
}

size_t
verdict_culprit(const struct verdict *v)
{
	return (v->current != VERDICT_NO_SCENARIO ? v->current : v->last);
}

enum verdict_event
verdict_violate(struct verdict *v, const char *why)
{
	size_t culprit = verdict_culprit(v);

	if (v->violated || v->panicked)
		return (VERDICT_NOTHING);
	v->violated = true;
	snprintf(v->violation, sizeof(v->violation), "%s", why);
	if (culprit != VERDICT_NO_SCENARIO) {
		v->results[culprit]->verdict = HF_VERDICT_DISBELIEVED;
		result_set_reason(v->results[culprit],
		    "the guest's records cannot be believed: %s", why);
	}
	return (VERDICT_VIOLATED);
}

static enum verdict_event
take_hello(struct verdict *v, const struct record *rec)
{
	char why[sizeof(v->violation)];

	if (v->hello)
		return (verdict_violate(v, "a second hello"));
	if (rec->number[KEY_ABI] != HF_ABI_VERSION) {
		snprintf(why, sizeof(why),
		    "the guest speaks ABI version %" PRIu64 ", not %d",
		    rec->number[KEY_ABI], HF_ABI_VERSION);
		return (verdict_violate(v, why));
	}
	v->hello = true;
	v->cpus = rec->number[KEY_CPUS];
	v->memory_bytes = rec->number[KEY_MEM];
	v->boot_tsc = rec->number[KEY_BOOT_TSC];
	v->loop_tsc = rec->number[KEY_LOOP_TSC];
	return (VERDICT_HELLO);
}

static enum verdict_event
take_begin(struct verdict *v, const struct record *rec, uint64_t now_ns)
{
	if (v->current != VERDICT_NO_SCENARIO)
		return (verdict_violate(v, "begin inside a scenario"));
	if (v->next >= v->nresults ||
	    strcmp(rec->text[KEY_ID], v->results[v->next]->id) != 0)
		return (verdict_violate(
		    v, "a scenario began that was not next in the run plan"));
	v->current = v->next++;
	v->results[v->current]->began = true;
	v->began_ns = now_ns;
	v->began_tsc = rec->number[KEY_TSC];
	v->failures_seen = 0;
	v->expects_seen = 0;
	v->skipping = false;
	return (VERDICT_BEGAN);
}

/* As many as there are, max at the most; the list was checked. */
static unsigned int
hex_list(const char *s, uint64_t *out, unsigned int max)
{
	unsigned int n = 0;
	char *end;

	while (*s != '\0' && n < max) {
		out[n++] = strtoull(s, &end, 16);
		s = *end == ',' ? end + 1 : end;
	}
	return (n);
}

static enum verdict_event
take_point(
    struct verdict *v, struct scenario_result *r, const struct record *rec)
{
	struct result_point p = { .n = rec->number[KEY_N],
		.line = rec->number[KEY_LINE] };

	if (r->point != NULL)
		return (verdict_violate(v, "a second point that failed"));
	p.nframes = hex_list(rec->text[KEY_BT], p.frames, RESULT_POINT_FRAMES);
	result_set_point(r, &p, rec->text[KEY_CLASS], rec->text[KEY_NAME],
	    rec->text[KEY_FILE]);
	return (VERDICT_NOTHING);
}

/* expect, note, value, point, left, skip: only inside a scenario. */
static enum verdict_event
take_inside(struct verdict *v, const struct record *rec)
{
	struct scenario_result *r;

	if (v->current == VERDICT_NO_SCENARIO)
		return (verdict_violate(
		    v, "a scenario's record outside any scenario"));
	r = v->results[v->current];
	switch (rec->kind) {
	case RECORD_EXPECT:
		if (v->skipping)
			return (verdict_violate(v,
			    "an expectation after the scenario was skipped"));
		v->expects_seen++;
		if (rec->number[KEY_OK] != 0)
			break;
		v->failures_seen++;
		result_add_failure(r, rec->text[KEY_FILE],
		    rec->number[KEY_LINE], rec->text[KEY_TEXT],
		    rec->text[KEY_GOT], rec->text[KEY_WANT]);
		break;
	case RECORD_NOTE:
		result_add_note(r, rec->text[KEY_TEXT]);
		break;
	case RECORD_VALUE:
		result_add_value(r, rec->text[KEY_NAME], rec->number[KEY_VALUE],
		    rec->text[KEY_UNIT]);
		break;
	case RECORD_POINT:
		return (take_point(v, r, rec));
	case RECORD_LEFT:
		result_set_left(r, rec->text[KEY_FILE], rec->number[KEY_LINE]);
		break;
	case RECORD_PATHS:
		if (!result_add_paths(r, rec->text[KEY_BUCKETS]))
			return (verdict_violate(v, "no list of points"));
		break;
	case RECORD_HIST: /* struct run_bench's; nothing to judge */
	case RECORD_RAW:
		break;
	default: /* RECORD_SKIP */
		if (v->expects_seen != 0)
			return (verdict_violate(
			    v, "a skip after the first expectation"));
		v->skipping = true;
		result_set_reason(r, "%s", rec->text[KEY_REASON]);
		break;
	}
	return (VERDICT_NOTHING);
}

/* What the claim in an end record is worth, given what came before it. */
static void
judge_end(struct verdict *v, struct scenario_result *r, const char *claim)
{
	if (strcmp(claim, "skip") == 0 && v->skipping && r->passed == 0 &&
	    r->failed == 0) {
		r->verdict = HF_VERDICT_SKIP;
		return;
	}
	r->verdict = HF_VERDICT_FAIL;
	if (strcmp(claim, "broken") == 0)
		r->verdict = HF_VERDICT_BROKEN;
	else if (v->skipping || strcmp(claim, "skip") == 0)
		result_set_reason(r, "claims %s, but its records say %s", claim,
		    v->skipping ? "skip" : "that it was not skipped");
	else if (r->failed < v->failures_seen)
		result_set_reason(r,
		    "claims %" PRIu64 " failures after reporting %" PRIu64,
		    r->failed, v->failures_seen);
	else if (r->passed == 0 && r->failed == 0)
		result_set_reason(r, "reported no expectation");
	else if (strcmp(claim, "pass") == 0 && r->failed != 0)
		result_set_reason(r,
		    "claims pass with %" PRIu64 " failed expectations",
		    r->failed);
	else if (strcmp(claim, "pass") == 0)
		r->verdict = HF_VERDICT_PASS;
}

static bool
known_claim(const char *s)
{
	return (strcmp(s, "pass") == 0 || strcmp(s, "fail") == 0 ||
	    strcmp(s, "skip") == 0 || strcmp(s, "broken") == 0);
}

static enum verdict_event
take_end(struct verdict *v, const struct record *rec, uint64_t now_ns)
{
	struct scenario_result *r;

	if (v->current == VERDICT_NO_SCENARIO)
		return (verdict_violate(v, "end outside any scenario"));
	r = v->results[v->current];
	if (strcmp(rec->text[KEY_ID], r->id) != 0)
		return (verdict_violate(v, "end of another scenario"));
	if (!known_claim(rec->text[KEY_VERDICT]))
		return (verdict_violate(v, "end with an unknown verdict"));
	r->passed = rec->number[KEY_PASSED];
	r->failed = rec->number[KEY_FAILED];
	/* Less than 0 if it ended on a CPU whose TSC is behind. */
	if (rec->number[KEY_TSC] > v->began_tsc)
		r->tsc = rec->number[KEY_TSC] - v->began_tsc;
	r->wall_ns = now_ns - v->began_ns;
	judge_end(v, r, rec->text[KEY_VERDICT]);
	v->last = v->current;
	v->current = VERDICT_NO_SCENARIO;
	return (VERDICT_ENDED);
}

static enum verdict_event
take_done(struct verdict *v, const struct record *rec)
{
	if (v->current != VERDICT_NO_SCENARIO)
		return (verdict_violate(v, "done inside a scenario"));
	if (v->next != v->nresults)
		return (verdict_violate(
		    v, "done before the run plan was carried out"));
	if (rec->number[KEY_RAN] != v->nresults)
		return (verdict_violate(v, "done with a wrong count"));
	v->done = true;
	return (VERDICT_DONE);
}

static enum verdict_event
take_frame(struct verdict *v, const struct record *rec)
{
	struct frame_report *f = &v->panic.frame;

	if (hex_list(rec->text[KEY_REGS], f->regs, HF_FRAME_REGS) !=
	    HF_FRAME_REGS)
		return (verdict_violate(v, "a frame without all registers"));
	f->known = true;
	f->trapped = rec->text[KEY_TRAP] != NULL;
	if (f->trapped) {
		f->trap = rec->number[KEY_TRAP];
		f->err = rec->number[KEY_ERR];
	}
	return (VERDICT_NOTHING);
}

static enum verdict_event
take_panic(struct verdict *v, const struct record *rec)
{
	struct panic_report *p = &v->panic;

	snprintf(p->text, sizeof(p->text), "%s", rec->text[KEY_TEXT]);
	p->cpu = rec->number[KEY_CPU];
	p->rip = rec->number[KEY_RIP];
	p->rsp = rec->number[KEY_RSP];
	p->rbp = rec->number[KEY_RBP];
	p->cr2 = rec->number[KEY_CR2];
	p->nframes = hex_list(rec->text[KEY_BT], p->frames, PANIC_FRAMES_MAX);
	v->panicked = true;
	if (v->current != VERDICT_NO_SCENARIO && p->frame.trapped)
		v->results[v->current]->died_at = p->rip;
	return (VERDICT_PANICKED);
}

enum verdict_event
verdict_record(struct verdict *v, const struct record *rec, uint64_t now_ns)
{
	/* The dead and the liars are not listened to. */
	if (v->violated || v->panicked)
		return (VERDICT_NOTHING);
	if (rec->kind == RECORD_PANIC)
		return (take_panic(v, rec));
	if (rec->kind == RECORD_FRAME)
		return (take_frame(v, rec));
	if (v->done)
		return (verdict_violate(v, "a record after done"));
	if (rec->kind != RECORD_HELLO && !v->hello)
		return (verdict_violate(v, "a record before hello"));
	switch (rec->kind) {
	case RECORD_HELLO:
		return (take_hello(v, rec));
	case RECORD_BEGIN:
		return (take_begin(v, rec, now_ns));
	case RECORD_END:
		return (take_end(v, rec, now_ns));
	case RECORD_DONE:
		return (take_done(v, rec));
	default:
		return (take_inside(v, rec));
	}
}
