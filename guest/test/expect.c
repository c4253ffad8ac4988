/* SPDX-License-Identifier: BSD-2-Clause */
/* expect.c: what a scenario says while it runs. */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/proc.h>
#include <kern/panic.h>
#include <kern/plan.h>
#include <test/current.h>
#include <test/fail_nth.h>
#include <test/report.h>
#include <test/report_record.h>
#include <test/scenario.h>

struct hf_current hf_current;

/* Failed expectations that get a record; more are only counted. */
#define FAILURES_TOLD 32

static bool
passed(const char *file, int line)
{
	hf_fail_nth_at(file, line);
	atomic_add_int(&hf_current.passed, 1);
	return (true);
}

/* True when this failure is to be told. */
static bool
failed(const char *file, int line, const char *text)
{
	u_int n;

	hf_fail_nth_at(file, line);
	if (hf_fail_nth_excuses(file, line))
		return (false);
	n = atomic_fetchadd_int(&hf_current.failed, 1);
	if (n == 0)
		strlcpy(hf_current.why, text, sizeof(hf_current.why));
	return (n < FAILURES_TOLD);
}

static struct record *
failure_record(const char *file, int line, const char *text)
{
	struct record *r = hf_record_begin("expect");

	hf_record_u64(r, "ok", 0);
	hf_record_text(r, "file", file);
	hf_record_u64(r, "line", line);
	hf_record_text(r, "text", text);
	return (r);
}

bool
hf_expect_at(const char *file, int line, const char *text, bool ok)
{
	if (ok)
		return (passed(file, line));
	if (failed(file, line, text))
		hf_record_end(failure_record(file, line, text));
	return (false);
}

bool
hf_expect_cmp_at(const char *file, int line, const char *text, enum hf_cmp cmp,
    uint64_t got, uint64_t want)
{
	struct record *r;
	char value[24];
	bool ok = false;

	switch (cmp) {
	case HF_CMP_EQ:
		ok = got == want;
		break;
	case HF_CMP_NE:
		ok = got != want;
		break;
	case HF_CMP_LE:
		ok = got <= want;
		break;
	case HF_CMP_LT:
		ok = got < want;
		break;
	}
	if (ok)
		return (passed(file, line));
	if (!failed(file, line, text))
		return (false);
	r = failure_record(file, line, text);
	snprintf(value, sizeof(value), got < 4096 ? "%lu" : "0x%lx", got);
	hf_record_text(r, "got", value);
	snprintf(value, sizeof(value), want < 4096 ? "%lu" : "0x%lx", want);
	hf_record_text(r, "want", value);
	hf_record_end(r);
	return (false);
}

bool
hf_expect_str_at(const char *file, int line, const char *text, const char *got,
    const char *want)
{
	struct record *r;

	if (got != NULL && want != NULL && strcmp(got, want) == 0)
		return (passed(file, line));
	if (!failed(file, line, text))
		return (false);
	r = failure_record(file, line, text);
	hf_record_text(r, "got", got != NULL ? got : "(null)");
	hf_record_text(r, "want", want != NULL ? want : "(null)");
	hf_record_end(r);
	return (false);
}

bool
hf_expect_panic_at(const char *file, int line, const char *text,
    void (*fn)(void *), void *arg, const char *part, bool may_trap)
{
	const char *got = hf_panics(fn, arg);
	struct record *r;

	if (got != NULL && strstr(got, part) != NULL &&
	    (may_trap || !hf_panic_was_trap()))
		return (passed(file, line));
	if (!failed(file, line, text))
		return (false);
	r = failure_record(file, line, text);
	hf_record_text(r, "got", got != NULL ? got : "no panic");
	hf_record_text(
	    r, "want", part[0] != '\0' ? part : "panic(9), not a trap");
	hf_record_end(r);
	return (false);
}

void
hf_scenario_leave(void)
{
	KASSERT(curthread == hf_current.td,
	    ("hf_require: not in the scenario's thread"));
	hf_fail_nth_leaving();
	hf_catch_throw(&hf_current.leave, "left");
}

void
hf_skip(const char *why)
{
	KASSERT(hf_current.passed == 0 && hf_current.failed == 0,
	    ("hf_skip: after an expectation"));
	strlcpy(hf_current.why, why, sizeof(hf_current.why));
	hf_current.skipped = true;
	hf_scenario_leave();
}

void
hf_note(const char *fmt, ...)
{
	struct record *r;
	char text[160];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	r = hf_record_begin("note");
	hf_record_text(r, "text", text);
	hf_record_end(r);
}

void
hf_value(const char *name, uint64_t value, const char *unit)
{
	struct record *r = hf_record_begin("value");

	hf_record_text(r, "name", name);
	hf_record_u64(r, "value", value);
	hf_record_text(r, "unit", unit);
	hf_record_end(r);
}

struct hf_rng *
hf_scenario_rng(void)
{
	return (&hf_current.rng);
}
