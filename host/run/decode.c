/* SPDX-License-Identifier: BSD-2-Clause */
/* decode.c: feed a log through records and verdicts. */
#include "run/decode.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "abi.h"
#include "core/interrupt.h"
#include "core/self.h"
#include "run/account.h"
#include "run/record.h"

/* timeout(1) ended it. */
#define STATUS_TIMED_OUT 124

struct decoder {
	const struct decode_input *in;
	struct scenario_result *results;
	struct scenario_result **order;
	size_t n;
	struct verdict verdict;
	struct guest_tail tail;
	struct record_stream stream;
};

enum guest_end
decode_qemu_status(unsigned int status)
{
	switch (status) {
	case HF_EXIT_DONE << 1 | 1:
		return (GUEST_END_DONE);
	case HF_EXIT_PANIC << 1 | 1:
		return (GUEST_END_PANIC);
	case HF_EXIT_NO_PLAN << 1 | 1:
		return (GUEST_END_NO_PLAN);
	case HF_EXIT_BAD_BOOT << 1 | 1:
		return (GUEST_END_BAD_BOOT);
	case 128 + SIGHUP:
	case 128 + SIGINT:
	case 128 + SIGTERM:
		return (GUEST_END_INTERRUPTED);
	case STATUS_TIMED_OUT:
		return (GUEST_END_TIMEOUT);
	}
	return (GUEST_END_DIED);
}

static void
on_record(void *arg, const struct record *rec)
{
	struct decoder *d = arg;

	verdict_record(&d->verdict, rec, 0);
}

static void
on_violation(void *arg, const char *why)
{
	struct decoder *d = arg;

	verdict_violate(&d->verdict, why);
}

static void
on_text(void *arg, const char *text, size_t len_bytes)
{
	struct decoder *d = arg;

	tail_add(&d->tail, text, len_bytes);
}

static void
prepare(struct decoder *d)
{
	const struct plan *p = d->in->plan;
	struct record_sink sink = { .arg = d,
		.record = on_record,
		.violation = on_violation,
		.text = on_text };

	d->n = p->nruns;
	d->results = calloc(d->n, sizeof(*d->results));
	d->order = calloc(d->n, sizeof(*d->order));
	hf_check_memory(d->results != NULL && d->order != NULL);
	for (size_t i = 0; i < d->n; i++) {
		const struct scenario *s =
		    scenario_list_find(d->in->list, p->runs[i]);

		d->order[i] = &d->results[i];
		d->results[i].id = p->runs[i];
		d->results[i].title = s != NULL ? s->title : "";
		d->results[i].requirements = s != NULL ? s->requirements : "";
	}
	record_stream_init(&d->stream, p->nonce, &sink);
	verdict_init(&d->verdict, d->order, d->n);
}

static void
judge(struct decoder *d)
{
	struct verdict *v = &d->verdict;
	bool interrupted = d->in->end == GUEST_END_INTERRUPTED;
	const char *signal = interrupted ? interrupt_name(d->in->signal) : NULL;
	size_t culprit, begun;

	record_stream_feed(&d->stream, d->in->log.bytes, d->in->log.len_bytes);
	record_stream_finish(&d->stream);
	culprit = verdict_culprit(v);
	begun = verdict_finish(v, d->in->end, signal, 0);
	if (begun == 0 ||
	    (interrupted && v->current == VERDICT_NO_SCENARIO &&
		begun < d->n)) {
		verdict_not_begun(d->order[begun], v, d->in->end, signal);
		culprit = begun++;
	}
	if (verdict_status(d->order[culprit]->verdict) > EXITCODE_FAILED)
		d->order[culprit]->dump =
		    account_of_bad_end(&(struct account){ .verdict = v,
			.tail = &d->tail,
			.elf = d->in->elf.bytes,
			.elf_bytes = d->in->elf.len_bytes });
	for (size_t i = begun; i < d->n; i++) {
		d->order[i]->verdict =
		    interrupted ? HF_VERDICT_NOT_RUN : HF_VERDICT_LOST;
		result_set_reason(d->order[i],
		    interrupted ? "not run: interrupted by %s"
				: "never began: the guest ended before it",
		    signal);
	}
}

static enum exitcode
tell(struct decoder *d, struct reports *reports, struct hf_err *err)
{
	char build_id[SELF_BUILD_ID_BYTES];
	struct report_environment env = { .version = HF_VERSION,
		.build_id = self_build_id(build_id),
		.accelerator = d->in->vmm_name,
		.host_kernel = "not known from a log",
		.cpu = "not known from a log",
		.guest = d->in->guest_name,
		.guest_sha256 = d->in->guest_sha256,
		.disk = "not known from a log",
		.ncpus = (unsigned int)d->verdict.cpus,
		.memory_bytes = d->verdict.memory_bytes,
		.seed = d->in->plan->seed };
	struct report_summary s = { .signal = d->in->signal,
		.ring0_ticks =
		    (double)d->verdict.loop_tsc / HF_SPEED_INSTRUCTIONS };
	char stopped[64];

	reports_begin(reports, &env, d->n);
	for (size_t i = 0; i < d->n; i++) {
		totals_add(&s.totals, d->order[i]);
		reports_scenario_end(reports, d->order[i]);
	}
	s.status = totals_status(&s.totals);
	if (s.signal != 0) {
		snprintf(stopped, sizeof(stopped), "interrupted by %s",
		    interrupt_name(s.signal));
		s.stopped = stopped;
	}
	if (reports_finish(reports, d->order, d->n, &s, err) != 0)
		return (exitcode_worst(s.status, err->status));
	return ((enum exitcode)report_status(&s));
}

enum exitcode
decode_log(
    const struct decode_input *in, struct reports *reports, struct hf_err *err)
{
	struct decoder *d = calloc(1, sizeof(*d));
	enum exitcode status;

	hf_check_memory(d != NULL);
	d->in = in;
	prepare(d);
	judge(d);
	status = tell(d, reports, err);
	for (size_t i = 0; i < d->n; i++)
		result_reset(&d->results[i]);
	free(d->results);
	free(d->order);
	free(d);
	return (status);
}
