/* SPDX-License-Identifier: BSD-2-Clause */
/* records.c: fuzzes what the host believes of a guest's console. */

/*
 * Input: one byte that says how the console is cut into pieces, then what the
 * guest wrote, of a run of PLAN with the nonce NONCE.  It is judged twice, in
 * pieces and as a whole: both must come to the same.
 */
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"
#include "run/bench_collect.h"
#include "run/verdict.h"

#define NONCE	   "0123456789abcdef"
#define NSCENARIOS 3

static const char *const plan[NSCENARIOS] = { "page.one", "map.two",
	"fault.three" };

struct judged {
	struct record_stream stream;
	struct verdict verdict;
	struct bench_report *report;
	struct bench_collect *bench;
	struct scenario_result results[NSCENARIOS], *order[NSCENARIOS];
	uint64_t text_bytes, records, violations, hash;
};

/* FNV-1a over all that the stream hands on. */
static void
mix(struct judged *j, const void *p, size_t n)
{
	for (const uint8_t *b = p; n > 0; n--)
		j->hash = (j->hash ^ *b++) * 0x100000001b3ull;
}

static void
on_record(void *arg, const struct record *rec)
{
	struct judged *j = arg;
	enum verdict_event event;

	fuzz_must(rec->seq == ++j->records);
	for (int k = 0; k < RECORD_NKEYS; k++)
		if (rec->text[k] != NULL)
			mix(j, rec->text[k], strlen(rec->text[k]) + 1);
	event = verdict_record(&j->verdict, rec, j->records);
	mix(j, &event, sizeof(event));
	/* As in a run (host/run/guest.c). */
	if ((rec->kind == RECORD_BEGIN || rec->kind == RECORD_HIST ||
		rec->kind == RECORD_RAW) &&
	    !j->verdict.violated)
		bench_collect_record(j->bench, rec);
}

static void
on_violation(void *arg, const char *why)
{
	struct judged *j = arg;

	j->violations++;
	mix(j, why, strlen(why));
	(void)verdict_violate(&j->verdict, why);
}

/* Long lines are cut where the buffer ends, so only their bytes count. */
static void
on_text(void *arg, const char *text, size_t len_bytes)
{
	struct judged *j = arg;

	fuzz_must(len_bytes <= RECORD_TEXT_MAX);
	fuzz_must(memchr(text, '\n', len_bytes) == NULL);
	mix(j, text, len_bytes);
	j->text_bytes += len_bytes;
}

static void
feed(struct judged *j, const char *bytes, size_t left, unsigned int piece)
{
	size_t n;

	for (unsigned int i = 1; left > 0; i++) {
		n = piece == 0 ? left : 1 + (size_t)piece * i % 97;
		n = n < left ? n : left;
		/* Of its own, so that a sanitizer sees its end. */
		char *copy = malloc(n);

		fuzz_must(copy != NULL);
		memcpy(copy, bytes, n);
		record_stream_feed(&j->stream, copy, n);
		free(copy);
		bytes += n;
		left -= n;
	}
	record_stream_finish(&j->stream);
}

static void
measured(struct judged *j)
{
	struct hf_err err = { 0 };

	if (bench_collect_check(j->bench, &err) != 0)
		mix(j, err.text, strlen(err.text));
	for (const struct bench_class *c = j->report->first; c != NULL;
	     c = c->next)
		mix(j, c->name, strlen(c->name));
	bench_collect_free(j->bench);
	bench_report_free(j->report);
}

/* The rules of verdict.h, once more. */
static void
check(struct judged *j, size_t begun)
{
	fuzz_must(begun <= NSCENARIOS);
	for (size_t i = 0; i < NSCENARIOS; i++) {
		const struct scenario_result *r = &j->results[i];

		fuzz_must(r->began == (i < begun));
		fuzz_must(!r->began || r->verdict != HF_VERDICT_NONE);
		fuzz_must(r->began || r->verdict == HF_VERDICT_NONE);
		fuzz_must(r->verdict != HF_VERDICT_PASS ||
		    (r->passed > 0 && r->failed == 0 && r->nfailures == 0));
		fuzz_must(r->nfailures <= RESULT_KEEP_MAX &&
		    r->nnotes <= RESULT_KEEP_MAX &&
		    r->nvalues <= RESULT_KEEP_MAX);
		/* Who ended the guest, or lied last, has not passed. */
		fuzz_must(i + 1 != begun || r->verdict != HF_VERDICT_PASS ||
		    !(j->verdict.violated || j->verdict.panicked));
		mix(j, &r->verdict, sizeof(r->verdict));
		if (r->reason != NULL)
			mix(j, r->reason, strlen(r->reason));
	}
}

static void
judge(struct judged *j, const char *bytes, size_t len_bytes, unsigned int piece)
{
	const struct record_sink sink = { .arg = j,
		.record = on_record,
		.violation = on_violation,
		.text = on_text };
	size_t begun;

	memset(j, 0, sizeof(*j));
	for (size_t i = 0; i < NSCENARIOS; i++) {
		j->results[i].id = plan[i];
		j->results[i].title = j->results[i].requirements = "";
		j->order[i] = &j->results[i];
	}
	record_stream_init(&j->stream, NONCE, &sink);
	verdict_init(&j->verdict, j->order, NSCENARIOS);
	j->report = bench_report_new();
	j->bench = bench_collect_new(j->report, NULL, NULL);
	bench_collect_round(j->bench, 1, 1);
	feed(j, bytes, len_bytes, piece);
	fuzz_must(j->text_bytes <= len_bytes);
	begun = verdict_finish(&j->verdict,
	    j->verdict.done ? GUEST_END_DONE : GUEST_END_DIED, NULL, 0);
	check(j, begun);
	measured(j);
	for (size_t i = 0; i < NSCENARIOS; i++)
		result_reset(&j->results[i]);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len_bytes)
{
	static struct judged pieces, whole;

	if (len_bytes == 0)
		return (0);
	judge(&pieces, (const char *)bytes + 1, len_bytes - 1, bytes[0]);
	judge(&whole, (const char *)bytes + 1, len_bytes - 1, 0);
	fuzz_must(pieces.hash == whole.hash);
	fuzz_must(pieces.records == whole.records);
	return (0);
}
